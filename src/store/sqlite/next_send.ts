/**
 * Which send a conversation makes next. It stands in the conversation's row, so that the sender finds its work without looking
 * at conversations that have none or must wait. Every step that changes the state of a conversation's sends ends here.
 */
import type { AccountId, ConversationId, SendId } from "../../core/ids.ts";
import type { Database } from "./database.ts";

/** None while a call is in flight or its end is not known: what comes behind waits. Index: sends_open. */
const NEXT = `CASE
    WHEN EXISTS (
      SELECT 1 FROM sends
      WHERE is_open = 1 AND conversation = conversations.id AND state IN ('sending', 'unknown')
    ) THEN NULL
    ELSE (
      SELECT id FROM sends
      WHERE is_open = 1 AND conversation = conversations.id AND state = 'planned'
      ORDER BY priority, id LIMIT 1
    ) END`;
const SELECT = `SELECT next_send AS noted, ${NEXT} AS next FROM conversations WHERE id = ?`;
const UPDATE = "UPDATE conversations SET next_send = ? WHERE id = ?";
/** Index: conversations_account. */
const UPDATE_ACCOUNT = `UPDATE conversations SET next_send = ${NEXT} WHERE account = ?`;

export function refreshNextSend(db: Database, conversation: ConversationId): void {
  const { noted, next } = db.one<{ noted: SendId | null; next: SendId | null }>(
    SELECT,
    conversation,
  );
  // Mostly a send's end leaves nothing to send, and looking costs a fifth of an update.
  if (next !== noted) db.run(UPDATE, next, conversation);
}

export function refreshNextSends(db: Database, account: AccountId): void {
  db.run(UPDATE_ACCOUNT, account);
}
