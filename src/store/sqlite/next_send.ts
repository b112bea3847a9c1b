/**
 * Which send a conversation makes next. It stands in the conversation's row, so that the sender finds its work without looking
 * at conversations that have none or must wait. Every step that changes the state of a conversation's sends ends here.
 */
import type { AccountId, ConversationId } from "../../core/ids.ts";
import type { Database } from "./database.ts";

/** None while a call is in flight or its end is not known: what comes behind waits. Index: sends_open. */
const REFRESH = `
  UPDATE conversations SET next_send = CASE
    WHEN EXISTS (
      SELECT 1 FROM sends
      WHERE is_open = 1 AND conversation = conversations.id AND state IN ('sending', 'unknown')
    ) THEN NULL
    ELSE (
      SELECT id FROM sends
      WHERE is_open = 1 AND conversation = conversations.id AND state = 'planned'
      ORDER BY priority, id LIMIT 1
    ) END`;
const REFRESH_ONE = `${REFRESH} WHERE id = ?`;
const REFRESH_ACCOUNT = `${REFRESH} WHERE account = ?`; // index: conversations_account

export function refreshNextSend(db: Database, conversation: ConversationId): void {
  db.run(REFRESH_ONE, conversation);
}

export function refreshNextSends(db: Database, account: AccountId): void {
  db.run(REFRESH_ACCOUNT, account);
}
