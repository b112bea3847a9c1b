/** What the router is shown of a message or reply and of its conversation, in a few reads. */
import type { Trace } from "../../core/decision.ts";
import type { AccountId, ClientId, ConversationId, MessageId, ReplyId } from "../../core/ids.ts";
import type { Ledger } from "../../core/ledger.ts";
import type { Inbound } from "../../core/message.ts";
import { isObject, type Json, type JsonObject, parseJson } from "../../lib/json.ts";
import type { DecisionInput, ReplyInput } from "../store.ts";
import type { Database } from "./database.ts";
import { LEDGER_COLUMNS, readLedger } from "./ledgers.ts";
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
  readonly inbound: string;
  readonly receivedAtMs: number;
  readonly attempt: number;
  readonly key: string;
  readonly alias: string;
}

const CONVERSATION_COLUMNS = `
  c.id AS conversation, a.id AS account, a.name AS accountName, a.user_id AS userId,
  a.default_client AS defaultClient, c.bound_client AS boundClient, c.bound_at_ms AS boundAtMs,
  c.last_decided AS lastDecided, ${LEDGER_COLUMNS}`;
const SELECT_MESSAGE = `
  SELECT ${CONVERSATION_COLUMNS}, m.inbound, m.received_at_ms AS receivedAtMs, m.attempt, s.key,
    s.alias
  FROM messages AS m
    JOIN conversations AS c ON c.id = m.conversation
    JOIN accounts AS a ON a.id = m.account
    JOIN senders AS s ON s.id = m.sender
  WHERE m.id = ? AND m.state = 'received'`;
const SELECT_REPLY = `
  SELECT ${CONVERSATION_COLUMNS}
  FROM replies AS r
    JOIN conversations AS c ON c.id = r.conversation
    JOIN accounts AS a ON a.id = c.account
  WHERE r.id = ?`;
const SELECT_MEMORIES = "SELECT plugin, memory FROM memories WHERE conversation = ?";
const SELECT_TRACE = "SELECT trace FROM traces WHERE message = ?";

export function readForDecision(db: Database, message: MessageId): DecisionInput | null {
  const row = db.get<MessageRow>(SELECT_MESSAGE, message);
  if (row === undefined) return null;
  const { conversation, receivedAtMs, attempt, account, key, alias } = row;
  const inbound = readStored<Inbound>(row.inbound);
  return {
    ...readConversation(db, row),
    message: { id: message, conversation, inbound, receivedAtMs, attempt },
    sender: { key, alias },
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

function readMemories(db: Database, conversation: ConversationId): DecisionInput["memories"] {
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
