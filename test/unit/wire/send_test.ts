import { assert, assertEquals } from "@std/assert";
import { isObject, parseJson } from "../../../src/lib/json.ts";
import {
  readSendAnswer,
  readSendRequest,
  writeSendAnswer,
  writeSendMessage,
} from "../../../src/wire/send.ts";

Deno.test("every success of the past is a success; the id keeps its digits", () => {
  for (const text of ["", " \n", "{}", '{"ret":0}', '{"ret":0,"message_id":0}']) {
    assertEquals(readSendAnswer(text), { kind: "ok", wireId: null });
  }
  for (
    const text of ['{"message_id":7501234567890123456}', '{"message_id":"7501234567890123456"}']
  ) {
    assertEquals(readSendAnswer(text), { kind: "ok", wireId: "7501234567890123456" });
  }
});

Deno.test("refusals, a dead token and what is no JSON object are told apart", () => {
  assertEquals(readSendAnswer('{"ret":-2,"errmsg":""}'), { kind: "refused", code: -2, text: "" });
  assertEquals(readSendAnswer('{"errcode":-14,"errmsg":"session timeout"}'), {
    kind: "stale_token",
    text: "session timeout",
  });
  for (const text of ["<html>", "[]", "null", '{"ret":0']) {
    assertEquals(readSendAnswer(text), { kind: "unreadable" });
  }
});

Deno.test("a request is read leniently: absent and null members are empty", () => {
  const body = parseJson('{"msg":{"to_user_id":"u","client_id":null,"x":7501234567890123456}}');
  assert(isObject(body));
  const request = readSendRequest(body);
  assertEquals([request?.to, request?.sendId, request?.contextToken], ["u", "", ""]);
  assertEquals(JSON.stringify(request?.message), JSON.stringify(body["msg"]));
  assertEquals(readSendRequest({}), null);
  assertEquals(readSendRequest({ msg: null }), null);
});

Deno.test("an upstream message keeps unknown members and exact numbers, and the hub's own win", () => {
  const content = parseJson(
    '{"item_list":[{"type":1}],"run_id":"r","new":7501234567890123456,"to_user_id":"x","context_token":"old","message_state":1}',
  );
  assert(isObject(content));
  const edge = { to: "u@im.wechat", sendId: "s1", contextToken: "ctx" };
  assertEquals(
    JSON.stringify(writeSendMessage(content, edge)),
    '{"item_list":[{"type":1}],"run_id":"r","new":7501234567890123456,"to_user_id":"u@im.wechat",' +
      '"message_state":2,"from_user_id":"","client_id":"s1","message_type":2,"context_token":"ctx"}',
  );
  const without = writeSendMessage(content, { ...edge, contextToken: "" });
  assertEquals("context_token" in without, false);
});

Deno.test("the answer to a client carries ret and the id digit for digit", () => {
  assertEquals(
    JSON.stringify(writeSendAnswer("7501234567890123456")),
    '{"ret":0,"message_id":7501234567890123456}',
  );
});
