/**
 * A client's poll: what it has received leaves its queue, what comes next is handed out under new numbers. Only the newest
 * answer's deliveries carry numbers, so that a number never covers one of an answer that was lost.
 */
import {
  asId,
  type ClientId,
  type ConversationId,
  type DeliveryId,
  type DeliverySeq,
  type MessageId,
} from "../../core/ids.ts";
import type { ClientSettings } from "../../core/client.ts";
import type { HandedOut, HandedOutDelivery, HandOutCall } from "../store.ts";
import type { ClientCache } from "./client_cache.ts";
import type { Database } from "./database.ts";
import type { Epoch } from "./epoch.ts";
import type { Step } from "./group.ts";
import type { QueueLimits } from "./limits.ts";
import { parkIfNoneAlive } from "./parking.ts";
import { addToQueueCounts } from "./queue_counts.ts";
import { findKnownWireId } from "./reply_ids.ts";
import { readStored } from "./stored_json.ts";

export interface HandOutParts {
  readonly clients: ClientCache;
  readonly epoch: Epoch;
  readonly limits: QueueLimits;
}

interface ClientRow {
  readonly settings: string;
  readonly seq: DeliverySeq;
  readonly acknowledgedSeq: DeliverySeq;
}

/** A delivery that carries a number. */
interface OutRow {
  readonly id: DeliveryId;
  readonly seq: DeliverySeq;
  readonly message: MessageId;
  readonly conversation: ConversationId;
  readonly written: number;
  readonly isAnswered: 0 | 1;
}

interface NextRow {
  readonly id: DeliveryId;
  readonly message: MessageId;
  readonly conversation: ConversationId;
  readonly text: string | null;
  readonly raw: string;
  readonly quotedWireId: string | null;
}

/** What becomes of a delivery that carries a number, at the next poll. */
type Fate = "acknowledged" | "acknowledged_unanswered" | "again" | "too_often" | "kept";

const SELECT_CLIENT = `
  SELECT settings, seq, acknowledged_seq AS acknowledgedSeq FROM clients
  WHERE id = ? AND removed_at_ms IS NULL`;
const SELECT_ACKNOWLEDGED_SEQ = "SELECT acknowledged_seq AS seq FROM clients WHERE id = ?";
const UPDATE_CLIENT = "UPDATE clients SET seq = ?, acknowledged_seq = ? WHERE id = ?";
/** Index: deliveries_handed_out. */
const NOTE_WRITTEN = `
  UPDATE deliveries SET hand_outs_written = hand_outs_written + 1
  WHERE state = 'handed_out' AND client = ? AND seq = ?`;
/** Index: deliveries_handed_out. */
const SELECT_OUT = `
  SELECT id, seq, message, conversation, hand_outs_written AS written, is_answered AS isAnswered
  FROM deliveries WHERE state = 'handed_out' AND client = ? ORDER BY seq`;
const ACKNOWLEDGE = `
  UPDATE deliveries SET state = 'acknowledged', ended_at_ms = ?, is_unanswered = ? WHERE id = ?`;
const PARK = `
  UPDATE deliveries SET state = 'parked', reason = 'handed_out_too_often', ended_at_ms = ?,
    seq = NULL WHERE id = ?`;
const TAKE_BACK = "UPDATE deliveries SET state = 'waiting', seq = NULL WHERE id = ?";
/** Index: deliveries_queue. */
const SELECT_NEXT = `
  SELECT d.id, d.message, d.conversation, d.text, m.raw, m.quoted_wire_id AS quotedWireId
  FROM deliveries AS d JOIN messages AS m ON m.id = d.message
  WHERE d.ended_at_ms IS NULL AND d.client = ? ORDER BY d.id LIMIT ? + 0`;
const HAND_OUT = `
  UPDATE deliveries SET state = 'handed_out', seq = ?, handed_out_at_ms = ?,
    hand_outs = hand_outs + 1 WHERE id = ?`;
const NOTE_CONVERSATION = `
  UPDATE client_conversations SET handed_out = ?, handed_out_at_ms = ?
  WHERE client = ? AND conversation = ?`;

/** What a poll of a client without anything queued gets; nothing has to be written for it. */
export function handOutNothing(db: Database, client: ClientId): HandedOut {
  const seq = db.get<{ seq: DeliverySeq }>(SELECT_ACKNOWLEDGED_SEQ, client)?.seq;
  return { acknowledged: 0, parked: 0, deliveries: [], seq: seq ?? asId<DeliverySeq>(0) };
}

export function handOut(step: Step, parts: HandOutParts, call: HandOutCall): HandedOut {
  const { db } = step;
  const client = db.get<ClientRow>(SELECT_CLIENT, call.client);
  if (client === undefined) return handOutNothing(db, call.client);
  if (call.acknowledged.kind === "through" && call.acknowledged.seq > client.seq) {
    parts.epoch.renew(step); // it was given by a later state of this database
  }
  for (const seq of call.written) db.run(NOTE_WRITTEN, call.client, seq);
  const settled = settleOut(step, { call, client, handOutsMax: parts.limits.handOutsMax });
  const deliveries = call.batch === 0 ? [] : handOutNext(db, call, {
    from: client.seq,
    kept: settled.kept,
  });
  const newest = deliveries.at(-1)?.seq;
  if (newest !== undefined || settled.acknowledgedSeq !== client.acknowledgedSeq) {
    db.run(UPDATE_CLIENT, newest ?? client.seq, settled.acknowledgedSeq, call.client);
  }
  parts.clients.refreshWaiting(step, call.client);
  return {
    acknowledged: settled.acknowledged,
    parked: settled.parked,
    deliveries,
    seq: newest ?? settled.acknowledgedSeq,
  };
}

/** Ends what is acknowledged or was handed out too often; gives what still carries a number. */
function settleOut(
  step: Step,
  { call, client, handOutsMax }: {
    readonly call: HandOutCall;
    readonly client: ClientRow;
    readonly handOutsMax: number;
  },
): {
  readonly acknowledged: number;
  readonly parked: number;
  readonly acknowledgedSeq: DeliverySeq;
  readonly kept: readonly DeliveryId[];
} {
  const { db } = step;
  const { onUnanswered } = readStored<ClientSettings>(client.settings);
  const counts = { acknowledged: 0, parked: 0 };
  const kept: DeliveryId[] = [];
  let { acknowledgedSeq } = client;
  for (const row of db.all<OutRow>(SELECT_OUT, call.client)) {
    const fate = fateOf(row, { call, client, onUnanswered, handOutsMax });
    const part = { client: call.client, conversation: row.conversation };
    switch (fate) {
      case "acknowledged":
      case "acknowledged_unanswered":
        db.run(ACKNOWLEDGE, call.atMs, fate === "acknowledged" ? 0 : 1, row.id);
        addToQueueCounts(db, part, -1);
        counts.acknowledged += 1;
        acknowledgedSeq = row.seq;
        break;
      case "again":
        db.run(TAKE_BACK, row.id);
        acknowledgedSeq = row.seq;
        break;
      case "too_often":
        db.run(PARK, call.atMs, row.id);
        addToQueueCounts(db, part, -1);
        parkIfNoneAlive(step, row.message, { why: "handed_out_too_often", atMs: call.atMs });
        counts.parked += 1;
        break;
      case "kept":
        kept.push(row.id);
    }
  }
  return { ...counts, acknowledgedSeq, kept };
}

function fateOf(
  row: OutRow,
  { call, client, onUnanswered, handOutsMax }: {
    readonly call: HandOutCall;
    readonly client: ClientRow;
    readonly onUnanswered: ClientSettings["onUnanswered"];
    readonly handOutsMax: number;
  },
): Fate {
  const isTooOften = row.written >= handOutsMax;
  if (!isAcknowledged(row, call, client)) return isTooOften ? "too_often" : "kept";
  if (!call.hasRestarted || row.isAnswered === 1) return "acknowledged";
  return onUnanswered === "redeliver" && !isTooOften ? "again" : "acknowledged_unanswered";
}

function isAcknowledged(row: OutRow, { acknowledged }: HandOutCall, client: ClientRow): boolean {
  switch (acknowledged.kind) {
    case "through":
      return acknowledged.seq <= client.seq && row.seq <= acknowledged.seq;
    case "written":
      return row.written > 0;
    case "none":
      return false;
  }
}

function handOutNext(
  db: Database,
  call: HandOutCall,
  { from, kept }: { readonly from: DeliverySeq; readonly kept: readonly DeliveryId[] },
): readonly HandedOutDelivery[] {
  const next = db.all<NextRow>(SELECT_NEXT, call.client, call.batch);
  if (next.length === 0) return [];
  const given = new Set(next.map(({ id }) => id));
  for (const id of kept) if (!given.has(id)) db.run(TAKE_BACK, id);
  return next.map((row, at) => {
    const { id, message, conversation, raw, text, quotedWireId } = row;
    const seq = asId<DeliverySeq>(from + at + 1);
    db.run(HAND_OUT, seq, call.atMs, id);
    db.run(NOTE_CONVERSATION, message, call.atMs, call.client, conversation);
    return {
      id,
      seq,
      message,
      conversation,
      raw,
      text: text === null ? null : readStored<string>(text),
      quotedWireId: quotedWireId === null
        ? null
        : findKnownWireId(db, { client: call.client, conversation, quotedWireId }),
    };
  });
}
