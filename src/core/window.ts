/**
 * How long after a person's message WeChat still takes answers. By its rule 24 h, but accounts have been refused earlier; so
 * the time up to which nobody was refused is safe, what follows is risky, and each account's own answers move the border.
 * Pure. Ages are milliseconds since the person's newest message.
 */

/** What the answers to an account's sends have shown. */
export interface LearnedWindow {
  /** The greatest age at which a send was queued with an id; 0: none that says anything. */
  readonly queuedAgeMs: number;
  /** The smallest age at which a send was refused for its context and none was queued at a greater one since. */
  readonly refusedAgeMs: number | null;
}

export const NOTHING_LEARNED: LearnedWindow = { queuedAgeMs: 0, refusedAgeMs: null };

export interface WindowLimits {
  /** Up to this age nobody has seen WeChat refuse for the window's sake. */
  readonly safeWindowMs: number;
  /** From this age on it refuses always. */
  readonly windowMs: number;
}

export type WindowState =
  /** The person has not written yet. */
  | "never"
  | "safe"
  /** It may be refused: answers are tried one at a time, all else waits for the person. */
  | "risky"
  | "closed";

/** Times are milliseconds since 1970. */
export interface WindowView {
  readonly state: WindowState;
  /** When it becomes risky; `null` before the person wrote. */
  readonly safeUntilMs: number | null;
  /** When it closes; `null` before the person wrote. */
  readonly untilMs: number | null;
}

/** What is known of an account when it is to be said what may be sent. */
export interface SendingFacts {
  /** End of the cool-down it is in, milliseconds since 1970; `null`: none. */
  readonly throttledUntilMs: number | null;
  readonly learned: LearnedWindow;
}

/** A refusal in the first minute is about something else than the window. */
const REFUSED_AGE_MIN_MS = 60_000;
/** Proofs that differ by less are the same; most answers follow within seconds and teach nothing. */
const QUEUED_STEP_MS = 60_000;

/**
 * What one answer teaches; the same object when it teaches nothing. The newest answer counts where two disagree. A send that
 * was taken without an id proves no age safe, but is no refusal either.
 */
export function learnWindow(
  learned: LearnedWindow,
  answer: "queued" | "taken" | "refused",
  ageMs: number,
): LearnedWindow {
  const { queuedAgeMs, refusedAgeMs } = learned;
  if (answer === "refused") {
    if (ageMs < REFUSED_AGE_MIN_MS || (refusedAgeMs !== null && refusedAgeMs <= ageMs)) {
      return learned;
    }
    return { queuedAgeMs: Math.min(queuedAgeMs, ageMs), refusedAgeMs: ageMs };
  }
  const overrules = refusedAgeMs !== null && ageMs > refusedAgeMs;
  const isProof = answer === "queued" && ageMs >= queuedAgeMs + QUEUED_STEP_MS;
  if (!overrules && !isProof) return learned;
  return {
    queuedAgeMs: answer === "queued" ? Math.max(queuedAgeMs, ageMs) : queuedAgeMs,
    refusedAgeMs: overrules ? null : refusedAgeMs,
  };
}

/** Up to which age this account's window is safe. */
export function safeAgeMs(learned: LearnedWindow, limits: WindowLimits): number {
  const { queuedAgeMs, refusedAgeMs } = learned;
  const trustedMs = Math.max(limits.safeWindowMs, queuedAgeMs);
  return Math.min(limits.windowMs, trustedMs, refusedAgeMs ?? Infinity);
}

/** The window of a conversation in which the person wrote last at this time; `null`: never. */
export function viewWindow(
  lastInboundAtMs: number | null,
  known: {
    readonly learned: LearnedWindow;
    readonly limits: WindowLimits;
    readonly nowMs: number;
  },
): WindowView {
  if (lastInboundAtMs === null) return { state: "never", safeUntilMs: null, untilMs: null };
  const { learned, limits, nowMs } = known;
  const safeUntilMs = lastInboundAtMs + safeAgeMs(learned, limits);
  const untilMs = lastInboundAtMs + limits.windowMs;
  const state = nowMs >= untilMs ? "closed" : nowMs >= safeUntilMs ? "risky" : "safe";
  return { state, safeUntilMs, untilMs };
}
