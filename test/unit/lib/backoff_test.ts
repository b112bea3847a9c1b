import { assert, assertEquals } from "@std/assert";
import { createBackoff } from "../../../src/lib/backoff.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";

Deno.test("a backoff doubles from the first delay to the longest, half of it by chance", () => {
  const backoff = createBackoff({ firstMs: 1_000, maxMs: 60_000, random: createFakeRandom() });
  for (let attempt = 0; attempt < 100; attempt++) {
    const full = Math.min(60_000, 1_000 * 2 ** attempt);
    const delayMs = backoff.next();
    assert(delayMs >= full / 2 && delayMs <= full, `${delayMs} of ${full}`);
    assertEquals(delayMs, Math.round(delayMs));
  }
});

Deno.test("a backoff starts again after a reset", () => {
  const backoff = createBackoff({ firstMs: 1_000, maxMs: 60_000, random: createFakeRandom() });
  for (let attempt = 0; attempt < 9; attempt++) backoff.next();
  backoff.reset();
  assert(backoff.next() <= 1_000);
});

Deno.test("two backoffs do not wait in step", () => {
  const delays = [1, 2].map((seed) => {
    const backoff = createBackoff({
      firstMs: 1_000,
      maxMs: 60_000,
      random: createFakeRandom(seed),
    });
    return [backoff.next(), backoff.next(), backoff.next()].join();
  });
  assert(delays[0] !== delays[1]);
});
