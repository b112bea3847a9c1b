/**
 * Forgets what has ended, in slices that let other steps through. A pass goes through the messages, each with its replies, by
 * id, oldest first, and never looks at one twice; then it gives the freed pages back. What has not ended stays however old it
 * is, and a message as long as a reply to it.
 */
import type { AccountId, MessageId, ReplyId } from "../../core/ids.ts";
import type { InboxState, SendState } from "../../core/lifecycle.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Upkeep } from "../store.ts";
import type { Database } from "./database.ts";
import { noteForgotten } from "./foreign_quotes.ts";
import type { Group, Step } from "./group.ts";
import { countMessages, countSends } from "./moves.ts";

type Call = Parameters<Upkeep["retain"]>[0];

/** Where the pass is; after the last slice it begins again. */
interface Pass {
  readonly phase: "messages" | "replies" | "pages";
  /** The last id looked at in this phase. */
  readonly after: number;
}

interface Cut {
  readonly pass: Pass;
  readonly beforeMs: number;
  readonly rows: number;
}

interface Row<Id> {
  readonly id: Id;
  readonly atMs: number;
  readonly hasEnded: 0 | 1;
}

const START: Pass = { phase: "messages", after: 0 };

/** A message with its trace, its delivery, its reply and the reply's send: rows that go with each row looked at. */
const ROWS_EACH = 5;

/** What dedupe and repeated replies look back on is not forgotten for its age. */
const AGE_MIN_MS = Math.max(LIMITS.dedupeIdMs, LIMITS.replyKeyMs);

const SELECT_USED = `
  SELECT (p.page_count - f.freelist_count) * s.page_size AS bytes, f.freelist_count AS freePages
  FROM pragma_page_count AS p, pragma_freelist_count AS f, pragma_page_size AS s`;
/** Gives a row for each page. */
const GIVE_BACK = "PRAGMA incremental_vacuum(500)";

/** Whether nothing more will happen to a reply. Index: sends_reply. */
const HAS_ENDED = `
  r.state <> 'accepted' AND NOT EXISTS (SELECT 1 FROM sends WHERE reply = r.id AND is_open = 1)`;
/** A reply keeps its message. Indexes: deliveries_message, sends_message, replies_message. */
const SELECT_MESSAGES = `
  SELECT id, received_at_ms AS atMs, state <> 'received'
    AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = m.id AND ended_at_ms IS NULL)
    AND NOT EXISTS (SELECT 1 FROM sends WHERE message = m.id AND is_open = 1)
    AND NOT EXISTS (
      SELECT 1 FROM replies AS r
      WHERE r.message = m.id AND NOT (r.accepted_at_ms < ?1 AND ${HAS_ENDED})
    ) AS hasEnded
  FROM messages AS m WHERE id > ?2 ORDER BY id LIMIT ?3 + 0`;
/** Of replies to what was not kept. Index: replies_alone. */
const SELECT_REPLIES = `
  SELECT id, accepted_at_ms AS atMs, ${HAS_ENDED} AS hasEnded
  FROM replies AS r WHERE message IS NULL AND id > ? ORDER BY id LIMIT ? + 0`;
const SELECT_REPLIES_TO = "SELECT id FROM replies WHERE message = ?"; // index: replies_message
const DELETE_REPLY_SENDS = `
  DELETE FROM sends WHERE reply = ? RETURNING account, state`; // index: sends_reply
const DELETE_REPLY = "DELETE FROM replies WHERE id = ?";
const DELETE_HUB_SENDS = `
  DELETE FROM sends WHERE message = ? RETURNING account, state`; // index: sends_message
const DELETE_DELIVERIES = "DELETE FROM deliveries WHERE message = ?"; // index: deliveries_message
/** Its trace goes with it. */
const DELETE_MESSAGE = "DELETE FROM messages WHERE id = ? RETURNING account, state";

export function createRetention(
  { group, now, sliceRows }: {
    readonly group: Group;
    readonly now: () => number;
    readonly sliceRows: number;
  },
): Upkeep["retain"] {
  let pass = START;
  return async (call) => {
    const next = await group.write((step) => retain(step, pass, { call, now: now(), sliceRows }));
    pass = next.pass;
    return next.isDone ? "done" : "more";
  };
}

function retain(
  step: Step,
  pass: Pass,
  { call, now, sliceRows }: {
    readonly call: Call;
    readonly now: number;
    readonly sliceRows: number;
  },
): { readonly pass: Pass; readonly isDone: boolean } {
  const { bytes } = usedOf(step.db);
  const isTooLarge = bytes > call.fileBytesMax;
  const beforeMs = isTooLarge ? Infinity : Math.min(call.olderThanMs, now - AGE_MIN_MS);
  const rows = Math.max(1, Math.floor(sliceRows / ROWS_EACH));
  if (isTooLarge) noteForgotten(step.db, now);
  switch (pass.phase) {
    case "messages": {
      const after = forgetMessages(step, { pass, beforeMs, rows });
      if (after !== null) return { pass: { ...pass, after }, isDone: false };
      return { pass: { phase: "replies", after: 0 }, isDone: false };
    }
    case "replies": {
      const after = forgetReplies(step, { pass, beforeMs, rows });
      if (after !== null) return { pass: { ...pass, after }, isDone: false };
      return { pass: { phase: "pages", after: 0 }, isDone: false };
    }
    case "pages":
      step.db.all(GIVE_BACK);
      return usedOf(step.db).freePages > 0
        ? { pass, isDone: false }
        : { pass: START, isDone: true };
  }
}

/** The last id looked at; `null` when there is nothing old behind it. */
function forgetMessages(step: Step, { pass, beforeMs, rows }: Cut): number | null {
  const slice = step.db.all<Row<MessageId>>(SELECT_MESSAGES, beforeMs, pass.after, rows);
  const old = slice.filter(({ atMs }) => atMs < beforeMs);
  for (const { id, hasEnded } of old) if (hasEnded === 1) forgetMessage(step, id);
  return old.length === 0 ? null : slice.at(-1)?.id ?? null;
}

function forgetReplies(step: Step, { pass, beforeMs, rows }: Cut): number | null {
  const slice = step.db.all<Row<ReplyId>>(SELECT_REPLIES, pass.after, rows);
  const old = slice.filter(({ atMs }) => atMs < beforeMs);
  for (const { id, hasEnded } of old) if (hasEnded === 1) forgetReply(step, id);
  return old.length === 0 ? null : slice.at(-1)?.id ?? null;
}

function forgetMessage(step: Step, message: MessageId): void {
  const { db } = step;
  for (const { id } of db.all<{ id: ReplyId }>(SELECT_REPLIES_TO, message)) forgetReply(step, id);
  forgetSends(step, DELETE_HUB_SENDS, message);
  db.run(DELETE_DELIVERIES, message);
  const gone = db.one<{ account: AccountId; state: InboxState }>(DELETE_MESSAGE, message);
  countMessages(step, gone.account, { from: gone.state, to: null });
}

function forgetReply(step: Step, reply: ReplyId): void {
  forgetSends(step, DELETE_REPLY_SENDS, reply);
  step.db.run(DELETE_REPLY, reply);
}

function forgetSends(step: Step, sql: string, id: ReplyId | MessageId): void {
  for (const { account, state } of step.db.all<{ account: AccountId; state: SendState }>(sql, id)) {
    countSends(step, account, { from: state, to: null });
  }
}

function usedOf(db: Database): { readonly bytes: number; readonly freePages: number } {
  return db.one(SELECT_USED);
}
