/** A whole hub under a fake clock, between the simulated WeChat and the agents that the test plays. */
import { createHash } from "node:crypto";
import { assert } from "@std/assert";
import type { ClientSettings } from "../../src/core/client.ts";
import { itemsOf, textOfItems } from "../../src/core/content.ts";
import { asId, type MessageId } from "../../src/core/ids.ts";
import { createExchange } from "../../src/downstream/exchange.ts";
import {
  isObject,
  type JsonObject,
  listMember,
  parseJson,
  textMember,
} from "../../src/lib/json.ts";
import type { PluginHost } from "../../src/plugin/host.ts";
import type { Say } from "../../src/simulator/say.ts";
import type { Settings } from "../../src/simulator/settings.ts";
import type { MessageTrace } from "../../src/store/trace.ts";
import { createFakeClock, type FakeClock } from "./fake_clock.ts";
import { createFakeRandom } from "./fake_random.ts";
import { createFakeUpstream, type FakeUpstream, OWNER } from "./fake_upstream.ts";
import { type MortalHub, startMortalHub } from "./mortal_hub.ts";

export interface DeliveryWorld {
  readonly clock: FakeClock;
  readonly upstream: FakeUpstream;
  readonly hub: MortalHub;
  /** One of `agents`, by its name. */
  agent(name: string): PlayedAgent;
  /** The first agent's. */
  poll: PlayedAgent["poll"];
  /** The first agent's; gives `ret`. */
  reply(given: GivenAnswer): Promise<unknown>;
  /** The person's words, or a whole message of theirs; gives the digits of its id. */
  say(what: string | Say): Promise<string>;
  /** What the person sees of the bot. */
  shown(): string[];
  calls(): number;
  traces(): Promise<readonly MessageTrace[]>;
}

export interface PlayedAgent {
  /** Takes what waits for the agent, and with it acknowledges what it took before; gives its text, `null` if nothing came. */
  poll(): Promise<string | null>;
  /** Answers the message taken last, and gives what the hub answers. */
  reply(given: GivenAnswer): Promise<JsonObject>;
  set(settings: Partial<ClientSettings>): Promise<void>;
  /** Any other call. */
  call(path: string, body: JsonObject): Promise<JsonObject>;
}

/** A text, or members of `msg` beside those that every answer has. */
export type GivenAnswer = string | JsonObject;

/** Runs `act` beside a whole hub with the agents named, or `ann` alone, and ends it. */
export async function withDelivery(
  act: (world: DeliveryWorld) => Promise<void>,
  { flags = {}, agents = ["ann"], clock = createFakeClock(), host, ...simulator }:
    & Partial<Settings>
    & {
      readonly flags?: Readonly<Record<string, string>>;
      readonly agents?: readonly [string, ...string[]];
      /** Shared with whom the test brings along. */
      readonly clock?: FakeClock;
      /** The shipped plugins when absent. */
      readonly host?: PluginHost;
    } = {},
): Promise<void> {
  const upstream = await createFakeUpstream({ clock, settings: simulator });
  const hub = await startMortalHub({
    ...{ path: ":memory:", clock, random: createFakeRandom(3), api: upstream.api, crashAt: null },
    wechatCdn: upstream.cdn,
    ...(host === undefined ? {} : { host }),
    flags,
  });
  const { token, baseUrl } = upstream.bot();
  await hub.store.saveLogin({ userId: OWNER, botId: "b@im.bot", token, baseUrl, atMs: 0 });
  const played = new Map<string, PlayedAgent>();
  for (const name of agents) played.set(name, await playAgent(name, { hub, clock }));
  function agent(name: string): PlayedAgent {
    const found = played.get(name);
    assert(found !== undefined, `no agent ${name}`);
    return found;
  }
  const first = agent(agents[0]);
  await hub.stations.upstream.refresh();
  let calls = 0;
  upstream.simulator.watch((event) => {
    if (event.kind === "request" && event.endpoint === "sendmessage") calls += 1;
  });

  await act({
    clock,
    upstream,
    hub,
    agent,
    poll: first.poll,
    async reply(given) {
      return Number((await first.reply(given))["ret"]);
    },
    async say(what) {
      const wireId = upstream.simulator.say({ what });
      await clock.advance(1_000);
      return wireId;
    },
    shown: () => upstream.simulator.sent().map(({ text }) => text),
    calls: () => calls,
    async traces() {
      const all: MessageTrace[] = [];
      for (const { id } of await hub.store.lastMessages({ limit: 100, before: null })) {
        const trace = await hub.store.trace(asId<MessageId>(id));
        if (trace !== null) all.push(trace);
      }
      return all.reverse();
    },
  });
  let isStopped = false;
  const stopping = hub.stop().then(() => isStopped = true);
  for (let minute = 0; !isStopped && minute < 10; minute++) await clock.advance(60_000);
  await stopping;
  await upstream.simulator.close();
}

/** A client of the hub's that calls it as an agent would. */
async function playAgent(
  name: string,
  { hub, clock }: { readonly hub: MortalHub; readonly clock: FakeClock },
): Promise<PlayedAgent> {
  const token = `vhub_${name}`;
  const tokenHash = createHash("sha256").update(token).digest("hex");
  const { id } = await hub.store.registerClient({ name, label: "", tokenHash, atMs: 0 });
  let cursor = "";
  let taken: JsonObject = {};
  let sends = 0;

  async function post(path: string, body: JsonObject): Promise<JsonObject> {
    const exchange = createExchange();
    const asking = hub.stations.downstream.app.fetch(
      new Request(`http://hub/ilink/bot/${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      }),
      { exchange },
    );
    let answer: JsonObject | null = null;
    const asked = Promise.resolve(asking).then(async (response) => {
      const read = parseJson(await response.text());
      assert(isObject(read));
      exchange.end("written");
      answer = read;
    });
    for (let second = 0; second < 40 && answer === null; second++) await clock.advance(1_000);
    await asked;
    return answer ?? {};
  }

  return {
    async poll() {
      const answer = await post("getupdates", { get_updates_buf: cursor });
      cursor = textMember(answer, "get_updates_buf") || cursor;
      const [message] = listMember(answer, "msgs");
      if (!isObject(message)) return null;
      taken = message;
      return textOfItems(itemsOf(message));
    },
    reply: (given) =>
      post("sendmessage", {
        msg: {
          to_user_id: textMember(taken, "from_user_id"),
          client_id: `send-${++sends}`,
          context_token: textMember(taken, "context_token"),
          ...(typeof given === "string"
            ? { item_list: [{ type: 1, text_item: { text: given } }] }
            : given),
        },
      }),
    async set(settings) {
      await hub.store.updateClient(id, { settings });
    },
    call: post,
  };
}
