/** What waits for the end of a turn, and how it leaves. */
import type { AccountId, ClientId, ConversationId, SendId } from "../../core/ids.ts";
import type { SendState } from "../../core/lifecycle.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Group } from "../../core/send_groups.ts";
import { type Turn, TURN_LOOK_MS, type WaitingSend } from "../../core/turn.ts";
import type { SendSteps } from "../store.ts";
import type { Database } from "./database.ts";
import type { Step } from "./group.ts";
import { countSends } from "./moves.ts";
import { refreshNextSend } from "./next_send.ts";
import { PRIORITY_PUSH, PRIORITY_RELEASED, rankOf } from "./plan_send.ts";
import { digestOfText, headOfText, normalText, textOfContent } from "./send_text.ts";
import { readStored } from "./stored_json.ts";

/** What seems to be due later than the next look was held before the clock was set back. Index: sends_held. */
const SELECT_HELD = `
  SELECT conversation FROM sends INDEXED BY sends_held
  WHERE due_at_ms <= ?1 AND state = 'deferred' AND reason = 'turn' AND account = ?2
  UNION
  SELECT conversation FROM sends INDEXED BY sends_held
  WHERE due_at_ms > ?1 + ${TURN_LOOK_MS} AND state = 'deferred' AND reason = 'turn' AND account = ?2`;
/** Index: sends_open. */
const HOLD = `
  UPDATE sends SET due_at_ms = ?
  WHERE is_open = 1 AND conversation = ? AND state = 'deferred' AND reason = 'turn'`;
/**
 * To be selected from inside of `conversations AS c`: who was given the newest message, or took one not long before it and
 * works on it. Indexes: deliveries_message, client_conversations_conversation.
 */
export const AUDIENCE = `
  SELECT client FROM deliveries WHERE message = c.last_decided AND state <> 'parked'
  UNION
  SELECT client FROM client_conversations
  WHERE conversation = c.id AND waiting > 0
    AND handed_out_at_ms >= c.last_inbound_at_ms - ${LIMITS.busyForMs}`;
/** Index: client_conversations_conversation. */
const SELECT_TURN = `
  SELECT last_inbound_at_ms AS lastInboundAtMs, sends_since_inbound AS sendsSinceInbound,
    EXISTS (
      SELECT 1 FROM client_conversations WHERE conversation = c.id AND waiting > 0
    ) AS hasOpenDelivery,
    (SELECT json_group_array(client) FROM (${AUDIENCE})) AS audience
  FROM conversations AS c WHERE id = ?`;
/** What was sent in the turn, by whom, and what went with it. Index: sends_conversation. */
const COUNT_SENT = `
  SELECT client, priority, count(*) AS count FROM (
    SELECT r.client, s.priority, s.state, s.attempts, s.began_at_ms, s.ended_at_ms
    FROM sends AS s LEFT JOIN replies AS r ON r.id = s.reply
    WHERE s.conversation = ?1 ORDER BY s.id DESC LIMIT ${LIMITS.unsentPerConversation}
  ) WHERE (attempts > 0 AND began_at_ms >= ?2)
    OR (state = 'merged' AND ended_at_ms >= ?2 AND priority <= ${PRIORITY_RELEASED})
  GROUP BY client, priority`;
/** A notice is no sign that somebody still works on the answer. Index: sends_conversation. */
const SELECT_LAST_REPLY = `
  SELECT planned_at_ms AS atMs FROM (
    SELECT planned_at_ms, reply, priority FROM sends
    WHERE conversation = ? ORDER BY id DESC LIMIT ${LIMITS.unsentPerConversation}
  ) WHERE reply IS NOT NULL AND priority <> ${PRIORITY_PUSH} LIMIT 1`;
/** Indexes: sends_open, the key of pins. */
const SELECT_WAITING = `
  SELECT n.id AS send, n.reply, r.client, k.name AS clientName, n.content, n.priority,
    n.planned_at_ms AS plannedAtMs, n.state = 'deferred' AS isHeld, n.is_repeat AS isRepeat,
    EXISTS (
      SELECT 1 FROM pins WHERE conversation = n.conversation AND reply = n.reply
    ) AS isQuestion
  FROM sends AS n JOIN replies AS r ON r.id = n.reply JOIN clients AS k ON k.id = r.client
  WHERE n.is_open = 1 AND n.conversation = ?
    AND (n.state = 'planned' OR (n.state = 'deferred' AND n.reason = 'turn'))
  ORDER BY n.id`;
const SELECT_OPEN = `
  SELECT account, state FROM sends
  WHERE id = ? AND is_open = 1 AND state IN ('planned', 'deferred')`;
const RELEASE = `
  UPDATE sends SET state = 'planned', priority = ${PRIORITY_RELEASED}, reason = '', due_at_ms = NULL
  WHERE id = ?`;
const REWRITE = "UPDATE sends SET content = ?, text_head = ?, text_digest = ? WHERE id = ?";
const MERGE = `
  UPDATE sends SET state = 'merged', is_open = 0, reason = ?, due_at_ms = NULL, ended_at_ms = ?
  WHERE id = ?`;
const KEEP = `
  UPDATE sends SET state = 'deferred', reason = ?, due_at_ms = NULL WHERE id = ?`;

export function readHeld(
  db: Database,
  { account, nowMs }: Parameters<SendSteps["heldConversations"]>[0],
): readonly ConversationId[] {
  return db.all<{ conversation: ConversationId }>(SELECT_HELD, nowMs, account)
    .map(({ conversation }) => conversation);
}

export function holdTurn(step: Step, conversation: ConversationId, untilMs: number): void {
  step.db.run(HOLD, untilMs, conversation);
}

interface TurnRow extends Pick<Turn, "lastInboundAtMs" | "sendsSinceInbound"> {
  readonly hasOpenDelivery: 0 | 1;
  /** JSON. */
  readonly audience: string;
}

export function readTurn(db: Database, conversation: ConversationId): Turn {
  const { hasOpenDelivery, audience, ...row } = db.one<TurnRow>(SELECT_TURN, conversation);
  return {
    ...row,
    hasOpenDelivery: hasOpenDelivery === 1,
    audience: readStored<readonly ClientId[]>(audience),
    ...readSent(db, conversation, row.lastInboundAtMs ?? 0),
    lastReplyAtMs: db.get<{ atMs: number }>(SELECT_LAST_REPLY, conversation)?.atMs ?? null,
    waiting: readWaiting(db, conversation),
  };
}

function readSent(
  db: Database,
  conversation: ConversationId,
  sinceMs: number,
): Pick<Turn, "hubSends" | "minorSends" | "heard"> {
  const rows = db.all<{ client: ClientId | null; priority: number; count: number }>(
    COUNT_SENT,
    conversation,
    sinceMs,
  );
  const heard = new Map<ClientId, number>();
  let hubSends = 0;
  let minorSends = 0;
  for (const { client, priority, count } of rows) {
    const rank = rankOf(priority);
    if (client === null) hubSends += count;
    else if (rank === "push" || rank === "progress") minorSends += count;
    else heard.set(client, (heard.get(client) ?? 0) + count);
  }
  return { hubSends, minorSends, heard };
}

type WaitingRow = Pick<WaitingSend, "send" | "reply" | "client" | "clientName"> & {
  readonly content: string;
  readonly priority: number;
  readonly plannedAtMs: number;
  readonly isHeld: 0 | 1;
  readonly isRepeat: 0 | 1;
  readonly isQuestion: 0 | 1;
};

function readWaiting(db: Database, conversation: ConversationId): readonly WaitingSend[] {
  return db.all<WaitingRow>(SELECT_WAITING, conversation)
    .map(({ priority, isHeld, isRepeat, isQuestion, ...send }) => ({
      ...send,
      rank: rankOf(priority),
      isHeld: isHeld === 1,
      isFixed: isRepeat === 1 || priority === PRIORITY_RELEASED,
      isQuestion: isQuestion === 1,
    }));
}

export function releaseSends(step: Step, call: Parameters<SendSteps["releaseSends"]>[0]): void {
  const { db } = step;
  const { conversation, groups, rest, atMs } = call;
  const all = [...groups.flatMap(({ carrier, merged }) => [carrier, ...merged]), ...rest.sends];
  // One that has ended meanwhile changes what goes together; it is looked at again.
  if (!areOpen(db, all)) return;
  for (const group of groups) {
    move(step, group.carrier, "planned");
    db.run(RELEASE, group.carrier);
    merge(step, group, atMs);
  }
  for (const send of rest.sends) {
    move(step, send, "deferred");
    db.run(KEEP, rest.reason, send);
  }
  refreshNextSend(db, conversation);
}

export function mergeSends(step: Step, call: Parameters<SendSteps["mergeSends"]>[0]): boolean {
  const { conversation, group, atMs } = call;
  if (!areOpen(step.db, [group.carrier, ...group.merged])) return false;
  merge(step, group, atMs);
  refreshNextSend(step.db, conversation);
  return true;
}

function areOpen(db: Database, sends: readonly SendId[]): boolean {
  return sends.every((send) => db.get(SELECT_OPEN, send) !== undefined);
}

function merge(step: Step, { carrier, content, merged }: Group, atMs: number): void {
  const { db } = step;
  if (content !== null) {
    const text = normalText(textOfContent(content));
    db.run(REWRITE, content, headOfText(text), digestOfText(text), carrier);
  }
  for (const send of merged) {
    move(step, send, "merged");
    db.run(MERGE, `into: ${carrier}`, atMs, send);
  }
}

function move(step: Step, send: SendId, to: SendState): void {
  const { account, state } = step.db.one<{ account: AccountId; state: SendState }>(
    SELECT_OPEN,
    send,
  );
  countSends(step, account, { from: state, to });
}
