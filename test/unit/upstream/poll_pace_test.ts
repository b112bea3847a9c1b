import { assertEquals } from "@std/assert";
import { createPollPace } from "../../../src/upstream/poll_pace.ts";

Deno.test("a poll may take the hold and a margin", () => {
  const pace = createPollPace();
  assertEquals(pace.limitMs(), 45_000);
  pace.answered(30_000);
  assertEquals(pace.limitMs(), 40_000);
  pace.answered(null);
  assertEquals(pace.limitMs(), 40_000);
});

Deno.test("a server's nonsense about the limit is bounded", () => {
  const pace = createPollPace();
  pace.answered(0);
  assertEquals(pace.limitMs(), 11_000);
  pace.answered(9e15);
  assertEquals(pace.limitMs(), 130_000);
});

Deno.test("polls become short after three cut off in a row, not after two and an answer", () => {
  const pace = createPollPace();
  pace.cutOff();
  pace.cutOff();
  pace.answered(null);
  pace.cutOff();
  pace.cutOff();
  assertEquals([pace.isShort, pace.limitMs()], [false, 45_000]);
  pace.cutOff();
  assertEquals([pace.isShort, pace.limitMs()], [true, 10_000]);
});

Deno.test("long polls are tried again after a while of short ones", () => {
  const pace = createPollPace();
  for (let count = 0; count < 3; count++) pace.cutOff();
  for (let count = 0; count < 90; count++) {
    pace.cutOff();
    pace.answered(null);
  }
  assertEquals(pace.isShort, false);
});
