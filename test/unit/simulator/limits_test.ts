import { assertEquals, assertMatch } from "@std/assert";
import { isObject, type JsonObject, listMember, textMember } from "../../../src/lib/json.ts";
import { BURSTS, type Settings } from "../../../src/simulator/settings.ts";
import { OWNER, type Setup, setUp } from "./bot_caller.ts";

const LIMITED = '{"ret":-2,"errmsg":"rate limited"}';
const MINUTE_MS = 60_000;

/** Somebody has written; all pass a budget that does not matter here. */
async function asked(settings: Partial<Settings>): Promise<Setup> {
  const setup = await setUp({ settings: { budget: 1_000, ...settings } });
  setup.simulator.say({ what: "question" });
  return setup;
}

async function send(setup: Setup, text: string, more: JsonObject = {}): Promise<string> {
  const item_list = [{ type: 1, text_item: { text } }];
  const msg = { to_user_id: OWNER, item_list, ...more };
  return (await setup.post("sendmessage", { msg })).text;
}

/** How many of `count` sends in a row are taken, `gapMs` apart. */
async function takenOf(setup: Setup, count: number, gapMs: number): Promise<number> {
  let taken = 0;
  for (let at = 0; at < count; at++) {
    if ((await send(setup, `${at}`)).includes("message_id")) taken += 1;
    await setup.clock.advance(gapMs);
  }
  return taken;
}

Deno.test("no burst is too fast unless it is set so", async () => {
  const setup = await asked({});
  assertEquals(await takenOf(setup, 100, 0), 100);
  await setup.simulator.close();
});

Deno.test("of a burst as many go through as are set, each of the contradictory reports by its name", async () => {
  for (
    const [name, gapMs, taken] of [
      ["second", 100, 2],
      ["second", 600, 20],
      ["minute", 1_000, 10],
      ["minute", 6_100, 20],
      ["five_minutes", 1_000, 6],
      ["five_minutes", 51_000, 20],
    ] as const
  ) {
    const setup = await asked(BURSTS[name]);
    assertEquals(await takenOf(setup, 20, gapMs), taken, `${name}, every ${gapMs} ms`);
    await setup.simulator.close();
  }
});

Deno.test("the throttle is the whole bot's, outlasts what people write, and each attempt makes it longer", async () => {
  const setup = await asked({ burstSends: 1, burstWithinMs: 1_000, burstPenaltyMs: MINUTE_MS });
  const { simulator, clock } = setup;
  const other = simulator.addPerson().id;
  simulator.say({ what: "me too", person: other });
  assertMatch(await send(setup, "one"), /message_id/);
  assertEquals(await send(setup, "two", { to_user_id: other }), LIMITED);
  await clock.advance(30_000);
  simulator.say({ what: "still there?" });
  assertEquals(await send(setup, "three"), LIMITED); // now 90 s more
  await clock.advance(89_999);
  assertEquals(await send(setup, "too early"), LIMITED); // and a minute more
  await clock.advance(MINUTE_MS + 1);
  assertMatch(await send(setup, "left alone"), /message_id/);
  assertEquals(simulator.sent().map(({ text }) => text), ["one", "left alone"]);
  await simulator.close();
});

Deno.test("a closed window may refuse instead of losing, whenever it closes", async () => {
  const setup = await asked({ windowMs: 40 * MINUTE_MS, windowAnswer: "prepare_failed" });
  await setup.clock.advance(40 * MINUTE_MS);
  assertMatch(await send(setup, "just in time"), /message_id/);
  await setup.clock.advance(1);
  assertEquals(await send(setup, "too late"), '{"ret":-2,"errmsg":"prepare failed"}');
  setup.simulator.say({ what: "and?" });
  assertMatch(await send(setup, "open again"), /message_id/);
  assertEquals(setup.simulator.sent().length, 2);
  await setup.simulator.close();
});

Deno.test("a context token may be too old although the window is open", async () => {
  const setup = await asked({ contextTokenMs: 20 * MINUTE_MS, holdMs: 0 });
  const { simulator, clock } = setup;
  const [message] = listMember((await setup.post("getupdates", {})).body, "msgs");
  const context_token = isObject(message) ? textMember(message, "context_token") : "";
  await clock.advance(20 * MINUTE_MS);
  assertMatch(await send(setup, "just in time", { context_token }), /message_id/);
  await clock.advance(1);
  const stale = await send(setup, "too late", { context_token });
  assertEquals(stale, '{"ret":-2,"errmsg":"unknown error"}');
  simulator.change({ contextTokenAnswer: "empty" });
  assertEquals(await send(setup, "without"), '{"ret":-2,"errmsg":""}');
  simulator.say({ what: "and?" });
  assertEquals(await send(setup, "with the old one", { context_token }), '{"ret":-2,"errmsg":""}');
  await simulator.close();
});

Deno.test("from a moment on sends may succeed without an id and nobody sees them", async () => {
  const setup = await asked({});
  const { simulator } = setup;
  const other = simulator.addPerson().id;
  simulator.say({ what: "me too", person: other });
  await send(setup, "seen");
  simulator.change({ hidesSends: true });
  assertEquals(await send(setup, "hidden"), '{"ret":0}');
  assertEquals(await send(setup, "hidden", { to_user_id: other }), '{"ret":0}');
  assertEquals(simulator.sent().map(({ outcome }) => outcome), ["shown", "lost", "lost"]);
  simulator.change({ repeatedClientId: "ignored" });
  for (const _ of ["first", "again"]) {
    assertEquals(await send(setup, "hidden", { client_id: "c-1" }), '{"ret":0}');
  }
  simulator.change({ hidesSends: false });
  assertMatch(await send(setup, "seen again"), /message_id/);
  await simulator.close();
});

Deno.test("a text is shown up to 2,000 characters, and kept whole in the record", async () => {
  const setup = await asked({});
  for (const length of [2_000, 2_001]) {
    await send(setup, "字".repeat(length));
    const entry = setup.simulator.sent().at(-1);
    assertEquals(entry?.text.length, 2_000);
    assertEquals(JSON.stringify(entry?.items).includes("字".repeat(length)), true);
  }
  setup.simulator.change({ textShownMax: null });
  await send(setup, "x".repeat(5_000));
  assertEquals(setup.simulator.sent().at(-1)?.text.length, 5_000);
  await setup.simulator.close();
});

Deno.test("voice and notices of tools are taken, paid for and not seen", async () => {
  const setup = await setUp({ settings: { budget: 4 } });
  const { simulator } = setup;
  simulator.say({ what: "question" });
  const voice = { type: 3, voice_item: { text: "spoken" } };
  const started = { type: 11, tool_call_start_item: { tool_name: "grep" } };
  for (const item_list of [[voice], [started]]) {
    assertMatch(await send(setup, "", { item_list }), /message_id/);
  }
  const text = { type: 1, text_item: { text: "words" } };
  await send(setup, "", { item_list: [started, text, voice] });
  simulator.change({ progressItems: "shown" });
  await send(setup, "", { item_list: [started] });
  assertEquals(
    simulator.sent().map((entry) => [entry.outcome, entry.text]),
    [["lost", ""], ["lost", ""], ["shown", "words"], ["shown", ""]],
  );
  assertEquals(simulator.chat().sendsLeft, 0);
  await simulator.close();
});

Deno.test("the new token of a repeated message is good where a token is required", async () => {
  const setup = await asked({
    ...{ mode: "dup", repeatContextToken: "new", repeatMinMs: 3_000, repeatMaxMs: 3_000 },
    ...{ contextToken: "required", holdMs: 0 },
  });
  const first = await setup.post("getupdates", {});
  await setup.clock.advance(3_000);
  const cursor = textMember(first.body, "get_updates_buf");
  const again = await setup.post("getupdates", { get_updates_buf: cursor });
  const [message] = listMember(again.body, "msgs");
  const context_token = isObject(message) ? textMember(message, "context_token") : "";
  assertMatch(await send(setup, "answer", { context_token }), /message_id/);
  await setup.simulator.close();
});
