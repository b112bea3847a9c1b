/** Accepted replies on their way to sends. */
import type { ClientRole } from "../../core/client.ts";
import type { AccountId, ClientId, ConversationId, ReplyId } from "../../core/ids.ts";
import type { AcceptedReply, ReplySteps } from "../store.ts";
import type { Database } from "./database.ts";
import { readForReply } from "./decision_input.ts";
import type { Group, Step } from "./group.ts";
import { pinReply } from "./pins.ts";
import { planSend } from "./plan_send.ts";

interface Row {
  readonly id: ReplyId;
  readonly client: ClientId;
  readonly clientName: string;
  readonly role: ClientRole;
  readonly account: AccountId;
  readonly accountName: string;
  readonly conversation: ConversationId;
  readonly key: string;
  readonly alias: string;
  readonly content: string;
  readonly pinnedForMs: number | null;
}

/**
 * Index: replies_unshaped, which holds what has just come, so that sorting it costs little. The planner has to be told: it would
 * read all replies there ever were to save the sorting.
 */
const SELECT_ACCEPTED = `
  SELECT r.id, r.client, k.name AS clientName, k.role, c.account, a.name AS accountName, r.conversation,
    s.key, s.alias, r.content, r.pinned_for_ms AS pinnedForMs
  FROM replies AS r
    JOIN clients AS k ON k.id = r.client
    JOIN conversations AS c ON c.id = r.conversation
    JOIN accounts AS a ON a.id = c.account
    JOIN senders AS s ON s.id = c.sender
  WHERE r.id IN (
    SELECT id FROM replies INDEXED BY replies_unshaped
    WHERE state = 'accepted' AND conversation NOT IN (SELECT value FROM json_each(?))
    ORDER BY id LIMIT ? + 0
  )
  ORDER BY r.id`;
const END_SHAPING = `
  UPDATE replies SET state = ?, steps = ? WHERE id = ? AND state = 'accepted'`;
const SELECT_PLACE = `
  SELECT c.account, c.id AS conversation
  FROM replies AS r JOIN conversations AS c ON c.id = r.conversation WHERE r.id = ?`;

export function createReplySteps({ group }: { readonly group: Group }): ReplySteps {
  return {
    acceptedReplies: (limit, skip = new Set()) => group.read((db) => readAccepted(db, limit, skip)),
    readForReply: (reply) => group.read((db) => readForReply(db, reply)),
    plan: (planned) => group.write((step) => plan(step, planned)),
  };
}

function readAccepted(
  db: Database,
  limit: number,
  skip: ReadonlySet<ConversationId>,
): readonly AcceptedReply[] {
  return db.all<Row>(SELECT_ACCEPTED, JSON.stringify([...skip]), limit).map((row) => ({
    id: row.id,
    client: { id: row.client, name: row.clientName, role: row.role },
    account: { id: row.account, name: row.accountName },
    conversation: row.conversation,
    sender: { key: row.key, alias: row.alias },
    content: row.content,
    pinnedForMs: row.pinnedForMs,
  }));
}

function plan(step: Step, planned: Parameters<ReplySteps["plan"]>[0]): void {
  const { db } = step;
  const { reply, contents, rank = "reply", steps, pinnedForMs = null, atMs } = planned;
  const state = contents.length === 0 ? "stopped" : "shaped";
  if (db.change(END_SHAPING, state, JSON.stringify(steps), reply) === 0) return;
  const place = db.one<{ account: AccountId; conversation: ConversationId }>(SELECT_PLACE, reply);
  for (const content of contents) {
    planSend(step, { ...place, reply, message: null, rank, content, atMs });
  }
  if (contents.length > 0 && pinnedForMs !== null) pinReply(db, reply, pinnedForMs);
}
