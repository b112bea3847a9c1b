/** What clients do that a server might not expect, each over a real socket with the whole hub (ILINK.md 1.6, 3.4, 6, 8.1). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { LIMITS } from "../../../src/core/limits.ts";
import { type JsonObject, parseJson } from "../../../src/lib/json.ts";
import type { BotEntry } from "../../../src/simulator/world.ts";
import { ALICE, introducedWorld } from "../../fake/downstream_world.ts";
import { settle } from "../../fake/fake_clock.ts";
import { joined } from "./recorded/habits.ts";
import { RUST } from "./recorded/parsers.ts";
import { exchangeRaw } from "./recorded/raw_exchange.ts";
import { startRecordedClient } from "./recorded/recorded_client.ts";
import { openRecordedWorld, type RecordedWorld } from "./recorded/recorded_world.ts";
import { CC_CONNECT, HERMES, NODE_SDK } from "./recorded/table.ts";

interface Given {
  readonly status: number;
  readonly text: string;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
  readonly tookMs: number;
}

/** A call by a client with the world's token. */
async function call(
  world: RecordedWorld,
  endpoint: string,
  body: JsonObject,
  signal: AbortSignal = new AbortController().signal,
): Promise<Given> {
  const startMs = world.clock.monotonic();
  const { status, text } = await exchangeRaw(world.port, {
    method: "POST",
    target: joined(endpoint),
    headers: [["Authorization", `Bearer ${world.token}`]],
    body: JSON.stringify(body),
    framing: "length",
  }, signal);
  return { status, text, body: JSON.parse(text), tookMs: world.clock.monotonic() - startMs };
}

function poll(world: RecordedWorld, cursor: string, signal?: AbortSignal): Promise<Given> {
  return call(world, "getupdates", { get_updates_buf: cursor }, signal);
}

function textsOf({ body }: Given): string[] {
  return body.msgs.map((message: { item_list: { text_item: { text: string } }[] }) =>
    message.item_list[0]?.text_item.text
  );
}

/** The world with one person who has written and been heard; the cursor that covers it. */
async function openHeard() {
  const world = await openRecordedWorld();
  const person = world.newcomer();
  world.simulator.say({ person, what: "hello" });
  const { body } = await world.meanwhile(poll(world, ""));
  const [{ context_token }] = body.msgs;
  const cursor: string = body.get_updates_buf;
  return { world, person, context_token, cursor };
}

function seenBy(world: RecordedWorld, person: string): readonly BotEntry[] {
  return world.simulator.sent().filter((entry) => entry.person === person);
}

Deno.test("a client that aborts its polls sharply hears what is written at that moment, once", async () => {
  await using world = await openRecordedWorld();
  const limitMs = 3_000;
  const sharp = { ...HERMES, poll: { ...HERMES.poll, limitMs, takesServersLimit: false } };
  const { port, token, clock, cdn } = world;
  const client = startRecordedClient(sharp, { port, token, clock, cdn, kept: { cursor: "" } });
  const person = world.newcomer();
  const texts: string[] = [];
  for (const offMs of [-200, -100, -1, 0, 1, 100, 200]) {
    const polls = client.polls();
    await world.until(() => client.polls() > polls, "the next poll");
    await clock.advance(limitMs + offMs);
    texts.push(`${offMs} ms from the abort`);
    world.simulator.say({ person, what: texts.at(-1) ?? "" });
    await world.answersTo(person, texts.length);
  }
  await client.kill();
  assertEquals(client.heard.map(({ text }) => text), texts);
  assertEquals(seenBy(world, person).map(({ text }) => text), texts.map((text) => `echo: ${text}`));
  assertEquals(client.troubles, []);
});

Deno.test("a client that opens a second poll is served at the newer, and at a third told to wait", async () => {
  const { world, person, cursor } = await openHeard();
  await using _ending = world;
  const older = poll(world, cursor);
  await world.pass(5_000);
  const newer = poll(world, cursor);
  await world.pass(1_000);
  const third = await world.meanwhile(poll(world, cursor));
  assertEquals([third.status, third.body.ret], [503, -1]);
  assert(third.tookMs >= LIMITS.refusalDelayMs);
  world.simulator.say({ person, what: "for the newer" });
  assertEquals(textsOf(await world.meanwhile(newer)), ["for the newer"]);
  const ended = await world.meanwhile(older);
  assertEquals([ended.status, ended.body.msgs], [200, []]);
  assert(ended.tookMs >= 20_000 && ended.tookMs <= 28_000, `${ended.tookMs} ms`);
});

Deno.test("a client that never echoes a cursor gets everything in order, after a restart of the hub too", async () => {
  await using world = await openRecordedWorld();
  const person = world.newcomer();
  const heard: string[] = [];
  async function write(texts: readonly string[]): Promise<void> {
    for (const what of texts) world.simulator.say({ person, what });
    for (let polls = 0; heard.at(-1) !== texts.at(-1); polls++) {
      assert(polls < 10, `heard ${heard}`);
      heard.push(...textsOf(await world.meanwhile(poll(world, ""))));
    }
  }
  await write(["a", "b", "c"]);
  // Until it is known, it cannot be told from one that crashes after each poll.
  assertEquals(heard, ["a", "a", "b", "c"]);
  await world.restart("in_order");
  await write(["d", "e"]);
  const again = heard.slice(4).filter((text) => text === "c").length;
  assert(again <= 1, `heard ${heard}`);
  assertEquals(heard.slice(4 + again), ["d", "e"]);
});

Deno.test("a cursor of Tencent's, with the bot token in it, leaves no trace anywhere", async () => {
  await using world = await openRecordedWorld();
  const secret = "deadbeef@im.bot:060000b7secretofthebot";
  const bytes = new TextEncoder().encode(
    `\x0a\x04sync\x12${String.fromCharCode(secret.length)}${secret}`,
  );
  const foreign = bytes.toBase64();
  const person = world.newcomer();
  world.simulator.say({ person, what: "hello" });
  const first = await world.meanwhile(poll(world, foreign));
  assertEquals(textsOf(first), ["hello"]);
  const answers = [first];
  const aborted = new AbortController();
  const cut = poll(world, foreign, aborted.signal).catch(() => null);
  await world.pass(100);
  aborted.abort();
  await cut;
  answers.push(await world.meanwhile(poll(world, foreign)));
  answers.push(await world.meanwhile(call(world, "msg/notifystart", { get_updates_buf: foreign })));
  await world.restart("in_order");
  answers.push(await world.meanwhile(poll(world, foreign)));
  const kept = await world.databaseBytes();
  assert(kept.includes("hello"), "the search would not find what is there");
  for (const place of [kept, world.logged.join("\n"), ...answers.map(({ text }) => text)]) {
    assert(
      !place.includes(foreign) && !place.includes(secret) && !place.includes("secretofthebot"),
    );
  }
});

Deno.test("a send that is repeated with its client_id, concurrently too, reaches the person once", async () => {
  const { world, person, context_token } = await openHeard();
  await using _ending = world;
  const item_list = [{ type: 1, text_item: { text: "once" } }];
  const msg = { to_user_id: person, client_id: "same", context_token, item_list };
  const send = () => call(world, "sendmessage", { msg });
  const answers = await world.meanwhile(Promise.all([send(), send(), send(), send(), send()]));
  await world.pass(4 * 60_000);
  answers.push(await world.meanwhile(send()));
  await world.restart("killed");
  answers.push(await world.meanwhile(send()));
  await world.pass(10_000);
  assertEquals(seenBy(world, person).map(({ text }) => text), ["once"]);
  assertEquals(new Set(answers.map(({ text }) => text)).size, 1, JSON.stringify(answers));
  assertMatch(answers[0]?.text ?? "", /^\{"ret":0,"message_id":[1-9]\d*\}$/);
});

Deno.test("a send that runs into the client's own limit and is repeated reaches the person once", async () => {
  await using world = await openRecordedWorld();
  const hasty = { ...NODE_SDK, send: { ...NODE_SDK.send, limitMs: 1_000 } };
  const { port, token, clock, cdn } = world;
  world.simulator.addFault({ endpoint: "sendmessage", act: { kind: "delay" }, afterMs: 3_000 });
  const client = startRecordedClient(hasty, { port, token, clock, cdn, kept: { cursor: "" } });
  const person = world.newcomer();
  world.simulator.say({ person, what: "be quick" });
  await world.until(() => client.ids.has("echo: be quick"), "the send to be taken");
  await world.pass(10_000);
  await client.kill();
  assertEquals(seenBy(world, person).map(({ text }) => text), ["echo: be quick"]);
  assertEquals(client.troubles, []);
});

Deno.test("a chunk that is refused with -2 and sent again with its client_id is taken once there is room, once", async () => {
  await using world = await introducedWorld({ storeLimits: { unsentPerConversation: 1 } });
  const first = world.send("chunk one", { client_id: "hermes-weixin-1" });
  await settle();
  for (let repeat = 0; repeat < 3; repeat++) {
    const refused = await world.send("chunk two", { client_id: "hermes-weixin-2" });
    assertEquals([refused.body.ret, refused.body.errcode], [-2, -2]);
  }
  await world.endReply({ kind: "sent", wireId: "7501234567890123456" });
  await first;
  const taken = world.send("chunk two", { client_id: "hermes-weixin-2" });
  await settle();
  await world.endReply({ kind: "sent", wireId: "7501234567890123457" });
  assertEquals((await taken).body.ret, 0);
  assertEquals(world.store.replies.map(({ to, sendId }) => [to, sendId]), [
    [ALICE, "hermes-weixin-1"],
    [ALICE, "hermes-weixin-2"],
  ]);
});

Deno.test("a text and its media in one request reach the person as two messages in order, items untouched", async () => {
  const { world, person, context_token } = await openHeard();
  await using _ending = world;
  const image_item = {
    media: { encrypt_query_param: "p", aes_key: "MDAx", encrypt_type: 1, unheard_of: "7" },
    mid_size: 32,
  };
  const item_list: JsonObject[] = [
    { type: 1, text_item: { text: "look" } },
    { type: 2, image_item },
  ];
  const msg = { to_user_id: person, client_id: "both", context_token, item_list };
  const answer = await world.meanwhile(call(world, "sendmessage", { msg }));
  assertEquals(answer.body.ret, 0);
  const [text, image] = await world.answersTo(person, 2);
  assertEquals(text?.items, item_list.slice(0, 1));
  assertEquals(image?.items, item_list.slice(1));
});

Deno.test("a client whose parser fails at an unknown item type gets a batch it can read", async () => {
  await using world = await openRecordedWorld();
  await world.hub().store.updateClient(world.client, { settings: { batch: 10 } });
  const person = world.newcomer();
  world.simulator.say({ person, what: "one" });
  const unknown = { kind: "other", item: { type: 99 } } as const;
  const progress = { kind: "other", item: { type: 11, tool_call_start_item: {} } } as const;
  world.simulator.say({ person, what: { parts: [unknown, progress] } });
  world.simulator.say({ person, what: "three" });
  await world.pass(1_000);
  const given = await world.meanwhile(poll(world, ""));
  assertEquals(given.body.msgs.length, 3);
  RUST(parseJson(given.text), "answer");
});

Deno.test("a client that is killed in the middle of a turn is shown as not having answered", async () => {
  const { world, person, cursor } = await openHeard();
  await using _ending = world;
  await world.meanwhile(call(world, "msg/notifystart", {}));
  const parked = new AbortController();
  const next = poll(world, cursor, parked.signal).catch(() => null);
  await world.pass(1_000);
  const [before] = await world.traces();
  assertEquals([before?.deliveries[0]?.state, before?.deliveries[0]?.isUnanswered], [
    "acknowledged",
    true,
  ]);
  const { clients } = await world.hub().store.counts();
  assertEquals(clients.map(({ unanswered }) => unanswered), [1]);
  parked.abort();
  await next;
  assertEquals(seenBy(world, person), []);
});

Deno.test("a client that is killed in the middle of a turn gets the message again where its owner wants that", async () => {
  const { world, cursor } = await openHeard();
  await using _ending = world;
  await world.hub().store.updateClient(world.client, { settings: { onUnanswered: "redeliver" } });
  await world.meanwhile(call(world, "msg/notifystart", {}));
  const again = await world.meanwhile(poll(world, cursor));
  assertEquals(textsOf(again), ["hello"]);
  const { get_updates_buf } = again.body;
  assertEquals((await world.meanwhile(poll(world, get_updates_buf))).body.msgs, []);
  const [trace] = await world.traces();
  assertEquals([trace?.deliveries[0]?.state, trace?.deliveries[0]?.isUnanswered], [
    "acknowledged",
    false,
  ]);
});

Deno.test("a set-up check with an empty cursor and a limit of 15 seconds sees a sound answer", async () => {
  await using world = await openRecordedWorld();
  const given = await world.meanwhile(poll(world, ""));
  assert(given.tookMs <= 10_000, `${given.tookMs} ms`);
  assertEquals(given.status, 200);
  assertEquals(CC_CONNECT.poll.judge(CC_CONNECT.poll.read(parseJson(given.text), "answer")), "ok");
});
