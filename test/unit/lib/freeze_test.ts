import { assert, assertEquals } from "@std/assert";
import { deepFreeze } from "../../../src/lib/freeze.ts";

Deno.test("deepFreeze() freezes all that a value holds and gives it back", () => {
  const value = { list: [{ inner: { text: "x" } }], none: null, number: 1 };
  assertEquals(deepFreeze(value), value);
  assert(
    Object.isFrozen(value) && Object.isFrozen(value.list) && Object.isFrozen(value.list[0]?.inner),
  );
  assertEquals(deepFreeze(7), 7);
  assertEquals(deepFreeze(null), null);
});
