import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../../src/lib/json.ts";
import { readRet, writeFailure, writeOk } from "../../../src/wire/ret.ts";

Deno.test("absent, null and 0 mean yes, in both fields", () => {
  const yes: JsonObject[] = [
    {},
    { ret: 0 },
    { errcode: 0 },
    { ret: null, errcode: null },
    { ret: 0, errcode: 0, errmsg: "ok" },
    writeOk(),
  ];
  for (const body of yes) assertEquals(readRet(body), { kind: "ok" });
});

Deno.test("-14 in either field is a stale token, whatever the other says", () => {
  for (
    const body of [{ ret: -14 }, { errcode: -14 }, { ret: 0, errcode: -14 }, {
      ret: -14,
      errcode: 5,
    }]
  ) {
    assertEquals(readRet(body), { kind: "stale_token", text: "" });
  }
});

Deno.test("any other code is a refusal with its code and text", () => {
  assertEquals(readRet({ ret: -2, errmsg: "rate limited" }), {
    kind: "refused",
    code: -2,
    text: "rate limited",
  });
  assertEquals(readRet({ ret: 0, errcode: -3 }), { kind: "refused", code: -3, text: "" });
  assertEquals(readRet({ ret: 1, err_msg: "missing bot_type" }), {
    kind: "refused",
    code: 1,
    text: "missing bot_type",
  });
  assertEquals(readRet(writeFailure(-2, "busy")), { kind: "refused", code: -2, text: "busy" });
});
