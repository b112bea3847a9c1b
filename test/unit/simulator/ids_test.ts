import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { readCursor, writeCursor } from "../../../src/simulator/ids.ts";

Deno.test("readCursor() gives back what writeCursor() wrote for the same token", () => {
  fc.assert(fc.property(fc.nat(2 ** 40), fc.string({ maxLength: 300 }), (answer, token) => {
    assertEquals(readCursor(writeCursor(answer, token).text, token), answer);
  }));
});

Deno.test("readCursor() gives 0 for any other text", () => {
  fc.assert(fc.property(fc.string(), fc.base64String(), (text, base64) => {
    assertEquals(readCursor(text, "token"), 0);
    assertEquals(readCursor(base64, "token"), 0);
  }));
  assertEquals(readCursor(writeCursor(7, "other token").text, "token"), 0);
});

Deno.test("a cursor holds the token in field 2 of its protobuf", () => {
  const bytes = Uint8Array.fromBase64(writeCursor(300, "tok").text);
  assertEquals([...bytes], [0x0a, 3, 0x08, 0xac, 0x02, 0x12, 3, 116, 111, 107]);
  assert(writeCursor(300, "tok").syncText.length > 0);
});
