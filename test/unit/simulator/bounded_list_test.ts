import { assertEquals } from "@std/assert";
import { createBoundedList } from "../../../src/simulator/bounded_list.ts";

Deno.test("a bounded list keeps the newest items in order", () => {
  const list = createBoundedList<number>(3);
  for (let item = 1; item <= 100; item++) {
    list.push(item);
    assertEquals(list.items(), [item - 2, item - 1, item].filter((kept) => kept > 0));
  }
  list.clear();
  assertEquals(list.items(), []);
});
