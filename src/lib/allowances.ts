/** Bounds on rates by key, such as an address; the keys not used for longest are forgotten first. */
import { type Allowance, createAllowance } from "./allowance.ts";
import type { Clock } from "./clock.ts";

export interface Allowances {
  /** Takes one for this key where one is left. */
  take(key: string): "taken" | "refused";
}

export function createAllowances(
  { keysMax, ...each }: {
    readonly clock: Clock;
    readonly burst: number;
    readonly perSecond: number;
    readonly keysMax: number;
  },
): Allowances {
  const allowances = new Map<string, Allowance>();
  return {
    take(key) {
      const allowance = allowances.get(key) ?? createAllowance(each);
      // A map keeps the order in which keys were put in: the first is the one not used for longest.
      allowances.delete(key);
      allowances.set(key, allowance);
      for (const oldest of allowances.keys()) {
        if (allowances.size <= keysMax) break;
        allowances.delete(oldest);
      }
      return allowance.take(1);
    },
  };
}
