import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LIMITS } from "../../../src/core/limits.ts";
import { readReplyVerdict, readVerdict } from "../../../src/plugin/verdict.ts";

Deno.test("any value at all is read as a verdict or as junk with words, without throwing", () => {
  const kinds = fc.constantFrom("pass", "route", "reply", "drop", "edit", "stop", "pin", "x");
  const almost = fc.record({
    kind: kinds,
    to: fc.anything(),
    text: fc.anything(),
    reason: fc.anything(),
  }, { requiredKeys: ["kind"] });
  fc.assert(
    fc.property(
      fc.oneof(fc.anything({ withBigInt: true, withSparseArray: true }), almost),
      (value) => {
        for (const read of [readVerdict(value), readReplyVerdict(value)]) {
          if (read.kind === "junk") assert(read.text !== "");
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

Deno.test("a member that is there but undefined counts as not given", () => {
  assertEquals(readVerdict({ kind: "pass", text: undefined }), {
    kind: "verdict",
    verdict: { kind: "pass" },
  });
});

Deno.test("a long reason is cut, between characters", () => {
  const read = readVerdict({ kind: "drop", reason: "👍".repeat(400) });
  assert(read.kind === "verdict" && read.verdict.kind === "drop");
  const { reason } = read.verdict;
  assert(reason.length <= LIMITS.verdictReasonMax && reason.isWellFormed() && reason.endsWith("…"));
});

Deno.test("a text at the limit is a verdict, one character more is none", () => {
  const of = (length: number) =>
    readVerdict({ kind: "reply", text: "x".repeat(length), reason: "" }).kind;
  assertEquals([of(LIMITS.verdictTextMax), of(LIMITS.verdictTextMax + 1)], ["verdict", "junk"]);
});

Deno.test("a pin lasts for a time, and for no longer than WeChat's window", () => {
  const of = (forMs: unknown) => readReplyVerdict({ kind: "pin", forMs, reason: "" }).kind;
  for (const forMs of [0.5, 60_000, LIMITS.pinMsMax]) assertEquals(of(forMs), "verdict");
  for (const forMs of [0, -1, LIMITS.pinMsMax + 1, Infinity, NaN, "1", undefined]) {
    assertEquals(of(forMs), "junk", String(forMs));
  }
});
