/** Small JSON files that only their owner can read; after a crash they hold the old content or the new. */
import { dirname } from "node:path";
import { type Json, tryParseJson } from "./json.ts";

/** What the file holds; `undefined` when it is not there or holds no JSON. Throws when it cannot be read. */
export function readJsonFile(path: string): Json | undefined {
  try {
    return tryParseJson(Deno.readTextFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Replaces the file, and makes its folder. Two writes of one file must not overlap. */
export async function writeJsonFile(path: string, value: Json): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  const options = { write: true, create: true, truncate: true, mode: 0o600 };
  {
    using file = await Deno.open(draft, options);
    const bytes = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  }
  await Deno.rename(draft, path);
}
