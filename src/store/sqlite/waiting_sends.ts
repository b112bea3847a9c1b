/** Sends that wait, and what the last run of the hub left in flight. */
import type { AccountId, ConversationId, SendId } from "../../core/ids.ts";
import type { DeferReason } from "../../core/lifecycle.ts";
import type { Database } from "./database.ts";
import type { Group, Step } from "./group.ts";
import { countSends } from "./moves.ts";
import { refreshNextSend } from "./next_send.ts";

/** The call was begun, and who could have seen its end is gone. Index: sends_open. */
const RECOVER = `
  UPDATE sends SET state = 'unknown', reason = 'hub_stopped', ended_at_ms = began_at_ms
  WHERE is_open = 1 AND state = 'sending' RETURNING account`;
/** Index: sends_open. */
const DEFER = `
  UPDATE sends SET state = 'deferred', reason = ?, due_at_ms = ?
  WHERE is_open = 1 AND conversation = ? AND state = 'planned' RETURNING account`;
const COOL_DOWN = `
  UPDATE conversations SET cool_down_until_ms = max(cool_down_until_ms, ?) WHERE id = ?`;
/** Index: sends_due. */
const SELECT_DUE = `
  SELECT id, account, conversation FROM sends WHERE due_at_ms <= ? AND state = 'deferred'
  ORDER BY due_at_ms`;
const PLAN = `
  UPDATE sends SET state = 'planned', reason = '', due_at_ms = NULL
  WHERE id = ? AND state = 'deferred'`;
/** Index: sends_due. */
const SELECT_NEXT_DUE = `
  SELECT min(due_at_ms) AS atMs FROM sends WHERE due_at_ms IS NOT NULL`;

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
  { reason, untilMs }: { readonly reason: DeferReason; readonly untilMs: number | null },
): void {
  const { db } = step;
  for (const { account } of db.all<{ account: AccountId }>(DEFER, reason, untilMs, conversation)) {
    countSends(step, account, { from: "planned", to: "deferred" });
  }
  if (reason === "throttle" && untilMs !== null) db.run(COOL_DOWN, untilMs, conversation);
  refreshNextSend(db, conversation);
}

/** Without anything due it only looks. */
export async function resumeSends(
  group: Group,
  nowMs: number,
): Promise<{ readonly resumed: number; readonly nextDueAtMs: number | null }> {
  const isDue = await group.read((db) => (nextDue(db) ?? Infinity) <= nowMs);
  const resumed = isDue ? await group.write((step) => planDue(step, nowMs)) : 0;
  return { resumed, nextDueAtMs: await group.read(nextDue) };
}

function planDue(step: Step, nowMs: number): number {
  const { db } = step;
  const due = db.all<{ id: SendId; account: AccountId; conversation: ConversationId }>(
    SELECT_DUE,
    nowMs,
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

function nextDue(db: Database): number | null {
  return db.one<{ atMs: number | null }>(SELECT_NEXT_DUE).atMs;
}
