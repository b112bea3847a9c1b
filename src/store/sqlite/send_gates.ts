/**
 * What an account's sends have shown: whether it sends at all, and how long its window is. Outlives a restart, so that a
 * penalty is not tried at every start.
 */
import type { AccountId } from "../../core/ids.ts";
import { OPEN_GATE, type SendGate } from "../../core/send_gate.ts";
import { type LearnedWindow, NOTHING_LEARNED } from "../../core/window.ts";
import type { Database } from "./database.ts";
import { readStored } from "./stored_json.ts";

const READ = "SELECT value FROM meta WHERE key = ?";
const WRITE = "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value";

export function readGate(db: Database, account: AccountId): SendGate {
  const row = db.get<{ value: string }>(READ, `send_gate ${account}`);
  return row === undefined ? OPEN_GATE : readStored<SendGate>(row.value);
}

export function saveGate(db: Database, account: AccountId, gate: SendGate): void {
  db.run(WRITE, `send_gate ${account}`, JSON.stringify(gate));
}

export function readLearnedWindow(db: Database, account: AccountId): LearnedWindow {
  const row = db.get<{ value: string }>(READ, `window ${account}`);
  return row === undefined ? NOTHING_LEARNED : readStored<LearnedWindow>(row.value);
}

export function saveLearnedWindow(db: Database, account: AccountId, learned: LearnedWindow): void {
  db.run(WRITE, `window ${account}`, JSON.stringify(learned));
}
