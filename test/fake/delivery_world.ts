/** A whole hub under a fake clock, between the simulated WeChat and one agent that the test plays. */
import { createHash } from "node:crypto";
import { assert } from "@std/assert";
import { asId, type MessageId } from "../../src/core/ids.ts";
import {
  isObject,
  type JsonObject,
  listMember,
  parseJson,
  textMember,
} from "../../src/lib/json.ts";
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
  /** Takes what waits for the agent, and with it acknowledges what it took before. */
  poll(): Promise<void>;
  /** Answers the message taken last; gives `ret`. */
  reply(text: string): Promise<unknown>;
  say(text: string): Promise<void>;
  /** What the person sees of the bot. */
  shown(): string[];
  calls(): number;
  traces(): Promise<readonly MessageTrace[]>;
}

const TOKEN = "vhub_ann";

/** Runs `act` beside a whole hub with one agent, `ann`, and ends it. */
export async function withDelivery(
  act: (world: DeliveryWorld) => Promise<void>,
  { flags = {}, ...simulator }: Partial<Settings> & {
    readonly flags?: Readonly<Record<string, string>>;
  } = {},
): Promise<void> {
  const clock = createFakeClock();
  const upstream = await createFakeUpstream({ clock, settings: simulator });
  const hub = await startMortalHub({
    ...{ path: ":memory:", clock, random: createFakeRandom(3), api: upstream.api, crashAt: null },
    flags,
  });
  const { token, baseUrl } = upstream.bot();
  await hub.store.saveLogin({ userId: OWNER, botId: "b@im.bot", token, baseUrl, atMs: 0 });
  const tokenHash = createHash("sha256").update(TOKEN).digest("hex");
  await hub.store.registerClient({ name: "ann", label: "", tokenHash, atMs: 0 });
  await hub.stations.upstream.refresh();
  let calls = 0;
  upstream.simulator.watch((event) => {
    if (event.kind === "request" && event.endpoint === "sendmessage") calls += 1;
  });
  let cursor = "";
  let taken: JsonObject = {};
  let sends = 0;

  async function post(path: string, body: JsonObject): Promise<JsonObject> {
    const asking = hub.stations.downstream.app.fetch(
      new Request(`http://hub/ilink/bot/${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify(body),
      }),
    );
    let answer: JsonObject | null = null;
    const asked = Promise.resolve(asking).then(async (response) => {
      const read = parseJson(await response.text());
      assert(isObject(read));
      answer = read;
    });
    for (let second = 0; second < 40 && answer === null; second++) await clock.advance(1_000);
    await asked;
    return answer ?? {};
  }

  await act({
    clock,
    upstream,
    hub,
    async poll() {
      const answer = await post("getupdates", { get_updates_buf: cursor });
      cursor = textMember(answer, "get_updates_buf") || cursor;
      const [message] = listMember(answer, "msgs");
      if (isObject(message)) taken = message;
    },
    async reply(text) {
      const answer = await post("sendmessage", {
        msg: {
          to_user_id: textMember(taken, "from_user_id"),
          client_id: `send-${++sends}`,
          context_token: textMember(taken, "context_token"),
          item_list: [{ type: 1, text_item: { text } }],
        },
      });
      return Number(answer["ret"]);
    },
    async say(text) {
      upstream.simulator.say({ what: text });
      await clock.advance(1_000);
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
