/** Makes an empty file that only its owner can read, where there is none; the engine then writes into it. */
export function touchPrivate(path: string): void {
  Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
}
