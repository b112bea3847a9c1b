/** One answer of WeChat, taken as a whole: messages, repeats, newest context tokens, new turns, cursor. */
import { type AccountId, asId, type ConversationId, type MessageId } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Inbound } from "../../core/message.ts";
import { TURN_LOOK_MS } from "../../core/turn.ts";
import type { PollSteps } from "../store.ts";
import { findConversation, findSender, type InboundConversation } from "./conversations.ts";
import { readCounter } from "./counters.ts";
import type { Database } from "./database.ts";
import { noteForeignQuote } from "./foreign_quotes.ts";
import type { Group, Step } from "./group.ts";
import { countMessages, countSends } from "./moves.ts";
import { refreshNextSend } from "./next_send.ts";
import type { Secrets } from "./secrets.ts";
import { countDuplicate, takeUnreadable, takeUnreadableBody } from "./unreadable.ts";

type Batch = Parameters<PollSteps["ingest"]>[0];

/** What is the same for every message of a batch. */
interface Arrival {
  readonly account: AccountId;
  readonly atMs: number;
  /** Whether the login that polled is still the account's; context tokens of an older one are dead. */
  readonly isCurrent: boolean;
  /** Since when the account's present login is there. */
  readonly loginAtMs: number;
  /** When the poll before was answered; 0: not known. */
  readonly lastPollAtMs: number;
}

/** Index: messages_wire_id. */
const FIND_BY_ID = `
  SELECT id FROM messages WHERE account = ? AND wire_id = ? AND received_at_ms > ?
  ORDER BY id DESC LIMIT 1`;
/** Index: messages_created. */
const FIND_BY_CONTENT = `
  SELECT id FROM messages
  WHERE conversation = ? AND create_time_ms = ? AND digest = ? AND received_at_ms > ?
  ORDER BY id DESC LIMIT 1`;
const INSERT = `
  INSERT INTO messages (account, conversation, sender, received_at_ms, state, wire_id,
    create_time_ms, digest, quoted_wire_id, raw, inbound)
  VALUES (?, ?, ?, ?, 'received', ?, ?, ?, ?, ?, ?)`;
const INSERT_DUPLICATE = `
  INSERT INTO messages (account, conversation, sender, received_at_ms, state, why, settled_at_ms,
    duplicate_of, raw, inbound)
  VALUES (?1, ?2, ?3, ?4, 'dropped', 'duplicate', ?4, ?5, ?6, ?7)`;
const UPDATE_CONVERSATION = `
  UPDATE conversations SET context_token = ?, token_at_ms = ?, last_inbound_at_ms = ?,
    sends_since_inbound = ?, head = coalesce(head, ?) WHERE id = ?`;
const UPDATE_TOKEN = "UPDATE conversations SET context_token = ?, token_at_ms = ? WHERE id = ?";
/** What waited for the person; what waits for a login goes on waiting. Index: sends_open. */
const WAITED = `
  is_open = 1 AND conversation = ? AND state = 'deferred'
  AND substr(reason, 1, instr(reason || ':', ':') - 1) IN ('budget', 'window', 'stale', 'throttle')`;
const HAS_WAITED = `SELECT 1 FROM sends WHERE ${WAITED} LIMIT 1`;
const PLAN_WAITED = `
  UPDATE sends SET state = 'planned', reason = '', due_at_ms = NULL
  WHERE ${WAITED} AND reply IS NULL`;
/** They leave as one at the end of the turn. */
const HOLD_WAITED = `
  UPDATE sends SET reason = 'turn', due_at_ms = ? WHERE ${WAITED} AND reply IS NOT NULL`;
/**
 * Of the newest calls as many as were made since the message before, and some more, since one that was planned before another
 * may have been made after it. Index: sends_conversation.
 */
const COUNT_SENDS = `
  SELECT count(*) AS sends FROM (
    SELECT began_at_ms FROM sends
    WHERE conversation = ? AND attempts > 0 ORDER BY id DESC LIMIT ? + 20
  ) WHERE began_at_ms >= ?`;
const SELECT_ACCOUNT = `
  SELECT generation, last_inbound_at_ms AS lastInboundAtMs, state_since_ms AS loginAtMs
  FROM accounts WHERE id = ?`;
const UPDATE_LAST_INBOUND = `
  UPDATE accounts SET last_inbound_at_ms = ?, last_conversation = ? WHERE id = ?`;
const UPDATE_CURSOR = "UPDATE accounts SET cursor = ? WHERE id = ? AND removed_at_ms IS NULL";

export function createPollSteps(
  parts: {
    readonly group: Group;
    readonly secrets: Secrets;
    readonly senderKey: (wechatId: string) => string;
  },
): PollSteps {
  const { group } = parts;
  return {
    ingest: (batch) => group.write((step) => ingest(step, parts, batch)),
    unsettledCount: (account) =>
      group.read((db) => readCounter(db, { kind: "message", account, state: "received" })),
  };
}

function ingest(
  step: Step,
  { secrets, senderKey }: {
    readonly secrets: Secrets;
    readonly senderKey: (wechatId: string) => string;
  },
  batch: Batch,
): { readonly stored: number; readonly duplicates: number; readonly parked: number } {
  const { db } = step;
  const { account, atMs } = batch;
  const { generation, lastInboundAtMs, loginAtMs } = db.one<
    { generation: number; lastInboundAtMs: number | null; loginAtMs: number }
  >(SELECT_ACCOUNT, account);
  const isCurrent = generation === batch.generation;
  const lastPollAtMs = batch.lastPollAtMs ?? 0;
  const arrival: Arrival = { account, atMs, isCurrent, loginAtMs, lastPollAtMs };
  const taken = { stored: 0, duplicate: 0, parked: 0 };
  let newest: { readonly atMs: number; readonly conversation: ConversationId | null } = {
    atMs: lastInboundAtMs ?? 0,
    conversation: null,
  };
  for (const { raw, read } of batch.messages) {
    if (read.kind === "unreadable") {
      taken[takeUnreadable(step, arrival, { raw, reason: read.reason })] += 1;
      continue;
    }
    const { end, conversation } = takeMessage(step, arrival, {
      ...{ raw, message: read.message, senderKey },
    });
    taken[end] += 1;
    const stampMs = stampOf(read.message, arrival);
    if (stampMs > newest.atMs) newest = { atMs: stampMs, conversation };
  }
  if (batch.unreadableBody !== null) {
    taken[takeUnreadableBody(step, arrival, { body: batch.unreadableBody, secrets })] += 1;
  }
  if (newest.conversation !== null) {
    db.run(UPDATE_LAST_INBOUND, newest.atMs, newest.conversation, account);
  }
  if (isCurrent) saveCursor(step, secrets, batch);
  return { stored: taken.stored, duplicates: taken.duplicate, parked: taken.parked };
}

function saveCursor(step: Step, secrets: Secrets, { account, cursor, generation }: Batch): void {
  if (cursor === "") return;
  step.db.run(UPDATE_CURSOR, secrets.close(cursor), account);
  step.afterCommit(() => {
    const known = secrets.credentials.get(account);
    if (known?.generation === generation) secrets.credentials.set(account, { ...known, cursor });
  });
}

function takeMessage(
  step: Step,
  arrival: Arrival,
  { raw, message, senderKey }: {
    readonly raw: string;
    readonly message: Inbound;
    readonly senderKey: (wechatId: string) => string;
  },
): { readonly end: "stored" | "duplicate"; readonly conversation: ConversationId } {
  const { db } = step;
  const { account, atMs } = arrival;
  const peer = message.group ?? message.from;
  const isGroup = message.group !== null;
  const conversation = findConversation(db, { account, peer, isGroup, senderKey });
  const sender = isGroup
    ? findSender(db, { wechatId: message.from, isGroup: false, senderKey })
    : conversation.sender;
  const inbound = JSON.stringify(message);
  const original = findOriginal(db, arrival, { message, conversation: conversation.id });
  if (original !== null) {
    db.run(INSERT_DUPLICATE, account, conversation.id, sender, atMs, original, raw, inbound);
    countDuplicate(db, original);
    countMessages(step, account, { from: null, to: "dropped" });
    renewToken(db, arrival, { message, conversation });
    return { end: "duplicate", conversation: conversation.id };
  }
  const { wireId, createTimeMs, digest, quote } = message;
  const id = asId<MessageId>(
    db.insert(
      INSERT,
      account,
      conversation.id,
      sender,
      atMs,
      wireId,
      createTimeMs,
      digest,
      quote?.wireId ?? null,
      raw,
      inbound,
    ),
  );
  countMessages(step, account, { from: null, to: "received" });
  beginTurn(step, arrival, { id, message, conversation });
  if (arrival.isCurrent && quote !== null && !isGroup) {
    noteForeignQuote(db, quote, {
      ...arrival,
      conversation: conversation.id,
      writtenAtMs: createTimeMs,
    });
  }
  return { end: "stored", conversation: conversation.id };
}

/** The message that this one repeats: the same id, or the same content with the same time stamp a moment ago. */
function findOriginal(
  db: Database,
  { account, atMs }: Arrival,
  { message, conversation }: { readonly message: Inbound; readonly conversation: ConversationId },
): MessageId | null {
  const { wireId, createTimeMs, digest } = message;
  const byId = wireId === null
    ? undefined
    : db.get<{ id: MessageId }>(FIND_BY_ID, account, wireId, atMs - LIMITS.dedupeIdMs);
  if (byId !== undefined) return byId.id;
  if (createTimeMs === null) return null;
  const sinceMs = atMs - LIMITS.dedupeDigestMs;
  const byContent = db.get<{ id: MessageId }>(
    FIND_BY_CONTENT,
    conversation,
    createTimeMs,
    digest,
    sinceMs,
  );
  return byContent?.id ?? null;
}

/** WeChat's stamp, not later than the arrival: a clock that runs ahead must not make all that follows look old. */
function stampOf(message: Inbound, { atMs }: Arrival): number {
  return Math.min(message.createTimeMs ?? atMs, atMs);
}

/** A time that is still to come was noted before the hub's clock was set back: nothing is newer than what arrives now. */
function isNotOlder(
  stampMs: number,
  { notedMs, arrival }: { readonly notedMs: number; readonly arrival: Arrival },
): boolean {
  return stampMs >= Math.min(notedMs, arrival.atMs);
}

function newestToken(
  arrival: Arrival,
  { message, conversation }: {
    readonly message: Inbound;
    readonly conversation: InboundConversation;
  },
): { readonly token: string; readonly atMs: number } | null {
  const atMs = stampOf(message, arrival);
  const isNewest = arrival.isCurrent && message.contextToken !== "" &&
    isNotOlder(atMs, { notedMs: conversation.tokenAtMs, arrival });
  return isNewest ? { token: message.contextToken, atMs } : null;
}

function renewToken(
  db: Database,
  arrival: Arrival,
  seen: { readonly message: Inbound; readonly conversation: InboundConversation },
): void {
  const newest = newestToken(arrival, seen);
  if (newest !== null) db.run(UPDATE_TOKEN, newest.token, newest.atMs, seen.conversation.id);
}

/**
 * Calls that WeChat has counted for the message already, since they were made between its writing and its arrival. A hub whose
 * clock is ahead counts none of before the last poll.
 */
function sendsSince(
  db: Database,
  { lastPollAtMs }: Arrival,
  { conversation, atMs }: {
    readonly conversation: InboundConversation;
    readonly atMs: number;
  },
): number {
  const { id, sendsSinceInbound } = conversation;
  if (sendsSinceInbound === 0) return 0;
  const sinceMs = Math.max(atMs, lastPollAtMs);
  return db.one<{ sends: number }>(COUNT_SENDS, id, sendsSinceInbound, sinceMs).sends;
}

/** A newest message opens a new turn: sends are counted from it, and what waited for the person is planned. */
function beginTurn(
  step: Step,
  arrival: Arrival,
  seen: {
    readonly id: MessageId;
    readonly message: Inbound;
    readonly conversation: InboundConversation;
  },
): void {
  const { db } = step;
  const { conversation } = seen;
  const atMs = stampOf(seen.message, arrival);
  const isNewest = isNotOlder(atMs, { notedMs: conversation.lastInboundAtMs ?? 0, arrival });
  const newest = newestToken(arrival, seen);
  db.run(
    UPDATE_CONVERSATION,
    newest?.token ?? conversation.contextToken,
    newest?.atMs ?? conversation.tokenAtMs,
    isNewest ? atMs : conversation.lastInboundAtMs,
    isNewest ? sendsSince(db, arrival, { conversation, atMs }) : conversation.sendsSinceInbound,
    seen.id,
    conversation.id,
  );
  // Hardly ever does anything wait, and looking costs a tenth of an update.
  if (!isNewest || db.get(HAS_WAITED, conversation.id) === undefined) return;
  db.run(HOLD_WAITED, arrival.atMs + TURN_LOOK_MS, conversation.id);
  const planned = db.change(PLAN_WAITED, conversation.id);
  countSends(step, arrival.account, { from: "deferred", to: "planned", count: planned });
  refreshNextSend(db, conversation.id);
}
