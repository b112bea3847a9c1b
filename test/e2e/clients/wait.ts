/** Waiting on other processes, which no fake clock moves. */

const LOOK_MS = 20;

/** Resolves when it is so; rejects with what was awaited after `limitMs` (20 s). */
export async function waitFor(
  isSo: () => boolean | Promise<boolean>,
  options: { readonly what: string; readonly limitMs?: number },
): Promise<void> {
  const { what, limitMs = 20_000 } = options;
  const endAt = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > endAt) throw new Error(`Waited ${limitMs} ms in vain for ${what}`);
    await pause(LOOK_MS);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
