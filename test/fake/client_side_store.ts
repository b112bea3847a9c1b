/** The real store, in memory, with what a client's side needs of the other stations, a record of calls, and faults on demand. */
import type { Account } from "../../src/core/account.ts";
import type { Client } from "../../src/core/client.ts";
import { asId, type ClientId, type ReplyId } from "../../src/core/ids.ts";
import type { DownstreamPorts } from "../../src/downstream/app.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { StoreOptions } from "../../src/store/sqlite/open.ts";
import type { GivenReply, HandOutCall, SendEnd, Store } from "../../src/store/store.ts";
import { readInbound } from "../../src/wire/message.ts";
import { contentOf, deliverTo, openTestStore, traceOf } from "./store_life.ts";

/** What is queued for a client; its `from_user_id` names the person. */
export interface Queued {
  readonly client: ClientId;
  readonly raw: string;
  /** What the decision put in place of the text. */
  readonly text?: string;
}

export interface ClientSideStore extends AsyncDisposable {
  /** What the station is given. */
  readonly port: DownstreamPorts["store"];
  /** The store itself: its faults are its own. */
  readonly whole: Store;
  addClient(client: { readonly name: string; readonly tokenHash: string }): Promise<Client>;
  removeClient(client: ClientId): Promise<void>;
  clientNow(client: ClientId): Promise<Client>;
  /** Takes the messages from WeChat and routes each to its client; one of each conversation at a time. */
  deliver(queued: readonly Queued[]): Promise<void>;
  waiting(client: ClientId): Promise<number>;
  lastReply(): ReplyId;
  /** Shapes a reply into one send that ends so, or stops it. */
  endReply(reply: ReplyId, end: SendEnd | "stopped"): Promise<void>;
  readonly handOuts: HandOutCall[];
  readonly replies: readonly GivenReply[];
  readonly seen: { readonly client: ClientId; readonly atMs: number }[];
  readonly answered: ReadonlyMap<ReplyId, string>;
  /** While set, every step of the station's side rejects with it. */
  failure: Error | null;
  /** While set, cursors belong to this history of the database. */
  epoch: string | null;
}

export async function openClientSideStore(
  { clock, limits = {} }: { readonly clock: Clock; readonly limits?: StoreOptions["limits"] },
): Promise<ClientSideStore> {
  const store = await openTestStore({ clock, limits });
  const account = await store.saveLogin({
    userId: "owner@im.wechat",
    botId: "b0f5860fdecb@im.bot",
    token: "bot token",
    baseUrl: "https://ilink.test",
    atMs: clock.now(),
  });
  return createClientSideStore(store, { account, clock });
}

function createClientSideStore(
  store: Store,
  { account, clock }: { readonly account: Account; readonly clock: Clock },
): ClientSideStore {
  const handOuts: HandOutCall[] = [];
  const replies: GivenReply[] = [];
  const seen: { client: ClientId; atMs: number }[] = [];
  const answered = new Map<ReplyId, string>();
  let lastReply = asId<ReplyId>(0);

  async function guard(): Promise<void> {
    if (side.failure !== null) await Promise.reject(side.failure);
  }

  const port: DownstreamPorts["store"] = {
    get epoch() {
      return side.epoch ?? store.epoch;
    },
    clientByToken: async (hash, nowMs) => (await guard(), store.clientByToken(hash, nowMs)),
    updateClient: async (client, change) => (await guard(), store.updateClient(client, change)),
    conversationFor: async (client, to) => (await guard(), store.conversationFor(client, to)),
    originOf: async (message) => (await guard(), store.originOf(message)),
    replyOutcome: async (reply) => (await guard(), store.replyOutcome(reply)),
    async recordSeen(calls) {
      await guard();
      await store.recordSeen(calls);
      seen.push(...calls);
    },
    async handOut(call) {
      await guard();
      handOuts.push(call);
      return await store.handOut(call);
    },
    async accept(given) {
      await guard();
      const accepted = await store.accept(given);
      if (accepted.kind !== "accepted") return accepted;
      lastReply = accepted.reply;
      replies.push(given);
      return accepted;
    },
    async noteAnswered(reply, wireId) {
      await guard();
      await store.noteAnswered(reply, wireId);
      answered.set(reply, wireId);
    },
  };

  async function clientNow(client: ClientId): Promise<Client> {
    const found = (await store.clients()).find(({ id }) => id === client);
    if (found === undefined) throw new Error(`There is no client ${client}`);
    return found;
  }

  const side: ClientSideStore = {
    port,
    whole: store,
    handOuts,
    replies,
    seen,
    answered,
    failure: null,
    epoch: null,
    clientNow,
    addClient: ({ name, tokenHash }) =>
      store.registerClient({ name, label: "", tokenHash, atMs: clock.now() }),
    removeClient: (client) => store.removeClient(client, clock.now()),
    waiting: async (client) => (await clientNow(client)).waiting,
    lastReply: () => lastReply,
    async deliver(queued) {
      await store.ingest({
        account: account.id,
        generation: account.generation,
        messages: queued.map(({ raw }) => readInbound(raw)),
        unreadableBody: null,
        cursor: "",
        atMs: clock.now(),
      });
      const queuedOf = new Map(queued.map((one) => [senderOf(one.raw), one]));
      const heads = await store.heads({ skip: new Set(), limit: queued.length });
      await Promise.all(heads.map(async ({ message }) => {
        const input = await store.readForDecision(message);
        const { client, text = null } = queuedOf.get(input?.message.inbound.from ?? "") ?? {};
        if (client === undefined) throw new Error("A message came that was not queued");
        const decision = deliverTo([client], { text });
        const trace = traceOf(decision, clock.now());
        await store.settle({ message, decision, trace, memories: {}, atMs: clock.now() });
      }));
    },
    async endReply(reply, end) {
      const contents = end === "stopped" ? [] : [contentOf("shaped")];
      await store.plan({ reply, contents, steps: [], atMs: clock.now() });
      if (end === "stopped") return;
      const jobs = await store.nextSends({ account: account.id, skip: new Set(), limit: 100 });
      const job = jobs.find((job) => job.reply === reply);
      if (job === undefined) throw new Error(`Reply ${reply} has no send to be made`);
      await store.beginSend(job.send, { upstreamId: `up-${job.send}`, atMs: clock.now() });
      await store.endSend(job.send, { ...end, atMs: clock.now() });
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
  return side;
}

function senderOf(raw: string): string {
  return JSON.parse(raw).from_user_id;
}
