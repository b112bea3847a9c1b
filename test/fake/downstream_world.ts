/** A downstream station with everything around it faked: time, store, WeChat, and the exchanges that carry requests. */
import { createHash } from "node:crypto";
import type { Client } from "../../src/core/client.ts";
import type { ClientId, ReplyId } from "../../src/core/ids.ts";
import type { StoreOptions } from "../../src/store/sqlite/open.ts";
import type { SendEnd } from "../../src/store/store.ts";
import type { Live } from "../../src/core/live.ts";
import {
  createDownstream,
  type Downstream,
  type DownstreamLimits,
} from "../../src/downstream/app.ts";
import { createExchange, type HeldExchange } from "../../src/downstream/exchange.ts";
import { createPairingDesk } from "../../src/downstream/pairing_desk.ts";
import type { PairingDesk } from "../../src/core/pairing.ts";
import { type BellBoard, createBellBoard } from "../../src/lib/bell_board.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import type { Log, LogFields } from "../../src/lib/log.ts";
import { createFakeRandom } from "./fake_random.ts";
import { createFakeClock, type FakeClock, settle } from "./fake_clock.ts";
import { type ClientSideStore, openClientSideStore } from "./client_side_store.ts";

export const SIGN_KEY = new Uint8Array(32).fill(7);
export const ALICE = "o9alice@im.wechat";
export const BOB = "o9bob@im.wechat";

export interface FakeLive extends Live {
  readonly typed: { readonly conversation: number; readonly on: boolean }[];
  readonly uploads: JsonObject[];
  uploadAnswer: Awaited<ReturnType<Live["uploadUrl"]>>;
}

export interface Given {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

export interface CallOptions {
  readonly token?: string | null;
  readonly exchange?: HeldExchange;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  /** Leaves the end of the exchange to the test. */
  readonly keepOpen?: true;
}

export interface DownstreamWorld extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly store: ClientSideStore;
  readonly live: FakeLive;
  readonly clientBells: BellBoard<ClientId>;
  readonly replyBells: BellBoard<ReplyId>;
  readonly downstream: Downstream;
  readonly pairing: PairingDesk;
  readonly client: Client;
  readonly token: string;
  readonly logged: { readonly event: string; readonly fields: LogFields }[];
  readonly accepted: () => number;
  addClient(name: string): Promise<{ readonly client: Client; readonly token: string }>;
  /** A call in process; a fully written exchange unless told otherwise. `body` is sent as it is when it is a string. */
  call(path: string, body?: JsonObject | string, options?: CallOptions): Promise<Given>;
  /** A poll, and what came of it. */
  poll(cursor?: string, options?: CallOptions): Promise<Given>;
  send(text: string, message?: JsonObject): Promise<Given>;
  /** Queues a text of a person and rings. */
  say(text: string, options?: { readonly from?: string; readonly to?: ClientId }): Promise<void>;
  /** Queues a message as WeChat wrote it. */
  deliver(raw: string): Promise<void>;
  /** Ends the newest reply as the sender would, and rings. */
  endReply(end: SendEnd | "stopped"): Promise<void>;
}

export async function createDownstreamWorld(
  options: {
    readonly limits?: Partial<DownstreamLimits>;
    readonly known?: readonly Pick<Client, "id" | "lastSeenAtMs">[];
    readonly publicUrl?: string;
    readonly storeLimits?: StoreOptions["limits"];
    /** Of a world before: the hub is started again. */
    readonly before?: DownstreamWorld;
  } = {},
): Promise<DownstreamWorld> {
  const { before } = options;
  const clock = before?.clock ?? createFakeClock();
  const store = before?.store ??
    await openClientSideStore({ clock, limits: options.storeLimits ?? {} });
  const clientBells = createBellBoard<ClientId>();
  const replyBells = createBellBoard<ReplyId>();
  const logged: { event: string; fields: LogFields }[] = [];
  let acceptedCount = 0;
  let nextId = 7_501_234_567_890_123_000n + (before === undefined ? 0n : 500n);
  const live: FakeLive = {
    typed: [],
    uploads: [],
    uploadAnswer: { kind: "failed", text: "WeChat cannot be reached" },
    typing: ({ conversation, on }) => void live.typed.push({ conversation, on }),
    uploadUrl({ request }) {
      live.uploads.push(request);
      return Promise.resolve(live.uploadAnswer);
    },
  };
  const pairing = createPairingDesk({
    ...{
      store: store.whole,
      signKey: SIGN_KEY,
      clock,
      random: createFakeRandom(before === undefined ? 1 : 2),
    },
    log: recordingLog(logged),
    onRegistered: () => void logged.push({ event: "registered", fields: {} }),
  });
  const downstream = createDownstream({
    store: store.port,
    signKey: SIGN_KEY,
    clock,
    log: recordingLog(logged),
    live,
    clientBells,
    replyBells,
    onAccepted: () => acceptedCount += 1,
    cdnBaseUrl: "http://cdn.test/c2c",
    pairing,
    publicUrl: options.publicUrl ?? null,
    answerMs: 600_000,
    clients: options.known ?? [],
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });

  async function addClient(name: string) {
    const token = `vhub_${name.repeat(8)}`;
    const tokenHash = createHash("sha256").update(token).digest("hex");
    return { client: await store.addClient({ name, tokenHash }), token };
  }
  const { client, token } = before ?? await addClient("first");

  const world: DownstreamWorld = {
    clock,
    store,
    live,
    clientBells,
    replyBells,
    downstream,
    pairing,
    client,
    token,
    logged,
    accepted: () => acceptedCount,
    addClient,
    async call(path, body = {}, call = {}) {
      const exchange = call.exchange ?? createExchange();
      const method = call.method ?? "POST";
      const used = call.token === undefined ? token : call.token;
      const request = new Request(`http://hub${path}`, {
        method,
        headers: {
          ...(used === null ? {} : { authorization: `Bearer ${used}` }),
          ...call.headers,
        },
        ...(method === "GET" ? {} : { body: typeof body === "string" ? body : json(body) }),
      });
      const response = await downstream.app.fetch(request, { exchange });
      const text = await response.text();
      if (call.keepOpen === undefined) exchange.end("written");
      return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
    },
    poll: (cursor = "", call = {}) =>
      world.call("/ilink/bot/getupdates", { get_updates_buf: cursor }, call),
    send: (text, message = {}) =>
      world.call("/ilink/bot/sendmessage", {
        msg: { to_user_id: ALICE, item_list: [{ type: 1, text_item: { text } }], ...message },
      }),
    async say(text, { from = ALICE, to = client.id } = {}) {
      nextId += 1n;
      const raw = inboundText({ from, text, id: String(nextId), atMs: clock.now() });
      await store.deliver([{ client: to, raw }]);
      clientBells.ring(to);
    },
    async deliver(raw) {
      await store.deliver([{ client: client.id, raw }]);
      clientBells.ring(client.id);
    },
    async endReply(end) {
      const reply = store.lastReply();
      await store.endReply(reply, end);
      replyBells.ring(reply);
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
  return world;
}

/** A world whose client has been given a message of Alice. */
export async function introducedWorld(
  options: Parameters<typeof createDownstreamWorld>[0] = {},
): Promise<DownstreamWorld> {
  const world = await createDownstreamWorld(options);
  await world.say("hi");
  await world.poll();
  return world;
}

/** The text of the first message of an answer to a poll. */
export function textOf(given: Pick<Given, "body">): string {
  return given.body.msgs[0].item_list[0].text_item.text;
}

/** Runs `promise` while time passes; resolves with what it gave and how long that took. */
export async function elapse<T>(
  clock: FakeClock,
  promise: Promise<T>,
): Promise<{ readonly value: T; readonly tookMs: number }> {
  const startMs = clock.monotonic();
  let isDone = false;
  void promise.finally(() => isDone = true);
  await settle();
  for (let step = 0; step < 1_000 && !isDone; step++) await clock.advance(100);
  return { value: await promise, tookMs: clock.monotonic() - startMs };
}

/** One captured message of WeChat, all defaults in it. */
export function inboundText(
  { from, text, id, atMs }: { from: string; text: string; id: string; atMs: number },
): string {
  const at = `"create_time_ms":${atMs},"update_time_ms":${atMs}`;
  return `{"seq":1,"message_id":${id},"from_user_id":${
    json(from)
  },"to_user_id":"b0f5860fdecb@im.bot",` +
    `"client_id":"mmassistant_bypmsg_inbox_1",${at},"delete_time_ms":0,"session_id":"","group_id":"",` +
    `"message_type":1,"message_state":2,"item_list":[{"type":1,${at},"is_completed":true,` +
    `"msg_id":"v1:${id}","button_item_list":[],"at_bot_username_list":[],` +
    `"text_item":{"text":${
      json(text)
    }}}],"context_token":"AARzJWAFreal","root_id":0,"parent_id":0}`;
}

function json(value: unknown): string {
  return JSON.stringify(value);
}

function recordingLog(logged: { event: string; fields: LogFields }[]): Log {
  const record = (event: string, fields: LogFields = {}) => void logged.push({ event, fields });
  return { debug: record, info: record, warn: record, error: record };
}
