/** The client's side of the store in memory: numbers, acknowledgement and reply keys as the port says, and faults on demand. */
import type { Client } from "../../src/core/client.ts";
import { DEFAULT_CLIENT_SETTINGS } from "../../src/core/client.ts";
import {
  type AccountId,
  asId,
  type ClientId,
  type ConversationId,
  type DeliveryId,
  type DeliverySeq,
  type MessageId,
  type ReplyId,
} from "../../src/core/ids.ts";
import type { DownstreamPorts } from "../../src/downstream/app.ts";
import type {
  Accepted,
  GivenReply,
  HandedOutDelivery,
  HandOutCall,
  ReplyOutcome,
} from "../../src/store/steps.ts";

type ClientSide = DownstreamPorts["store"];

interface Waiting {
  readonly delivery: Omit<HandedOutDelivery, "seq">;
  seq: number | null;
  written: boolean;
}

export interface FakeClientSideStore extends ClientSide {
  epoch: string;
  /** The client whose token has this SHA-256 (hex), added if it is not there. */
  addClient(client: { readonly name: string; readonly tokenHash: string }): Client;
  /** Queues a message; the raw text's `from_user_id` names the person. */
  deliver(
    client: ClientId,
    raw: string,
    edge?: { readonly text?: string; readonly quotedWireId?: string },
  ): void;
  waiting(client: ClientId): number;
  clientNow(client: ClientId): Client;
  removeClient(client: ClientId): void;
  setOutcome(reply: ReplyId, outcome: ReplyOutcome): void;
  lastReply(): ReplyId;
  readonly handOuts: HandOutCall[];
  readonly replies: readonly GivenReply[];
  readonly seen: { readonly client: ClientId; readonly atMs: number }[];
  readonly answered: Map<ReplyId, string>;
  /** While set, every step rejects with it. */
  failure: Error | null;
  isFull: boolean;
}

export function createFakeClientSideStore(): FakeClientSideStore {
  const byHash = new Map<string, ClientId>();
  const clients = new Map<ClientId, Client>();
  const queues = new Map<ClientId, Waiting[]>();
  const conversations = new Map<string, ConversationId>();
  /** Client and person, of every message that was queued. */
  const introduced = new Set<string>();
  const lastSeq = new Map<ClientId, number>();
  const acknowledgedSeq = new Map<ClientId, number>();
  const keys = new Map<string, ReplyId>();
  const outcomes = new Map<ReplyId, ReplyOutcome>();
  const replies: GivenReply[] = [];
  let nextId = 1;
  let lastReply = asId<ReplyId>(0);

  function guard(): Promise<void> {
    return store.failure === null ? Promise.resolve() : Promise.reject(store.failure);
  }
  function clientNow(client: ClientId): Client {
    const found = clients.get(client);
    if (found === undefined) throw new Error(`no client ${client}`);
    return found;
  }
  function conversationOf(client: ClientId, person: string): ConversationId | undefined {
    return introduced.has(`${client} ${person}`) ? conversations.get(person) : undefined;
  }
  function acknowledge({ client, acknowledged }: HandOutCall): number {
    const queue = queues.get(client) ?? [];
    const last = lastSeq.get(client) ?? 0;
    const isCovered = (entry: Waiting) =>
      entry.seq !== null &&
      (acknowledged.kind === "written"
        ? entry.written
        : acknowledged.kind === "through" && acknowledged.seq <= last &&
          entry.seq <= acknowledged.seq);
    const covered = queue.filter(isCovered);
    for (const { seq } of covered) {
      acknowledgedSeq.set(client, Math.max(acknowledgedSeq.get(client) ?? 0, seq ?? 0));
    }
    queues.set(client, queue.filter((entry) => !isCovered(entry)));
    return covered.length;
  }

  const store: FakeClientSideStore = {
    epoch: "epoch1",
    handOuts: [],
    replies,
    seen: [],
    answered: new Map(),
    failure: null,
    isFull: false,
    clientNow,
    addClient({ name, tokenHash }) {
      const known = byHash.get(tokenHash);
      if (known !== undefined) return clientNow(known);
      const client: Client = {
        id: asId<ClientId>(nextId++),
        name,
        label: "",
        settings: DEFAULT_CLIENT_SETTINGS,
        createdAtMs: 0,
        lastSeenAtMs: null,
        waiting: 0,
      };
      clients.set(client.id, client);
      byHash.set(tokenHash, client.id);
      return client;
    },
    removeClient(client) {
      clients.delete(client);
    },
    deliver(client, raw, edge = {}) {
      const from = String(JSON.parse(raw).from_user_id);
      const conversation = conversations.get(from) ?? asId<ConversationId>(nextId++);
      conversations.set(from, conversation);
      introduced.add(`${client} ${from}`);
      const delivery = {
        id: asId<DeliveryId>(nextId++),
        message: asId<MessageId>(nextId++),
        conversation,
        raw,
        text: edge.text ?? null,
        quotedWireId: edge.quotedWireId ?? null,
      };
      const queue = queues.get(client) ?? [];
      queues.set(client, [...queue, { delivery, seq: null, written: false }]);
    },
    waiting: (client) => queues.get(client)?.length ?? 0,
    async clientByToken(hash) {
      await guard();
      const id = byHash.get(hash);
      return id === undefined ? null : clients.get(id) ?? null;
    },
    async updateClient(client, change) {
      await guard();
      const old = clientNow(client);
      const changed = { ...old, settings: { ...old.settings, ...change.settings } };
      clients.set(client, changed);
      return changed;
    },
    async recordSeen(seen) {
      await guard();
      store.seen.push(...seen);
    },
    async handOut(call) {
      await guard();
      store.handOuts.push(call);
      const queue = queues.get(call.client) ?? [];
      for (const entry of queue) {
        if (call.written.some((seq) => seq === entry.seq)) entry.written = true;
      }
      const acknowledged = acknowledge(call);
      const batch = (queues.get(call.client) ?? []).slice(0, call.batch);
      const deliveries = batch.map((entry) => {
        const seq = (lastSeq.get(call.client) ?? 0) + 1;
        lastSeq.set(call.client, seq);
        entry.seq = seq;
        entry.written = false;
        return { ...entry.delivery, seq: asId<DeliverySeq>(seq) };
      });
      const seq = deliveries.at(-1)?.seq ?? acknowledgedSeq.get(call.client) ?? 0;
      return { acknowledged, parked: 0, deliveries, seq: asId<DeliverySeq>(seq) };
    },
    async accept(given): Promise<Accepted> {
      await guard();
      const key = JSON.stringify([given.client, given.sendId, given.digest]);
      const first = given.sendId === "" ? undefined : keys.get(key);
      if (first !== undefined) {
        return { kind: "repeat", reply: first, outcome: await store.replyOutcome(first) };
      }
      const conversation = given.answers?.conversation ??
        conversationOf(given.client, given.to);
      if (conversation === undefined) return { kind: "no_conversation" };
      if (store.isFull) return { kind: "full" };
      const reply = asId<ReplyId>(nextId++);
      lastReply = reply;
      keys.set(key, reply);
      replies.push(given);
      return { kind: "accepted", reply, conversation };
    },
    async replyOutcome(reply) {
      await guard();
      return outcomes.get(reply) ?? { state: "accepted", wireId: null, reason: "" };
    },
    setOutcome: (reply, outcome) => void outcomes.set(reply, outcome),
    lastReply: () => lastReply,
    async noteAnswered(reply, wireId) {
      await guard();
      store.answered.set(reply, wireId);
    },
    async conversationFor(client, to) {
      await guard();
      const conversation = conversationOf(client, to);
      return conversation === undefined ? null : { account: asId<AccountId>(1), conversation };
    },
  };
  return store;
}
