/** Whatever one client sends with what belongs to another: it gets, takes, sends and shows nothing of the other's. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ALICE, BOB, createDownstreamWorld, textOf } from "../fake/downstream_world.ts";

const ENDPOINTS = [
  "getupdates",
  "sendmessage",
  "getconfig",
  "sendtyping",
  "getuploadurl",
  "msg/notifystart",
  "msg/notifystop",
  "gettyping_ticket",
  "get_bot_qrcode",
  "get_qrcode_status",
];

const MEMBERS = [
  "get_updates_buf",
  "sync_buf",
  "context_token",
  "typing_ticket",
  "ilink_user_id",
  "to_user_id",
  "to_user",
  "from_user_id",
  "client_id",
  "token",
];

Deno.test("texts of another client, as they are and changed, open nothing of that client's", async () => {
  await using world = await createDownstreamWorld({ limits: { delayedRefusalsMax: 0 } });
  const other = await world.addClient("other");
  await world.say("hi", { from: ALICE });
  for (const word of ["one", "two"]) {
    await world.say(`${word} is Bob's secret`, { from: BOB, to: other.client.id });
  }
  const given = await world.poll("", { token: other.token });
  const { body: { typing_ticket } } = await world.call("/ilink/bot/getconfig", {
    ilink_user_id: BOB,
  }, { token: other.token });
  const [message] = given.body.msgs;
  const foreign = [given.body.get_updates_buf, message.context_token, typing_ticket, BOB, ""];
  const waiting = await world.store.waiting(other.client.id);

  const text = fc.tuple(fc.constantFrom(...foreign), fc.nat(90), fc.string({ maxLength: 3 }))
    .chain(([sound, at, by]) =>
      fc.constantFrom(sound, sound.slice(0, at) + by + sound.slice(at + by.length), `${sound}${by}`)
    );
  const members = fc.dictionary(fc.constantFrom(...MEMBERS), text);
  const body = fc.record({ flat: members, msg: members, status: fc.constantFrom(1, 2, 3) })
    .map(({ flat, msg, status }) => ({
      ...flat,
      status,
      msg: { ...msg, item_list: [{ type: 1, text_item: { text: "from a stranger" } }] },
    }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ENDPOINTS), body, async (endpoint, body) => {
      const call = world.call(`/ilink/bot/${endpoint}`, body);
      await world.clock.advance(30_000);
      assert(!(await call).text.includes("secret"));
    }),
    { numRuns: 400 },
  );

  assertEquals(world.store.replies, []);
  assertEquals([world.live.typed, world.live.uploads], [[], []]);
  assertEquals(await world.store.waiting(other.client.id), waiting);
  const again = await world.poll("", { token: other.token });
  assertEquals(textOf(again), "one is Bob's secret");
  const next = await world.poll(again.body.get_updates_buf, { token: other.token });
  assertEquals(textOf(next), "two is Bob's secret");
});
