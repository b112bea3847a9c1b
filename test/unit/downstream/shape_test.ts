import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import {
  asId,
  type ClientId,
  type ConversationId,
  type DeliveryId,
  type DeliverySeq,
  type MessageId,
} from "../../../src/core/ids.ts";
import { readSigned } from "../../../src/core/tokens.ts";
import { createShape } from "../../../src/downstream/shape.ts";
import { ALICE, SIGN_KEY } from "../../fake/downstream_world.ts";

const CLIENT = asId<ClientId>(4);
const shape = createShape(SIGN_KEY);

interface Edge {
  readonly text?: string;
  readonly quotedWireId?: string;
  readonly client?: ClientId;
}

// deno-lint-ignore no-explicit-any
function dress(message: unknown, { text, quotedWireId, client = CLIENT }: Edge = {}): any {
  return JSON.parse(shape(client, {
    id: asId<DeliveryId>(1),
    seq: asId<DeliverySeq>(1),
    message: asId<MessageId>(77),
    conversation: asId<ConversationId>(3),
    raw: JSON.stringify(message),
    text: text ?? null,
    quotedWireId: quotedWireId ?? null,
  }));
}

function textItem(text: string) {
  return { type: 1, text_item: { text } };
}

Deno.test("each client sees a bot of its own, always the same one", () => {
  const message = { from_user_id: ALICE, to_user_id: "b0f5860fdecb@im.bot" };
  const mine = dress(message).to_user_id;
  assertMatch(mine, /^[0-9a-f]{12}@im\.bot$/);
  assertNotEquals(mine, message.to_user_id);
  assertEquals(dress({ from_user_id: "other" }).to_user_id, mine);
  assertNotEquals(dress(message, { client: asId<ClientId>(5) }).to_user_id, mine);
});

Deno.test("the context token a client sees names what it will answer, and is not WeChat's", () => {
  const { context_token } = dress({ from_user_id: ALICE, context_token: "AARzJWAFreal" });
  const signed = readSigned(SIGN_KEY, "context", CLIENT, context_token);
  assertEquals([signed?.conversation, signed?.message], [asId(3), asId(77)]);
});

Deno.test("a text of the decision replaces the message's text and nothing else", () => {
  const ref_msg = { svr_id: "7501234567890123456" };
  const { item_list } = dress(
    { item_list: [{ ...textItem("//x"), ref_msg }, { type: 2, image_item: {} }, textItem("more")] },
    { text: "/x" },
  );
  assertEquals(item_list[0].text_item.text, "/x");
  assertEquals(item_list[0].ref_msg, ref_msg);
  assertEquals(item_list[1].type, 2);
  assertEquals(item_list[2].text_item.text, "");
});

Deno.test("a text of the decision replaces a voice transcript, and stands in front where nothing was said", () => {
  const voice = dress({ item_list: [{ type: 3, voice_item: { playtime: 5, text: "a" } }] }, {
    text: "b",
  });
  assertEquals(voice.item_list[0].voice_item, { playtime: 5, text: "b" });
  const image = dress({ item_list: [{ type: 2, image_item: { mid_size: 1 } }] }, { text: "b" });
  assertEquals(image.item_list.map((item: { type: number }) => item.type), [1, 2]);
  assertEquals(image.item_list[0].text_item, { text: "b" });
  assertEquals(dress({}, { text: "b" }).item_list[0].text_item, { text: "b" });
});

Deno.test("a quote names the message by the digits the client knows", () => {
  const quoting = (ref_msg: unknown) =>
    dress({ item_list: [{ ...textItem("?"), ref_msg }] }, { quotedWireId: "4000000000000009" })
      .item_list[0].ref_msg;
  assertEquals(quoting({ svr_id: "75", title: "t" }), { svr_id: "4000000000000009", title: "t" });
  const embedded = { ...textItem("said"), msg_id: "v1:75" };
  assertEquals(
    quoting({ message_item: embedded }).message_item.msg_id,
    "v1:4000000000000009",
  );
  const both = quoting({ svr_id: "75", message_item: { ...embedded, msg_id: "75" } });
  assertEquals([both.svr_id, both.message_item.msg_id], ["4000000000000009", "4000000000000009"]);
  assertEquals(quoting({ title: "t" }).svr_id, "4000000000000009");
});

Deno.test("a message without a readable id gets one of the hub's, the same each time and below 2^53", () => {
  for (const message_id of [undefined, null, "x", -1.5, 18446744073709551615n.toString()]) {
    const got = dress({ from_user_id: ALICE, message_id }).message_id;
    assertEquals(got, 5_000_000_000_000_077);
    assert(Number.isSafeInteger(got));
  }
});

Deno.test("an item of an unknown kind becomes a line in both languages and keeps what it held", () => {
  const [item] = dress({ item_list: [{ type: 6, location_item: { lat: 1 } }] }).item_list;
  assertEquals(item.type, 1);
  assertMatch(item.text_item.text, /暂不支持.*not supported/);
  assertEquals(item.location_item, { lat: 1 });
  const [said] = dress({ item_list: [{ type: 0, text_item: { text: "hi" } }] }).item_list;
  assertEquals([said.type, said.text_item.text], [1, "hi"]);
});

Deno.test("whole numbers in unusual notation are written plainly, other numbers go", () => {
  const raw = '{"seq":7.0,"root_id":1e3,"parent_id":-0,"message_state":1.5,' +
    '"item_list":[{"type":"2","image_item":{"mid_size":2e0,"hd_size":0.5}}]}';
  const got = shape(CLIENT, {
    id: asId<DeliveryId>(1),
    seq: asId<DeliverySeq>(1),
    message: asId<MessageId>(1),
    conversation: asId<ConversationId>(1),
    raw,
    text: null,
    quotedWireId: null,
  });
  assertMatch(got, /"seq":7,/);
  assertMatch(got, /"root_id":1000,/);
  assertMatch(got, /"parent_id":0[,}]/);
  assertMatch(got, /"message_state":2,/);
  assertMatch(got, /"type":2,/);
  assertMatch(got, /"image_item":\{"mid_size":2\}/);
});
