/** By which digits a client knows its replies: WeChat's, or the hub's where it was answered before WeChat gave any. */
import type { ClientId, ConversationId, ReplyId } from "../../core/ids.ts";
import type { Database } from "./database.ts";

/** Index: sends_wire_id. */
const FIND_REPLY = `
  SELECT r.id, r.known_wire_id AS knownWireId
  FROM sends AS s JOIN replies AS r ON r.id = s.reply
  WHERE s.conversation = ? AND s.wire_id = ? AND r.client = ?`;
/** Index: sends_reply. */
const FIRST_WIRE_ID = "SELECT wire_id AS wireId FROM sends WHERE reply = ? ORDER BY id LIMIT 1";
const NOTE_ANSWERED = "UPDATE replies SET known_wire_id = ? WHERE id = ?";

/** The digits WeChat gave to the reply's first send; `null` where there are none. */
export function firstWireId(db: Database, reply: ReplyId): string | null {
  return db.get<{ wireId: string | null }>(FIRST_WIRE_ID, reply)?.wireId ?? null;
}

/** The digits by which the client knows the quoted message, when it is a reply of its own that it knows by other digits. */
export function findKnownWireId(
  db: Database,
  { client, conversation, quotedWireId }: {
    readonly client: ClientId;
    readonly conversation: ConversationId;
    readonly quotedWireId: string;
  },
): string | null {
  const reply = db.get<{ id: ReplyId; knownWireId: string | null }>(
    FIND_REPLY,
    conversation,
    quotedWireId,
    client,
  );
  if (reply === undefined) return null;
  const known = reply.knownWireId ?? firstWireId(db, reply.id);
  return known === quotedWireId ? null : known;
}

export function noteAnswered(db: Database, reply: ReplyId, wireId: string): void {
  db.run(NOTE_ANSWERED, wireId, reply);
}
