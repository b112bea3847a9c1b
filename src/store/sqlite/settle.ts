/** Performs a decision: everything that follows from it, in one step. */
import type { BindingChange, Decision, ParkReason } from "../../core/decision.ts";
import {
  type AccountId,
  type ClientId,
  type ConversationId,
  type MessageId,
} from "../../core/ids.ts";
import type { InboxState } from "../../core/lifecycle.ts";
import { LIMITS } from "../../core/limits.ts";
import { splitText } from "../../core/split.ts";
import { textContent } from "../../core/content.ts";
import type { Settled, Settlement } from "../store.ts";
import type { ClientCache } from "./client_cache.ts";
import { clientExists } from "./clients.ts";
import type { Database } from "./database.ts";
import type { Step } from "./group.ts";
import { moveWaiting, queueDelivery } from "./queue.ts";
import type { QueueLimits } from "./limits.ts";
import { countMessages } from "./moves.ts";
import { approvePairing } from "./pairings.ts";
import { endPins } from "./pins.ts";
import { planSend } from "./plan_send.ts";
import { makeUndecided } from "./undecided.ts";

export interface SettleParts {
  readonly clients: ClientCache;
  readonly limits: QueueLimits;
}

interface Place {
  readonly account: AccountId;
  readonly conversation: ConversationId;
  readonly message: MessageId;
  readonly atMs: number;
}

/** How a message ends, and who is to be told. */
interface End {
  readonly state: InboxState;
  readonly why: string;
  readonly woken: readonly ClientId[];
}

const SELECT_UNDECIDED = `
  SELECT account, conversation FROM messages WHERE id = ? AND state = 'received'`;
const END_MESSAGE = `
  UPDATE messages SET state = ?, why = ?, detail = ?, settled_at_ms = ? WHERE id = ?`;
const SAVE_TRACE = `
  INSERT INTO traces VALUES (?, ?) ON CONFLICT DO UPDATE SET trace = excluded.trace`;
/** Index: messages_undecided. */
const MOVE_ON = `
  UPDATE conversations SET last_decided = ?, head = (
    SELECT min(id) FROM messages WHERE state = 'received' AND conversation = conversations.id
  ) WHERE id = ?`;
const BIND = "UPDATE conversations SET bound_client = ?, bound_at_ms = ? WHERE id = ?";
const SAVE_MEMORY = `
  INSERT INTO memories VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET memory = excluded.memory`;
const FORGET_MEMORY = "DELETE FROM memories WHERE conversation = ? AND plugin = ?";

export function settle(step: Step, parts: SettleParts, settlement: Settlement): Settled {
  const { db } = step;
  const { message, decision, trace, memories, endedPins = [], atMs } = settlement;
  const found = db.get<Pick<Place, "account" | "conversation">>(SELECT_UNDECIDED, message);
  if (found === undefined) return { kind: "already_settled" };
  if (!namedClients(decision).every((client) => clientExists(db, client))) {
    return { kind: "client_gone" };
  }
  if (decision.kind === "answer" && decision.approves !== undefined) {
    const { pairing, name } = decision.approves;
    const approved = approvePairing(step, pairing, { name, account: found.account, atMs });
    if (approved.kind !== "approved") return { kind: "client_gone" };
  }
  const place: Place = { ...found, message, atMs };
  const words = wordsOf(decision);
  for (const part of words === null ? [] : splitText(words, LIMITS.sendTextMax)) {
    planSend(step, {
      ...place,
      reply: null,
      rank: "hub",
      content: JSON.stringify(textContent(part)),
    });
  }
  if (decision.kind === "deliver" || decision.kind === "answer") {
    changeBinding(db, place, decision.binding);
    // Whom nobody was there for before is there for now.
    if (decision.moveWaiting) {
      makeUndecided(step, "no_client", { conversation: place.conversation });
    }
  }
  saveMemories(db, place.conversation, memories);
  endPins(db, place.conversation, endedPins);
  db.run(SAVE_TRACE, message, JSON.stringify(trace));
  const { state, why, woken } = perform(step, parts, { place, decision });
  db.run(END_MESSAGE, state, why, state === "routed" ? "" : decision.reason, atMs, message);
  db.run(MOVE_ON, message, place.conversation);
  countMessages(step, place.account, { from: "received", to: state });
  return { kind: "settled", woken, hasSends: words !== null };
}

function namedClients(decision: Decision): readonly ClientId[] {
  if (decision.kind !== "deliver" && decision.kind !== "answer") return [];
  const bound = decision.binding.kind === "bind" ? [decision.binding.client] : [];
  return decision.kind === "deliver" ? [...decision.to, ...bound] : bound;
}

/** What the hub itself says to the person. */
function wordsOf(decision: Decision): string | null {
  switch (decision.kind) {
    case "deliver":
    case "park":
      return decision.say;
    case "answer":
      return decision.text;
    case "drop":
      return null;
  }
}

function perform(
  step: Step,
  parts: SettleParts,
  { place, decision }: { readonly place: Place; readonly decision: Decision },
): End {
  switch (decision.kind) {
    case "deliver":
      return deliver(step, parts, { place, decision });
    case "answer": {
      const target = decision.binding.kind === "bind" ? decision.binding.client : null;
      if (!decision.moveWaiting || target === null) return { state: "routed", why: "", woken: [] };
      return { state: "routed", why: "", woken: move(step, parts, { place, target }) };
    }
    case "park":
      return { state: "parked", why: decision.why, woken: [] };
    case "drop":
      return { state: "dropped", why: decision.why, woken: [] };
  }
}

/** Where no queue took the message it is parked, for the reason of the first that refused. */
function deliver(
  step: Step,
  parts: SettleParts,
  { place, decision }: {
    readonly place: Place;
    readonly decision: Extract<Decision, { kind: "deliver" }>;
  },
): End {
  const woken = new Set<ClientId>();
  // What waited before goes before.
  if (decision.moveWaiting) {
    for (const client of move(step, parts, { place, target: decision.to[0] })) woken.add(client);
  }
  let refusal: ParkReason | null = null;
  let isTaken = false;
  for (const client of new Set(decision.to)) {
    const refused = queueDelivery(step.db, parts.limits, {
      ...place,
      client,
      text: decision.text,
    });
    refusal ??= refused;
    if (refused !== null) continue;
    isTaken = true;
    woken.add(client);
    parts.clients.refreshWaiting(step, client);
  }
  return isTaken
    ? { state: "routed", why: "", woken: [...woken] }
    : { state: "parked", why: refusal ?? "", woken: [...woken] };
}

function move(
  step: Step,
  { clients, limits }: SettleParts,
  { place, target }: { readonly place: Place; readonly target: ClientId },
): readonly ClientId[] {
  const from = moveWaiting(step.db, limits, { conversation: place.conversation, target });
  if (from.length === 0) return [];
  for (const client of [...from, target]) clients.refreshWaiting(step, client);
  return [target];
}

function changeBinding(db: Database, place: Place, change: BindingChange): void {
  switch (change.kind) {
    case "keep":
      return;
    case "bind":
      db.run(BIND, change.client, place.atMs, place.conversation);
      return;
    case "unbind":
      db.run(BIND, null, null, place.conversation);
  }
}

/** An empty one is forgotten. */
export function saveMemories(
  db: Database,
  conversation: ConversationId,
  memories: Settlement["memories"],
): void {
  for (const [plugin, memory] of Object.entries(memories)) {
    const text = JSON.stringify(memory);
    if (text === "{}") db.run(FORGET_MEMORY, conversation, plugin);
    else db.run(SAVE_MEMORY, conversation, plugin, text);
  }
}
