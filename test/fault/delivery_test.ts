/** What users of WeChat bots suffer from in delivery, played against the whole hub under a fake clock. */
import { createHash } from "node:crypto";
import { assert, assertEquals } from "@std/assert";
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
import { createFakeClock, type FakeClock } from "../fake/fake_clock.ts";
import { createFakeRandom } from "../fake/fake_random.ts";
import { createFakeUpstream, type FakeUpstream, OWNER } from "../fake/fake_upstream.ts";
import { type MortalHub, startMortalHub } from "../fake/mortal_hub.ts";

interface World {
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

async function withWorld(
  act: (world: World) => Promise<void>,
  simulator: Partial<Settings> = {},
): Promise<void> {
  const clock = createFakeClock();
  const upstream = await createFakeUpstream({ clock, settings: simulator });
  const hub = await startMortalHub({
    ...{ path: ":memory:", clock, random: createFakeRandom(3), api: upstream.api, crashAt: null },
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

Deno.test("of 14 sends in one turn 9 calls at most are made, the final answer among them, and nothing is lost", async () => {
  await withWorld(async ({ clock, say, poll, reply, shown, calls, traces }) => {
    await say("hello");
    await poll();
    for (let at = 1; at <= 14; at++) assertEquals(await reply(`part ${at}`), 0);
    assertEquals(calls(), 8);
    await poll();
    await clock.advance(30_000);
    assertEquals(calls(), 9);
    assertEquals(shown().at(-1), [9, 10, 11, 12, 13, 14].map((at) => `part ${at}`).join("\n\n"));
    const [message] = await traces();
    const states = message?.replies.map(({ state }) => state) ?? [];
    assertEquals(states, [...Array(9).fill("sent"), ...Array(5).fill("merged")]);
  });
});

Deno.test("what does not fit waits, and leaves with the person's next message as one, oldest first, once", async () => {
  await withWorld(async ({ clock, say, poll, reply, shown, calls }) => {
    await say("hello");
    await poll();
    for (let at = 1; at <= 14; at++) await reply(`part ${at} `.padEnd(500, "x"));
    await poll();
    await clock.advance(30_000);
    assertEquals(calls(), 9);
    assert(shown().at(-1)?.includes("part 14"), "the final answer is kept back");
    await reply("one more");
    await clock.advance(3_600_000);
    assertEquals(calls(), 9);
    await say("and?");
    await poll();
    await reply("the new answer");
    await poll();
    await clock.advance(60_000);
    const later = shown().slice(9);
    assertEquals(later[0], "the new answer");
    const parts = later.slice(1).join("\n\n").split("\n\n").map((text) => text.trim().slice(0, 8));
    assertEquals(parts.length, new Set(parts).size, "something left twice");
    const all = shown().join("\n\n").split("\n\n");
    for (let at = 1; at <= 14; at++) {
      assertEquals(all.filter((text) => text.startsWith(`part ${at} `)).length, 1, `part ${at}`);
    }
    assertEquals(all.filter((text) => text === "one more").length, 1);
    assert(later.length <= 4, `a burst of ${later.length}`);
  });
});

Deno.test("a night job whose window has closed waits, and leaves with the morning's first message although nobody answers it", async () => {
  await withWorld(async ({ clock, say, poll, reply, shown, calls, traces }) => {
    await say("good night");
    await poll();
    await reply("sleep well");
    await poll();
    await clock.advance(25 * 3_600_000);
    for (const text of ["backup done", "disk at 80 %"]) assertEquals(await reply(text), 0);
    await clock.advance(60_000);
    assertEquals(calls(), 1);
    const reasons = (await traces())[0]?.replies.flatMap(({ sends }) => sends).map(({ reason }) =>
      reason
    );
    assertEquals(reasons, ["", "window", "window"]);
    await say("/list");
    await clock.advance(30_000);
    assertEquals(shown().at(-1), "backup done\n\ndisk at 80 %");
  });
});

Deno.test("while WeChat says prepare failed for an hour it is asked once for each wait, and no agent hears of it", async () => {
  await withWorld(async ({ clock, upstream, hub, say, poll, reply, shown, calls }) => {
    await say("hello");
    await poll();
    upstream.simulator.addFault({
      endpoint: "sendmessage",
      act: { kind: "ret", processed: false, ret: -2, errmsg: "prepare failed" },
      forMs: 3_600_000,
    });
    for (let at = 1; at <= 5; at++) assertEquals(await reply(`part ${at}`), 0);
    const [account] = await hub.store.accounts();
    assert(account !== undefined);
    assert(hub.stations.upstream.facts(account.id).coolDownUntilMs !== null);
    await clock.advance(3_600_000);
    assert(calls() <= 7, `${calls()} calls into a penalty`); // 0, 1, 3, 7, 15, 31 minutes
    await clock.advance(2 * 3_600_000);
    assertEquals(shown().join("\n\n").split("\n\n"), [1, 2, 3, 4, 5].map((at) => `part ${at}`));
    assertEquals(hub.stations.upstream.facts(account.id).coolDownUntilMs, null);
  });
});

Deno.test("sends without an id after ids were seen are suspect, never repeated, and the third in a row stops the account", async () => {
  await withWorld(async ({ clock, upstream, hub, say, poll, reply, calls, traces }) => {
    await say("hello");
    await poll();
    await reply("seen");
    upstream.simulator.change({ sendAnswer: "ret" });
    for (let at = 1; at <= 5; at++) assertEquals(await reply(`part ${at}`), 0);
    await clock.advance(60_000);
    const [message] = await traces();
    const states = message?.replies.map(({ state }) => state);
    assertEquals(states, ["sent", "suspect", "suspect", "suspect", "deferred", "deferred"]);
    assertEquals(calls(), 4);
    const [account] = await hub.store.accounts();
    assert(account !== undefined);
    assertEquals(hub.stations.upstream.facts(account.id).suspects?.count, 3);
    upstream.simulator.change({ sendAnswer: "message_id" });
    await clock.advance(3_700_000);
    assertEquals(hub.stations.upstream.facts(account.id).suspects, null);
    assertEquals(calls(), 6);
  });
});
