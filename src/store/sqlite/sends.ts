/** Upstream calls: which to make, that one was begun, how it ended. The ledger is counted with them. */
import type { AccountId, ConversationId, ReplyId, SendId } from "../../core/ids.ts";
import type { Ledger } from "../../core/ledger.ts";
import { canMove, hasEnded, type SendState } from "../../core/lifecycle.ts";
import type { SendEnd, SendJob, SendSteps } from "../store.ts";
import { readAddress } from "./conversations.ts";
import type { Database } from "./database.ts";
import type { Group, Step } from "./group.ts";
import { LEDGER_COLUMNS, readLedger } from "./ledgers.ts";
import { countSends } from "./moves.ts";
import { rankOf } from "./plan_send.ts";
import { AUDIENCE, holdTurn, mergeSends, readHeld, readTurn, releaseSends } from "./turns.ts";
import { refreshNextSend } from "./next_send.ts";
import { readGate, readLearnedWindow, saveGate, saveLearnedWindow } from "./send_gates.ts";
import { deferSends, recoverSends, resumeSends } from "./waiting_sends.ts";
import { tellUnsent } from "./waits.ts";

interface JobRow extends Ledger {
  readonly send: SendId;
  readonly reply: ReplyId | null;
  readonly conversation: ConversationId;
  readonly to: string;
  readonly contextToken: string;
  readonly content: string;
  readonly upstreamId: string | null;
  readonly attempts: number;
  readonly isRepeat: 0 | 1;
  readonly showsIds: 0 | 1;
  readonly priority: number;
  readonly others: number;
  readonly isAlone: 0 | 1;
}

interface SendRow {
  readonly account: AccountId;
  readonly conversation: ConversationId;
  readonly state: SendState;
  readonly showsIds: 0 | 1;
}

/** Indexes: conversations_next_send, sends_open, and those of the audience. */
const SELECT_NEXT = `
  SELECT n.id AS send, n.reply, n.conversation, s.wechat_id AS "to",
    c.context_token AS contextToken, n.content, n.upstream_id AS upstreamId, n.attempts,
    n.is_repeat AS isRepeat, a.shows_ids AS showsIds, n.priority,
    CASE c.sends_since_inbound WHEN 0 THEN 0 ELSE (
      SELECT count(*) FROM (${AUDIENCE})
      WHERE client IS NOT (SELECT client FROM replies WHERE id = n.reply)
    ) END AS others,
    NOT EXISTS (
      SELECT 1 FROM sends
      WHERE is_open = 1 AND conversation = c.id AND state IN ('planned', 'deferred') AND id <> n.id
        AND (state = 'planned' OR reason = 'turn')
    ) AS isAlone,
    ${LEDGER_COLUMNS}
  FROM conversations AS c
    JOIN accounts AS a ON a.id = c.account
    JOIN sends AS n ON n.id = c.next_send
    JOIN senders AS s ON s.id = c.sender
  WHERE c.account = ? AND c.next_send IS NOT NULL
  ORDER BY c.next_send LIMIT ? + 0`;
const BEGIN = `
  UPDATE sends SET state = 'sending', upstream_id = ?, began_at_ms = ?, attempts = attempts + 1
  WHERE id = ?`;
const COUNT_BEGUN = `
  UPDATE conversations SET sends_since_inbound = sends_since_inbound + 1, next_send = NULL
  WHERE id = ?`;
const SELECT_ONE = `
  SELECT n.account, n.conversation, n.state, a.shows_ids AS showsIds
  FROM sends AS n JOIN accounts AS a ON a.id = n.account WHERE n.id = ?`;
/** The usual end, which leaves most indexes alone. */
const END_SENT = `
  UPDATE sends SET state = ?, is_open = 0, reason = '', wire_id = ?, ended_at_ms = ?
  WHERE id = ?`;
const END_OTHERWISE = `
  UPDATE sends SET state = ?, is_open = ?, reason = ?, due_at_ms = ?, ended_at_ms = ?
  WHERE id = ?`;
const NOTE_SHOWS_IDS = "UPDATE accounts SET shows_ids = 1 WHERE id = ?";
/** A call that did not reach WeChat was none. */
const UNCOUNT = `
  UPDATE conversations SET sends_since_inbound = max(0, sends_since_inbound - 1) WHERE id = ?`;
const UNCOUNT_ATTEMPT = "UPDATE sends SET attempts = attempts - 1 WHERE id = ?";
/** Asked for when a call has ended so, and at the start. Indexes: conversations_account, sends_open. */
const SELECT_UNKNOWN = `
  SELECT n.id AS send, n.attempts AS attempt
  FROM conversations AS c
    JOIN sends AS n ON n.is_open = 1 AND n.conversation = c.id AND n.state = 'unknown'
  WHERE c.account = ? ORDER BY n.id`;
const SHOW = "UPDATE sends SET is_open = 0 WHERE id = ? AND is_open = 1 AND state = 'unknown'";
const REPEAT = `
  UPDATE sends SET state = 'planned', is_repeat = 1, reason = '', ended_at_ms = NULL
  WHERE id = ? AND is_open = 1 AND state = 'unknown'`;

export function createSendSteps({ group }: { readonly group: Group }): SendSteps {
  return {
    recoverSends: () => group.write(recoverSends),
    nextSends: (call) => group.read((db) => readNext(db, call)),
    beginSend: (send, begun) => group.write((step) => beginSend(step, { send, ...begun })),
    endSend: (send, ended) => group.write((step) => endSend(step, send, ended)),
    sendGate: (account) => group.read((db) => readGate(db, account)),
    learnedWindow: (account) => group.read((db) => readLearnedWindow(db, account)),
    deferSends: (conversation, deferred) =>
      group.write((step) => deferSends(step, conversation, deferred)),
    resumeSends: (nowMs, { expireBeforeMs = 0, waitMaxMs = Infinity } = {}) =>
      resumeSends(group, { nowMs, expireBeforeMs, notAfterMs: nowMs + waitMaxMs }),
    turn: (conversation) => group.read((db) => readTurn(db, conversation)),
    heldConversations: (call) => group.read((db) => readHeld(db, call)),
    holdTurn: (conversation, untilMs) =>
      group.write((step) => holdTurn(step, conversation, untilMs)),
    releaseSends: (call) => group.write((step) => releaseSends(step, call)),
    mergeSends: (call) => group.write((step) => mergeSends(step, call)),
    tellUnsent: (told) => group.write((step) => tellUnsent(step, told)),
    unknownSends: (account) => group.read((db) => readUnknown(db, account)),
    settleUnknown: (send, how) => group.write((step) => settleUnknown(step, send, how)),
    conversationAddress: (conversation) => group.read((db) => readAddress(db, conversation)),
  };
}

function readNext(
  db: Database,
  { account, skip, limit }: Parameters<SendSteps["nextSends"]>[0],
): readonly SendJob[] {
  return db.all<JobRow>(SELECT_NEXT, account, limit + skip.size)
    .filter(({ conversation }) => !skip.has(conversation))
    .slice(0, limit)
    .map((row) => ({
      send: row.send,
      reply: row.reply,
      conversation: row.conversation,
      to: row.to,
      contextToken: row.contextToken,
      content: row.content,
      upstreamId: row.isRepeat === 1 ? row.upstreamId : null,
      attempt: row.attempts + 1,
      ledger: readLedger(row),
      showsIds: row.showsIds === 1,
      rank: rankOf(row.priority),
      others: row.others,
      isAlone: row.isAlone === 1,
    }));
}

function beginSend(
  step: Step,
  { send, upstreamId, atMs }: {
    readonly send: SendId;
    readonly upstreamId: string;
    readonly atMs: number;
  },
): void {
  const { db } = step;
  const row = db.get<SendRow>(SELECT_ONE, send);
  if (row?.state !== "planned") {
    throw new Error(`Cannot begin send ${send}: want planned, it is ${row?.state ?? "not there"}`);
  }
  db.run(BEGIN, upstreamId, atMs, send);
  db.run(COUNT_BEGUN, row.conversation);
  countSends(step, row.account, { from: "planned", to: "sending" });
}

function endSend(
  step: Step,
  send: SendId,
  ended: Parameters<SendSteps["endSend"]>[1],
): void {
  const { db } = step;
  const row = db.one<SendRow>(SELECT_ONE, send);
  if (ended.gate !== undefined) saveGate(db, row.account, ended.gate);
  if (ended.learned !== undefined) saveLearnedWindow(db, row.account, ended.learned);
  const state = stateOf(ended, row.showsIds === 1);
  if (!canMove(row.state, state)) {
    throw new Error(`Cannot end send ${send} as ${state}: it is ${row.state}`);
  }
  countSends(step, row.account, { from: row.state, to: state });
  if (ended.kind === "sent") {
    db.run(END_SENT, state, ended.wireId, ended.atMs, send);
    if (ended.wireId !== null && row.showsIds === 0) db.run(NOTE_SHOWS_IDS, row.account);
    return refreshNextSend(db, row.conversation);
  }
  const dueAtMs = ended.kind === "deferred" ? ended.untilMs : null;
  const endedAtMs = state === "planned" || state === "deferred" ? null : ended.atMs;
  const raw = ended.kind === "deferred" ? ended.raw ?? "" : "";
  const reason = raw === "" ? ended.reason : `${ended.reason}: ${raw}`;
  db.run(END_OTHERWISE, state, hasEnded(state) ? 0 : 1, reason, dueAtMs, endedAtMs, send);
  if (ended.kind === "back") {
    db.run(UNCOUNT, row.conversation);
    db.run(UNCOUNT_ATTEMPT, send);
  }
  // What comes behind a send that waits waits with it, so that order is kept.
  if (ended.kind === "deferred") deferSends(step, row.conversation, ended);
  else refreshNextSend(db, row.conversation);
}

function stateOf(ended: SendEnd, showsIds: boolean): SendState {
  switch (ended.kind) {
    case "sent":
      if (ended.wireId !== null) return "sent";
      return showsIds ? "suspect" : "unconfirmed";
    case "back":
      return "planned";
    case "refused":
    case "unknown":
    case "deferred":
      return ended.kind;
  }
}

function readUnknown(
  db: Database,
  account: AccountId,
): readonly { readonly send: SendId; readonly attempt: number }[] {
  return db.all<{ send: SendId; attempt: number }>(SELECT_UNKNOWN, account)
    .map(({ send, attempt }) => ({ send, attempt }));
}

function settleUnknown(step: Step, send: SendId, how: "show" | "repeat"): void {
  const { db } = step;
  if (db.change(how === "show" ? SHOW : REPEAT, send) === 0) return; // settled before
  const { account, conversation } = db.one<SendRow>(SELECT_ONE, send);
  if (how === "repeat") countSends(step, account, { from: "unknown", to: "planned" });
  refreshNextSend(db, conversation);
}
