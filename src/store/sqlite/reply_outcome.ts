/** What has become of a reply: its sends speak for it, the least settled one first. */
import type { ReplyId } from "../../core/ids.ts";
import { type ReplyState, replyState, type SendState } from "../../core/lifecycle.ts";
import type { ReplyOutcome } from "../store.ts";
import type { Database } from "./database.ts";

interface SendRow {
  readonly state: SendState;
  readonly reason: string;
  readonly wireId: string | null;
}

const SELECT_STATE = "SELECT state FROM replies WHERE id = ?";
/** Index: sends_reply. */
const SELECT_SENDS = `
  SELECT state, reason, wire_id AS wireId FROM sends WHERE reply = ? ORDER BY id`;

export function readOutcome(db: Database, reply: ReplyId): ReplyOutcome {
  const row = db.get<{ state: "accepted" | "shaped" | "stopped" }>(SELECT_STATE, reply);
  if (row === undefined) throw new Error(`No reply ${reply}`);
  const sends = db.all<SendRow>(SELECT_SENDS, reply).map((send) => carried(db, send));
  const state = derivedState(row.state, sends.map((send) => send.state));
  return {
    state,
    wireId: sends[0]?.wireId ?? null,
    reason: sends.find((send) => send.state === state)?.reason ?? "",
  };
}

/** Index: sends' key. */
const SELECT_CARRIER = "SELECT state, reason, wire_id AS wireId FROM sends WHERE id = ?";

/** A send that went out as part of another fares as that one did; the row itself says which one it was. */
export function carried<Row extends SendRow>(db: Database, send: Row): Row {
  const [, carrier] = /^into: (\d+)$/.exec(send.reason) ?? [];
  if (send.state !== "merged" || carrier === undefined) return send;
  const found = db.get<SendRow>(SELECT_CARRIER, Number(carrier));
  if (found === undefined) return send; // forgotten since
  const end = carried(db, found);
  const hasArrived = end.state === "sent" || end.state === "unconfirmed" || end.state === "merged";
  return hasArrived
    ? { ...send, wireId: end.wireId }
    : { ...send, state: end.state, reason: end.reason };
}

/** A reply without sends is accepted until it was shaped, then stopped. */
export function derivedState(
  stored: "accepted" | "shaped" | "stopped",
  sends: readonly SendState[],
): ReplyState {
  return stored === "shaped" ? replyState(sends) : stored;
}
