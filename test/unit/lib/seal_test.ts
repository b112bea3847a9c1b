import { assert, assertEquals, assertThrows } from "@std/assert";
import { systemRandom } from "../../../src/lib/random.ts";
import { seal, unseal } from "../../../src/lib/seal.ts";

const KEY = new Uint8Array(32).fill(7);
const SECRET = new TextEncoder().encode("bot token");

Deno.test("unseal() opens what seal() closed, and the secret is not in it", () => {
  const sealed = seal(KEY, SECRET, systemRandom);
  assertEquals(unseal(KEY, sealed), SECRET);
  assert(!new TextDecoder("latin1").decode(sealed).includes("bot"));
  assertEquals(unseal(KEY, seal(KEY, new Uint8Array(), systemRandom)), new Uint8Array());
});

Deno.test("the same secret is sealed differently each time", () => {
  const [one, two] = [seal(KEY, SECRET, systemRandom), seal(KEY, SECRET, systemRandom)];
  assert(one.toHex() !== two.toHex());
});

Deno.test("unseal() throws for another key, a changed byte anywhere, and a short text", () => {
  const sealed = seal(KEY, SECRET, systemRandom);
  assertThrows(() => unseal(new Uint8Array(32), sealed), Error);
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.with(at, (sealed[at] ?? 0) ^ 1);
    assertThrows(() => unseal(KEY, changed), Error);
  }
  assertThrows(() => unseal(KEY, sealed.slice(0, 27)), RangeError, "too short");
});
