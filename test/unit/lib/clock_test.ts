import { assert, assertEquals } from "@std/assert";
import { sleep, systemClock } from "../../../src/lib/clock.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";

Deno.test("sleep() ends when its time is over and not before", async () => {
  const clock = createFakeClock();
  let end = "";
  const slept = sleep(clock, 100).then((why) => end = why);
  await clock.advance(99);
  assertEquals(end, "");
  await clock.advance(1);
  assertEquals(await slept, "elapsed");
  assertEquals(clock.pending, 0);
});

Deno.test("sleep() ends at once when the signal aborts, and leaves no timer", async () => {
  const clock = createFakeClock();
  const stopping = new AbortController();
  const slept = sleep(clock, 100, stopping.signal);
  stopping.abort();
  assertEquals(await slept, "aborted");
  assertEquals(clock.pending, 0);
  assertEquals(await sleep(clock, 100, stopping.signal), "aborted");
});

Deno.test("sleep() that elapsed no longer listens to the signal", async () => {
  const clock = createFakeClock();
  const stopping = new AbortController();
  const slept = sleep(clock, 1, stopping.signal);
  await clock.advance(1);
  assertEquals(await slept, "elapsed");
  stopping.abort();
});

Deno.test("the system clock calls once, unless cancelled, and takes any delay", async () => {
  const called: string[] = [];
  systemClock.after(0, () => called.push("cancelled"))();
  systemClock.after(1e15, () => called.push("in far future"))();
  await new Promise<void>((resolve) => systemClock.after(-5, resolve));
  assertEquals(called, []);
  assert(systemClock.monotonic() <= systemClock.monotonic());
});
