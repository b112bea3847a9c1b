import { assertEquals } from "@std/assert";
import {
  readUpdatesAnswer,
  readUpdatesRequest,
  writeUpdatesAnswer,
} from "../../../src/wire/updates.ts";

Deno.test("a healthy answer has no ret; its messages are the source text untouched", () => {
  const message = '{ "message_id":7501234567890123456 , "later":1.50}';
  const text =
    `{"msgs":[${message}],"sync_buf":"s","get_updates_buf":"c","longpolling_timeout_ms":30000}`;
  assertEquals(readUpdatesAnswer(text), {
    kind: "updates",
    messages: [message],
    cursor: "c",
    longPollMs: 30_000,
  });
});

Deno.test("absent and null members of an answer mean nothing new", () => {
  for (const text of ["{}", '{"ret":0,"msgs":null,"get_updates_buf":null}', '{"msgs":[]}']) {
    assertEquals(readUpdatesAnswer(text), {
      kind: "updates",
      messages: [],
      cursor: "",
      longPollMs: null,
    });
  }
});

Deno.test("a failure, a dead token and what cannot be read are told apart", () => {
  assertEquals(readUpdatesAnswer('{"ret":-1,"msgs":[{}]}'), {
    kind: "refused",
    code: -1,
    text: "",
  });
  assertEquals(readUpdatesAnswer('{"ret":0,"errcode":-14,"errmsg":"session timeout"}'), {
    kind: "stale_token",
    text: "session timeout",
  });
  for (const text of ["", "<html>", '{"msgs":[{"seq":1,', "[]"]) {
    assertEquals(readUpdatesAnswer(text), { kind: "unreadable" });
  }
});

Deno.test("what is written to a client is read back the same, and holds no null", () => {
  const answer = { messages: ['{"a":1}', '{"b":1.0}'], cursor: 'c"1', longPollMs: 35_000 };
  const text = writeUpdatesAnswer(answer);
  assertEquals(readUpdatesAnswer(text), { kind: "updates", ...answer });
  assertEquals(text.includes("null"), false);
  assertEquals(text.startsWith('{"ret":0,'), true);
});

Deno.test("the cursor of a request is empty when it is absent, null or no text", () => {
  assertEquals(readUpdatesRequest({ get_updates_buf: "c" }), { cursor: "c" });
  for (const body of [{}, { get_updates_buf: null }, { get_updates_buf: 5 }]) {
    assertEquals(readUpdatesRequest(body), { cursor: "" });
  }
});
