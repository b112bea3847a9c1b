/** What a client gets is what WeChat sent: ids and tokens swapped, gaps filled, everything else equal, digit for digit. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  asId,
  type ClientId,
  type ConversationId,
  type DeliveryId,
  type DeliverySeq,
  type MessageId,
} from "../../src/core/ids.ts";
import { createShape } from "../../src/downstream/shape.ts";
import {
  digitsOf,
  isObject,
  isRawNumber,
  type Json,
  type JsonObject,
  parseJson,
  rawNumber,
} from "../../src/lib/json.ts";
import type { HandedOutDelivery } from "../../src/store/steps.ts";
import { SIGN_KEY } from "../fake/downstream_world.ts";
import { numberText } from "./json_arbitrary.ts";

const CLIENT = asId<ClientId>(1);
const shape = createShape(SIGN_KEY);

function delivery(raw: string): HandedOutDelivery {
  return {
    id: asId<DeliveryId>(1),
    seq: asId<DeliverySeq>(1),
    message: asId<MessageId>(5),
    conversation: asId<ConversationId>(3),
    raw,
    text: null,
    quotedWireId: null,
  };
}

// ─── Numbers as texts, so that nothing of the generator rounds them ────────────────────────────────────────────────────

const digits = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map((value) => rawNumber(String(value)));
const anyNumber = fc.oneof(fc.integer(), numberText.map(rawNumber));
const size = fc.nat({ max: 2 ** 31 - 1 });
const text = fc.string({ unit: "binary" });

/** Any JSON value without null in it. */
const { value: anything } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    anyNumber,
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(text, fc.constant("__proto__")), tie("value"), { maxKeys: 3 }),
  ),
}));

/** An object of these members and of some that nobody knows. */
function knowing(members: Record<string, fc.Arbitrary<Json>>, required: string[] = []) {
  const known = fc.record(members, { requiredKeys: required as never[] });
  const unknown = fc.dictionary(text.map((key) => `x_${key}`), anything, { maxKeys: 3 });
  return fc.tuple(known, unknown).map(([a, b]) => ({ ...a, ...b }) as JsonObject);
}

const media = knowing({
  encrypt_query_param: text,
  aes_key: text,
  encrypt_type: size,
  full_url: text,
}, ["encrypt_query_param", "aes_key"]);

const itemObjects = {
  text_item: knowing({ text }, ["text"]),
  image_item: knowing({ media, thumb_media: media, aeskey: text, mid_size: size, hd_size: size }),
  voice_item: knowing({ media, playtime: size, sample_rate: size, text }),
  file_item: knowing({ media, file_name: text, md5: text, len: size.map(String) }),
  video_item: knowing({ media, thumb_media: media, video_size: size, play_length: size }),
};
const quoted = knowing({ ...itemObjects, msg_id: text, type: fc.integer({ min: 2, max: 5 }) }, [
  "type",
]);
const item = knowing({
  ...itemObjects,
  type: fc.integer({ min: 2, max: 5 }),
  create_time_ms: digits,
  update_time_ms: digits,
  is_completed: fc.boolean(),
  msg_id: text,
  button_item_list: fc.array(anything, { maxLength: 2 }),
  at_bot_username_list: fc.array(anything, { maxLength: 2 }),
  ref_msg: knowing({
    svr_id: fc.oneof(digits, text),
    title: text,
    message_item: quoted,
    partial_text: anything,
  }),
}, ["type"]);
const message = knowing({
  seq: digits,
  message_id: digits,
  from_user_id: text,
  to_user_id: text,
  client_id: text,
  create_time_ms: digits,
  update_time_ms: digits,
  delete_time_ms: digits,
  session_id: text,
  group_id: text,
  message_type: size,
  message_state: size,
  item_list: fc.array(item, { maxLength: 3 }),
  context_token: text,
  root_id: digits,
  parent_id: digits,
});

Deno.test("a message that strict parsers read arrives equal, every number digit for digit, gaps filled", () => {
  fc.assert(fc.property(message, (sent) => {
    const raw = JSON.stringify(sent);
    const got = parseJson(shape(CLIENT, delivery(raw)));
    assert(isObject(got));
    const { to_user_id, context_token, ...rest } = got;
    assert(typeof to_user_id === "string" && typeof context_token === "string");
    const { to_user_id: _to, context_token: _token, ...expected } = parseJson(raw) as JsonObject;
    assertHolds(rest, expected, "message");
  }));
});

Deno.test("whatever WeChat sends, a client gets what strict parsers read", () => {
  const junk = fc.oneof(anything, fc.constant(null));
  const members = [
    "seq message_id from_user_id client_id create_time_ms update_time_ms message_type item_list",
    "session_id group_id message_state root_id context_token",
  ].join(" ").split(" ");
  const itemMembers =
    "type create_time_ms is_completed msg_id ref_msg text_item image_item file_item video_item voice_item"
      .split(" ");
  const broken = (keys: string[], more: Record<string, fc.Arbitrary<Json>> = {}) =>
    fc.record({ ...Object.fromEntries(keys.map((key) => [key, junk])), ...more }, {
      requiredKeys: [],
    }) as fc.Arbitrary<JsonObject>;
  const brokenMedia = broken(["encrypt_query_param", "aes_key", "encrypt_type", "full_url"]);
  const brokenItem = broken(itemMembers, {
    file_item: broken(["len", "file_name"], { media: fc.oneof(junk, brokenMedia) }),
    image_item: broken(["mid_size"], { media: fc.oneof(junk, brokenMedia) }),
    ref_msg: broken(["title", "svr_id"], { message_item: broken(itemMembers) }),
  });
  const brokenItems = fc.array(fc.oneof(junk, brokenItem), { maxLength: 3 });
  const brokenMessage = broken(members, { item_list: fc.oneof(junk, brokenItems) });
  fc.assert(
    fc.property(fc.oneof(brokenMessage, junk), (sent) => {
      const text = shape(CLIENT, delivery(JSON.stringify(sent)));
      assertStrict(parseJson(text) as JsonObject);
    }),
    { numRuns: 300 },
  );
});

Deno.test("dressing a message twice gives the same text", () => {
  fc.assert(fc.property(message, (sent) => {
    const once = shape(CLIENT, delivery(JSON.stringify(sent)));
    assertEquals(shape(CLIENT, delivery(once)), once);
  }));
});

/** Everything of `expected` is in `got`, with the same digits; `got` may have more object members. */
function assertHolds(got: Json | undefined, expected: Json, where: string): void {
  if (Array.isArray(expected)) {
    assert(Array.isArray(got) && got.length === expected.length, where);
    expected.forEach((element, at) => assertHolds(got[at], element, `${where}[${at}]`));
  } else if (isObject(expected)) {
    assert(isObject(got), where);
    for (const [key, member] of Object.entries(expected)) {
      assert(Object.hasOwn(got, key), `${where}.${key} is missing`);
      const own = Object.getOwnPropertyDescriptor(got, key)?.value;
      assertHolds(own, member, `${where}.${key}`);
    }
  } else if (typeof expected === "number" || isRawNumber(expected)) {
    assertEquals(digitsOf(got), digitsOf(expected), where);
  } else {
    assertEquals(got, expected, where);
  }
}

/** What the strictest clients ask of a message (ILINK.md C16), written down independently of the repairs. */
function assertStrict(message: JsonObject): void {
  assert(!JSON.stringify(message).includes(":null"));
  for (const key of ["from_user_id", "to_user_id", "client_id", "session_id", "context_token"]) {
    assertEquals(typeof message[key], "string", key);
  }
  for (const key of ["seq", "message_id", "create_time_ms", "message_type", "message_state"]) {
    assertWhole(message[key], 2n ** 63n - 1n, key);
  }
  const items = message["item_list"];
  assert(Array.isArray(items));
  for (const item of items) assertStrictItem(item);
}

function assertStrictItem(item: Json | undefined): void {
  assert(isObject(item));
  assert([1, 2, 3, 4, 5].includes(Number(digitsOf(item["type"]))), "type");
  const { text_item, image_item, file_item, ref_msg } = item;
  if (text_item !== undefined) {
    assert(isObject(text_item) && typeof text_item["text"] === "string");
  } else assert(digitsOf(item["type"]) !== "1");
  for (const holder of [image_item, file_item]) {
    if (holder === undefined) continue;
    assert(isObject(holder));
    const { media, mid_size, len } = holder;
    if (media !== undefined) {
      assert(isObject(media) && typeof media["aes_key"] === "string");
      assertEquals(typeof media["encrypt_query_param"], "string");
    }
    if (mid_size !== undefined) assertWhole(mid_size, 2n ** 31n - 1n, "mid_size");
    if (len !== undefined) assertEquals(typeof len, "string");
  }
  if (ref_msg === undefined) return;
  assert(isObject(ref_msg));
  if (ref_msg["message_item"] !== undefined) assertStrictItem(ref_msg["message_item"]);
}

function assertWhole(value: Json | undefined, max: bigint, where: string): void {
  const digits = digitsOf(value) ?? "";
  assert(/^(0|-?[1-9]\d*)$/.test(digits) && BigInt(digits) <= max, `${where}: ${digits}`);
}
