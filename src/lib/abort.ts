/** Ends of calls: by another signal, by time. */
import type { Clock } from "./clock.ts";

/**
 * Aborts `controller` when `signal` aborts, until the returned function is called. Unlike `AbortSignal.any` it leaves nothing
 * behind on a signal that lives as long as the process.
 */
export function followAbort(signal: AbortSignal, controller: AbortController): () => void {
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  return () => signal.removeEventListener("abort", abort);
}

/** Runs `act` with a signal that aborts with `signal`, or when `limitMs` have passed. */
export async function withLimit<T>(
  act: (signal: AbortSignal) => Promise<T>,
  { clock, limitMs, signal }: {
    readonly clock: Clock;
    readonly limitMs: number;
    readonly signal: AbortSignal;
  },
): Promise<T> {
  const controller = new AbortController();
  const unfollow = followAbort(signal, controller);
  const cancelLimit = clock.after(limitMs, () => controller.abort());
  try {
    return await act(controller.signal);
  } finally {
    cancelLimit();
    unfollow();
  }
}
