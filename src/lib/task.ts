/** A supervised loop: one station's life from start to stop. */
import type { Backoff } from "./backoff.ts";
import type { Bell } from "./bell.ts";
import { type Clock, sleep } from "./clock.ts";

export interface Task {
  /** Resolves when the loop has ended after `stop`; the step in flight is finished first. */
  stop(): Promise<void>;
}

/**
 * Runs `step` once at the start, then each time `bell` rings. A step that throws is reported and repeated after the
 * backoff, as if the bell had rung.
 */
export function startTask(options: {
  readonly bell: Bell;
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly step: (signal: AbortSignal) => Promise<void>;
  readonly onFault: (error: unknown) => void;
}): Task {
  const { bell, clock, backoff, step, onFault } = options;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await step(signal);
        backoff.reset();
      } catch (error) {
        if (signal.aborted) return;
        onFault(error);
        await sleep(clock, backoff.next(), signal);
        continue;
      }
      await bell.wait(signal);
    }
  }

  const ended = run();
  return {
    stop() {
      stopping.abort();
      return ended;
    },
  };
}
