/**
 * Forgets what has ended, in slices that let other steps through. A pass goes through replies and then messages by id, oldest
 * first, and never looks at a row twice; what has not ended stays however old it is. A message stays as long as a reply to it.
 */
import type { AccountId, MessageId, ReplyId } from "../../core/ids.ts";
import type { InboxState, SendState } from "../../core/lifecycle.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Upkeep } from "../store.ts";
import type { Database } from "./database.ts";
import type { Group, Step } from "./group.ts";
import { countMessages, countSends } from "./moves.ts";

type Call = Parameters<Upkeep["retain"]>[0];

/** Where the pass is; after the last slice it begins again. */
interface Pass {
  readonly phase: "replies" | "messages";
  readonly after: number;
}

interface Cut {
  readonly pass: Pass;
  readonly beforeMs: number;
  readonly rows: number;
}

const START: Pass = { phase: "replies", after: 0 };

/** A message with its trace, its delivery, its reply and the reply's send: rows that go with each row looked at. */
const ROWS_EACH = 5;

/** What dedupe and repeated replies look back on is not forgotten for its age. */
const AGE_MIN_MS = Math.max(LIMITS.dedupeIdMs, LIMITS.replyKeyMs);

const USED_PAGES = `
  SELECT (p.page_count - f.freelist_count) * s.page_size AS bytes, f.freelist_count AS freePages
  FROM pragma_page_count AS p, pragma_freelist_count AS f, pragma_page_size AS s`;
/** One row for each page given back. */
const GIVE_BACK = "PRAGMA incremental_vacuum(2000)";

const SELECT_REPLIES = `
  SELECT id, accepted_at_ms AS atMs, state <> 'accepted' AND NOT EXISTS (
      SELECT 1 FROM sends WHERE reply = replies.id AND is_open = 1
    ) AS hasEnded
  FROM replies WHERE id > ? ORDER BY id LIMIT ? + 0`;
const DELETE_REPLY_SENDS = "DELETE FROM sends WHERE reply = ? RETURNING account, state"; // index: sends_reply
const DELETE_REPLY = "DELETE FROM replies WHERE id = ?";
/** Indexes: deliveries_message, replies_message, sends_message. */
const SELECT_MESSAGES = `
  SELECT id, received_at_ms AS atMs, state <> 'received'
    AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = m.id AND ended_at_ms IS NULL)
    AND NOT EXISTS (SELECT 1 FROM replies WHERE message = m.id)
    AND NOT EXISTS (SELECT 1 FROM sends WHERE message = m.id AND is_open = 1) AS hasEnded
  FROM messages AS m WHERE id > ? ORDER BY id LIMIT ? + 0`;
const DELETE_HUB_SENDS = "DELETE FROM sends WHERE message = ? RETURNING account, state"; // index: sends_message
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
  const { db } = step;
  const used = usedOf(db);
  const isTooLarge = used.bytes > call.fileBytesMax;
  const beforeMs = isTooLarge ? Infinity : Math.min(call.olderThanMs, now - AGE_MIN_MS);
  const rows = Math.max(1, Math.floor(sliceRows / ROWS_EACH));
  const after = pass.phase === "replies"
    ? forgetReplies(step, { pass, beforeMs, rows })
    : forgetMessages(step, { pass, beforeMs, rows });
  if (usedOf(db).freePages > 0) db.all(GIVE_BACK);
  if (after !== null) return { pass: { ...pass, after }, isDone: false };
  return pass.phase === "replies"
    ? { pass: { phase: "messages", after: 0 }, isDone: false }
    : { pass: START, isDone: true };
}

/** The last id looked at; `null` when there is nothing old behind it. */
function forgetReplies(step: Step, { pass, beforeMs, rows }: Cut): number | null {
  const slice = step.db.all<{ id: ReplyId; atMs: number; hasEnded: 0 | 1 }>(
    SELECT_REPLIES,
    pass.after,
    rows,
  );
  const old = slice.filter(({ atMs }) => atMs < beforeMs);
  for (const { id, hasEnded } of old) {
    if (hasEnded === 0) continue;
    forgetSends(step, DELETE_REPLY_SENDS, id);
    step.db.run(DELETE_REPLY, id);
  }
  return old.length === 0 ? null : slice.at(-1)?.id ?? null;
}

function forgetMessages(step: Step, { pass, beforeMs, rows }: Cut): number | null {
  const slice = step.db.all<{ id: MessageId; atMs: number; hasEnded: 0 | 1 }>(
    SELECT_MESSAGES,
    pass.after,
    rows,
  );
  const old = slice.filter(({ atMs }) => atMs < beforeMs);
  for (const { id, hasEnded } of old) {
    if (hasEnded === 0) continue;
    forgetSends(step, DELETE_HUB_SENDS, id);
    step.db.run(DELETE_DELIVERIES, id);
    const gone = step.db.one<{ account: AccountId; state: InboxState }>(DELETE_MESSAGE, id);
    countMessages(step, gone.account, { from: gone.state, to: null });
  }
  return old.length === 0 ? null : slice.at(-1)?.id ?? null;
}

function forgetSends(step: Step, sql: string, id: ReplyId | MessageId): void {
  for (const { account, state } of step.db.all<{ account: AccountId; state: SendState }>(sql, id)) {
    countSends(step, account, { from: state, to: null });
  }
}

function usedOf(db: Database): { readonly bytes: number; readonly freePages: number } {
  return db.one(USED_PAGES);
}
