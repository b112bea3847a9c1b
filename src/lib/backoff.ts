import { fraction, type Random } from "./random.ts";

export interface Backoff {
  /** The next delay in milliseconds: doubling, between half and all of it drawn by chance. */
  next(): number;
  /** Starts again at the first delay; call it after a success. */
  reset(): void;
}

export function createBackoff(options: {
  readonly firstMs: number;
  readonly maxMs: number;
  readonly random: Random;
}): Backoff {
  let attempt = 0;
  return {
    next() {
      const full = Math.min(options.maxMs, options.firstMs * 2 ** Math.min(attempt, 30));
      attempt += 1;
      return Math.round(full * (0.5 + fraction(options.random) / 2));
    },
    reset() {
      attempt = 0;
    },
  };
}
