import { assert, assertEquals, assertMatch } from "@std/assert";
import { fraction, randomHex, systemRandom } from "../../../src/lib/random.ts";

Deno.test("fraction() stays from 0 to below 1, at both ends too", () => {
  assertEquals(fraction({ bytes: (count) => new Uint8Array(count) }), 0);
  const highest = fraction({ bytes: (count) => new Uint8Array(count).fill(255) });
  assert(highest < 1 && highest > 0.999);
});

Deno.test("randomHex() gives two characters a byte", () => {
  assertMatch(randomHex(systemRandom, 16), /^[0-9a-f]{32}$/);
});
