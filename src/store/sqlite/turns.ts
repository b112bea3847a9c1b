/** What waits for the end of a turn, and how it leaves. */
import type { AccountId, ConversationId, SendId } from "../../core/ids.ts";
import type { SendState } from "../../core/lifecycle.ts";
import type { Turn } from "../../core/turn.ts";
import type { SendSteps } from "../store.ts";
import type { Database } from "./database.ts";
import type { Step } from "./group.ts";
import { countSends } from "./moves.ts";
import { refreshNextSend } from "./next_send.ts";
import { PRIORITY_RELEASED } from "./plan_send.ts";
import { digestOfText, headOfText, normalText, textOfContent } from "./send_text.ts";

/** Index: sends_due. */
const SELECT_HELD = `
  SELECT DISTINCT conversation FROM sends
  WHERE due_at_ms <= ? AND state = 'deferred' AND reason = 'turn' AND account = ?`;
/** Index: sends_open. */
const HOLD = `
  UPDATE sends SET due_at_ms = ?
  WHERE is_open = 1 AND conversation = ? AND state = 'deferred' AND reason = 'turn'`;
/** Index: client_conversations_conversation. */
const SELECT_TURN = `
  SELECT last_inbound_at_ms AS lastInboundAtMs, sends_since_inbound AS sendsSinceInbound,
    EXISTS (
      SELECT 1 FROM client_conversations WHERE conversation = c.id AND waiting > 0
    ) AS hasOpenDelivery
  FROM conversations AS c WHERE id = ?`;
/** Index: sends_conversation. */
const COUNT_HUB_SENDS = `
  SELECT count(*) AS hubSends FROM (
    SELECT reply, began_at_ms FROM sends WHERE conversation = ? ORDER BY id DESC LIMIT 100
  ) WHERE reply IS NULL AND began_at_ms >= ?`;
/** Index: sends_conversation. */
const SELECT_LAST_REPLY = `
  SELECT planned_at_ms AS atMs FROM sends
  WHERE conversation = ? AND reply IS NOT NULL ORDER BY id DESC LIMIT 1`;
/** Index: sends_open. */
const SELECT_WAITING = `
  SELECT n.id AS send, k.name AS client, n.content, n.priority
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

export function readTurn(db: Database, conversation: ConversationId): Turn {
  const { hasOpenDelivery, ...row } = db.one<
    Pick<Turn, "lastInboundAtMs" | "sendsSinceInbound"> & { readonly hasOpenDelivery: 0 | 1 }
  >(SELECT_TURN, conversation);
  const sinceMs = row.lastInboundAtMs ?? 0;
  return {
    ...row,
    hasOpenDelivery: hasOpenDelivery === 1,
    hubSends: db.one<{ hubSends: number }>(COUNT_HUB_SENDS, conversation, sinceMs).hubSends,
    lastReplyAtMs: db.get<{ atMs: number }>(SELECT_LAST_REPLY, conversation)?.atMs ?? null,
    waiting: db.all<{ send: SendId; client: string; content: string; priority: number }>(
      SELECT_WAITING,
      conversation,
    ).map(({ priority, ...send }) => ({ ...send, isReleased: priority === PRIORITY_RELEASED })),
  };
}

export function releaseSends(step: Step, call: Parameters<SendSteps["releaseSends"]>[0]): void {
  const { db } = step;
  const { conversation, groups, rest, atMs } = call;
  const all = [...groups.flatMap(({ carrier, merged }) => [carrier, ...merged]), ...rest.sends];
  // One that has ended meanwhile changes what goes together; it is looked at again.
  if (all.some((send) => db.get(SELECT_OPEN, send) === undefined)) return;
  for (const { carrier, content, merged } of groups) {
    move(step, carrier, "planned");
    db.run(RELEASE, carrier);
    if (content !== null) {
      const text = normalText(textOfContent(content));
      db.run(REWRITE, content, headOfText(text), digestOfText(text), carrier);
    }
    for (const send of merged) {
      move(step, send, "merged");
      db.run(MERGE, `into: ${carrier}`, atMs, send);
    }
  }
  for (const send of rest.sends) {
    move(step, send, "deferred");
    db.run(KEEP, rest.reason, send);
  }
  refreshNextSend(db, conversation);
}

function move(step: Step, send: SendId, to: SendState): void {
  const { account, state } = step.db.one<{ account: AccountId; state: SendState }>(
    SELECT_OPEN,
    send,
  );
  countSends(step, account, { from: state, to });
}
