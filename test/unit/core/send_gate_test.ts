import { assertEquals } from "@std/assert";
import {
  closedBy,
  gateAfter,
  type GateEvent,
  isOnTrial,
  OPEN_GATE,
  type SendGate,
} from "../../../src/core/send_gate.ts";

const LIMITS = { coolDownMs: 60_000, coolDownMaxMs: 3_600_000, suspectStreak: 3 };

/** The gate after these events at these times, in seconds. */
function after(...events: readonly (readonly [GateEvent, number])[]): SendGate {
  return events.reduce(
    (gate, [event, atS]) => gateAfter(gate, event, { limits: LIMITS, nowMs: atS * 1_000 }),
    OPEN_GATE,
  );
}

/** Until when it is closed, in seconds; 0: it is open. */
function closedUntil(gate: SendGate, atS: number): number {
  return (closedBy(gate, { ...LIMITS, nowMs: atS * 1_000 })?.untilMs ?? 0) / 1_000;
}

Deno.test("the wait after a throttle doubles with each refused try, up to the longest", () => {
  let gate = OPEN_GATE;
  let nowMs = 0;
  const waits: number[] = [];
  for (let tries = 0; tries < 9; tries++) {
    gate = gateAfter(gate, "throttled", { limits: LIMITS, nowMs });
    const untilMs = gate.throttle?.untilMs ?? 0;
    waits.push((untilMs - nowMs) / 60_000);
    nowMs = untilMs;
  }
  assertEquals(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  assertEquals(gate.throttle?.sinceMs, 0);
});

Deno.test("a send that is taken after the wait ends the throttle; the next one begins anew", () => {
  const healed = after(["throttled", 0], ["throttled", 60], ["queued", 180]);
  assertEquals(healed, OPEN_GATE);
  assertEquals(closedUntil(after(["throttled", 0], ["queued", 60], ["throttled", 70]), 70), 130);
});

Deno.test("answers to calls that were in flight when it closed neither lengthen nor end the wait", () => {
  const gate = after(["throttled", 0], ["throttled", 1], ["queued", 2], ["untold", 3]);
  assertEquals(closedUntil(gate, 4), 60);
});

Deno.test("no wait outlives a clock that is set back", () => {
  const gate = after(["throttled", 8 * 3_600]);
  assertEquals([closedUntil(gate, 8 * 3_600), closedUntil(gate, 60)], [8 * 3_600 + 60, 0]);
  const tried = gateAfter(gate, "throttled", { limits: LIMITS, nowMs: 60_000 });
  assertEquals(closedUntil(tried, 60), 180);
});

Deno.test("so many sends in a row without an id close the gate, until one try an hour brings an id", () => {
  const two = after(["hidden", 10], ["hidden", 20]);
  assertEquals([closedUntil(two, 20), isOnTrial(two)], [0, false]);
  const three = gateAfter(two, "hidden", { limits: LIMITS, nowMs: 30_000 });
  assertEquals(closedBy(three, { ...LIMITS, nowMs: 30_000 }), {
    reason: "suspect",
    untilMs: 3_630_000,
  });
  assertEquals([three.suspects?.count, three.suspects?.sinceMs], [3, 10_000]);
  const tried = gateAfter(three, "hidden", { limits: LIMITS, nowMs: 3_630_000 });
  assertEquals([closedUntil(tried, 3_631), tried.suspects?.count], [7_230, 4]);
  assertEquals(gateAfter(tried, "queued", { limits: LIMITS, nowMs: 7_230_000 }), OPEN_GATE);
});

Deno.test("an id between breaks the row", () => {
  assertEquals(
    after(["hidden", 1], ["hidden", 2], ["queued", 3], ["hidden", 4]).suspects?.count,
    1,
  );
});
