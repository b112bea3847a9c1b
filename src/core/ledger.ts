/** What may still be sent in a conversation. Pure: the counts come from the store, the limits from the settings. */
import type { DeferReason } from "./lifecycle.ts";

/** One conversation's account of scarce sends. */
export interface Ledger {
  /** Milliseconds since 1970 of the person's newest message, by WeChat's stamp clamped to arrival; `null`: none yet. */
  readonly lastInboundAtMs: number | null;
  /** Upstream calls begun since that message. */
  readonly sendsSinceInbound: number;
  /** No call is made before this time, milliseconds since 1970; 0: none. */
  readonly coolDownUntilMs: number;
}

export interface LedgerLimits {
  /** Sends WeChat takes for one message of the person. */
  readonly sendsPerInbound: number;
  /** How long after the person's newest message WeChat still delivers, milliseconds. */
  readonly windowMs: number;
  /** So long after it nobody has seen WeChat refuse for the window's sake; later it may, milliseconds. */
  readonly safeWindowMs: number;
  /** The longest cool-down, milliseconds. */
  readonly coolDownMaxMs: number;
}

export type Admission =
  | { readonly kind: "send" }
  | { readonly kind: "defer"; readonly reason: DeferReason; readonly untilMs: number | null };

/**
 * Whether the next send of a conversation may be made at `nowMs`. `untilMs` is when to ask again, `null` when only a new
 * message of the person helps. A conversation that never wrote is open: WeChat decides. A cool-down that seems longer than the
 * longest was counted before the clock was set back, and is over.
 */
export function admit(ledger: Ledger, limits: LedgerLimits, nowMs: number): Admission {
  const coolDownMs = ledger.coolDownUntilMs - nowMs;
  if (coolDownMs > 0 && coolDownMs <= limits.coolDownMaxMs) {
    return { kind: "defer", reason: "throttle", untilMs: ledger.coolDownUntilMs };
  }
  if (ledger.lastInboundAtMs === null) return { kind: "send" };
  if (nowMs - ledger.lastInboundAtMs >= limits.windowMs) {
    return { kind: "defer", reason: "window", untilMs: null };
  }
  if (ledger.sendsSinceInbound >= limits.sendsPerInbound) {
    return { kind: "defer", reason: "budget", untilMs: null };
  }
  return { kind: "send" };
}
