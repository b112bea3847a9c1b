import { assertEquals } from "@std/assert";
import { createAllowance } from "../../../src/lib/allowance.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";

Deno.test("an allowance gives its burst at once and fills again with time, never beyond", async () => {
  const clock = createFakeClock();
  const allowance = createAllowance({ clock, burst: 3, perSecond: 2 });
  const takeAll = () => Array.from({ length: 5 }, () => allowance.take(1));
  assertEquals(takeAll(), ["taken", "taken", "taken", "refused", "refused"]);
  await clock.advance(1_000);
  assertEquals(takeAll(), ["taken", "taken", "refused", "refused", "refused"]);
  await clock.advance(60_000);
  assertEquals(takeAll(), ["taken", "taken", "taken", "refused", "refused"]);
});

Deno.test("an allowance takes nothing when it refuses", () => {
  const allowance = createAllowance({ clock: createFakeClock(), burst: 3, perSecond: 1 });
  assertEquals(allowance.take(4), "refused");
  assertEquals(allowance.take(3), "taken");
});
