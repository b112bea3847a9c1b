import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Inbound } from "../../../src/core/message.ts";
import { type JsonObject, rawNumber } from "../../../src/lib/json.ts";
import { readInbound } from "../../../src/wire/message.ts";

function read(message: JsonObject): Inbound {
  const { read } = readInbound(JSON.stringify({ from_user_id: "u@im.wechat", ...message }));
  assert(read.kind === "message");
  return read.message;
}

function textItem(text: string): JsonObject {
  return { type: 1, text_item: { text } };
}

Deno.test("a captured text message is read whole and its source kept", () => {
  const raw =
    '{"seq":7,"message_id":7501234567890123456,"from_user_id":"o9@im.wechat","to_user_id":"b@im.bot",' +
    '"client_id":"mm_1","create_time_ms":1760000000000,"update_time_ms":1760000000000,"delete_time_ms":0,' +
    '"session_id":"","group_id":"","message_type":1,"message_state":2,"item_list":[{"type":1,' +
    '"create_time_ms":1760000000000,"is_completed":true,"msg_id":"v1:7501234567890123456",' +
    '"button_item_list":[],"text_item":{"text":"hello"}}],"context_token":"AARz","root_id":0}';
  const inbound = readInbound(raw);
  assertEquals(inbound.raw, raw);
  assert(inbound.read.kind === "message");
  const { digest, ...message } = inbound.read.message;
  assertEquals(message, {
    wireId: "7501234567890123456",
    from: "o9@im.wechat",
    group: null,
    createTimeMs: 1_760_000_000_000,
    contextToken: "AARz",
    text: "hello",
    parts: [{ kind: "text", text: "hello", bytes: null }],
    quote: null,
  });
  assertEquals(digest.length, 64);
});

Deno.test("what is no object or names no sender is unreadable, with a reason and its source", () => {
  for (const raw of ["7", "null", "[]", "{", "{}", '{"from_user_id":""}', '{"from_user_id":5}']) {
    const inbound = readInbound(raw);
    assertEquals([inbound.raw, inbound.read.kind], [raw, "unreadable"]);
  }
});

Deno.test("an id comes as number or text; 0 and anything else is absent", () => {
  const ids = [rawNumber("7501234567890123456"), "7501234567890123456", 12, 0, "0", "", "x", null];
  assertEquals(
    ids.map((message_id) => read({ message_id }).wireId),
    ["7501234567890123456", "7501234567890123456", "12", null, null, null, null, null],
  );
});

Deno.test("a message of any strange content is readable", () => {
  const strange = [{}, { item_list: null }, { item_list: [null, 5, {}] }, { item_list: {} }];
  for (const message of strange) assertEquals(read(message).text, "");
  assertEquals(read({ item_list: [{ type: 99 }, { type: 1, text_item: null }] }).parts, [
    { kind: "other", text: "", bytes: null },
    { kind: "text", text: "", bytes: null },
  ]);
});

Deno.test("all texts count, else the transcript of a voice message", () => {
  const voice = { type: 3, voice_item: { text: "spoken" } };
  assertEquals(read({ item_list: [textItem("a"), voice, textItem("b")] }).text, "a\nb");
  assertEquals(read({ item_list: [{ type: 2 }, voice] }).text, "spoken");
});

Deno.test("sizes are read where they are announced", () => {
  const items = [
    { type: 4, file_item: { file_name: "a.txt", len: "1234" } },
    { type: 2, image_item: { mid_size: 16 } },
    { type: 5, video_item: { video_size: 32 } },
    { type: 3, voice_item: {} },
  ];
  assertEquals(read({ item_list: items }).parts.map(({ kind, bytes }) => [kind, bytes]), [
    ["file", 1234],
    ["image", 16],
    ["video", 32],
    ["voice", null],
  ]);
});

Deno.test("a quote is known by svr_id, by the embedded item, or by its summary", () => {
  const quote = (ref_msg: JsonObject) =>
    read({ item_list: [textItem("x"), { ...textItem("y"), ref_msg }] }).quote;
  assertEquals(quote({ svr_id: "7501234567890123456" }), {
    wireId: "7501234567890123456",
    text: "",
    createTimeMs: null,
  });
  const item = { ...textItem("quoted"), msg_id: "v1:75", create_time_ms: 1_760_000_000_000 };
  assertEquals(quote({ message_item: item, title: "summary" }), {
    wireId: "75",
    text: "quoted",
    createTimeMs: 1_760_000_000_000,
  });
  assertEquals(quote({ title: "summary", message_item: null }), {
    wireId: null,
    text: "summary",
    createTimeMs: null,
  });
});

Deno.test("the digest is the same for the same content under other ids, tokens and URLs", () => {
  const file = (media: JsonObject) => ({
    type: 4,
    msg_id: media["encrypt_query_param"] ?? "",
    file_item: { file_name: "a", len: "5", md5: "m", media },
  });
  const one = read({ message_id: 1, context_token: "a", item_list: [file({})] });
  const two = read({
    message_id: 2,
    context_token: "b",
    item_list: [file({ encrypt_query_param: "p", full_url: "https://x" })],
  });
  assertEquals(one.digest, two.digest);
  const others = [
    [textItem("a")],
    [textItem("b")],
    [textItem("a"), textItem("b")],
    [{ type: 3, voice_item: { text: "a" } }],
    [],
  ].map((item_list) => read({ item_list }).digest);
  assertEquals(new Set([...others, one.digest]).size, 6);
  assertNotEquals(others[0], others[1]);
});
