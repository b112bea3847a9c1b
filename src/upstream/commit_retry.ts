/** What WeChat has answered cannot be asked again: its record is tried until it is on disk. */
import { LIMITS } from "../core/limits.ts";
import { createBackoff } from "../lib/backoff.ts";
import { type Clock, sleep } from "../lib/clock.ts";
import type { Random } from "../lib/random.ts";

/** Repeats a store step until it succeeds; rethrows its error once `signal` has aborted. */
export async function untilCommitted<T>(
  act: () => Promise<T>,
  options: {
    readonly clock: Clock;
    readonly random: Random;
    readonly signal: AbortSignal;
    readonly onFault: (error: unknown) => void;
  },
): Promise<T> {
  const { clock, random, signal, onFault } = options;
  const { upstreamBackoffFirstMs: firstMs, upstreamBackoffMaxMs: maxMs } = LIMITS;
  const backoff = createBackoff({ firstMs, maxMs, random });
  while (true) {
    try {
      return await act();
    } catch (error) {
      onFault(error);
      if (signal.aborted) throw error;
      await sleep(clock, backoff.next(), signal);
    }
  }
}
