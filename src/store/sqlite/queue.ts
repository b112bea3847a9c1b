/** A client's queue: who gets in, and what changes queues. Taking out is `hand_out.ts`. */
import type { ParkReason } from "../../core/decision.ts";
import type { ClientId, ConversationId, DeliveryId, MessageId } from "../../core/ids.ts";
import type { Database } from "./database.ts";
import type { QueueLimits } from "./limits.ts";
import { addToQueueCounts, type QueuePart, readQueueCounts } from "./queue_counts.ts";

const INSERT = `
  INSERT INTO deliveries (client, message, conversation, state, text, queued_at_ms)
  VALUES (?, ?, ?, 'waiting', ?, ?)`;
const INSERT_PARKED = `
  INSERT INTO deliveries (client, message, conversation, state, reason, text, queued_at_ms,
    ended_at_ms)
  VALUES (?1, ?2, ?3, 'parked', ?4, ?5, ?6, ?6)`;
/**
 * What other clients have never been given and the target does not get anyway. Of a message that waits for several clients
 * one delivery moves. Indexes: client_conversations_conversation, deliveries_queue, deliveries_message.
 */
const SELECT_MOVABLE = `
  SELECT min(d.id) AS id, d.client
  FROM client_conversations AS q
    JOIN deliveries AS d ON d.ended_at_ms IS NULL AND d.client = q.client
      AND d.conversation = q.conversation
  WHERE q.conversation = ?1 AND q.client <> ?2 AND q.waiting > 0 AND d.hand_outs = 0
    AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = d.message AND client = ?2)
  GROUP BY d.message ORDER BY 1 LIMIT ?3 + 0`;
const MOVE = "UPDATE deliveries SET client = ? WHERE id = ?";

/** Queues a message for a client, or notes it as parked where the queue is full; then gives the reason. */
export function queueDelivery(
  db: Database,
  limits: QueueLimits,
  delivery: {
    readonly client: ClientId;
    readonly conversation: ConversationId;
    readonly message: MessageId;
    /** Replaces the message's text; `null` leaves it. */
    readonly text: string | null;
    readonly atMs: number;
  },
): ParkReason | null {
  const { client, conversation, message, atMs } = delivery;
  // The engine ends a text at U+0000, JSON does not.
  const text = delivery.text === null ? null : JSON.stringify(delivery.text);
  const room = roomFor(db, limits, { client, conversation });
  if (room.kind === "room") {
    db.run(INSERT, client, message, conversation, text, atMs);
    addToQueueCounts(db, { client, conversation }, 1);
    return null;
  }
  db.run(INSERT_PARKED, client, message, conversation, room.why, text, atMs);
  return room.why;
}

/**
 * Moves the conversation's deliveries that wait for other clients to `target`, oldest first, as many as its queue takes.
 * Gives the clients that lost some.
 */
export function moveWaiting(
  db: Database,
  limits: QueueLimits,
  { conversation, target }: { readonly conversation: ConversationId; readonly target: ClientId },
): readonly ClientId[] {
  const room = roomFor(db, limits, { client: target, conversation });
  if (room.kind === "full") return [];
  const movable = db.all<{ id: DeliveryId; client: ClientId }>(
    SELECT_MOVABLE,
    conversation,
    target,
    room.count,
  );
  for (const { id, client } of movable) {
    db.run(MOVE, target, id);
    addToQueueCounts(db, { client, conversation }, -1);
    addToQueueCounts(db, { client: target, conversation }, 1);
  }
  return [...new Set(movable.map(({ client }) => client))];
}

function roomFor(
  db: Database,
  limits: QueueLimits,
  part: QueuePart,
):
  | { readonly kind: "room"; readonly count: number }
  | { readonly kind: "full"; readonly why: ParkReason } {
  const { waiting, ofConversation } = readQueueCounts(db, part);
  const inConversation = limits.waitingPerConversation - ofConversation;
  const inClient = limits.waitingPerClient - waiting;
  if (inConversation <= 0) return { kind: "full", why: "conversation_queue_full" };
  if (inClient <= 0) return { kind: "full", why: "client_queue_full" };
  return { kind: "room", count: Math.min(inConversation, inClient) };
}
