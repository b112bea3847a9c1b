/** Messages that wait for a decision, and the way back to it. `head` names the oldest of each conversation. */
import type { ParkReason } from "../../core/decision.ts";
import type { AccountId, ConversationId, MessageId } from "../../core/ids.ts";
import type { Database } from "./database.ts";
import type { Step } from "./group.ts";
import { countMessages } from "./moves.ts";

/** Index: messages_undecided. */
const REFRESH_HEAD = `
  UPDATE conversations SET head = (
    SELECT min(id) FROM messages WHERE state = 'received' AND conversation = conversations.id
  ) WHERE id = ?`;
/** Index: messages_parked. A message that could not be read has no conversation and nothing to decide. */
const SELECT_PARKED = `
  SELECT id, conversation FROM messages
  WHERE state = 'parked' AND why = ?1 AND conversation IS NOT NULL
    AND (?2 IS NULL OR account = ?2) AND (?3 IS NULL OR conversation = ?3)`;
const UNPARK = `
  UPDATE messages SET state = 'received', why = '', detail = '', settled_at_ms = NULL,
    attempt = attempt + 1
  WHERE id = ? AND state = 'parked' AND conversation IS NOT NULL RETURNING account`;

export function refreshHead(db: Database, conversation: ConversationId): void {
  db.run(REFRESH_HEAD, conversation);
}

/** Whether the message was parked and can be decided. */
export function unparkMessage(step: Step, message: MessageId): boolean {
  const unparked = step.db.get<{ account: AccountId }>(UNPARK, message);
  if (unparked === undefined) return false;
  countMessages(step, unparked.account, { from: "parked", to: "received" });
  return true;
}

/** Unparks all that was parked for this reason; of one account or conversation where it is given. */
export function makeUndecided(
  step: Step,
  why: ParkReason,
  { account, conversation: only }: {
    readonly account?: AccountId;
    readonly conversation?: ConversationId;
  } = {},
): void {
  const { db } = step;
  const parked = db.all<{ id: MessageId; conversation: ConversationId }>(
    SELECT_PARKED,
    why,
    account ?? null,
    only ?? null,
  );
  for (const { id } of parked) unparkMessage(step, id);
  for (const conversation of new Set(parked.map(({ conversation }) => conversation))) {
    refreshHead(db, conversation);
  }
}
