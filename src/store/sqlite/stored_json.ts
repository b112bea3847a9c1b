/**
 * Reads JSON text that this store wrote from a `T` of the hub's own making. What others put numbers into (a plugin's memory) is
 * read with `parseJson`, which keeps every digit and costs more.
 */
export function readStored<T>(text: string): T {
  return JSON.parse(text);
}
