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
