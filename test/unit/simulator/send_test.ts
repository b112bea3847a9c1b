import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { JsonObject } from "../../../src/lib/json.ts";
import { OWNER, type Setup, setUp } from "./bot_caller.ts";

const LIMITED = '{"ret":-2,"errmsg":"rate limited"}';

function textMessage(text: string, more: JsonObject = {}): JsonObject {
  return {
    msg: {
      from_user_id: "",
      to_user_id: OWNER,
      client_id: `id of ${text}`,
      message_type: 2,
      message_state: 2,
      item_list: [{ type: 1, text_item: { text } }],
      ...more,
    },
  };
}

async function sendText(setup: Setup, text: string, more: JsonObject = {}): Promise<string> {
  return (await setup.post("sendmessage", textMessage(text, more))).text;
}

Deno.test("a send is answered with an id and shown to the person, unknown members kept", async () => {
  const setup = await setUp();
  setup.simulator.say({ what: "question" });
  const answer = await sendText(setup, "answer", {
    run_id: "run",
    context_token: "any",
    later_field: 1,
  });
  assertMatch(answer, /^\{"message_id":7\d{18}\}$/);
  const [, entry] = setup.simulator.chat().entries;
  assertEquals(
    entry?.by === "bot" && { ...entry, wireId: "", message: entry.message["later_field"] },
    {
      by: "bot",
      order: 2,
      atMs: setup.clock.now(),
      person: OWNER,
      bot: "abc@im.bot",
      wireId: "",
      text: "answer",
      items: [{ type: 1, text_item: { text: "answer" } }],
      clientId: "id of answer",
      runId: "run",
      contextToken: "any",
      outcome: "shown",
      message: 1,
    },
  );
  assertEquals(answer, `{"message_id":${entry?.wireId}}`);
  await setup.simulator.close();
});

Deno.test("what the bot sent never comes back through getupdates", async () => {
  const setup = await setUp({ settings: { holdMs: 0 } });
  setup.simulator.say({ what: "question" });
  await setup.post("getupdates", {});
  await sendText(setup, "answer");
  const idle = setup.post("getupdates", {});
  await setup.clock.advance(0);
  assertEquals((await idle).body["msgs"], []);
  await setup.simulator.close();
});

Deno.test("the success body has the chosen shape", async () => {
  const setup = await setUp();
  setup.simulator.say({ what: "question" });
  for (
    const [sendAnswer, text] of [["ret", '{"ret":0}'], ["object", "{}"], ["empty", ""]] as const
  ) {
    setup.simulator.change({ sendAnswer });
    assertEquals(await sendText(setup, sendAnswer), text);
  }
  assertEquals(setup.simulator.sent().length, 3);
  await setup.simulator.close();
});

Deno.test("a send without a known recipient is refused", async () => {
  const setup = await setUp();
  const refused = '{"ret":-2,"errmsg":"invalid arguments"}';
  assertEquals(await sendText(setup, "x", { to_user_id: "" }), refused);
  assertEquals(await sendText(setup, "x", { to_user_id: "stranger@im.wechat" }), refused);
  assertEquals((await setup.post("sendmessage", {})).text, refused);
  assertEquals(setup.simulator.sent(), []);
  await setup.simulator.close();
});

Deno.test("ten sends per inbound message; each one more lengthens the cool-down", async () => {
  const setup = await setUp({ settings: { coolDownMs: 30_000 } });
  const { simulator, clock } = setup;
  simulator.say({ what: "question" });
  for (let n = 1; n <= 10; n++) await sendText(setup, `answer ${n}`);
  assertEquals(simulator.chat().sendsLeft, 0);
  assertEquals(await sendText(setup, "one too many"), LIMITED);
  assertEquals(await sendText(setup, "another"), LIMITED);

  await clock.advance(45_000);
  simulator.say({ what: "still there?" });
  assertEquals(await sendText(setup, "too early"), LIMITED);
  await clock.advance(45_001);
  assertMatch(await sendText(setup, "at last"), /message_id/);
  assertEquals(simulator.sent().length, 11);
  await simulator.close();
});

Deno.test("after 24 hours of silence a send succeeds and is never seen", async () => {
  const setup = await setUp({ settings: { sendAnswer: "ret" } });
  const { simulator, clock } = setup;
  simulator.say({ what: "question" });
  await clock.advance(24 * 60 * 60 * 1000);
  await sendText(setup, "just in time");
  await clock.advance(1);
  assertEquals(await sendText(setup, "too late"), '{"ret":0}');
  assertEquals(
    simulator.sent().map((entry) => [entry.text, entry.outcome]),
    [["just in time", "shown"], ["too late", "lost"]],
  );
  await simulator.close();
});

Deno.test("a repeated client_id makes a second message unless it is to be ignored", async () => {
  const setup = await setUp();
  setup.simulator.say({ what: "question" });
  const first = await sendText(setup, "same");
  const second = await sendText(setup, "same");
  assertNotEquals(first, second);
  setup.simulator.change({ repeatedClientId: "ignored" });
  assertEquals(await sendText(setup, "same"), first);
  assertEquals(setup.simulator.sent().length, 2);
  await setup.simulator.close();
});

Deno.test("a context token is checked only where it is required", async () => {
  const setup = await setUp({ settings: { contextToken: "required" } });
  const { simulator } = setup;
  simulator.say({ what: "question" });
  const update = await setup.post("getupdates", {});
  const token = /"context_token":"([^"]+)"/.exec(update.text)?.[1] ?? "";
  assertMatch(await sendText(setup, "without"), /"ret":-3/);
  assertMatch(await sendText(setup, "with", { context_token: token }), /message_id/);
  await simulator.close();
});
