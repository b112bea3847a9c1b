import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { textMember } from "../../../src/lib/json.ts";
import { readUpdatesAnswer } from "../../../src/wire/updates.ts";
import { readInbound } from "../../../src/wire/message.ts";
import { firstMessage, OWNER, type Reply, type Setup, setUp, TOKEN } from "./bot_caller.ts";

function poll({ post }: Setup, cursor = ""): Promise<Reply> {
  return post("getupdates", { get_updates_buf: cursor });
}

function cursorOf(reply: Reply): string {
  return textMember(reply.body, "get_updates_buf");
}

function textsOf(reply: Reply): string[] {
  const answer = readUpdatesAnswer(reply.text);
  assert(answer.kind === "updates", `Expected updates, got ${reply.text}`);
  return answer.messages.map((raw) => {
    const { read } = readInbound(raw);
    return read.kind === "message" ? read.message.text : read.reason;
  });
}

Deno.test("an idle poll is held, then answered without ret and with a cursor", async () => {
  const setup = await setUp();
  const held = poll(setup);
  let isDone = false;
  held.then(() => isDone = true);
  await setup.clock.advance(34_999);
  assertEquals(isDone, false);
  await setup.clock.advance(1);
  const { body } = await held;
  assertEquals(Object.keys(body), ["msgs", "sync_buf", "get_updates_buf"]);
  assertEquals(body["msgs"], []);
  await setup.simulator.close();
});

Deno.test("a message ends a held poll at once and has every default of a captured one", async () => {
  const setup = await setUp();
  const held = poll(setup);
  await setup.clock.advance(10);
  const wireId = setup.simulator.say({ what: "hello" });
  const reply = await held;
  assertEquals(Object.keys(firstMessage(reply)), [
    "seq",
    "message_id",
    "from_user_id",
    "to_user_id",
    "client_id",
    "create_time_ms",
    "update_time_ms",
    "delete_time_ms",
    "session_id",
    "group_id",
    "message_type",
    "message_state",
    "item_list",
    "context_token",
    "root_id",
    "parent_id",
  ]);
  assertMatch(reply.text, new RegExp(`"message_id":${wireId},`));
  assert(
    BigInt(wireId) >= 7_000_000_000_000_000_000n && BigInt(wireId) < 7_900_000_000_000_000_000n,
  );
  assertMatch(reply.text, /"context_token":"AARzJWAF[^"]{128}"/);
  await setup.simulator.close();
});

Deno.test("mode tencent hands a message out once, whatever cursor comes next", async () => {
  const setup = await setUp({ settings: { holdMs: 0 } });
  setup.simulator.say({ what: "one" });
  assertEquals(textsOf(await poll(setup)), ["one"]);
  const again = poll(setup);
  await setup.clock.advance(0);
  assertEquals(textsOf(await again), []);
  await setup.simulator.close();
});

Deno.test("mode tencent lists a message as lost once a poll comes with an older cursor", async () => {
  const setup = await setUp({ settings: { holdMs: 0 } });
  const { simulator, clock } = setup;
  simulator.say({ what: "one" });
  const first = await poll(setup);
  const lostId = simulator.say({ what: "two" });
  await poll(setup, cursorOf(first));
  assertEquals(simulator.lostOnWire(), []);

  const afterKill = poll(setup, cursorOf(first));
  await clock.advance(0);
  await afterKill;
  assertEquals(simulator.lostOnWire().map(({ wireId, text }) => [wireId, text]), [[lostId, "two"]]);
  await simulator.close();
});

Deno.test("mode ack repeats what no cursor covers, before what is new", async () => {
  const setup = await setUp({ settings: { mode: "ack", holdMs: 0 } });
  setup.simulator.say({ what: "one" });
  const first = await poll(setup);
  setup.simulator.say({ what: "two" });
  const second = await poll(setup);
  assertEquals(textsOf(second), ["one", "two"]);
  setup.simulator.say({ what: "three" });
  assertEquals(textsOf(await poll(setup, cursorOf(first))), ["one", "two", "three"]);
  const third = await poll(setup, cursorOf(second));
  assertEquals(textsOf(third), ["one", "two", "three"]);
  const idle = poll(setup, cursorOf(third));
  await setup.clock.advance(0);
  assertEquals(textsOf(await idle), []);
  assertEquals(setup.simulator.lostOnWire(), []);
  await setup.simulator.close();
});

Deno.test("mode dup repeats an acknowledged message once, with new ids when told so", async () => {
  const setup = await setUp({
    settings: { mode: "dup", repeatContextToken: "new", repeatMessageId: "new" },
  });
  const { simulator, clock } = setup;
  const wireId = simulator.say({ what: "one" });
  const first = await poll(setup);
  const held = poll(setup, cursorOf(first));
  await clock.advance(999);
  assertEquals(simulator.bots()[0]?.polls, 1);
  await clock.advance(9_001);
  const repeat = await held;
  assertEquals(textsOf(repeat), ["one"]);
  assert(!repeat.text.includes(wireId), "the repeat has another id everywhere");
  assertNotEquals(firstMessage(repeat)["context_token"], firstMessage(first)["context_token"]);
  const idle = poll(setup, cursorOf(repeat));
  await clock.advance(35_000);
  assertEquals(textsOf(await idle), []);
  await simulator.close();
});

Deno.test("an empty, old or foreign cursor gets what is pending and no history", async () => {
  const setup = await setUp({ settings: { holdMs: 0 } });
  setup.simulator.say({ what: "one" });
  await poll(setup);
  for (const cursor of ["", "Zm9yZWlnbg==", "not base64!", "//////////////////8="]) {
    const idle = poll(setup, cursor);
    await setup.clock.advance(0);
    assertEquals(textsOf(await idle), []);
    setup.simulator.say({ what: "next" });
    assertEquals(textsOf(await poll(setup, cursor)), ["next"]);
  }
  await setup.simulator.close();
});

Deno.test("the cursor holds the bot token, so that a leak can be seen", async () => {
  const setup = await setUp({ settings: { holdMs: 0 } });
  const held = poll(setup);
  await setup.clock.advance(0);
  assert(atob(cursorOf(await held)).includes(TOKEN));
  await setup.simulator.close();
});

Deno.test("of two held polls the newer gets the message and the older stays", async () => {
  const setup = await setUp();
  const older = poll(setup);
  await setup.clock.advance(1);
  const newer = poll(setup);
  await setup.clock.advance(1);
  setup.simulator.say({ what: "one" });
  assertEquals(textsOf(await newer), ["one"]);
  await setup.clock.advance(35_000);
  assertEquals(textsOf(await older), []);
  await setup.simulator.close();
});

Deno.test("one answer carries at most batchMax messages, oldest first", async () => {
  const setup = await setUp({ settings: { batchMax: 2 } });
  for (const what of ["one", "two", "three"]) setup.simulator.say({ what });
  const first = await poll(setup);
  assertEquals(textsOf(first), ["one", "two"]);
  assertEquals(textsOf(await poll(setup, cursorOf(first))), ["three"]);
  await setup.simulator.close();
});

Deno.test("a poll whose caller left takes nothing, unless it is told to swallow", async () => {
  for (const abandonedPoll of ["released", "swallows"] as const) {
    const setup = await setUp({ settings: { abandonedPoll } });
    const leaving = new AbortController();
    const left = setup.simulator.fetch("http://simulator.invalid/ilink/bot/getupdates", {
      method: "POST",
      headers: { Authorization: `Bearer ${TOKEN}` },
      body: "{}",
      signal: leaving.signal,
    }).then(() => "answered", () => "left");
    await setup.clock.advance(10);
    leaving.abort();
    assertEquals(await left, "left");
    setup.simulator.say({ what: "one" });
    const next = poll(setup);
    await setup.clock.advance(35_000);
    assertEquals(textsOf(await next), abandonedPoll === "released" ? ["one"] : []);
    assertEquals(setup.simulator.lostOnWire().length, abandonedPoll === "released" ? 0 : 1);
    await setup.simulator.close();
  }
});

Deno.test("longPollMs is announced in every answer", async () => {
  const setup = await setUp({ settings: { longPollMs: 30_000 } });
  setup.simulator.say({ what: "one" });
  assertEquals((await poll(setup)).body["longpolling_timeout_ms"], 30_000);
  await setup.simulator.close();
});

Deno.test("an unknown token is answered as stale at once, in both shapes", async () => {
  const setup = await setUp();
  const both = await setup.post("getupdates", {}, "wrong");
  assertEquals(both.text, '{"ret":-14,"errcode":-14,"errmsg":"session timeout"}');
  setup.simulator.change({ staleAnswer: "errcode" });
  const one = await setup.post("getupdates", {}, "wrong");
  assertEquals(one.text, '{"errcode":-14,"errmsg":"session timeout"}');
  await setup.simulator.close();
});

Deno.test("a missing AuthorizationType counts as stale only where it is required", async () => {
  const setup = await setUp({ settings: { holdMs: 0, authorizationType: "required" } });
  const url = `${setup.simulator.baseUrl}/ilink/bot/msg/notifystart`;
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const send = async () =>
    (await setup.simulator.fetch(url, { method: "POST", headers, body: "{}" })).text();
  assertMatch(await send(), /-14/);
  setup.simulator.change({ authorizationType: "unchecked" });
  assertEquals(await send(), '{"ret":0}');
  assertEquals(setup.simulator.bots()[0]?.notices, ["start"]);
  await setup.simulator.close();
});

Deno.test("a new login ends the old token at once, also for the poll in flight", async () => {
  const setup = await setUp();
  const held = poll(setup);
  await setup.clock.advance(10);
  const bound = setup.simulator.bind({ owner: OWNER });
  assertMatch((await held).text, /-14/);
  setup.simulator.say({ bot: OWNER, what: "still there" });
  const next = await setup.post("getupdates", {}, bound.token);
  assertEquals(textsOf(next), ["still there"]);
  await setup.simulator.close();
});

Deno.test("what waited for the old token goes to the new one", async () => {
  const setup = await setUp();
  setup.simulator.say({ what: "before" });
  setup.simulator.unbind();
  assertMatch((await poll(setup)).text, /-14/);
  const bound = setup.simulator.bind({ owner: OWNER });
  assertEquals(textsOf(await setup.post("getupdates", {}, bound.token)), ["before"]);
  await setup.simulator.close();
});
