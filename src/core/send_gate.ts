/**
 * Whether an account sends at all. WeChat's throttle and its silent losses strike the whole account: calls made meanwhile make
 * the one last longer and are swallowed by the other. So all wait, and one send at a time is tried. Pure. Times are
 * milliseconds since 1970.
 */
import type { DeferReason } from "./lifecycle.ts";

/** A row of equal answers. */
export interface GateRow {
  readonly count: number;
  /** When it began. */
  readonly sinceMs: number;
  /** Nothing is sent before; 0: it does not keep anything back. */
  readonly untilMs: number;
}

export interface SendGate {
  /** Refusals for too many sends; `null`: none since the last send that was taken. */
  readonly throttle: GateRow | null;
  /** Sends accepted without an id; `null`: none since the last id. */
  readonly suspects: GateRow | null;
}

export const OPEN_GATE: SendGate = { throttle: null, suspects: null };

export interface GateLimits {
  /** The first wait after a throttle, milliseconds; each further one is twice as long. */
  readonly coolDownMs: number;
  /** The longest wait, and the only one while sends get lost. */
  readonly coolDownMaxMs: number;
  /** Sends in a row without an id that are no chance any more. */
  readonly suspectStreak: number;
}

export type GateEvent = "queued" | "hidden" | "untold" | "throttled";

/** What one send's answer changes; the same object when nothing does. */
export function gateAfter(
  gate: SendGate,
  event: GateEvent,
  { limits, nowMs }: { readonly limits: GateLimits; readonly nowMs: number },
): SendGate {
  // A call that was in flight when the gate closed says nothing about the penalty.
  const isLate = closedBy(gate, { nowMs, ...limits })?.reason === "throttle";
  const throttle = isLate ? gate.throttle : null;
  switch (event) {
    case "queued":
      return { throttle, suspects: null };
    case "untold":
      return { throttle, suspects: gate.suspects };
    case "hidden": {
      const { count, sinceMs } = gate.suspects ?? { count: 0, sinceMs: nowMs };
      const isBroken = count + 1 >= limits.suspectStreak;
      const untilMs = isBroken ? nowMs + limits.coolDownMaxMs : 0;
      return { throttle, suspects: { count: count + 1, sinceMs, untilMs } };
    }
    case "throttled": {
      if (isLate) return gate;
      const { count, sinceMs } = gate.throttle ?? { count: 0, sinceMs: nowMs };
      const waitMs = Math.min(limits.coolDownMaxMs, limits.coolDownMs * 2 ** count);
      return { ...gate, throttle: { count: count + 1, sinceMs, untilMs: nowMs + waitMs } };
    }
  }
}

interface Moment extends Pick<GateLimits, "coolDownMaxMs"> {
  readonly nowMs: number;
}

/** What status and alerts say of it. */
export interface GateFacts {
  /** End of the cool-down; `null`: there is none. */
  readonly coolDownUntilMs: number | null;
  /** Sends in a row without an id, once they are too many to be chance; `null`: they are not. */
  readonly suspects: { readonly count: number; readonly sinceMs: number } | null;
}

/** Of a gate as it stands then. */
export function gateFacts(gate: SendGate, at: Moment): GateFacts {
  const { suspects } = gate;
  const closed = closedBy(gate, at);
  const isBroken = suspects !== null && suspects.untilMs > 0;
  return {
    coolDownUntilMs: closed?.reason === "throttle" ? closed.untilMs : null,
    suspects: isBroken ? { count: suspects.count, sinceMs: suspects.sinceMs } : null,
  };
}

/**
 * What a send has to wait for; `null`: it may be made. A wait longer than the longest was counted before the clock was set
 * back, and is over.
 */
export function closedBy(
  { throttle, suspects }: SendGate,
  { nowMs, coolDownMaxMs }: Moment,
): { readonly reason: DeferReason; readonly untilMs: number } | null {
  const isWait = ({ untilMs }: GateRow) => nowMs < untilMs && untilMs - nowMs <= coolDownMaxMs;
  if (throttle !== null && isWait(throttle)) {
    return { reason: "throttle", untilMs: throttle.untilMs };
  }
  if (suspects !== null && isWait(suspects)) {
    return { reason: "suspect", untilMs: suspects.untilMs };
  }
  return null;
}

/** Whether the next send is a try whose answer all others wait for. */
export function isOnTrial({ throttle, suspects }: SendGate): boolean {
  return throttle !== null || (suspects !== null && suspects.untilMs > 0);
}
