/** `ilink_hub_ext`: the hub's own members, for clients that ask, and not a trace of them for anybody else. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ALICE, createDownstreamWorld, elapse, type Given } from "../../fake/downstream_world.ts";
import { settledWorld } from "../../fake/dialect_clients.ts";
import type { Json } from "../../../src/lib/json.ts";
import { settle } from "../../fake/fake_clock.ts";

type World = Awaited<ReturnType<typeof settledWorld>>;

async function answerTo(world: World, context_token: string, more: object): Promise<Given> {
  const item_list = [{ type: 1, text_item: { text: "done" } }];
  const sending = world.call("/ilink/bot/sendmessage", {
    msg: { to_user_id: ALICE, context_token, item_list, ...more },
  });
  await settle();
  await world.endReply({ kind: "sent", wireId: "7501234567890123456" });
  return await sending;
}

Deno.test("with extensions a message names its delivery, its account, who wrote it and its session", async () => {
  await using world = await settledWorld({ extensions: "on" });
  await world.say("hi");
  const [message] = (await world.poll()).body.msgs;
  const { delivery_id, sender_key, ...rest } = message.ilink_hub_ext;
  assertMatch(delivery_id, /^\d+$/);
  assert(sender_key !== "" && sender_key !== ALICE);
  assertEquals(rest, { account: "wechat", sender_alias: "", session_name: "default" });
});

Deno.test("with extensions a client is given back the session its agent had in this conversation", async () => {
  await using world = await settledWorld({ extensions: "on" });
  await world.say("one");
  const first = (await world.poll()).body;
  const ilink_hub_ext = {
    cli_session_id: "s-1",
    session_name: "x",
    usage: { tokens: 3 },
    more: [],
  };
  await answerTo(world, first.msgs[0].context_token, { ilink_hub_ext });
  await world.say("two");
  const second = (await world.poll(first.get_updates_buf)).body;
  assertEquals(second.msgs[0].ilink_hub_ext.session_id, "s-1");
  await world.say("three", { from: "o9bob@im.wechat" });
  const other = (await world.poll(second.get_updates_buf)).body;
  assertEquals(other.msgs[0].ilink_hub_ext.session_id, undefined);
});

Deno.test("with extensions a session may be told without anything for the person, and nothing is sent", async () => {
  await using world = await settledWorld({ extensions: "on" });
  await world.say("one");
  const [{ context_token }] = (await world.poll()).body.msgs;
  const item_list = [{ type: 1, text_item: { text: "" } }];
  const msg = { context_token, item_list, ilink_hub_ext: { cli_session_id: "s-1" } };
  assertEquals((await world.call("/ilink/bot/sendmessage", { msg })).body, { ret: 0 });
  assertEquals(world.accepted(), 0);
});

Deno.test("with extensions the answer to a send is a receipt, also of a refused one", async () => {
  await using world = await settledWorld({ extensions: "on" });
  await world.say("one");
  const [{ context_token }] = (await world.poll()).body.msgs;
  const { body } = await answerTo(world, context_token, { client_id: "1" });
  assertEquals(body.ilink_hub_ext, {
    reply_id: String(world.store.lastReply()),
    state: "sent",
    reason: "",
  });
  const refused = world.send("no");
  await settle();
  await world.endReply({ kind: "refused", reason: "rate limited" });
  const { ret, ilink_hub_ext } = (await refused).body;
  assertEquals([ret, ilink_hub_ext.state], [-1, "refused"]);
  assertMatch(ilink_hub_ext.reason, /rate limited/);
  const { value } = await elapse(world.clock, world.send("later"));
  assertEquals([value.body.ret, value.body.ilink_hub_ext.state], [0, "accepted"]);
});

Deno.test("what a client says in ilink_hub_ext is never WeChat's to see, whether it asked for extensions or not", async () => {
  for (const extensions of ["on", "off"] as const) {
    await using world = await settledWorld({ extensions });
    await world.say("one");
    const [{ context_token }] = (await world.poll()).body.msgs;
    for (const ilink_hub_ext of [{ cli_session_id: "secret" }, "secret", null, ["secret"]]) {
      await answerTo(world, context_token, { ilink_hub_ext, run_id: "kept" });
      const { content = "" } = world.store.replies.at(-1) ?? {};
      assertMatch(content, /kept/);
      assert(!/secret|hub_ext/.test(content));
    }
  }
});

Deno.test("by default a client sees iLink alone: no member of any answer is the hub's", async () => {
  await using world = await createDownstreamWorld();
  await world.say("hi");
  const polled = await world.poll();
  const [message] = polled.body.msgs;
  assertEquals(Object.keys(polled.body), [
    ...["ret", "msgs", "get_updates_buf", "sync_buf", "longpolling_timeout_ms"],
  ]);
  assertEquals(Object.keys(message).sort(), [
    ...["client_id", "context_token", "create_time_ms", "delete_time_ms", "from_user_id"],
    ...["group_id", "item_list", "message_id", "message_state", "message_type", "parent_id"],
    ...["root_id", "seq", "session_id", "to_user_id", "update_time_ms"],
  ]);
  const ilink_hub_ext = { cli_session_id: "s-1" };
  const sent = await answerTo(world, message.context_token, { ilink_hub_ext });
  assertEquals(Object.keys(sent.body), ["ret", "message_id"]);
  const refused = await world.call("/ilink/bot/sendmessage", { msg: { to_user_id: "nobody" } });
  assertEquals(Object.keys(refused.body), ["ret", "errcode", "errmsg"]);
  const upload_param = "p";
  world.live.uploadAnswer = { kind: "ok", body: { upload_param } };
  const asked: [string, object, string[]][] = [
    ["getconfig", { ilink_user_id: ALICE }, ["ret", "typing_ticket"]],
    ["sendtyping", { ilink_user_id: ALICE, status: 1 }, ["ret"]],
    ["getuploadurl", { to_user_id: ALICE }, ["ret", "upload_full_url", "upload_param"]],
    ["msg/notifystart", {}, ["ret"]],
    ["msg/notifystop", {}, ["ret"]],
  ];
  for (const [call, body, keys] of asked) {
    const given = await world.call(`/ilink/bot/${call}`, JSON.stringify(body));
    assertEquals(Object.keys(given.body).sort(), keys, call);
    const named = [...given.headers.keys()].filter((name) => /hub/i.test(name));
    assertEquals(named, [], call);
  }
});

Deno.test("with extensions a reply may say that it asks, and for how long the answer is awaited", async () => {
  await using world = await settledWorld({ extensions: "on" });
  await world.say("one");
  const [{ context_token }] = (await world.poll()).body.msgs;
  const asked = async (ilink_hub_ext: Json) => {
    const item_list = [{ type: 1, text_item: { text: "may I?" } }];
    const msg = { to_user_id: ALICE, context_token, item_list, ilink_hub_ext };
    const sending = world.call("/ilink/bot/sendmessage", { msg });
    await settle();
    const [reply] = await world.store.whole.acceptedReplies(1);
    await world.endReply({ kind: "sent", wireId: "7501234567890123456" });
    await sending;
    return reply?.pinnedForMs;
  };
  assertEquals(await asked({ expects_answer: true }), 600_000);
  assertEquals(await asked({ expects_answer: true, answer_within_seconds: 90 }), 90_000);
  // A part of a millisecond is nothing that could be stored.
  assertEquals(await asked({ expects_answer: true, answer_within_seconds: 1.2345 }), 1_234);
  assertEquals(await asked({ expects_answer: false, answer_within_seconds: 90 }), null);
  assertEquals(await asked({}), null);
  assertEquals(world.logged.filter(({ event }) => event === "extension_ignored"), []);
  for (const within of [0, -1, 0.9999, 86_401, "90", {}, true]) {
    const given = { expects_answer: true, answer_within_seconds: within };
    assertEquals(await asked(given), 600_000, JSON.stringify(within));
  }
  for (const expects_answer of ["yes", 1, {}]) assertEquals(await asked({ expects_answer }), null);
  assertEquals(await asked("nothing"), null);
  const ignored = world.logged.filter(({ event }) => event === "extension_ignored");
  assertEquals(ignored.length, 10);
});

Deno.test("without extensions a client asks nothing by them", async () => {
  await using world = await settledWorld({ extensions: "off" });
  await world.say("one");
  const [{ context_token }] = (await world.poll()).body.msgs;
  const item_list = [{ type: 1, text_item: { text: "may I?" } }];
  const ilink_hub_ext = { expects_answer: true };
  const msg = { to_user_id: ALICE, context_token, item_list, ilink_hub_ext };
  const sending = world.call("/ilink/bot/sendmessage", { msg });
  await settle();
  const [reply] = await world.store.whole.acceptedReplies(1);
  assertEquals(reply?.pinnedForMs, null);
  await world.endReply({ kind: "sent", wireId: "7501234567890123456" });
  await sending;
});
