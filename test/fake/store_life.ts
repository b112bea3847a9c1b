/** A store for tests, and short ways to bring messages through their life in it. */
import type { Account } from "../../src/core/account.ts";
import type { Client } from "../../src/core/client.ts";
import type { Decision, Trace } from "../../src/core/decision.ts";
import {
  asId,
  type ClientId,
  type ConversationId,
  type MessageId,
  type ReplyId,
} from "../../src/core/ids.ts";
import type { Inbound, RawInbound } from "../../src/core/message.ts";
import { silentLog } from "../../src/lib/log.ts";
import { openStore, type StoreOptions } from "../../src/store/sqlite/open.ts";
import type { Accepted, HandedOut, HandOutCall, SendJob, Store } from "../../src/store/store.ts";
import { textContent } from "../../src/core/content.ts";
import { createFakeClock } from "./fake_clock.ts";
import { createFakeRandom } from "./fake_random.ts";

/** The time at which most tests begin. */
export const START_MS = Date.UTC(2026, 0, 5, 9, 0, 0);
export const ANN = "ann@im.wechat";
export const BEN = "ben@im.wechat";

/** Changes every byte, so that plain text on disk is found; not for anything secret. */
export const FAKE_SEALER: StoreOptions["sealer"] = {
  seal: (plain) => plain.map((byte) => byte ^ 0xa5),
  unseal: (sealed) => sealed.map((byte) => byte ^ 0xa5),
};

let seeds = 0;

/** Opens a store, in memory unless told otherwise, with fake time and randomness. */
export function openTestStore(options: Partial<StoreOptions> = {}): Promise<Store> {
  return openStore({
    path: ":memory:",
    clock: createFakeClock(START_MS),
    random: createFakeRandom(++seeds),
    log: silentLog,
    sealer: FAKE_SEALER,
    signKey: new Uint8Array(32),
    ...options,
  });
}

/** What a test says of a message; the rest is filled in. */
export type Said = Partial<Inbound> & { readonly raw?: string };

let wireIds = 7_500_000_000_000_000_000n;

/** A readable text message of Ann with an id of its own. */
export function said(text: string, more: Said = {}): RawInbound {
  const { raw, ...given } = more;
  const wireId = String(++wireIds);
  const message: Inbound = {
    wireId,
    from: ANN,
    group: null,
    createTimeMs: null,
    contextToken: `token of ${wireId}`,
    text,
    parts: [{ kind: "text", text, bytes: null }],
    quote: null,
    digest: `digest of ${text}`,
    ...given,
  };
  return {
    raw: raw ?? JSON.stringify({ message_id: message.wireId, text }),
    read: { kind: "message", message },
  };
}

/** A store with one account and its clients, and the life of messages in short words. */
export class StoreLife {
  readonly store: Store;
  readonly account: Account;
  readonly clients: readonly Client[];
  /** The time of the next step. */
  nowMs = START_MS;

  private constructor(store: Store, account: Account, clients: readonly Client[]) {
    this.store = store;
    this.account = account;
    this.clients = clients;
  }

  static async begin(
    store: Store,
    { clients = ["alpha", "beta"] }: { readonly clients?: readonly string[] } = {},
  ): Promise<StoreLife> {
    const account = await store.saveLogin({
      userId: "owner@im.wechat",
      botId: "b0t@im.bot",
      token: "bot token",
      baseUrl: "https://ilink.example",
      atMs: START_MS,
    });
    const made: Client[] = [];
    for (const name of clients) {
      const tokenHash = `hash of ${name}`;
      made.push(await store.registerClient({ name, label: "", tokenHash, atMs: START_MS }));
    }
    return new StoreLife(store, account, made);
  }

  /** The same people and clients in a store that was opened anew. */
  async over(store: Store): Promise<StoreLife> {
    const [account] = await store.accounts();
    if (account === undefined) throw new Error("The store has no account");
    const life = new StoreLife(store, account, await store.clients());
    life.nowMs = this.nowMs;
    return life;
  }

  /** The client with this place in the list. */
  client(at = 0): ClientId {
    const client = this.clients[at];
    if (client === undefined) throw new RangeError(`There is no client ${at}`);
    return client.id;
  }

  /** Takes one batch; gives the ids of its rows, oldest first, also those of duplicates and unreadable ones. */
  async ingest(messages: readonly RawInbound[], more: IngestMore = {}): Promise<MessageId[]> {
    const before = await this.newest();
    await this.store.ingest({
      account: this.account.id,
      generation: this.account.generation,
      messages,
      unreadableBody: null,
      cursor: "",
      atMs: this.nowMs,
      ...more,
    });
    const rows = await this.store.lastMessages({ limit: 1_000, before: null });
    return rows.map(({ id }) => asId<MessageId>(id)).filter((id) => id > before).toReversed();
  }

  /** Ann (or whoever `more` says) writes; gives the message's id. */
  async say(text: string, more: Said = {}): Promise<MessageId> {
    const [id] = await this.ingest([said(text, more)]);
    if (id === undefined) throw new Error("The message made no row");
    return id;
  }

  async settle(message: MessageId, decision: Decision) {
    return await this.store.settle({
      message,
      decision,
      trace: traceOf(decision, this.nowMs),
      memories: {},
      atMs: this.nowMs,
    });
  }

  /** Ann writes and the message is routed to the first client, or to those given. */
  async deliver(
    text: string,
    to: readonly [ClientId, ...ClientId[]] = [this.client()],
    more: Said = {},
  ): Promise<MessageId> {
    const message = await this.say(text, more);
    await this.settle(message, deliverTo(to));
    return message;
  }

  /** A poll; by default one that acknowledges nothing and takes one message. */
  poll(call: Partial<HandOutCall> = {}): Promise<HandedOut> {
    return this.store.handOut({
      client: this.client(),
      acknowledged: { kind: "none" },
      written: [],
      hasRestarted: false,
      batch: 1,
      atMs: this.nowMs,
      ...call,
    });
  }

  /** The first client answers a message with a text, and the reply is shaped into one send. */
  async reply(text: string, message: MessageId, more: ReplyMore = {}): Promise<ReplyId> {
    const accepted = await this.accept(text, message, more);
    if (accepted.kind !== "accepted") throw new Error(`The reply was not taken: ${accepted.kind}`);
    await this.store.plan({
      reply: accepted.reply,
      contents: more.contents ?? [contentOf(text)],
      rank: more.rank ?? "reply",
      steps: [],
      atMs: this.nowMs,
    });
    return accepted.reply;
  }

  async accept(text: string, message: MessageId, more: ReplyMore = {}): Promise<Accepted> {
    const { conversation } = await this.conversation();
    return await this.store.accept({
      client: more.client ?? this.client(),
      sendId: more.sendId ?? "",
      digest: `digest of ${text}`,
      content: contentOf(text),
      answers: { conversation, message },
      to: "",
      atMs: this.nowMs,
    });
  }

  /** The conversation with a person, by way of the client that was given a message last. */
  async conversation(): Promise<{ readonly conversation: ConversationId }> {
    for (const { id } of this.clients) {
      const found = await this.store.conversationFor(id, ANN);
      if (found !== null) return found;
    }
    throw new Error("No client was given a message of Ann");
  }

  /** The conversation of the oldest undecided message. */
  async onlyConversation(): Promise<ConversationId> {
    const [head] = await this.store.heads({ skip: new Set(), limit: 1 });
    if (head === undefined) throw new Error("Nothing is undecided");
    return head.conversation;
  }

  /** What the sender would make next. */
  sends(limit = 100): Promise<readonly SendJob[]> {
    return this.store.nextSends({ account: this.account.id, skip: new Set(), limit });
  }

  /** Begins the next send and ends it as WeChat would with an id. */
  async sendNext(wireId: string | null = String(++wireIds)): Promise<SendJob> {
    const [job] = await this.sends(1);
    if (job === undefined) throw new Error("Nothing is planned");
    await this.store.beginSend(job.send, { upstreamId: "up-1", atMs: this.nowMs });
    await this.store.endSend(job.send, { kind: "sent", wireId, atMs: this.nowMs });
    return job;
  }

  /** The state of a message and of all that came of it, in short words. */
  async look(message: MessageId) {
    const trace = await this.store.trace(message);
    if (trace === null) throw new Error(`No message ${message}`);
    return {
      state: trace.state,
      reason: trace.reason,
      deliveries: trace.deliveries.map(({ client, state }) => `${client} ${state}`),
      replies: trace.replies.map(({ client, state }) => `${client} ${state}`),
      hubSends: trace.hubSends.map(({ text, state }) => `${text} ${state}`),
    };
  }

  private async newest(): Promise<number> {
    const [row] = await this.store.lastMessages({ limit: 1, before: null });
    return row?.id ?? 0;
  }
}

type IngestMore = Partial<Parameters<Store["ingest"]>[0]>;

interface ReplyMore {
  readonly client?: ClientId;
  readonly sendId?: string;
  readonly contents?: readonly string[];
  readonly rank?: "reply" | "push" | "progress";
}

export function contentOf(text: string): string {
  return JSON.stringify(textContent(text));
}

/** A decision that delivers, with nothing else in it unless given. */
export function deliverTo(
  to: readonly [ClientId, ...ClientId[]],
  more: Partial<Extract<Decision, { kind: "deliver" }>> = {},
): Decision {
  return {
    kind: "deliver",
    to,
    text: null,
    say: null,
    binding: { kind: "keep" },
    moveWaiting: false,
    reason: "a test says so",
    ...more,
  };
}

/** A decision that answers, with nothing else in it unless given. */
export function answerWith(
  text: string,
  more: Partial<Extract<Decision, { kind: "answer" }>> = {},
): Decision {
  return {
    kind: "answer",
    text,
    binding: { kind: "keep" },
    moveWaiting: false,
    reason: "a test says so",
    ...more,
  };
}

export function traceOf(decision: Decision, atMs: number): Trace {
  return {
    decidedAtMs: atMs,
    steps: [],
    seen: { binding: null, clients: [] },
    decision: JSON.parse(JSON.stringify(decision)),
  };
}
