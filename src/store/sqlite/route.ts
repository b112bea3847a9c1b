/** Finding what is to be decided, and parking what cannot be. Deciding itself is committed by `settle.ts`. */
import type { TraceStep } from "../../core/decision.ts";
import { HubError } from "../../core/error.ts";
import type { AccountId, ConversationId, MessageId } from "../../core/ids.ts";
import { isObject, parseJson } from "../../lib/json.ts";
import type { Rehearsals, RouteSteps } from "../store.ts";
import type { Database } from "./database.ts";
import { readDecided, readDecidedMessages, readForDecision, readForTry } from "./decision_input.ts";
import type { Group, Step } from "./group.ts";
import { countMessages } from "./moves.ts";
import { settle, type SettleParts } from "./settle.ts";
import { refreshHead, unparkMessage } from "./undecided.ts";

interface Head {
  readonly conversation: ConversationId;
  readonly message: MessageId;
}

/** Costs what it gives, however long the backlog is. Index: conversations_head. */
const SELECT_HEADS = `
  SELECT id AS conversation, head AS message FROM conversations WHERE head IS NOT NULL
  ORDER BY head LIMIT ? + 0`;
const PARK = `
  UPDATE messages SET state = 'parked', why = ?, detail = ?, settled_at_ms = ?
  WHERE id = ? AND state = 'received' RETURNING account, conversation`;
const SELECT_PLACE = "SELECT conversation, state FROM messages WHERE id = ?";

const SELECT_TRACE = "SELECT trace FROM traces WHERE message = ?";
const UPDATE_TRACE = "UPDATE traces SET trace = ? WHERE message = ?";

export function createRouteSteps(
  parts: SettleParts & { readonly group: Group },
): RouteSteps & Rehearsals {
  const { group } = parts;
  return {
    heads: (call) => group.read((db) => readHeads(db, call)),
    readForDecision: (message) => group.read((db) => readForDecision(db, message)),
    settle: (settlement) => group.write((step) => settle(step, parts, settlement)),
    park: (message, parked) => group.write((step) => park(step, { message, ...parked })),
    unpark: (message) => group.write((step) => unpark(step, message)),
    recordShadow: (message, steps) => group.write((step) => recordShadow(step, message, steps)),
    decidedMessages: (call) => group.read((db) => readDecidedMessages(db, call)),
    readDecided: (message) => group.read((db) => readDecided(db, message)),
    readForTry: (person) => group.read((db) => readForTry(db, person)),
  };
}

function readHeads(
  db: Database,
  { skip, limit }: { readonly skip: ReadonlySet<ConversationId>; readonly limit: number },
): readonly Head[] {
  // At most all that are skipped come first.
  return db.all<Head>(SELECT_HEADS, limit + skip.size)
    .filter(({ conversation }) => !skip.has(conversation))
    .slice(0, limit)
    .map(({ conversation, message }) => ({ conversation, message }));
}

function park(
  step: Step,
  { message, why, reason, atMs }:
    & { readonly message: MessageId }
    & Parameters<
      RouteSteps["park"]
    >[1],
): void {
  const parked = step.db.get<{ account: AccountId; conversation: ConversationId }>(
    PARK,
    why,
    reason,
    atMs,
    message,
  );
  if (parked === undefined) return;
  countMessages(step, parked.account, { from: "received", to: "parked" });
  refreshHead(step.db, parked.conversation);
}

function recordShadow({ db }: Step, message: MessageId, steps: readonly TraceStep[]): void {
  const row = db.get<{ trace: string }>(SELECT_TRACE, message);
  if (row === undefined) return;
  // Plugins' own numbers stand in it, and keep every digit.
  const trace = parseJson(row.trace);
  if (isObject(trace)) db.run(UPDATE_TRACE, JSON.stringify({ ...trace, shadow: steps }), message);
}

function unpark(step: Step, message: MessageId): void {
  const { db } = step;
  const place = db.get<{ conversation: ConversationId | null; state: string }>(
    SELECT_PLACE,
    message,
  );
  if (place?.conversation && unparkMessage(step, message)) {
    return refreshHead(db, place.conversation);
  }
  const seen = place === undefined
    ? "there is none"
    : place.conversation === null
    ? "it could not be read"
    : `it is ${place.state}`;
  throw new HubError("MESSAGE_UNKNOWN", `Cannot decide message ${message} again: ${seen}`, {
    hint: "Name a parked message that could be read",
  });
}
