import { assertEquals, assertMatch } from "@std/assert";
import { textMember } from "../../../src/lib/json.ts";
import { OWNER, setUp } from "./bot_caller.ts";

Deno.test("getconfig wants a person who has written", async () => {
  const { simulator, post } = await setUp();
  const required = '{"ret":-2,"errmsg":"ilink_user_id required"}';
  assertEquals((await post("getconfig", {})).text, required);
  assertEquals((await post("sendtyping", { typing_ticket: "t", status: 1 })).text, required);
  const refused = '{"ret":-4,"errmsg":"GetTypingTicket rpc failed"}';
  assertEquals((await post("getconfig", { ilink_user_id: OWNER })).text, refused);
  simulator.say({ what: "hello" });
  const answer = await post("getconfig", { ilink_user_id: OWNER });
  assertMatch(answer.text, /^\{"ret":0,"typing_ticket":"[A-Za-z0-9+/]{448}"\}$/);
  await simulator.close();
});

Deno.test("a typing ticket stays the same for some hours", async () => {
  const { simulator, post, clock } = await setUp({ settings: { ticketMs: 1000 } });
  simulator.say({ what: "hello" });
  const ask = async () => (await post("getconfig", { ilink_user_id: OWNER })).text;
  const first = await ask();
  await clock.advance(999);
  assertEquals(await ask(), first);
  await clock.advance(1);
  assertEquals(await ask() === first, false);
  await simulator.close();
});

Deno.test("typing is shown until cancelled, expired or answered; only with the person's ticket", async () => {
  const { simulator, post, clock } = await setUp();
  const other = simulator.addPerson().id;
  simulator.say({ what: "hello" });
  simulator.say({ what: "hello", person: other });
  const config = await post("getconfig", { ilink_user_id: OWNER });
  const ticket = textMember(config.body, "typing_ticket");
  const type = (status: number, person = OWNER) =>
    post("sendtyping", { ilink_user_id: person, typing_ticket: ticket, status });

  assertMatch((await type(1, other)).text, /"ret":-2/);
  assertEquals(simulator.chat({ person: other }).isTyping, false);

  assertEquals((await type(1)).text, '{"ret":0}');
  assertEquals(simulator.chat().isTyping, true);
  await type(2);
  assertEquals(simulator.chat().isTyping, false);

  await type(1);
  await clock.advance(14_999);
  assertEquals(simulator.chat().isTyping, true);
  await clock.advance(1);
  assertEquals(simulator.chat().isTyping, false);

  await type(1);
  await post("sendmessage", { msg: { to_user_id: OWNER, item_list: [] } });
  assertEquals(simulator.chat().isTyping, false);
  assertEquals(simulator.chat().typings.map(({ isOn }) => isOn), [true, false, true, true]);
  await simulator.close();
});
