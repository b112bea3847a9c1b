/**
 * What an account's sends have shown: whether it sends at all, and how long its window is. Outlives a restart, so that a
 * penalty is not tried at every start.
 */
import type { AccountId } from "../../core/ids.ts";
import { OPEN_GATE, type SendGate } from "../../core/send_gate.ts";
import { type LearnedWindow, NOTHING_LEARNED } from "../../core/window.ts";
import type { Database } from "./database.ts";
import { readMeta, writeMeta } from "./meta.ts";
import { readStored } from "./stored_json.ts";

export function readGate(db: Database, account: AccountId): SendGate {
  const value = readMeta(db, `send_gate ${account}`);
  return value === null ? OPEN_GATE : readStored<SendGate>(value);
}

export function saveGate(db: Database, account: AccountId, gate: SendGate): void {
  writeMeta(db, `send_gate ${account}`, JSON.stringify(gate));
}

export function readLearnedWindow(db: Database, account: AccountId): LearnedWindow {
  const value = readMeta(db, `window ${account}`);
  return value === null ? NOTHING_LEARNED : readStored<LearnedWindow>(value);
}

export function saveLearnedWindow(db: Database, account: AccountId, learned: LearnedWindow): void {
  writeMeta(db, `window ${account}`, JSON.stringify(learned));
}
