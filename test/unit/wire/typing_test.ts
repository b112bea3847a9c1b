import { assertEquals } from "@std/assert";
import { readConfigAnswer, readTypingRequest } from "../../../src/wire/typing.ts";

Deno.test("a config answer gives its ticket, or says why there is none", () => {
  assertEquals(readConfigAnswer('{"ret":0,"typing_ticket":"t"}'), { kind: "ticket", ticket: "t" });
  assertEquals(readConfigAnswer('{"ret":-4,"errmsg":"rpc failed"}'), {
    kind: "refused",
    code: -4,
    text: "rpc failed",
  });
  assertEquals(readConfigAnswer('{"errcode":-14}'), { kind: "stale_token", text: "" });
  assertEquals(readConfigAnswer(""), { kind: "unreadable" });
});

Deno.test("a typing request is read leniently", () => {
  assertEquals(
    readTypingRequest({ ilink_user_id: "u", typing_ticket: "t", status: 1, context_token: null }),
    { user: "u", ticket: "t", contextToken: "", status: 1 },
  );
  assertEquals(readTypingRequest({ status: "1" }), {
    user: "",
    ticket: "",
    contextToken: "",
    status: null,
  });
});
