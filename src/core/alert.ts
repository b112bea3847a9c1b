/**
 * When the owner is told that something is wrong, and that it is right again. Pure: what was seen in one look and what is
 * remembered come in, what to tell comes out. All times are of the monotonic clock, so that a clock that jumps or a machine
 * that slept makes no trouble look old.
 */
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** In the order in which they are told. */
export const ALERT_KINDS = [
  "logged_out",
  "database_error",
  "disk_low",
  "second_poller",
  "suspect_streak",
  "throttled",
  "plugin_disabled",
  "client_away",
  "backlog_growing",
] as const;

export type AlertKind = typeof ALERT_KINDS[number];

/** Why WeChat may have ended a login, as far as it can be guessed. */
export type LogoutGuess = "scanned_elsewhere" | "expired" | "not_known";

/** What is wrong, with what there is to say about it. Holds no secret and no message's text. */
export type Trouble =
  & {
    /** The account, client or plugin by its name; "" for the hub itself. */
    readonly subject: string;
    /** Since when, milliseconds since 1970; `null` where nobody knows more than that it was seen. */
    readonly sinceMs: number | null;
  }
  & (
    | { readonly kind: "logged_out"; readonly guess: LogoutGuess }
    | { readonly kind: "second_poller"; readonly count: number }
    | { readonly kind: "suspect_streak"; readonly count: number }
    | { readonly kind: "throttled"; readonly untilMs: number }
    | { readonly kind: "backlog_growing"; readonly count: number }
    | { readonly kind: "client_away"; readonly count: number }
    | { readonly kind: "plugin_disabled"; readonly reason: string }
    | { readonly kind: "disk_low"; readonly freeBytes: number | null }
    | { readonly kind: "database_error"; readonly reason: string }
  );

/** One occasion lasts from the first look that shows the trouble until it has been gone for the calm time of its kind. */
export function occasionOf({ kind, subject }: Pick<Trouble, "kind" | "subject">): string {
  return `${kind} ${subject}`;
}

export interface Occasion {
  readonly trouble: Trouble;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** When the owner was told last; `null` while it has not lasted long enough to be told. */
  readonly toldAtMs: number | null;
  /** How often. */
  readonly tellings: number;
}

export type AlertAct = "raise" | "repeat" | "recover";

export type Judgement =
  /** `next` replaces the occasion, also when nothing is told; `null`: it is over. */
  | { readonly act: AlertAct; readonly next: Occasion | null }
  | { readonly act: "silent"; readonly next: Occasion | null };

interface Rule {
  /** A trouble that passes sooner is not told. */
  readonly holdMs: number;
  /** Gone for so long it is over; what comes back sooner is the same occasion, so that a flapping one is told once. */
  readonly calmMs: number;
}

export const ALERT_RULES: Readonly<Record<AlertKind, Rule>> = {
  // Only a person can mend it, and only that person's scan ends it: no doubt either way.
  logged_out: { holdMs: 0, calmMs: 0 },
  // One failed commit is repeated at once; three looks in a row are no hiccup.
  database_error: { holdMs: 30 * SECOND, calmMs: MINUTE },
  // The hub has stopped polling already; freeing room by itself takes seconds.
  disk_low: { holdMs: 30 * SECOND, calmMs: 5 * MINUTE },
  // What it is judged by is the silence of a whole day already.
  second_poller: { holdMs: 0, calmMs: 0 },
  // The count that makes a streak is the hold already. One good send may be luck.
  suspect_streak: { holdMs: 0, calmMs: 10 * MINUTE },
  // A single cool-down of a minute is ordinary life; one that follows on another is not.
  throttled: { holdMs: 3 * MINUTE, calmMs: 10 * MINUTE },
  // The hub switched it off after several faults, and it stays off.
  plugin_disabled: { holdMs: 0, calmMs: 0 },
  // An agent that restarts or is updated is back within minutes; so is everything after a start of the hub.
  client_away: { holdMs: 10 * MINUTE, calmMs: 30 * SECOND },
  // A burst is worked off in seconds.
  backlog_growing: { holdMs: 5 * MINUTE, calmMs: 5 * MINUTE },
};

/** A repeat comes after this time, each further one after twice the last, and never later than the longest. */
const REPEAT_MAX_MS = 24 * 60 * MINUTE;

/** `known` is what is remembered of the occasion, `seen` what this look shows of it; one of both is there. */
export function judgeOccasion(
  known: Occasion | null,
  seen: Trouble | null,
  at: { readonly nowMs: number; readonly repeatMs: number },
): Judgement {
  const { nowMs, repeatMs } = at;
  if (seen === null) return judgeAbsence(known, nowMs);
  const occasion: Occasion = known === null
    ? { trouble: seen, firstSeenMs: nowMs, lastSeenMs: nowMs, toldAtMs: null, tellings: 0 }
    : { ...known, trouble: seen, lastSeenMs: nowMs };
  const told: Occasion = { ...occasion, toldAtMs: nowMs, tellings: occasion.tellings + 1 };
  if (occasion.toldAtMs === null) {
    const hasLasted = nowMs - occasion.firstSeenMs >= ALERT_RULES[seen.kind].holdMs;
    return hasLasted ? { act: "raise", next: told } : { act: "silent", next: occasion };
  }
  const pauseMs = Math.min(REPEAT_MAX_MS, repeatMs * 2 ** (occasion.tellings - 1));
  return nowMs - occasion.toldAtMs >= pauseMs
    ? { act: "repeat", next: told }
    : { act: "silent", next: occasion };
}

function judgeAbsence(known: Occasion | null, nowMs: number): Judgement {
  if (known === null) return { act: "silent", next: null };
  const isOver = nowMs - known.lastSeenMs >= ALERT_RULES[known.trouble.kind].calmMs;
  if (!isOver) return { act: "silent", next: known };
  return { act: known.toldAtMs === null ? "silent" : "recover", next: null };
}

/** The old login ends about so long after a scan elsewhere (measured by users). */
export const SCAN_ENDS_LOGIN_MS = 29 * SECOND;
/** A login that polled well until so long before its end did not end by age while nobody looked. */
const WORKED_UNTIL_MS = 2 * MINUTE;

/** A login that still worked a moment ago was most likely replaced; one that nobody used for long has expired. */
export function guessLogout(
  { endedAtMs, lastPollAtMs }: { readonly endedAtMs: number; readonly lastPollAtMs: number | null },
): LogoutGuess {
  if (lastPollAtMs === null) return "not_known";
  return endedAtMs - lastPollAtMs <= WORKED_UNTIL_MS ? "scanned_elsewhere" : "expired";
}
