/**
 * "Look again": how a station learns that the store may hold work for it. A bell carries no payload, so that losing the
 * process loses nothing; rings that nobody waits for are remembered as one.
 */
import type { Clock } from "./clock.ts";

export interface Bell {
  ring(): void;
  /**
   * Rings at the wall-clock time `atMs`, unless an earlier time is already set; when the clock is set back meanwhile, once
   * as much time has passed as there was until then.
   */
  ringAt(atMs: number): void;
  /**
   * Resolves at the next ring, at once when it rang since the last wait, or when `signal` aborts. A bell has one waiter at
   * a time.
   */
  wait(signal: AbortSignal): Promise<void>;
}

/** A wall clock that jumps forward must not leave a bell silent until the old delay is over. */
const RECHECK_MS = 5_000;

export function createBell(clock: Clock): Bell {
  let rung = false;
  let waiter: (() => void) | null = null;
  let dueAtMs = Infinity;
  /** The same by the monotonic clock: whichever comes first. */
  let dueMonotonicMs = Infinity;
  let cancelTimer: (() => void) | null = null;

  function ring(): void {
    rung = true;
    waiter?.();
  }

  function arm(): void {
    cancelTimer?.();
    cancelTimer = null;
    if (dueAtMs === Infinity) return;
    const delayMs = Math.min(dueAtMs - clock.now(), dueMonotonicMs - clock.monotonic());
    if (delayMs <= 0) {
      dueAtMs = Infinity;
      dueMonotonicMs = Infinity;
      ring();
      return;
    }
    cancelTimer = clock.after(Math.min(delayMs, RECHECK_MS), arm);
  }

  return {
    ring,
    ringAt(atMs) {
      if (atMs >= dueAtMs) return;
      dueAtMs = atMs;
      const dueMs = clock.monotonic() + Math.max(0, atMs - clock.now());
      dueMonotonicMs = Math.min(dueMonotonicMs, dueMs);
      if (waiter !== null) arm();
    },
    wait(signal) {
      if (rung || signal.aborted) {
        rung = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const finish = () => {
          cancelTimer?.();
          cancelTimer = null;
          waiter = null;
          rung = false;
          signal.removeEventListener("abort", finish);
          resolve();
        };
        waiter = finish;
        signal.addEventListener("abort", finish, { once: true });
        arm();
      });
    },
  };
}
