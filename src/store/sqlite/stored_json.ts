import { type Json, parseJson } from "../../lib/json.ts";

/** Reads JSON text that this store wrote from a `T`; numbers keep their digits. */
export function readStored<T>(text: string): T {
  return parseJson(text) as Json & T;
}
