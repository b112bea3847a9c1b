/** Plans one upstream call. */
import assert from "node:assert/strict";
import {
  type AccountId,
  asId,
  type ConversationId,
  type MessageId,
  type ReplyId,
  type SendId,
} from "../../core/ids.ts";
import type { SendRank } from "../../core/turn.ts";
import type { Step } from "./group.ts";
import { countSends } from "./moves.ts";
import { refreshNextSend } from "./next_send.ts";
import { digestOfText, headOfText, normalText, textOfContent } from "./send_text.ts";

/** The order in which they leave; a send's priority is its place here. Also part of the database: append only. */
const RANKS = ["hub", "reply", "released", "push", "progress"] as const satisfies SendRank[];
export const PRIORITY_PUSH = RANKS.indexOf("push");
export const PRIORITY_RELEASED = RANKS.indexOf("released");

export function rankOf(priority: number): SendRank {
  const rank = RANKS[priority];
  assert(rank !== undefined, `no rank has the priority ${priority}`);
  return rank;
}

const INSERT = `
  INSERT INTO sends (account, conversation, reply, message, priority, content, text_head,
    text_digest, planned_at_ms, state, is_open, reason, ended_at_ms)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'planned', 1, '', NULL)`;
const INSERT_EXPIRED = `
  INSERT INTO sends (account, conversation, reply, message, priority, content, text_head,
    text_digest, planned_at_ms, state, is_open, reason, ended_at_ms)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'expired', 0, 'account_removed', ?9)`;
const IS_REMOVED = "SELECT 1 FROM accounts WHERE id = ? AND removed_at_ms IS NOT NULL";

/** A send of an account that was removed expires at once. */
export function planSend(
  step: Step,
  planned: {
    readonly account: AccountId;
    readonly conversation: ConversationId;
    /** `null` for the hub's own words. */
    readonly reply: ReplyId | null;
    /** What the hub's own words are about; counts only without a reply. */
    readonly message: MessageId | null;
    readonly rank: SendRank;
    /** JSON text. */
    readonly content: string;
    readonly atMs: number;
  },
): SendId {
  const { db } = step;
  const isRemoved = db.get(IS_REMOVED, planned.account) !== undefined;
  const { account, conversation, reply, message, rank, content, atMs } = planned;
  const text = normalText(textOfContent(content));
  const id = db.insert(
    isRemoved ? INSERT_EXPIRED : INSERT,
    account,
    conversation,
    reply,
    reply === null ? message : null,
    RANKS.indexOf(rank),
    content,
    headOfText(text),
    digestOfText(text),
    atMs,
  );
  countSends(step, account, { from: null, to: isRemoved ? "expired" : "planned" });
  refreshNextSend(db, conversation);
  return asId<SendId>(id);
}
