import { assert, assertEquals } from "@std/assert";
import { addSign, mustBeKnown, suspectPoller } from "../../../src/core/second_poller.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

Deno.test("only what was written while this hub had the bot, and not a moment ago, must be known to it", () => {
  const quoted = (minutesAfterLogin: number, minutesBeforeQuote: number) =>
    mustBeKnown({
      knownSinceMs: 0,
      quotedAtMs: minutesAfterLogin * MINUTE,
      atMs: (minutesAfterLogin + minutesBeforeQuote) * MINUTE,
    });
  assertEquals(quoted(30, 5), true);
  assertEquals(quoted(-30, 60), false, "before the login");
  assertEquals(quoted(1, 60), false, "WeChat's own greeting");
  assertEquals(quoted(30, 1), false, "it may still come");
  assertEquals(quoted(30, 26 * 60), false, "it may be forgotten");
});

Deno.test("different messages count, the same one quoted again does not", () => {
  const one = addSign(null, "7", 5 * HOUR);
  assert(addSign(one, "7", 6 * HOUR) === one);
  const two = addSign(one, "8", 6 * HOUR);
  assertEquals(suspectPoller(two, 7 * HOUR), { count: 2, sinceMs: 5 * HOUR });
});

Deno.test("a quiet day ends the suspicion, and what comes later begins a new one", () => {
  const one = addSign(null, "7", 0);
  assert(suspectPoller(one, 24 * HOUR - 1) !== null);
  assertEquals(suspectPoller(one, 24 * HOUR), null);
  assertEquals(addSign(one, "8", 30 * HOUR).count, 1);
  assertEquals(suspectPoller(null, 0), null);
});
