/** The two dialects beside iLink (ILINK.md 1.16), each by the requests of the program that speaks it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { isObject, type JsonObject, listMember, objectMember } from "../../../src/lib/json.ts";
import { type DialectClient, edgecrab, legacy, settledWorld } from "../../fake/dialect_clients.ts";
import { ALICE, createDownstreamWorld, elapse } from "../../fake/downstream_world.ts";
import { settle } from "../../fake/fake_clock.ts";

const AES_KEY = new Uint8Array(16).fill(9);
const AES_HEX = AES_KEY.toHex();
/** As the official client and the phone write a key: base64 of the hex digits. */
const AES_TEXT = new TextEncoder().encode(AES_HEX).toBase64();

/** A message of Alice with these items, as WeChat writes it. */
function mediaMessage(items: readonly JsonObject[], more: JsonObject = {}): string {
  return JSON.stringify({
    ...{ message_id: 7501234567890, from_user_id: ALICE, create_time_ms: 1_760_000_000_500 },
    ...{ message_type: 1, message_state: 2, item_list: [...items], ...more },
  });
}

/** Sends, lets WeChat take it, and gives the answer. */
async function sendAndEnd({ world, ask }: DialectClient, body: JsonObject) {
  const sending = ask("sendmessage", body);
  await settle();
  await world.endReply({ kind: "sent", wireId: "7501234567890123456" });
  return await sending;
}

/** The items of the newest reply as they go to WeChat. */
function lastItems({ world }: DialectClient): readonly JsonObject[] {
  const content = JSON.parse(world.store.replies.at(-1)?.content ?? "{}");
  return listMember(content, "item_list").filter(isObject);
}

// ─── EdgeCrab ──────────────────────────────────────────────────────────────────────────────────────────────────────────

async function crabWorld(): Promise<DialectClient & AsyncDisposable> {
  const world = await settledWorld({ dialect: "edgecrab" });
  return { ...edgecrab(world), [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

Deno.test("C30: edgecrab gets a text with string ids and flat items, and its flat answer reaches the person", async () => {
  await using crab = await crabWorld();
  await crab.world.say("hi");
  const { body } = await crab.poll();
  assertEquals(Object.keys(body).sort(), ["get_updates_buf", "messages", "ret"]);
  const [message] = body.messages;
  const { msg_id, context_token, ...rest } = message;
  assertMatch(msg_id, /^75\d{17}$/);
  assertEquals(rest, {
    from_user: ALICE,
    from_nickname: "",
    is_group: false,
    group_id: "",
    item_list: [{ type: 1, content: "hi" }],
  });
  const answer = { to_user: ALICE, msg_type: "text", content: "hello", context_token };
  const { status, body: sent } = await sendAndEnd(crab, answer);
  assertEquals([status, sent.ret], [200, 0]);
  assertEquals(lastItems(crab), [{ type: 1, text_item: { text: "hello" } }]);
  assertEquals(crab.world.store.replies.at(-1)?.answers?.message, 1);
});

Deno.test("C30: edgecrab answers a person it has no context token of", async () => {
  await using crab = await crabWorld();
  await crab.world.say("hi");
  await crab.poll();
  const { status } = await sendAndEnd(crab, { to_user: ALICE, msg_type: "text", content: "x" });
  assertEquals([status, crab.world.store.replies.at(-1)?.to], [200, ALICE]);
});

Deno.test("C30: edgecrab gets media under its own kinds, with the bytes of the key and the CDN's parameter", async () => {
  await using crab = await crabWorld();
  const media = { encrypt_query_param: "p+/=", aes_key: AES_TEXT, encrypt_type: 1 };
  const full_url = "http://cdn.test/c2c/download?encrypted_query_param=q%2B1";
  await crab.world.deliver(mediaMessage([
    { type: 2, image_item: { media: { encrypt_query_param: "i" }, aeskey: AES_HEX } },
    { type: 3, voice_item: { media, text: "said aloud" } },
    {
      type: 4,
      file_item: { media: { full_url, aes_key: AES_KEY.toBase64() }, file_name: "a.pdf" },
    },
    { type: 5, video_item: { media } },
  ]));
  const { body } = await crab.poll();
  const aes_key = AES_KEY.toBase64();
  assertEquals(body.messages[0].item_list, [
    { type: 3, encrypted_query_param: "i", aes_key },
    { type: 1, content: "said aloud" },
    { type: 34, encrypted_query_param: "p+/=", aes_key },
    { type: 49, encrypted_query_param: "q+1", aes_key, file_name: "a.pdf" },
    { type: 43, encrypted_query_param: "p+/=", aes_key },
  ]);
});

Deno.test("C30: edgecrab sees what was quoted, and that something was when WeChat does not say what", async () => {
  await using crab = await crabWorld();
  const text = (ref_msg: JsonObject) => [{ type: 1, text_item: { text: "this" }, ref_msg }];
  const message_item = { type: 1, text_item: { text: "that" } };
  await crab.world.deliver(mediaMessage(text({ message_item })));
  const first = (await crab.poll()).body;
  assertEquals(first.messages[0].reference, { content: "that" });
  await crab.world.deliver(
    mediaMessage(text({ svr_id: "75" }), { message_id: 2, create_time_ms: 1_760_000_009_000 }),
  );
  assertEquals((await crab.poll(first.get_updates_buf)).body.messages[0].reference, {});
});

Deno.test("C30: edgecrab is told of a group", async () => {
  await using crab = await crabWorld();
  const items = [{ type: 1, text_item: { text: "all" } }];
  await crab.world.deliver(mediaMessage(items, { group_id: "g1@im.chatroom" }));
  const [{ is_group, group_id, from_user }] = (await crab.poll()).body.messages;
  assertEquals([is_group, group_id, from_user], [true, "g1@im.chatroom", ALICE]);
});

Deno.test("C30: edgecrab uploads to the address it is given and sends media that every phone can read", async () => {
  await using crab = await crabWorld();
  await crab.world.say("hi");
  await crab.poll();
  const upload_full_url = "http://cdn.test/c2c/upload?encrypted_query_param=u&filekey=f";
  crab.world.live.uploadAnswer = { kind: "ok", body: { upload_full_url } };
  const asked = await crab.ask("getuploadurl", {
    ...{ to_user: ALICE, filekey: `weixin_${ALICE}_6f9619ff-8b86-d011-b42d-00c04fc964ff` },
    ...{ rawsize: 5, filesize: 16, md5: "5d41402abc4b2a76b9719d911017c592", aeskey: AES_HEX },
    file_type: "image",
  });
  // It would not use upload_url if there were an upload_param as well.
  assertEquals(asked.body, { ret: 0, upload_url: upload_full_url, upload_param: "" });
  const { filekey, ...request } = crab.world.live.uploads[0] ?? {};
  assertMatch(String(filekey), /^[0-9a-f]{32}$/);
  assertEquals(request, {
    ...{ rawsize: 5, filesize: 16, to_user_id: ALICE, media_type: 1, aeskey: AES_HEX },
    ...{ rawfilemd5: "5d41402abc4b2a76b9719d911017c592", no_need_thumb: true },
  });
  const flat = { to_user: ALICE, encrypt_query_param: "enc", aes_key: AES_KEY.toBase64() };
  assertEquals((await sendAndEnd(crab, { ...flat, msg_type: "image" })).status, 200);
  const media = { encrypt_query_param: "enc", aes_key: AES_TEXT, encrypt_type: 1 };
  assertEquals(lastItems(crab), [{ type: 2, image_item: { media, mid_size: 16 } }]);
  await sendAndEnd(crab, { ...flat, msg_type: "file", file_name: "a.pdf" });
  assertEquals(lastItems(crab), [
    { type: 4, file_item: { media, file_name: "a.pdf", len: "5" } },
  ]);
  await sendAndEnd(crab, { ...flat, msg_type: "voice" });
  assertEquals(objectMember(lastItems(crab)[0] ?? {}, "file_item")?.["file_name"], "voice.mp3");
});

Deno.test("C30: edgecrab shows that it types with a ticket of its own call", async () => {
  await using crab = await crabWorld();
  await crab.world.say("hi");
  await crab.poll();
  const { body } = await crab.ask("gettyping_ticket", { to_user: ALICE });
  assert(body.ticket !== "");
  const typing = { to_user: ALICE, typing_ticket: body.ticket };
  assertEquals((await crab.ask("sendtyping", typing)).body.ret, 0);
  assertEquals(crab.world.live.typed, [{ conversation: 1, on: true }]);
});

Deno.test("C30: edgecrab gets a message again with the same id until its cursor covers it, also after it reset the cursor", async () => {
  await using crab = await crabWorld();
  await crab.world.say("hi");
  const first = (await crab.poll()).body;
  const again = (await crab.poll("")).body;
  assertEquals(again.messages[0].msg_id, first.messages[0].msg_id);
  const idle = await elapse(crab.world.clock, crab.poll(again.get_updates_buf));
  assertEquals([idle.value.body.ret, idle.value.body.messages], [0, []]);
  assert(idle.tookMs >= 20_000);
  assertEquals(await crab.world.store.waiting(crab.world.client.id), 0);
});

Deno.test("C30: edgecrab sees a refused send by its status, and never sees ret beside a failed poll", async () => {
  await using crab = await crabWorld();
  const stranger = { to_user: "o9x@im.wechat", msg_type: "text", content: "x" };
  const refused = await crab.ask("sendmessage", stranger);
  assertEquals([refused.status, refused.body.ret, refused.body.errcode], [400, -3, -3]);
  const empty = await crab.ask("sendmessage", { to_user: ALICE, msg_type: "text" });
  assertEquals(empty.status, 400);
  const upload = await crab.ask("getuploadurl", { to_user: "o9x@im.wechat", file_type: "image" });
  assertEquals([upload.body.ret, upload.body.upload_url], [-3, undefined]);
  crab.world.store.port.handOut = () => Promise.reject(new Error("disk full"));
  const { value } = await elapse(crab.world.clock, crab.poll());
  assertEquals([value.status, value.body.messages], [503, undefined]);
});

// ─── The legacy channel ────────────────────────────────────────────────────────────────────────────────────────────────

async function legacyWorld(): Promise<DialectClient & AsyncDisposable> {
  const world = await settledWorld({ dialect: "legacy" });
  return { ...legacy(world), [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

Deno.test("C30: legacy gets an update with a person, a chat and a content, and answers by its context token alone", async () => {
  await using old = await legacyWorld();
  await old.world.say("hi");
  const { body } = await old.poll();
  assertEquals(Object.keys(body).sort(), ["error_code", "next_cursor", "updates"]);
  const { message_id, context_token, timestamp, ...rest } = body.updates[0];
  assertMatch(message_id, /^75\d{17}$/);
  assertEquals(timestamp, Math.floor(old.world.clock.now() / 1_000));
  assertEquals(rest, {
    from_user: { id: ALICE, name: "" },
    chat: { id: ALICE, type: "private" },
    content: { type: "text", text: "hi" },
  });
  const sent = await sendAndEnd(old, { context_token, message: { type: "text", text: "hello" } });
  assertEquals([sent.status, sent.body.error_code], [200, 0]);
  assertEquals(lastItems(old), [{ type: 1, text_item: { text: "hello" } }]);
});

Deno.test("C30: legacy names a medium by its kind, a voice by what was understood, and a group as a chat of its own", async () => {
  await using old = await legacyWorld();
  const contentOf = async (items: readonly JsonObject[], id: number) => {
    await old.world.deliver(mediaMessage(items, { message_id: id, group_id: "g1@im.chatroom" }));
    cursor = (answer = (await old.poll(cursor)).body).next_cursor;
    return answer.updates[0].content;
  };
  let cursor = "";
  let answer: Awaited<ReturnType<typeof old.poll>>["body"];
  assertEquals(await contentOf([{ type: 2, image_item: {} }], 1), { type: "image" });
  assertEquals(answer.updates[0].chat, { id: "g1@im.chatroom", type: "group" });
  assertEquals(answer.updates[0].from_user.id, ALICE);
  assertEquals(await contentOf([{ type: 3, voice_item: {} }], 2), { type: "voice" });
  const said = { type: 3, voice_item: { text: "aloud" } };
  assertEquals(await contentOf([said], 3), { type: "text", text: "aloud" });
  assertEquals(await contentOf([{ type: 4, file_item: {} }], 4), { type: "file" });
  assertEquals(await contentOf([{ type: 5, video_item: {} }], 5), { type: "video" });
});

Deno.test("C30: legacy acknowledges with next_cursor under iLink's name, and is given the message again without", async () => {
  await using old = await legacyWorld();
  await old.world.say("hi");
  const first = (await old.poll()).body;
  const again = (await old.poll()).body;
  assertEquals(again.updates[0].message_id, first.updates[0].message_id);
  const idle = await elapse(old.world.clock, old.poll(again.next_cursor));
  assertEquals(idle.value.body.updates, []);
  assert(idle.value.body.next_cursor !== "");
  assertEquals(await old.world.store.waiting(old.world.client.id), 0);
});

Deno.test("C30: legacy shows that it types by its context token", async () => {
  await using old = await legacyWorld();
  await old.world.say("hi");
  const [{ context_token }] = (await old.poll()).body.updates;
  assertEquals((await old.ask("sendtyping", { context_token })).body.error_code, 0);
  assertEquals(old.world.live.typed, [{ conversation: 1, on: true }]);
  assertEquals((await old.ask("sendtyping", { context_token: "foreign" })).status, 200);
  assertEquals(old.world.live.typed.length, 1);
});

Deno.test("C30: legacy sees a refused send by error_code, and a token that is not known by 401", async () => {
  await using old = await legacyWorld();
  const message = { type: "text", text: "x" };
  const refused = await old.ask("sendmessage", { context_token: "", message });
  assertEquals([refused.status, refused.body.error_code], [200, -3]);
  assertMatch(refused.body.errmsg, /no message of this person/);
  const empty = await old.ask("sendmessage", { context_token: "x", message: null });
  assertEquals([empty.status, empty.body.error_code], [200, -1]);
  await old.world.store.removeClient(old.world.client.id);
  const { value } = await elapse(old.world.clock, old.poll());
  assertEquals(value.status, 401);
});

Deno.test("C30: legacy logs in by QR code with its own words, and speaks its dialect from its first poll on", async () => {
  await using world = await createDownstreamWorld();
  const headers = { "content-type": "application/json" };
  const asOpen = { headers, token: null };
  const path = "/ilink/bot/get_bot_qrcode?bot_type=3";
  const { uuid, qrcode_url } = (await world.call(path, "", { ...asOpen, method: "GET" })).body;
  const status = () => world.call("/ilink/bot/get_qrcode_status", { uuid }, asOpen);
  const found = await world.pairing.find(String(qrcode_url).split("/").at(-1) ?? "");
  assert(found !== null);
  const idle = await elapse(world.clock, status());
  assertEquals(idle.value.body, { status: "wait", error_code: 0 });
  assert(idle.tookMs < 10_000);
  await world.pairing.approve(found.id, { name: "old", by: "owner" });
  const { body } = await status();
  assertEquals(body.status, "confirmed");
  const polling = world.call("/ilink/bot/getupdates", {}, { headers, token: body.token });
  const { value } = await elapse(world.clock, polling);
  assertEquals([value.status, value.body.updates], [200, []]);
});

// ─── Who speaks what ───────────────────────────────────────────────────────────────────────────────────────────────────

Deno.test("C30: the token decides, not the path or the body: a dialect's calls are nobody else's, nor iLink's a dialect's", async () => {
  await using world = await createDownstreamWorld();
  assertEquals((await world.call("/ilink/bot/gettyping_ticket", { to_user: ALICE })).status, 404);
  await world.say("hi");
  const { body } = await edgecrab(world).poll();
  assertEquals([body.msgs.length, body.messages], [1, undefined]);
  const flat = { to_user: ALICE, msg_type: "text", content: "x" };
  assertEquals((await edgecrab(world).ask("sendmessage", flat)).body.ret, -1);
  await world.store.port.updateClient(world.client.id, { settings: { dialect: "legacy" } });
  for (const call of ["gettyping_ticket", "getconfig", "getuploadurl", "msg/notifystart"]) {
    assertEquals((await world.call(`/ilink/bot/${call}`)).status, 404, call);
  }
});
