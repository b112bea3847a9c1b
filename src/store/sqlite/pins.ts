/** Replies that were pinned, and wait for the person's answer. A client's newest question replaces the one before. */
import type { ClientId, ConversationId, ReplyId } from "../../core/ids.ts";
import type { Pin } from "../../core/pin.ts";
import type { Database } from "./database.ts";

/** A script waits for no answer. It waits for whom the reply answers: in a group that is one person of many. */
const PIN = `
  INSERT INTO pins (conversation, sender, client, reply, for_ms)
  SELECT r.conversation, coalesce(m.sender, c.sender), r.client, r.id, ?1
  FROM replies AS r
    JOIN conversations AS c ON c.id = r.conversation
    JOIN clients AS k ON k.id = r.client
    LEFT JOIN messages AS m ON m.id = r.message
  WHERE r.id = ?2 AND k.removed_at_ms IS NULL AND k.role = 'agent'
  ON CONFLICT DO UPDATE SET reply = excluded.reply, for_ms = excluded.for_ms`;
/** Indexes: the key of pins, sends_reply. What has not reached WeChat has asked nobody. */
const SELECT_PINS = `
  SELECT p.client, p.reply, p.for_ms AS forMs, (
    SELECT min(coalesce(n.began_at_ms, n.ended_at_ms)) FROM sends AS n
    WHERE n.reply = p.reply
      AND n.state IN ('sending', 'sent', 'unconfirmed', 'suspect', 'unknown', 'merged')
  ) AS askedAtMs
  FROM pins AS p WHERE p.conversation = ? AND p.sender = ?`;
const END_PIN = "DELETE FROM pins WHERE conversation = ? AND reply = ?"; // index: its key
const END_CLIENTS = "DELETE FROM pins WHERE client = ?"; // index: pins_client

export function pinReply(db: Database, reply: ReplyId, forMs: number): void {
  db.run(PIN, Math.ceil(forMs), reply);
}

/** All pins for this person in this conversation, also those that are not asked yet or over. */
export function readPins(db: Database, conversation: ConversationId, sender: number): Pin[] {
  return db.all<Pin>(SELECT_PINS, conversation, sender);
}

export function endPins(
  db: Database,
  conversation: ConversationId,
  replies: readonly ReplyId[],
): void {
  for (const reply of replies) db.run(END_PIN, conversation, reply);
}

export function endPinsOfClient(db: Database, client: ClientId): void {
  db.run(END_CLIENTS, client);
}
