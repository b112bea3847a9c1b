/** Messages that wait for a client that is busy or away, answers that wait for the person, and what the hub says of them. */
import { textContent } from "../../core/content.ts";
import type { AccountId, ConversationId } from "../../core/ids.ts";
import type { Ledger } from "../../core/ledger.ts";
import type { SendSteps } from "../store.ts";
import type { UntoldWait, WaitingSteps } from "../waiting_steps.ts";
import type { Database } from "./database.ts";
import { readMemories } from "./decision_input.ts";
import type { Group, Step } from "./group.ts";
import { LEDGER_COLUMNS, readLedger } from "./ledgers.ts";
import { planSend } from "./plan_send.ts";
import { digestOfText, normalText } from "./send_text.ts";
import { saveMemories } from "./settle.ts";

/** Of a longer queue the rest is as old news. */
const LOOKED_AT_MAX = 200;

/** Indexes: deliveries_queue, deliveries_message, sends_message, sends_open. */
const SELECT_UNTOLD = `
  SELECT c.account, q.conversation, q.message, ${LEDGER_COLUMNS}
  FROM (
    SELECT conversation, max(message) AS message, min(queued_at_ms) AS oldest
    FROM (
      SELECT conversation, message, queued_at_ms, state FROM deliveries
      WHERE ended_at_ms IS NULL AND client = ?1 ORDER BY id LIMIT ${LOOKED_AT_MAX}
    ) AS d
    WHERE state = 'waiting'
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = d.message AND client <> ?1)
    GROUP BY conversation
    HAVING NOT max(EXISTS (SELECT 1 FROM sends WHERE message = d.message))
  ) AS q
    JOIN conversations AS c ON c.id = q.conversation
    JOIN accounts AS a ON a.id = c.account
  WHERE q.oldest BETWEEN ?2 AND ?3 AND a.state = 'active' AND a.removed_at_ms IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM sends WHERE is_open = 1 AND conversation = q.conversation AND state = 'deferred'
    )`;
/** Indexes: deliveries_message, sends_message. */
const SELECT_WAITING = `
  SELECT m.account, m.conversation
  FROM deliveries AS d JOIN messages AS m ON m.id = d.message
  WHERE d.message = ?1 AND d.client = ?2 AND d.state = 'waiting'
    AND NOT EXISTS (SELECT 1 FROM sends WHERE message = ?1)`;

/** The same words are said once about a message, with which they are forgotten. Index: sends_message. */
const SELECT_UNTOLD_PLACE = `
  SELECT c.account, c.id AS conversation, m.id AS message
  FROM conversations AS c JOIN messages AS m ON m.id = c.last_decided
  WHERE c.id = ? AND NOT EXISTS (
    SELECT 1 FROM sends WHERE message = m.id AND reply IS NULL AND text_digest = ?
  )`;

type Place = Pick<UntoldWait, "account" | "conversation" | "message">;

export function createWaitingSteps({ group }: { readonly group: Group }): WaitingSteps {
  return {
    untoldWaits: (call) => group.read((db) => readUntold(db, call)),
    tellWait: (told) => group.write((step) => tellWait(step, told)),
  };
}

function readUntold(
  db: Database,
  { clients, fromMs = 0, toMs }: Parameters<WaitingSteps["untoldWaits"]>[0],
): readonly UntoldWait[] {
  return clients.flatMap((client) =>
    db.all<Place & Ledger>(SELECT_UNTOLD, client, fromMs, toMs)
      .map((row) => ({
        client,
        account: row.account,
        conversation: row.conversation,
        message: row.message,
        ledger: readLedger(row),
        memories: readMemories(db, row.conversation),
      }))
  );
}

function tellWait(
  step: Step,
  { client, message, text, memories = {}, atMs }: Parameters<WaitingSteps["tellWait"]>[0],
): boolean {
  const place = step.db.get<{ account: AccountId; conversation: ConversationId }>(
    SELECT_WAITING,
    message,
    client,
  );
  if (place === undefined) return false;
  const content = JSON.stringify(textContent(text));
  planSend(step, { ...place, reply: null, message, rank: "hub", content, atMs });
  saveMemories(step.db, place.conversation, memories);
  return true;
}

export function tellUnsent(
  step: Step,
  { conversation, text, atMs }: Parameters<SendSteps["tellUnsent"]>[0],
): boolean {
  const digest = digestOfText(normalText(text));
  const place = step.db.get<Place>(SELECT_UNTOLD_PLACE, conversation, digest);
  if (place === undefined) return false;
  const content = JSON.stringify(textContent(text));
  planSend(step, { ...place, reply: null, rank: "hub", content, atMs });
  return true;
}
