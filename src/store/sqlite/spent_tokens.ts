/** Tokens that a later login has replaced, by their digest: whoever gives one again, as a setting may, gives a dead one. */
import { createHash } from "node:crypto";
import type { Database } from "./database.ts";
import { readMeta, writeMeta } from "./meta.ts";
import { readStored } from "./stored_json.ts";

const KEY = "spent_tokens";
/** More logins than anybody keeps an old setting for. */
const KEPT_MAX = 100;

export function noteSpentToken(db: Database, token: string): void {
  if (token === "") return;
  const digests = [...readDigests(db).filter((one) => one !== digestOf(token)), digestOf(token)];
  writeMeta(db, KEY, JSON.stringify(digests.slice(-KEPT_MAX)));
}

export function isSpentToken(db: Database, token: string): boolean {
  return readDigests(db).includes(digestOf(token));
}

function readDigests(db: Database): readonly string[] {
  const stored = readMeta(db, KEY);
  return stored === null ? [] : readStored<readonly string[]>(stored);
}

function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
