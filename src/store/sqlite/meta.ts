/** Single values of the database, by name. */
import type { Database } from "./database.ts";

const READ = "SELECT value FROM meta WHERE key = ?";
const WRITE = "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value";
const FORGET = "DELETE FROM meta WHERE key = ?";

export function readMeta(db: Database, key: string): string | null {
  return db.get<{ value: string }>(READ, key)?.value ?? null;
}

export function writeMeta(db: Database, key: string, value: string): void {
  db.run(WRITE, key, value);
}

export function forgetMeta(db: Database, key: string): void {
  db.run(FORGET, key);
}
