/** What the router is shown of a message or reply and of its conversation, in a few reads. */
import type { Trace } from "../../core/decision.ts";
import type { AccountId, ClientId, ConversationId, MessageId, ReplyId } from "../../core/ids.ts";
import type { Ledger } from "../../core/ledger.ts";
import type { Inbound } from "../../core/message.ts";
import { isObject, type Json, type JsonObject, parseJson } from "../../lib/json.ts";
import type { DecisionInput, ReplyInput, TryInput } from "../store.ts";
import type { Database } from "./database.ts";
import { LEDGER_COLUMNS, readLedger } from "./ledgers.ts";
import { readPins } from "./pins.ts";
import { findQuoted } from "./quotes.ts";
import { readStored } from "./stored_json.ts";

interface ConversationRow extends Ledger {
  readonly conversation: ConversationId;
  readonly account: AccountId;
  readonly accountName: string;
  readonly userId: string | null;
  readonly defaultClient: ClientId | null;
  readonly boundClient: ClientId | null;
  readonly boundAtMs: number | null;
  readonly lastDecided: MessageId | null;
}

interface MessageRow extends ConversationRow {
  readonly sender: number;
  readonly inbound: string;
  readonly receivedAtMs: number;
  readonly attempt: number;
  readonly key: string;
  readonly alias: string;
}

interface PersonRow extends ConversationRow {
  readonly sender: number;
  readonly key: string;
  readonly alias: string;
  readonly wechatId: string;
}

const CONVERSATION_COLUMNS = `
  c.id AS conversation, a.id AS account, a.name AS accountName, a.user_id AS userId,
  a.default_client AS defaultClient, c.bound_client AS boundClient, c.bound_at_ms AS boundAtMs,
  c.last_decided AS lastDecided, ${LEDGER_COLUMNS}`;
const MESSAGES = `
  SELECT ${CONVERSATION_COLUMNS}, m.sender, m.inbound, m.received_at_ms AS receivedAtMs, m.attempt,
    s.key, s.alias
  FROM messages AS m
    JOIN conversations AS c ON c.id = m.conversation
    JOIN accounts AS a ON a.id = m.account
    JOIN senders AS s ON s.id = m.sender`;
const SELECT_UNDECIDED = `${MESSAGES} WHERE m.id = ? AND m.state = 'received'`;
const SELECT_ANY = `${MESSAGES} WHERE m.id = ?`;
/** People's conversations, not groups'. */
const PEOPLE = `
  SELECT ${CONVERSATION_COLUMNS}, c.sender, s.key, s.alias, s.wechat_id AS wechatId
  FROM senders AS s
    JOIN conversations AS c ON c.sender = s.id
    JOIN accounts AS a ON a.id = c.account
  WHERE a.removed_at_ms IS NULL AND s.is_group = 0`;
/** Index: senders_key. */
const SELECT_BY_KEY = `${PEOPLE} AND s.key = ? ORDER BY c.id LIMIT 1`;
/** Index: senders_alias. */
const SELECT_BY_ALIAS = `${PEOPLE} AND s.alias = ? AND s.alias <> '' ORDER BY c.id LIMIT 1`;
/** Indexes: of senders by their WeChat id, conversations_sender. */
const SELECT_OWNER = `
  SELECT ${CONVERSATION_COLUMNS}, c.sender, s.key, s.alias, s.wechat_id AS wechatId
  FROM accounts AS a
    CROSS JOIN senders AS s ON s.wechat_id = a.user_id
    CROSS JOIN conversations AS c ON c.sender = s.id AND c.account = a.id
  WHERE a.removed_at_ms IS NULL ORDER BY a.id LIMIT 1`;
const SELECT_DECIDED = `
  SELECT m.id, m.received_at_ms AS receivedAtMs FROM traces AS t JOIN messages AS m ON m.id = t.message
  WHERE t.message <= ? ORDER BY t.message DESC LIMIT ? + 0`;
const SELECT_REPLY = `
  SELECT ${CONVERSATION_COLUMNS}
  FROM replies AS r
    JOIN conversations AS c ON c.id = r.conversation
    JOIN accounts AS a ON a.id = c.account
  WHERE r.id = ?`;
const SELECT_MEMORIES = "SELECT plugin, memory FROM memories WHERE conversation = ?";
const SELECT_TRACE = "SELECT trace FROM traces WHERE message = ?";

export function readForDecision(db: Database, message: MessageId): DecisionInput | null {
  const row = db.get<MessageRow>(SELECT_UNDECIDED, message);
  return row === undefined ? null : readMessage(db, message, row);
}

/** As the port's `readDecided`. */
export function readDecided(
  db: Database,
  message: MessageId,
): { readonly input: DecisionInput; readonly trace: Trace } | null {
  const row = db.get<MessageRow>(SELECT_ANY, message);
  const decided = db.get<{ trace: string }>(SELECT_TRACE, message);
  if (row === undefined || decided === undefined) return null;
  const input = readMessage(db, message, { ...row, lastDecided: null });
  // The memories in it keep every digit.
  return { input, trace: parseJson(decided.trace) as unknown as Trace };
}

/** As the port's `decidedMessages`. Message ids grow with the time they came at. */
export function readDecidedMessages(
  db: Database,
  { sinceMs, limit }: { readonly sinceMs: number; readonly limit: number },
): readonly MessageId[] {
  return db.all<{ id: MessageId; receivedAtMs: number }>(
    SELECT_DECIDED,
    Number.MAX_SAFE_INTEGER,
    limit,
  )
    .filter(({ receivedAtMs }) => receivedAtMs >= sinceMs)
    .map(({ id }) => id)
    .reverse();
}

/** As the port's `readForTry`. */
export function readForTry(db: Database, person: string): TryInput | null {
  const row = person === ""
    ? db.get<PersonRow>(SELECT_OWNER)
    : db.get<PersonRow>(SELECT_BY_KEY, person) ?? db.get<PersonRow>(SELECT_BY_ALIAS, person);
  if (row === undefined) return null;
  const { conversation, key, alias, wechatId } = row;
  return {
    ...readConversation(db, row),
    conversation,
    sender: { key, alias },
    pins: readPins(db, conversation, row.sender),
    from: wechatId,
  };
}

function readMessage(db: Database, message: MessageId, row: MessageRow): DecisionInput {
  const { conversation, receivedAtMs, attempt, account, key, alias } = row;
  const inbound = readStored<Inbound>(row.inbound);
  return {
    ...readConversation(db, row),
    message: { id: message, conversation, inbound, receivedAtMs, attempt },
    sender: { key, alias },
    pins: readPins(db, conversation, row.sender),
    quoted: findQuoted(db, inbound.quote, { account, conversation, atMs: receivedAtMs }),
  };
}

export function readForReply(db: Database, reply: ReplyId): ReplyInput {
  return readConversation(db, db.one<ConversationRow>(SELECT_REPLY, reply));
}

function readConversation(db: Database, row: ConversationRow): ReplyInput {
  const { account, accountName, userId, defaultClient, boundClient, boundAtMs } = row;
  return {
    account: { id: account, name: accountName, userId, defaultClient },
    binding: boundClient === null ? null : { client: boundClient, boundAtMs: boundAtMs ?? 0 },
    memories: readMemories(db, row.conversation),
    last: readLast(db, row.lastDecided),
    ledger: readLedger(row),
  };
}

/** By plugin id. */
export function readMemories(
  db: Database,
  conversation: ConversationId,
): DecisionInput["memories"] {
  const rows = db.all<{ plugin: string; memory: string }>(SELECT_MEMORIES, conversation);
  return Object.fromEntries(
    rows.map(({ plugin, memory }) => [plugin, asObject(parseJson(memory))]),
  );
}

function asObject(memory: Json): JsonObject {
  return isObject(memory) ? memory : {};
}

function readLast(db: Database, message: MessageId | null): DecisionInput["last"] {
  if (message === null) return null;
  const row = db.get<{ trace: string }>(SELECT_TRACE, message);
  return row === undefined ? null : { message, trace: readStored<Trace>(row.trace) };
}
