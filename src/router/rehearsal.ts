/**
 * Decides messages for a look: made-up ones as if they had come now, stored ones on the state that their decision saw. The
 * chain is the one that decides; nothing of what it gives is kept.
 *
 * Of a stored message's state the trace holds the time, the binding, the memories, the pins and the clients with their
 * states. The rest is today's: labels and waiting messages of clients, the account's default client, names of people. Not
 * known is how many sends were left. A client that is gone stands in with its name.
 */
import type { Client } from "../core/client.ts";
import { type ClientState, DEFAULT_CLIENT_SETTINGS } from "../core/client.ts";
import type { Trace, TraceStep } from "../core/decision.ts";
import { HubError } from "../core/error.ts";
import {
  type AccountId,
  asId,
  type ClientId,
  type ConversationId,
  type MessageId,
} from "../core/ids.ts";
import type { ReplayOutcome, ReplayRow } from "../core/plugin_desk.ts";
import { isObject, type Json, type JsonObject, listMember, parseJson } from "../lib/json.ts";
import type { Clock } from "../lib/clock.ts";
import type { Memory, PluginHost } from "../plugin/host.ts";
import type { Rehearsal } from "../plugin/rehearsal.ts";
import type { DecisionInput, Store, TryInput } from "../store/store.ts";
import { CHAT_TEXT } from "../text/chat.ts";
import { listNames, say } from "../text/say.ts";
import { decide } from "./chain.ts";
import { factsFor } from "./facts.ts";
import type { SenderPolicy } from "./policy.ts";
import { type Background, type Scene, viewInbound } from "./views.ts";

export interface RehearsalPorts extends Background {
  readonly store: Pick<
    Store,
    "clients" | "accounts" | "decidedMessages" | "readDecided" | "readForTry"
  >;
  readonly policy: SenderPolicy;
  readonly clock: Clock;
}

/** Rows that an answer holds at most, changed ones and slow ones. */
const CHANGED_MAX = 500;
const SLOWEST = 10;
/** Ids that no client of a database has come to. */
const GONE_CLIENT_ID = 2 ** 52;

export function createRehearsal(ports: RehearsalPorts): Rehearsal {
  const { store } = ports;
  return {
    async recent(limit) {
      const clients = await store.clients();
      const messages = await store.decidedMessages({ sinceMs: 0, limit });
      const calls = [];
      for (const message of messages) {
        const decided = await store.readDecided(message);
        if (decided === null) continue;
        const { input, scene } = setBack(decided, { ports, clients });
        calls.push({
          message: viewInbound(input, scene.clients),
          facts: factsFor(input, scene),
          memories: input.memories,
        });
      }
      return calls;
    },
    tryText: (given, host) => tryText(given, host, ports),
    replay: (given, host) => replay(given, host, ports),
  };
}

async function tryText(
  { text, as, state }: Parameters<Rehearsal["tryText"]>[0],
  host: PluginHost,
  ports: RehearsalPorts,
): ReturnType<Rehearsal["tryText"]> {
  const { store, clock } = ports;
  const clients = await store.clients();
  const nowMs = clock.now();
  const person = await store.readForTry(as) ?? await madeUpOwner(as, ports);
  const input = withState(inputOf(text, person, nowMs), state, clients);
  const { trace } = await decide(input, { ...ports, host, clients, nowMs });
  const steps = parseJson(JSON.stringify(trace.steps));
  return { decision: trace.decision, steps };
}

/** The owner may not have written yet, and there may be no account. */
async function madeUpOwner(as: string, { store }: RehearsalPorts): Promise<TryInput> {
  if (as !== "") {
    throw new HubError(
      "USAGE",
      `Cannot try as "${as}": nobody with this key or alias has written`,
      {
        hint: "Leave it out to write as the owner; ilink-hub trace shows who has written",
      },
    );
  }
  const [account] = await store.accounts();
  return {
    account: account ?? { id: asId<AccountId>(0), name: "main", userId: null, defaultClient: null },
    sender: { key: "owner", alias: "" },
    ...{ binding: null, memories: {}, pins: [], last: null },
    ledger: { lastInboundAtMs: null, sendsSinceInbound: 0, coolDownUntilMs: 0 },
    conversation: asId<ConversationId>(0),
    from: account?.userId ?? "owner",
  };
}

function inputOf(text: string, person: TryInput, nowMs: number): DecisionInput {
  const { from, conversation, ledger, ...rest } = person;
  return {
    ...rest,
    // The message would have begun a new turn.
    ledger: { ...ledger, lastInboundAtMs: nowMs, sendsSinceInbound: 0 },
    quoted: null,
    message: {
      ...{ id: asId<MessageId>(0), conversation, receivedAtMs: nowMs, attempt: 1 },
      inbound: {
        ...{ from, text, wireId: null, group: null, createTimeMs: nowMs, contextToken: "" },
        parts: [{ kind: "text", text, bytes: null }],
        ...{ quote: null, digest: "" },
      },
    },
  };
}

/** `state` as `{ "binding": NAME or null, "memories": { PLUGIN: {...} } }`, each where given. Throws `USAGE`. */
function withState(input: DecisionInput, state: Json, clients: readonly Client[]): DecisionInput {
  if (state === null) return input;
  const wrong = (what: string) =>
    new HubError("USAGE", `Cannot use the state: ${what}`, {
      hint: 'Want {"binding": "claude", "memories": {"night": {}}}, both or one of them',
    });
  if (!isObject(state)) throw wrong("it is no JSON object");
  const unknown = Object.keys(state).find((name) => name !== "binding" && name !== "memories");
  if (unknown !== undefined) throw wrong(`it has the unknown member "${unknown}"`);
  const { binding, memories } = state;
  if (memories !== undefined && !(isObject(memories) && Object.values(memories).every(isObject))) {
    throw wrong("memories holds something else than one object for each plugin");
  }
  if (binding !== undefined && binding !== null && !clients.some(({ name }) => name === binding)) {
    throw wrong(`binding is ${JSON.stringify(binding)}, and there is no client of that name`);
  }
  return {
    ...input,
    ...(binding === undefined ? {} : { binding: bindingTo(binding, clients, input) }),
    ...(memories === undefined ? {} : { memories: memories as Record<string, Memory> }),
  };
}

function bindingTo(
  name: Json,
  clients: readonly Client[],
  { message: { receivedAtMs } }: DecisionInput,
): DecisionInput["binding"] {
  const client = clients.find((client) => client.name === name);
  return client === undefined ? null : { client: client.id, boundAtMs: receivedAtMs };
}

async function replay(
  { sinceMs, limit }: Parameters<Rehearsal["replay"]>[0],
  host: PluginHost,
  ports: RehearsalPorts,
): Promise<ReplayOutcome> {
  const { store } = ports;
  const clients = await store.clients();
  const last = new Map<ConversationId, DecisionInput["last"]>();
  const changed: ReplayRow[] = [];
  let slowest: readonly ReplayRow[] = [];
  let messages = 0;
  let faults = 0;
  for (const message of await store.decidedMessages({ sinceMs, limit })) {
    const decided = await store.readDecided(message);
    if (decided === null) continue;
    const { input, scene } = setBack(decided, { ports, clients });
    const { conversation } = input.message;
    const before = { ...input, last: last.get(conversation) ?? null };
    const again = await decide(before, { ...ports, ...scene, host });
    last.set(conversation, { message, trace: decided.trace });
    const row = rowOf(input, { before: decided.trace, after: again.trace, lang: ports.lang });
    messages += 1;
    faults += again.trace.steps.filter(isFault).length;
    const isOther = targetOf(decided.trace) !== targetOf(again.trace);
    if (isOther && changed.length < CHANGED_MAX) changed.push(row);
    slowest = [...slowest, row].sort((a, b) => b.tookMs - a.tookMs).slice(0, SLOWEST);
  }
  return { messages, changed, faults, slowest };
}

/** The message and the hub around it as they were when it was decided. */
function setBack(
  { input, trace }: { readonly input: DecisionInput; readonly trace: Trace },
  now: { readonly ports: RehearsalPorts; readonly clients: readonly Client[] },
): { readonly input: DecisionInput; readonly scene: Scene } {
  const { seen, decidedAtMs } = trace;
  const then = seen.clients.map(({ name }, at) =>
    now.clients.find((client) => client.name === name) ?? goneClient(name, at)
  );
  const states = new Map(then.map(({ id }, at) => [id, seen.clients[at]?.state as ClientState]));
  const bound = then.find(({ name }) => name === seen.binding);
  return {
    input: {
      ...input,
      binding: bound === undefined
        ? null
        : { client: bound.id, boundAtMs: seen.boundAtMs ?? decidedAtMs },
      memories: seen.memories ?? {},
      pins: pinsOf(seen, then),
      ledger: { ...input.ledger, lastInboundAtMs: decidedAtMs, sendsSinceInbound: 0 },
    },
    scene: {
      ...now.ports,
      clients: then,
      nowMs: decidedAtMs,
      states: { stateOf: (id) => states.get(id) ?? "away", lastCallAtMs: () => null },
    },
  };
}

function pinsOf(
  { pins = [] }: Trace["seen"],
  clients: readonly Client[],
): DecisionInput["pins"] {
  return pins.flatMap((pin) => {
    const client = clients.find(({ name }) => name === pin.client);
    return client === undefined ? [] : [{ ...pin, client: client.id }];
  });
}

function goneClient(name: string, at: number): Client {
  return {
    ...{ id: asId<ClientId>(GONE_CLIENT_ID + at), name, label: "", createdAtMs: 0 },
    ...{ settings: DEFAULT_CLIENT_SETTINGS, lastSeenAtMs: null, waiting: 0 },
  };
}

function rowOf(
  { message: { id, inbound } }: DecisionInput,
  { before, after, lang }: {
    readonly before: Trace;
    readonly after: Trace;
    readonly lang: Background["lang"];
  },
): ReplayRow {
  return {
    ...{ message: id, text: inbound.text },
    before: placeWords(before.decision, lang),
    after: placeWords(after.decision, lang),
    hasFault: after.steps.some(isFault),
    tookMs: after.steps.reduce((sum, { tookMs }) => sum + tookMs, 0),
  };
}

function isFault({ outcome }: TraceStep): boolean {
  return outcome.kind === "fault";
}

/** What a decision does, without why it does it and without the hub's own words, which tell the time and more. */
function targetOf({ decision }: Trace): string {
  const { kind, to = null, why = null, bind = null, text = null, moveWaiting = false } = asObject(
    decision,
  );
  const carried = kind === "deliver" ? text : null;
  return JSON.stringify([kind, to, why, bind, carried, moveWaiting]);
}

function placeWords(decision: Json, lang: Background["lang"]): string {
  const told = asObject(decision);
  switch (told["kind"]) {
    case "deliver":
      return listNames(listMember(told, "to").map(String), lang);
    case "answer":
      return say(lang, CHAT_TEXT.placeAnswered);
    case "park":
      return say(lang, CHAT_TEXT.placeParked, { why: String(told["why"]) });
    default:
      return say(lang, CHAT_TEXT.placeDropped, { why: String(told["why"]) });
  }
}

function asObject(value: Json): JsonObject {
  return isObject(value) ? value : {};
}
