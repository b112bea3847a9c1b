import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isObject, tryParseJson } from "../../src/lib/json.ts";
import { readQrAnswer, readQrCode } from "../../src/wire/login.ts";
import { readUploadAnswer } from "../../src/wire/media.ts";
import { readInbound } from "../../src/wire/message.ts";
import { readSendAnswer, readSendRequest, writeSendMessage } from "../../src/wire/send.ts";
import { readConfigAnswer, readTypingRequest } from "../../src/wire/typing.ts";
import { readUpdatesAnswer, writeUpdatesAnswer } from "../../src/wire/updates.ts";
import { arrayOf, jsonValue, objectOf } from "./json_arbitrary.ts";

const anyText = fc.oneof(jsonValue.map(({ text }) => text), fc.string({ unit: "binary" }));

/** A message whose known members may hold anything at all. */
const wildMessage = fc.record({
  from_user_id: fc.constantFrom('"u@im.wechat"', '""', "null", "5"),
  message_id: jsonValue.map(({ text }) => text),
  item_list: arrayOf(jsonValue).map(({ text }) => text),
  ref_msg: jsonValue.map(({ text }) => text),
}).map((members) =>
  `{"from_user_id":${members.from_user_id},"message_id":${members.message_id},` +
  `"item_list":[{"type":1,"text_item":${members.ref_msg},"ref_msg":${members.ref_msg}},` +
  `${members.item_list}]}`
);

Deno.test("no answer and no message, whatever it holds, makes a reader throw", () => {
  fc.assert(
    fc.property(fc.oneof(anyText, wildMessage), (text) => {
      assertEquals(readInbound(text).raw, text);
      readUpdatesAnswer(text);
      readSendAnswer(text);
      readConfigAnswer(text);
      readUploadAnswer(text);
      readQrCode(text);
      readQrAnswer(text);
      const body = tryParseJson(text);
      if (!isObject(body)) return;
      readSendRequest(body);
      readTypingRequest(body);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("messages pass from an upstream answer into a client's answer as they are written", () => {
  fc.assert(
    fc.property(arrayOf(objectOf(jsonValue)), fc.string(), (list, cursor) => {
      const upstream = readUpdatesAnswer(`{"msgs" : ${list.text}, "get_updates_buf":"c"}`);
      const messages = list.children.map(({ text }) => text);
      assertEquals(upstream, { kind: "updates", messages, cursor: "c", longPollMs: null });
      const answer = { messages, cursor, longPollMs: 35_000 };
      assertEquals(readUpdatesAnswer(writeUpdatesAnswer(answer)), { kind: "updates", ...answer });
    }),
    { numRuns: 500 },
  );
});

Deno.test("a send keeps every member that is not the hub's to say", () => {
  const own = new Set([
    "from_user_id",
    "to_user_id",
    "client_id",
    "message_type",
    "message_state",
    "context_token",
  ]);
  fc.assert(
    fc.property(objectOf(jsonValue), ({ text }) => {
      const content = tryParseJson(text);
      if (!isObject(content)) return;
      const edge = { to: "u", sendId: "s", contextToken: "c" };
      const written = Object.entries(writeSendMessage(content, edge));
      const kept = written.filter(([name]) => !own.has(name));
      const given = Object.entries(content).filter(([name]) => !own.has(name));
      assertEquals(JSON.stringify(kept), JSON.stringify(given));
    }),
    { numRuns: 500 },
  );
});
