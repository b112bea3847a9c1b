import { assertEquals } from "@std/assert";
import { followAbort, withLimit } from "../../../src/lib/abort.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";

Deno.test("followAbort() passes an abort on, also one from before, until it ends", () => {
  const first = new AbortController();
  const followers = [0, 1, 2].map(() => new AbortController());
  const [early, late, ended] = followers;
  if (early) followAbort(first.signal, early);
  if (ended) followAbort(first.signal, ended)();
  first.abort();
  if (late) followAbort(first.signal, late);
  assertEquals(followers.map(({ signal }) => signal.aborted), [true, true, false]);
});

/** Resolves with whether it was aborted. */
function untilAborted(signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.aborted)));
}

Deno.test("withLimit() aborts at the limit, with the caller's signal, and leaves no timer", async () => {
  const clock = createFakeClock();
  const caller = new AbortController();
  const options = { clock, limitMs: 1_000, signal: caller.signal };
  const timed = withLimit(untilAborted, options);
  await clock.advance(1_000);
  assertEquals(await timed, true);
  const called = withLimit(untilAborted, options);
  caller.abort();
  assertEquals(await called, true);
  assertEquals(await withLimit((signal) => Promise.resolve(signal.aborted), options), true);
  assertEquals(clock.pending, 0);
});
