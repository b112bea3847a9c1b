/** Sends that wait, and what the last run of the hub left in flight. */
import type { AccountId, ConversationId, SendId } from "../../core/ids.ts";
import type { DeferReason } from "../../core/lifecycle.ts";
import { TURN_LOOK_MS } from "../../core/turn.ts";
import type { Database } from "./database.ts";
import type { SendSteps } from "../store.ts";
import type { Group, Step } from "./group.ts";
import { countSends } from "./moves.ts";
import { refreshNextSend } from "./next_send.ts";

/**
 * The call was begun, and who could have seen its end is gone. Of an account that was removed meanwhile nothing more happens
 * to it. Index: sends_open.
 */
const RECOVER = `
  UPDATE sends SET state = 'unknown', reason = 'hub_stopped', ended_at_ms = began_at_ms,
    is_open = (SELECT removed_at_ms IS NULL FROM accounts WHERE id = sends.account)
  WHERE is_open = 1 AND state = 'sending' RETURNING account`;
/** Index: sends_open. */
const DEFER = `
  UPDATE sends SET state = 'deferred', reason = ?, due_at_ms = ?
  WHERE is_open = 1 AND conversation = ? AND state = 'planned' AND id <= ?
    AND (reply IS NULL OR ? = 'all')
  RETURNING account`;
/** All that there are. */
const LAST = Number.MAX_SAFE_INTEGER;
const COOL_DOWN = `
  UPDATE conversations SET cool_down_until_ms = max(cool_down_until_ms, ?) WHERE id = ?`;
/** Planned in one step; others wait no longer than for that. */
const DUE_SLICE = 500;
/** Index: sends_due. */
const SELECT_DUE = `
  SELECT id, account, conversation FROM sends
  WHERE (due_at_ms <= ? OR due_at_ms > ?) AND state = 'deferred' AND reason <> 'turn'
  LIMIT ${DUE_SLICE}`;
const PLAN = `
  UPDATE sends SET state = 'planned', reason = '', due_at_ms = NULL
  WHERE id = ? AND state = 'deferred'`;
/** Index: sends_due. */
const SELECT_NEXT_DUE = "SELECT min(due_at_ms) AS atMs FROM sends WHERE due_at_ms > ?";
/** Indexes: sends_due, sends_held. */
const COUNT_DUE = `
  SELECT (SELECT count(*) FROM sends WHERE due_at_ms <= ?1 OR due_at_ms > ?2) + (
    SELECT count(*) FROM sends INDEXED BY sends_held
    WHERE due_at_ms > ?1 + ${TURN_LOOK_MS} AND state = 'deferred' AND reason = 'turn'
  ) AS count`;
/** Goes through all that is to be done, so it is asked seldom. Index: sends_open. */
const SELECT_OLD = `
  SELECT id, account, conversation FROM sends
  WHERE is_open = 1 AND state = 'deferred' AND planned_at_ms < ?`;
const EXPIRE = `
  UPDATE sends SET state = 'expired', is_open = 0, reason = 'too_old', due_at_ms = NULL,
    ended_at_ms = ?
  WHERE id = ?`;

export function recoverSends(step: Step): number {
  const recovered = step.db.all<{ account: AccountId }>(RECOVER);
  for (const { account } of recovered) {
    countSends(step, account, { from: "sending", to: "unknown" });
  }
  return recovered.length;
}

export function deferSends(
  step: Step,
  conversation: ConversationId,
  { reason, untilMs, through = LAST, whose = "all" }: {
    readonly reason: DeferReason;
    readonly untilMs: number | null;
    readonly through?: number;
    readonly whose?: "all" | "hub";
  },
): void {
  const { db } = step;
  const deferred = db.all<{ account: AccountId }>(
    DEFER,
    reason,
    untilMs,
    conversation,
    through,
    whose,
  );
  for (const { account } of deferred) {
    countSends(step, account, { from: "planned", to: "deferred" });
  }
  if (reason === "throttle" && untilMs !== null) db.run(COOL_DOWN, untilMs, conversation);
  refreshNextSend(db, conversation);
}

interface Due {
  readonly nowMs: number;
  /** What is due later was deferred under another clock. */
  readonly notAfterMs: number;
}

/** Without anything due it only looks. */
export async function resumeSends(
  group: Group,
  { nowMs, expireBeforeMs, notAfterMs }: Due & { readonly expireBeforeMs: number },
): ReturnType<SendSteps["resumeSends"]> {
  if (expireBeforeMs > 0) {
    const old = await group.read((db) => db.get(SELECT_OLD, expireBeforeMs));
    if (old !== undefined) await group.write((step) => expireOld(step, { nowMs, expireBeforeMs }));
  }
  const { count: resumed } = await group.read((db) =>
    db.one<{ count: number }>(COUNT_DUE, nowMs, notAfterMs)
  );
  const due = { nowMs, notAfterMs };
  while (resumed > 0 && await group.write((step) => planDue(step, due)) === DUE_SLICE);
  return { resumed, nextDueAtMs: await group.read((db) => nextDue(db, nowMs)) };
}

function expireOld(
  step: Step,
  { nowMs, expireBeforeMs }: { readonly nowMs: number; readonly expireBeforeMs: number },
): void {
  const old = step.db.all<{ id: SendId; account: AccountId }>(SELECT_OLD, expireBeforeMs);
  for (const { id, account } of old) {
    step.db.run(EXPIRE, nowMs, id);
    countSends(step, account, { from: "deferred", to: "expired" });
  }
}

/** Gives how many it planned. */
function planDue(step: Step, { nowMs, notAfterMs }: Due): number {
  const { db } = step;
  const due = db.all<{ id: SendId; account: AccountId; conversation: ConversationId }>(
    SELECT_DUE,
    nowMs,
    notAfterMs,
  );
  for (const { id, account } of due) {
    db.run(PLAN, id);
    countSends(step, account, { from: "deferred", to: "planned" });
  }
  for (const conversation of new Set(due.map(({ conversation }) => conversation))) {
    refreshNextSend(db, conversation);
  }
  return due.length;
}

function nextDue(db: Database, nowMs: number): number | null {
  return db.one<{ atMs: number | null }>(SELECT_NEXT_DUE, nowMs).atMs;
}
