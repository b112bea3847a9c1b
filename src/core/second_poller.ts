/**
 * Whether another program uses the same bot. WeChat hands each message to one poller only, so what another took never comes
 * here, and what another sent was never sent here. The hub learns of it when the person quotes such a message. Pure.
 *
 * No other sign is sound: WeChat's message ids are random, its `seq` is not known to count without gaps, and `getupdates`
 * does not show what a bot sent.
 */

/** Messages that people quoted although the hub neither got nor sent them. Times are milliseconds since 1970. */
export interface ForeignSigns {
  /** Different messages quoted. */
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** The newest of the messages quoted, so that none is counted twice. */
  readonly quoted: readonly string[];
}

export interface QuoteTimes {
  /** When the quoted message was written, as WeChat stamped it. */
  readonly quotedAtMs: number;
  /** When it was quoted. */
  readonly atMs: number;
  /** From when on the hub knows all there was: its login, or the birth of its database if that was later. */
  readonly knownSinceMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Around a login WeChat itself writes into the chat, and an older program may still have its last words. */
const LOGIN_GRACE_MS = 10 * MINUTE_MS;
/** A message may overtake the one that it quotes. */
const OVERTAKING_MS = 2 * MINUTE_MS;
/** What is older may have been forgotten here. */
const QUOTED_AGE_MAX_MS = DAY_MS;
/** So long without another sign it is over. */
const QUIET_MS = DAY_MS;
const QUOTED_KEPT = 20;

/** Whether the hub would have to know a message of this time. */
export function mustBeKnown({ quotedAtMs, atMs, knownSinceMs }: QuoteTimes): boolean {
  const ageMs = atMs - quotedAtMs;
  return quotedAtMs >= knownSinceMs + LOGIN_GRACE_MS && ageMs >= OVERTAKING_MS &&
    ageMs <= QUOTED_AGE_MAX_MS;
}

/** Counts a quote of a message, `quoted`, that is not known here; the same object when it was counted before. */
export function addSign(signs: ForeignSigns | null, quoted: string, atMs: number): ForeignSigns {
  const known = signs !== null && !isOver(signs, atMs) ? signs : null;
  if (known === null) return { count: 1, firstAtMs: atMs, lastAtMs: atMs, quoted: [quoted] };
  if (known.quoted.includes(quoted)) return known;
  return {
    count: known.count + 1,
    firstAtMs: known.firstAtMs,
    lastAtMs: Math.max(known.lastAtMs, atMs),
    quoted: [...known.quoted, quoted].slice(-QUOTED_KEPT),
  };
}

/** What there is to say of another program; `null`: nothing (any more). */
export function suspectPoller(
  signs: ForeignSigns | null,
  nowMs: number,
): { readonly count: number; readonly sinceMs: number } | null {
  if (signs === null || isOver(signs, nowMs)) return null;
  return { count: signs.count, sinceMs: signs.firstAtMs };
}

function isOver({ lastAtMs }: ForeignSigns, nowMs: number): boolean {
  return nowMs - lastAtMs >= QUIET_MS;
}
