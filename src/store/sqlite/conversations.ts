/** Conversations and the people and groups in them, made when they are first heard of. */
import { type AccountId, asId, type ClientId, type ConversationId } from "../../core/ids.ts";
import type { ConversationAddress } from "../store.ts";
import type { Database } from "./database.ts";

/** What taking a message needs of its conversation. */
export interface InboundConversation {
  readonly id: ConversationId;
  readonly sender: number;
  readonly contextToken: string;
  readonly tokenAtMs: number;
  readonly lastInboundAtMs: number | null;
  readonly sendsSinceInbound: number;
}

/** Index: the unique one of wechat_id, then conversations_sender. */
const FIND = `
  SELECT c.id, c.sender, c.context_token AS contextToken, c.token_at_ms AS tokenAtMs,
    c.last_inbound_at_ms AS lastInboundAtMs, c.sends_since_inbound AS sendsSinceInbound
  FROM senders AS s JOIN conversations AS c ON c.sender = s.id
  WHERE s.wechat_id = ? AND c.account = ?`;
const INSERT = "INSERT INTO conversations (account, sender) VALUES (?, ?)";
const FIND_SENDER = "SELECT id FROM senders WHERE wechat_id = ?";
const INSERT_SENDER = "INSERT INTO senders (wechat_id, is_group, key) VALUES (?, ?, ?)";
/** Index: the unique one of wechat_id, then conversations_sender and the key of client_conversations. */
const FIND_LAST_HANDED_OUT = `
  SELECT c.id AS conversation, c.account, q.handed_out AS message
  FROM senders AS s
    JOIN conversations AS c ON c.sender = s.id
    JOIN client_conversations AS q ON q.client = ?2 AND q.conversation = c.id
  WHERE s.wechat_id = ?1 AND q.handed_out IS NOT NULL
  ORDER BY q.handed_out_at_ms DESC, q.handed_out DESC LIMIT 1`;
const SELECT_ADDRESS = `
  SELECT c.account, s.wechat_id AS "to", c.context_token AS contextToken
  FROM conversations AS c JOIN senders AS s ON s.id = c.sender WHERE c.id = ?`;

export function findConversation(
  db: Database,
  wanted: {
    readonly account: AccountId;
    /** WeChat's id of the person or group. */
    readonly peer: string;
    readonly isGroup: boolean;
    readonly senderKey: (wechatId: string) => string;
  },
): InboundConversation {
  const { account, peer, isGroup, senderKey } = wanted;
  const found = db.get<InboundConversation>(FIND, peer, account);
  if (found !== undefined) return found;
  const sender = findSender(db, { wechatId: peer, isGroup, senderKey });
  const id = asId<ConversationId>(db.insert(INSERT, account, sender));
  return {
    id,
    sender,
    contextToken: "",
    tokenAtMs: 0,
    lastInboundAtMs: null,
    sendsSinceInbound: 0,
  };
}

export function findSender(
  db: Database,
  { wechatId, isGroup, senderKey }: {
    readonly wechatId: string;
    readonly isGroup: boolean;
    readonly senderKey: (wechatId: string) => string;
  },
): number {
  const found = db.get<{ id: number }>(FIND_SENDER, wechatId);
  return found?.id ?? db.insert(INSERT_SENDER, wechatId, isGroup ? 1 : 0, senderKey(wechatId));
}

/** The conversation with this person or group of which the client was last given a message, and that message's id. */
export function findLastHandedOut(
  db: Database,
  client: ClientId,
  to: string,
): {
  readonly account: AccountId;
  readonly conversation: ConversationId;
  readonly message: number;
} | null {
  return db.get<{ account: AccountId; conversation: ConversationId; message: number }>(
    FIND_LAST_HANDED_OUT,
    to,
    client,
  ) ?? null;
}

export function readAddress(
  db: Database,
  conversation: ConversationId,
): ConversationAddress | null {
  const row = db.get<ConversationAddress>(SELECT_ADDRESS, conversation);
  return row === undefined ? null : { ...row };
}
