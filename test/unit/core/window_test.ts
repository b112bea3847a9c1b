import { assert, assertEquals } from "@std/assert";
import {
  type LearnedWindow,
  learnWindow,
  NOTHING_LEARNED,
  safeAgeMs,
  viewWindow,
} from "../../../src/core/window.ts";

const HOUR = 3_600_000;
const LIMITS = { safeWindowMs: 11 * HOUR, windowMs: 24 * HOUR };

function learn(
  ...answers: readonly (readonly ["queued" | "taken" | "refused", number])[]
): LearnedWindow {
  return answers.reduce(
    (learned, [answer, hours]) => learnWindow(learned, answer, hours * HOUR),
    NOTHING_LEARNED,
  );
}

function safeHours(learned: LearnedWindow): number {
  return safeAgeMs(learned, LIMITS) / HOUR;
}

function stateAt(hours: number, learned = NOTHING_LEARNED) {
  return viewWindow(0, { learned, limits: LIMITS, nowMs: hours * HOUR }).state;
}

Deno.test("a window is safe, then risky, then closed", () => {
  assertEquals([0, 10.9, 11, 23.9, 24].map((hours) => stateAt(hours)), [
    ...["safe", "safe", "risky", "risky", "closed"] as const,
  ]);
  const never = viewWindow(null, { learned: NOTHING_LEARNED, limits: LIMITS, nowMs: 0 });
  assertEquals(never, { state: "never", safeUntilMs: null, untilMs: null });
});

Deno.test("an age at which a send was queued is safe from then on, and not an hour more", () => {
  assertEquals(safeHours(learn(["queued", 15])), 15);
  assertEquals(stateAt(15.1, learn(["queued", 15])), "risky");
});

Deno.test("an age at which a send was refused is risky from then on, however young", () => {
  assertEquals(safeHours(learn(["refused", 2])), 2);
  assertEquals(safeHours(learn(["refused", 15])), 11, "a refusal makes nothing safe");
  assertEquals(safeHours(learn(["refused", 5], ["refused", 8])), 5);
  assertEquals(safeHours(learn(["queued", 15], ["refused", 13])), 13);
});

Deno.test("a later success at a greater age overrules a refusal, at a smaller one it does not", () => {
  assertEquals(safeHours(learn(["refused", 2], ["queued", 3])), 11);
  assertEquals(safeHours(learn(["refused", 2], ["queued", 1])), 2);
  assertEquals(safeHours(learn(["refused", 2], ["taken", 3])), 11, "an account without ids, too");
  assertEquals(safeHours(learn(["taken", 15])), 11, "nobody knows whether it was shown");
});

Deno.test("a success never opens a window beyond its end", () => {
  assertEquals(safeHours(learn(["queued", 30])), 24);
});

Deno.test("answers that follow within seconds, and refusals then, teach nothing", () => {
  assert(learnWindow(NOTHING_LEARNED, "queued", 5_000) === NOTHING_LEARNED);
  assert(learnWindow(NOTHING_LEARNED, "refused", 5_000) === NOTHING_LEARNED);
  const known = learn(["queued", 3]);
  assert(learnWindow(known, "queued", 3 * HOUR + 10) === known);
});
