import { assertEquals } from "@std/assert";
import { createPhone } from "../../../../src/cli/demo/phone.ts";
import { type Simulator, startSimulator } from "../../../../src/simulator/simulator.ts";
import { createFakeClock } from "../../../fake/fake_clock.ts";
import { createFakeRandom } from "../../../fake/fake_random.ts";

async function withPhone(
  act: (given: {
    readonly phone: ReturnType<typeof createPhone>;
    readonly simulator: Simulator;
    readonly send: (endpoint: string, body: object) => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const clock = createFakeClock();
  const simulator = await startSimulator({ clock, random: createFakeRandom(), port: null });
  const bot = simulator.bind();
  await act({
    phone: createPhone(simulator),
    simulator,
    async send(endpoint, body) {
      const response = await simulator.fetch(`${simulator.baseUrl}/ilink/bot/${endpoint}`, {
        method: "POST",
        headers: { authorization: `Bearer ${bot.token}`, authorizationtype: "ilink_bot_token" },
        body: JSON.stringify(body),
      });
      await response.body?.cancel();
    },
  });
  await simulator.close();
}

function textTo(person: string, text: string): object {
  return { msg: { to_user_id: person, item_list: [{ type: 1, text_item: { text } }] } };
}

Deno.test("the phone shows both sides of the conversation, and which bubble a quote is about", async () => {
  await withPhone(async ({ phone, simulator, send }) => {
    phone.say({ kind: "text", text: "hello", quotes: null });
    await send("sendmessage", textTo(simulator.chat().person, "You said: hello"));
    const answer = phone.phone().bubbles.at(-1)?.id ?? "";
    phone.say({ kind: "text", text: "say more", quotes: answer });
    const { bubbles } = phone.phone();
    assertEquals(bubbles.map(({ by, kind, text, quotes }) => ({ by, kind, text, quotes })), [
      { by: "person", kind: "text", text: "hello", quotes: null },
      { by: "bot", kind: "text", text: "You said: hello", quotes: null },
      { by: "person", kind: "text", text: "say more", quotes: answer },
    ]);
  });
});

Deno.test("the phone sends pictures, voice messages and files as WeChat does", async () => {
  await withPhone(async ({ phone, send }) => {
    phone.say({ kind: "image", text: "", quotes: null });
    phone.say({ kind: "voice", text: "a transcript", quotes: null });
    phone.say({ kind: "file", text: "a.pdf", quotes: null });
    await send("getupdates", { get_updates_buf: "" });
    assertEquals(phone.phone().bubbles.map(({ kind, text }) => [kind, text]), [
      ["image", ""],
      ["voice", "a transcript"],
      ["file", "a.pdf"],
    ]);
  });
});

Deno.test("the phone does not show what WeChat took and lost", async () => {
  await withPhone(async ({ phone, simulator, send }) => {
    simulator.change({ windowMs: 0 });
    phone.say({ kind: "text", text: "hello", quotes: null });
    simulator.change({ windowMs: -1 });
    await send("sendmessage", textTo(simulator.chat().person, "too late"));
    assertEquals(simulator.sent().map(({ outcome }) => outcome), ["lost"]);
    assertEquals(phone.phone().bubbles.map(({ text }) => text), ["hello"]);
  });
});

Deno.test("the phone tells its watchers about messages and typing, until they leave", async () => {
  await withPhone(async ({ phone, simulator, send }) => {
    let changes = 0;
    const unwatch = phone.watch(() => changes += 1);
    phone.say({ kind: "text", text: "hello", quotes: null });
    assertEquals(changes, 1);
    const person = { ilink_user_id: simulator.chat().person };
    const response = await simulator.fetch(`${simulator.baseUrl}/ilink/bot/getconfig`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${simulator.bots()[0]?.token}`,
        authorizationtype: "ilink_bot_token",
      },
      body: JSON.stringify(person),
    });
    const { typing_ticket } = await response.json();
    await send("sendtyping", { ...person, typing_ticket, status: 1 });
    assertEquals(changes, 2);
    assertEquals(phone.phone().isTyping, true);
    unwatch();
    phone.say({ kind: "text", text: "again", quotes: null });
    assertEquals(changes, 2);
  });
});
