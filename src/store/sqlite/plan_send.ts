/** Plans one upstream call. */
import {
  type AccountId,
  asId,
  type ConversationId,
  type MessageId,
  type ReplyId,
  type SendId,
} from "../../core/ids.ts";
import type { Database } from "./database.ts";
import { refreshNextSend } from "./next_send.ts";
import { digestOfText, headOfText, normalText, textOfContent } from "./send_text.ts";

/** The hub's own words go before replies. */
const PRIORITY_HUB = 0;
const PRIORITY_REPLY = 1;

const INSERT = `
  INSERT INTO sends (account, conversation, reply, message, priority, content, text_head,
    text_digest, planned_at_ms, state, is_open, reason, ended_at_ms)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
    CASE WHEN removed_at_ms IS NULL THEN 'planned' ELSE 'expired' END, removed_at_ms IS NULL,
    CASE WHEN removed_at_ms IS NULL THEN '' ELSE 'account_removed' END,
    CASE WHEN removed_at_ms IS NULL THEN NULL ELSE ?9 END
  FROM accounts WHERE id = ?1`;

/** A send of an account that was removed expires at once. */
export function planSend(
  db: Database,
  planned: {
    readonly account: AccountId;
    readonly conversation: ConversationId;
    /** `null` for the hub's own words. */
    readonly reply: ReplyId | null;
    /** What the hub's own words are about; counts only without a reply. */
    readonly message: MessageId | null;
    /** JSON text. */
    readonly content: string;
    readonly atMs: number;
  },
): SendId {
  const { account, conversation, reply, message, content, atMs } = planned;
  const text = normalText(textOfContent(content));
  const id = db.insert(
    INSERT,
    account,
    conversation,
    reply,
    reply === null ? message : null,
    reply === null ? PRIORITY_HUB : PRIORITY_REPLY,
    content,
    headOfText(text),
    digestOfText(text),
    atMs,
  );
  refreshNextSend(db, conversation);
  return asId<SendId>(id);
}
