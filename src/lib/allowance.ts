/** A bound on a rate: so much at once, and so much more each second. */
import type { Clock } from "./clock.ts";

export interface Allowance {
  /** Takes `amount` where so much is left; otherwise takes nothing and says so. */
  take(amount: number): "taken" | "refused";
}

export function createAllowance(
  { clock, burst, perSecond }: {
    readonly clock: Clock;
    readonly burst: number;
    readonly perSecond: number;
  },
): Allowance {
  let left = burst;
  let filledAtMs = clock.monotonic();
  return {
    take(amount) {
      const nowMs = clock.monotonic();
      left = Math.min(burst, left + (nowMs - filledAtMs) * perSecond / 1_000);
      filledAtMs = nowMs;
      if (amount > left) return "refused";
      left -= amount;
      return "taken";
    },
  };
}
