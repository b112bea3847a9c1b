import { assertEquals } from "@std/assert";
import { watchClocks } from "../../../src/upstream/clock_watch.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";

for (const jumpMs of [61_000, -61_000]) {
  Deno.test(`watchClocks() tells once of a jump by ${jumpMs} ms`, async () => {
    const clock = createFakeClock();
    let jumps = 0;
    watchClocks(clock, () => jumps++);
    await clock.advance(60_000);
    assertEquals(jumps, 0);
    clock.jump(jumpMs);
    await clock.advance(60_000);
    assertEquals([jumps, clock.pending], [1, 0]);
  });
}

Deno.test("watchClocks() tells of a process that stood still", async () => {
  const clock = createFakeClock();
  let jumps = 0;
  watchClocks(clock, () => jumps++);
  clock.stall(66_000);
  await clock.advance(0);
  assertEquals([jumps, clock.pending], [1, 0]);
});

Deno.test("watchClocks() lets a small correction pass and ends when told", async () => {
  const clock = createFakeClock();
  const unwatch = watchClocks(clock, () => {
    throw new Error("told of a jump");
  });
  clock.jump(59_000);
  await clock.advance(30_000);
  unwatch();
  clock.jump(3_600_000);
  await clock.advance(30_000);
  assertEquals(clock.pending, 0);
});
