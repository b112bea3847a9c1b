/** One message's whole life, as it can be shown. */
import { itemsOf, partOfItem, textOfItems } from "../../core/content.ts";
import type { Trace } from "../../core/decision.ts";
import type { MessageId, ReplyId, SendId } from "../../core/ids.ts";
import type { DeliveryState, SendState } from "../../core/lifecycle.ts";
import { isObject, parseJson, tryParseJson } from "../../lib/json.ts";
import type { DeliveryTrace, MessageTrace, ReplyTrace, SendTrace } from "../trace.ts";
import type { Database } from "./database.ts";
import { carried, derivedState } from "./reply_outcome.ts";
import { textOfContent } from "./send_text.ts";
import { readStored } from "./stored_json.ts";
import { readSummary, SUMMARIES, type SummaryRow } from "./summaries.ts";

interface DeliveryRow {
  readonly client: string;
  readonly state: DeliveryState;
  readonly reason: string;
  readonly queuedAtMs: number;
  readonly handedOutAtMs: number | null;
  readonly handOuts: number;
  readonly endedAtMs: number | null;
  readonly isUnanswered: 0 | 1;
}

interface ReplyRow {
  readonly id: ReplyId;
  readonly client: string;
  readonly state: "accepted" | "shaped" | "stopped";
  readonly content: string;
  readonly steps: string | null;
  readonly acceptedAtMs: number;
}

interface SendRow {
  readonly id: SendId;
  readonly state: SendState;
  readonly reason: string;
  readonly content: string;
  readonly attempts: number;
  readonly isRepeat: 0 | 1;
  readonly plannedAtMs: number;
  readonly beganAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly wireId: string | null;
}

const SELECT_MESSAGE = `${SUMMARIES} WHERE m.id = ?`;
const SELECT_TRACE = "SELECT trace FROM traces WHERE message = ?";
/** Index: deliveries_message. */
const SELECT_DELIVERIES = `
  SELECT c.name AS client, d.state, d.reason, d.queued_at_ms AS queuedAtMs,
    d.handed_out_at_ms AS handedOutAtMs, d.hand_outs AS handOuts, d.ended_at_ms AS endedAtMs,
    d.is_unanswered AS isUnanswered
  FROM deliveries AS d JOIN clients AS c ON c.id = d.client WHERE d.message = ? ORDER BY d.id`;
/** Index: replies_message. */
const SELECT_REPLIES = `
  SELECT r.id, c.name AS client, r.state, r.content, r.steps, r.accepted_at_ms AS acceptedAtMs
  FROM replies AS r JOIN clients AS c ON c.id = r.client WHERE r.message = ? ORDER BY r.id`;
const SENDS = `
  SELECT id, state, reason, content, attempts, is_repeat AS isRepeat,
    planned_at_ms AS plannedAtMs, began_at_ms AS beganAtMs, ended_at_ms AS endedAtMs,
    wire_id AS wireId
  FROM sends`;
const SELECT_REPLY_SENDS = `${SENDS} WHERE reply = ? ORDER BY id`; // index: sends_reply
const SELECT_HUB_SENDS = `${SENDS} WHERE message = ? ORDER BY id`; // index: sends_message

export function readTrace(db: Database, message: MessageId): MessageTrace | null {
  const row = db.get<SummaryRow>(SELECT_MESSAGE, message);
  if (row === undefined) return null;
  const trace = db.get<{ trace: string }>(SELECT_TRACE, message);
  return {
    ...readSummary(row),
    trace: trace === undefined ? null : readStored<Trace>(trace.trace),
    deliveries: db.all<DeliveryRow>(SELECT_DELIVERIES, message).map(readDelivery),
    replies: db.all<ReplyRow>(SELECT_REPLIES, message).map((reply) => readReply(db, reply)),
    hubSends: db.all<SendRow>(SELECT_HUB_SENDS, message).map(readSend),
  };
}

function readDelivery(row: DeliveryRow): DeliveryTrace {
  const { endedAtMs, isUnanswered, ...rest } = row;
  return {
    ...rest,
    acknowledgedAtMs: row.state === "acknowledged" ? endedAtMs : null,
    isUnanswered: isUnanswered === 1,
  };
}

function readReply(db: Database, row: ReplyRow): ReplyTrace {
  const rows = db.all<SendRow>(SELECT_REPLY_SENDS, row.id);
  const sends = rows.map(readSend);
  const content = tryParseJson(row.content);
  const items = isObject(content) ? itemsOf(content) : [];
  return {
    id: row.id,
    client: row.client,
    state: derivedState(row.state, rows.map((send) => carried(db, send).state)),
    text: textOfItems(items),
    parts: items.map(partOfItem),
    acceptedAtMs: row.acceptedAtMs,
    steps: row.steps === null ? null : parseJson(row.steps),
    sends,
  };
}

function readSend(row: SendRow): SendTrace {
  const { content, isRepeat, ...rest } = row;
  return { ...rest, text: textOfContent(content), isRepeat: isRepeat === 1 };
}
