/** How often a plugin was asked and failed, and whether it failed so often that it is not to be asked any more. */
import { LIMITS } from "../core/limits.ts";
import type { Clock } from "../lib/clock.ts";

export interface Tally {
  readonly calls: number;
  readonly faults: number;
  /** Counts a call; gives `true` when this fault was one too many. */
  note(isFault: boolean): boolean;
  /** What has been counted stays; old faults no longer stop it. */
  forgive(): void;
}

export function createTally(clock: Clock): Tally {
  let calls = 0;
  let faults = 0;
  let recentAtMs: number[] = [];
  return {
    get calls() {
      return calls;
    },
    get faults() {
      return faults;
    },
    note(isFault) {
      calls += 1;
      if (!isFault) return false;
      faults += 1;
      const nowMs = clock.monotonic();
      const { faultsBeforeTrip, faultWindowMs, faultMomentMs } = LIMITS;
      const isOfSameMoment = nowMs - (recentAtMs.at(-1) ?? -Infinity) < faultMomentMs;
      if (!isOfSameMoment) recentAtMs.push(nowMs);
      recentAtMs = recentAtMs.filter((atMs) => nowMs - atMs < faultWindowMs);
      return recentAtMs.length >= faultsBeforeTrip;
    },
    forgive() {
      recentAtMs = [];
    },
  };
}
