/** Whether an account sends at all; outlives a restart, so that a penalty is not tried at every start. */
import type { AccountId } from "../../core/ids.ts";
import { OPEN_GATE, type SendGate } from "../../core/send_gate.ts";
import type { Database } from "./database.ts";
import { readStored } from "./stored_json.ts";

const READ = "SELECT value FROM meta WHERE key = ?";
const WRITE = "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value";

export function readGate(db: Database, account: AccountId): SendGate {
  const row = db.get<{ value: string }>(READ, keyOf(account));
  return row === undefined ? OPEN_GATE : readStored<SendGate>(row.value);
}

export function saveGate(db: Database, account: AccountId, gate: SendGate): void {
  db.run(WRITE, keyOf(account), JSON.stringify(gate));
}

function keyOf(account: AccountId): string {
  return `send_gate ${account}`;
}
