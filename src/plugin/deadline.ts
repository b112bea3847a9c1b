import type { Clock } from "../lib/clock.ts";

/**
 * Waits for `promise`, but not beyond `afterMs`: then it calls `onLate` and goes on without it, and what the promise does
 * later is ignored. Rejects when the promise rejects in time.
 */
export function beforeDeadline<T>(promise: Promise<T>, limit: {
  readonly clock: Clock;
  readonly afterMs: number;
  readonly onLate?: () => void;
}): Promise<{ readonly kind: "done"; readonly value: T } | { readonly kind: "late" }> {
  return new Promise((resolve, reject) => {
    const cancel = limit.clock.after(limit.afterMs, () => {
      limit.onLate?.();
      resolve({ kind: "late" });
    });
    promise.then(
      (value) => {
        cancel();
        resolve({ kind: "done", value });
      },
      (error) => {
        cancel();
        reject(error);
      },
    );
  });
}
