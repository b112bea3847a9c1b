/** The compatibility list of ILINK.md 8.3, line by line: sending, and what belongs to it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { asId, type ConversationId } from "../../../src/core/ids.ts";
import { signText } from "../../../src/core/tokens.ts";
import type { SendEnd } from "../../../src/store/store.ts";
import {
  ALICE,
  BOB,
  createDownstreamWorld,
  type DownstreamWorld,
  elapse,
  introducedWorld,
  SIGN_KEY,
} from "../../fake/downstream_world.ts";
import { settle } from "../../fake/fake_clock.ts";

Deno.test("C20: a send is answered with WeChat's digits when it ends in time", async () => {
  await using world = await introducedWorld();
  const sending = world.send("hi");
  await settle();
  await world.clock.advance(3_000);
  await world.endReply({ kind: "sent", wireId: "7501234567890123456" });
  const { text } = await sending;
  assertEquals(text, `{"ret":0,"message_id":7501234567890123456}`);
  assertEquals(world.store.answered.size, 0);
});

Deno.test("C20: a send that takes long is answered within ten seconds with a number of the hub's", async () => {
  await using world = await introducedWorld();
  const { value, tookMs } = await elapse(world.clock, world.send("hi"));
  assert(tookMs >= 5_000 && tookMs < 10_000, `${tookMs} ms`);
  assertEquals(value.body.ret, 0);
  assert(Number.isSafeInteger(value.body.message_id) && value.body.message_id > 0);
  assertEquals([...world.store.answered.values()], [String(value.body.message_id)]);
});

const ENDS_WITHOUT_AN_ID: Readonly<Record<string, SendEnd | "stopped">> = {
  unconfirmed: { kind: "sent", wireId: null },
  deferred: { kind: "deferred", reason: "budget", untilMs: null },
  unknown: { kind: "unknown", reason: "connection lost" },
  stopped: "stopped",
};
for (const [state, end] of Object.entries(ENDS_WITHOUT_AN_ID)) {
  Deno.test(`C20: a reply that ends as ${state} is answered at once with a number of the hub's`, async () => {
    await using world = await introducedWorld();
    const sending = world.send("hi");
    await settle();
    await world.endReply(end);
    const { value, tookMs } = await elapse(world.clock, sending);
    assertEquals(tookMs, 0);
    assertEquals(value.body.ret, 0);
    assert(Number.isSafeInteger(value.body.message_id));
  });
}

Deno.test("C21: any context token, any items and any members are taken, unknown ones forwarded", async () => {
  await using world = await introducedWorld();
  const messages = [
    {},
    { context_token: null },
    { context_token: "AARzJWAFforeign" },
    { context_token: 5, client_id: 9, run_id: "r", unheard_of: [{ a: 1 }] },
    { item_list: [{ type: 11, tool_call_start_item: { tool_name: "t", tool_call_id: "1" } }] },
    { item_list: [{ type: 1, text_item: { text: "a" } }, { type: 2, image_item: {} }] },
  ];
  for (const message of messages) {
    const { value: given } = await elapse(
      world.clock,
      world.call("/ilink/bot/sendmessage", {
        msg: { to_user_id: ALICE, ...message },
      }),
    );
    assertEquals(given.body.ret, 0, JSON.stringify(message));
  }
  const stored = world.store.replies.map(({ content }) => JSON.parse(content));
  assertEquals(stored[3].unheard_of, [{ a: 1 }]);
  assertEquals(stored.some((message) => "context_token" in message), false);
  assertEquals(
    world.store.replies.every(({ answers, to }) => answers === null && to === ALICE),
    true,
  );
});

Deno.test("C21: the hub's own context token says what is answered, also when the recipient is missing", async () => {
  await using world = await introducedWorld();
  const { body } = await world.poll("");
  const token = body.msgs[0].context_token;
  const { value: given } = await elapse(
    world.clock,
    world.call("/ilink/bot/sendmessage", { msg: { context_token: token } }),
  );
  assertEquals(given.body.ret, 0);
  assert(world.store.replies[0]?.answers !== null);
});

Deno.test("C21: a context token of another client is foreign", async () => {
  await using world = await introducedWorld();
  const other = await world.addClient("other");
  const { body } = await world.poll("");
  const msg = { context_token: body.msgs[0].context_token, to_user_id: ALICE };
  const { value: given } = await elapse(
    world.clock,
    world.call("/ilink/bot/sendmessage", { msg }, { token: other.token }),
  );
  assertEquals([given.body.ret, given.body.errcode], [-3, -3]);
});

Deno.test("C22: a repeat with the same client_id gets the first answer, digit for digit", async () => {
  await using world = await introducedWorld();
  const early = world.send("hi", { client_id: "a-1" });
  await settle();
  const meanwhile = world.send("hi", { client_id: "a-1" });
  await settle();
  await world.endReply({ kind: "sent", wireId: "7501234567890123456" });
  assertEquals((await early).text, (await meanwhile).text);
  assertEquals((await world.send("hi", { client_id: "a-1" })).text, (await early).text);
  assertEquals(world.accepted(), 1);

  const slow = await elapse(world.clock, world.send("slow", { client_id: "a-2" }));
  await world.endReply({ kind: "sent", wireId: "7501234567890123999" });
  assertEquals((await world.send("slow", { client_id: "a-2" })).text, slow.value.text);
});

Deno.test("C23: failures are HTTP 200 with the code in both fields, -2 when too much waits, and never -14", async () => {
  await using world = await introducedWorld({ storeLimits: { unsentPerConversation: 1 } });
  const stranger = await world.send("hi", { to_user_id: BOB });
  assertEquals([stranger.status, stranger.body.ret, stranger.body.errcode], [200, -3, -3]);
  const sending = world.send("hi");
  await settle();
  const full = await world.send("one more");
  assertEquals([full.status, full.body.ret, full.body.errcode], [200, -2, -2]);
  await world.endReply({ kind: "refused", reason: "-14 session timeout" });
  const refused = await sending;
  assertEquals([refused.status, refused.body.ret, refused.body.errcode], [200, -1, -1]);
  assertStringIncludes(refused.body.errmsg, "WeChat refused");
  const empty = await world.call("/ilink/bot/sendmessage", { base_info: {} });
  assertEquals([empty.status, empty.body.ret, empty.body.errcode], [200, -1, -1]);
});

Deno.test("C24: getconfig gives a ticket at once, whoever is asked for", async () => {
  await using world = await introducedWorld();
  for (
    const body of [{ ilink_user_id: ALICE }, { ilink_user_id: BOB }, {}, { ilink_user_id: null }]
  ) {
    const { value, tookMs } = await elapse(world.clock, world.call("/ilink/bot/getconfig", body));
    assertEquals(tookMs, 0);
    assertEquals(value.body.ret, 0);
    assertMatch(value.body.typing_ticket, /^hubt\./);
  }
  world.store.failure = new Error("disk");
  const { ret } = (await elapse(world.clock, world.call("/ilink/bot/getconfig", {}))).value.body;
  assertEquals(ret, -1, "without the store nobody is known by a token");
});

Deno.test("C25: sendtyping shows and ends the bubble of the ticket's conversation", async () => {
  await using world = await introducedWorld();
  const ticket = await ticketFor(world, { ilink_user_id: ALICE });
  for (const status of [1, 2]) {
    const body = { ilink_user_id: ALICE, typing_ticket: ticket, status };
    assertEquals((await world.call("/ilink/bot/sendtyping", body)).body, { ret: 0 });
  }
  assertEquals(world.live.typed.map(({ on }) => on), [true, false]);
});

Deno.test("C25: a ticket given before the person was known works once they are", async () => {
  await using world = await createDownstreamWorld();
  const ticket = await ticketFor(world, { ilink_user_id: ALICE });
  const body = { ilink_user_id: ALICE, typing_ticket: ticket, status: 1 };
  assertEquals((await world.call("/ilink/bot/sendtyping", body)).body, { ret: 0 });
  assertEquals(world.live.typed, []);
  await world.say("hi");
  await world.poll("");
  await world.call("/ilink/bot/sendtyping", body);
  assertEquals(world.live.typed.length, 1);
});

Deno.test("C25: unknown tickets and statuses are answered with ret 0 and ignored", async () => {
  await using world = await introducedWorld();
  const other = await world.addClient("other");
  const ticket = await ticketFor(world, { ilink_user_id: ALICE });
  const ofOther = signText(SIGN_KEY, {
    kind: "typing",
    client: other.client.id,
    conversation: asId<ConversationId>(1),
  });
  const bodies = [
    { typing_ticket: "AARzreal", status: 1 },
    { typing_ticket: ofOther, status: 1 },
    { typing_ticket: ticket, status: 3 },
    { typing_ticket: ticket },
    {},
  ];
  for (const body of bodies) {
    assertEquals((await world.call("/ilink/bot/sendtyping", body)).body, { ret: 0 });
  }
  assertEquals(world.live.typed, []);
});

Deno.test("C26: getuploadurl gives both forms of the address, whichever WeChat gave", async () => {
  await using world = await introducedWorld();
  world.live.uploadAnswer = {
    kind: "ok",
    body: {
      upload_full_url: "https://cdn/c2c/upload?encrypted_query_param=a%2Fb%3D&filekey=f",
      x: null,
    },
  };
  const body = { to_user_id: ALICE, filekey: "f", rawsize: 5, base_info: { channel_version: "9" } };
  const full = await world.call("/ilink/bot/getuploadurl", body);
  assertEquals(full.body.upload_param, "a/b=");
  assertEquals(full.body.ret, 0);
  assert(!full.text.includes("null"));
  assertEquals(world.live.uploads, [{ to_user_id: ALICE, filekey: "f", rawsize: 5 }]);
  world.live.uploadAnswer = { kind: "ok", body: { upload_param: "a/b=" } };
  const param = await world.call("/ilink/bot/getuploadurl", body);
  assertEquals(
    param.body.upload_full_url,
    "http://cdn.test/c2c/upload?encrypted_query_param=a%2Fb%3D&filekey=f",
  );
});

Deno.test("C26: an address is asked for only for people this client was given", async () => {
  await using world = await introducedWorld();
  for (const to_user_id of [BOB, "", null]) {
    const given = await world.call("/ilink/bot/getuploadurl", { to_user_id });
    assertEquals([given.status, given.body.ret, given.body.errcode], [200, -3, -3]);
  }
  assertEquals(world.live.uploads, []);
});

Deno.test("C27: notifystart and notifystop are answered here, and a start is told to the next hand-out", async () => {
  await using world = await createDownstreamWorld();
  assertEquals((await world.call("/ilink/bot/msg/notifystop")).body, { ret: 0 });
  assertEquals((await world.call("/ilink/bot/msg/notifystart")).body, { ret: 0 });
  await world.say("hi");
  await world.poll("");
  await world.poll("");
  assertEquals(world.store.handOuts.map(({ hasRestarted }) => hasRestarted), [true, false]);
});

Deno.test("C28: an outage of WeChat shows in uploads and sends alone, as -1 with words", async () => {
  await using world = await introducedWorld();
  world.live.uploadAnswer = { kind: "failed", text: "WeChat is logged out" };
  const upload = await world.call("/ilink/bot/getuploadurl", { to_user_id: ALICE });
  assertEquals(upload.body, { ret: -1, errcode: -1, errmsg: "WeChat is logged out" });
  const sending = world.send("hi");
  await settle();
  await world.endReply({ kind: "deferred", reason: "logged_out", untilMs: null });
  assertEquals((await sending).body.ret, 0, "taken durably, sent after the login");
});

Deno.test("C28: a store that fails is 503 in JSON after a delay, for polls and unknown callers alike", async () => {
  await using world = await createDownstreamWorld();
  world.store.failure = new Error("disk full at /secret/path");
  const { value, tookMs } = await elapse(world.clock, world.poll(""));
  assertEquals([value.status, value.body.ret, value.body.errcode], [503, -1, -1]);
  assert(tookMs >= 2_000);
  assert(!value.text.includes("secret"));
});

async function ticketFor(world: DownstreamWorld, body: { ilink_user_id: string }): Promise<string> {
  return (await world.call("/ilink/bot/getconfig", body)).body.typing_ticket;
}
