import { assertEquals } from "@std/assert";
import { type Bell, createBell } from "../../../src/lib/bell.ts";
import { createFakeClock, settle } from "../../fake/fake_clock.ts";

const never = new AbortController().signal;

/** Waits once and says, at any time, whether the wait is over. */
function watch(bell: Bell, signal = never): { readonly isOver: () => boolean } {
  let isOver = false;
  bell.wait(signal).then(() => isOver = true);
  return { isOver: () => isOver };
}

Deno.test("a bell wakes who waits", async () => {
  const bell = createBell(createFakeClock());
  const wait = watch(bell);
  await settle();
  assertEquals(wait.isOver(), false);
  bell.ring();
  await settle();
  assertEquals(wait.isOver(), true);
});

Deno.test("rings that nobody waits for are remembered as one", async () => {
  const bell = createBell(createFakeClock());
  bell.ring();
  bell.ring();
  const first = watch(bell);
  const second = watch(bell);
  await settle();
  assertEquals([first.isOver(), second.isOver()], [true, false]);
});

Deno.test("a bell set to a time rings then; an earlier time wins, a later one is ignored", async () => {
  const clock = createFakeClock();
  const bell = createBell(clock);
  const wait = watch(bell);
  bell.ringAt(clock.now() + 2_000);
  bell.ringAt(clock.now() + 1_000);
  bell.ringAt(clock.now() + 3_000);
  await clock.advance(999);
  assertEquals(wait.isOver(), false);
  await clock.advance(1);
  assertEquals(wait.isOver(), true);
});

Deno.test("a time set while nobody waits rings for the next who waits", async () => {
  const clock = createFakeClock();
  const bell = createBell(clock);
  bell.ringAt(clock.now() + 1_000);
  await clock.advance(5_000);
  const late = watch(bell);
  await settle();
  assertEquals(late.isOver(), true);
});

Deno.test("an early ring leaves the set time in force", async () => {
  const clock = createFakeClock();
  const bell = createBell(clock);
  bell.ringAt(clock.now() + 1_000);
  const early = watch(bell);
  bell.ring();
  await settle();
  assertEquals(early.isOver(), true);
  const due = watch(bell);
  await clock.advance(1_000);
  assertEquals(due.isOver(), true);
  assertEquals(clock.pending, 0);
});

Deno.test("a wall clock that jumps forward does not keep a bell silent", async () => {
  const clock = createFakeClock();
  const bell = createBell(clock);
  bell.ringAt(clock.now() + 3_600_000);
  const wait = watch(bell);
  await settle();
  clock.jump(3_600_000);
  await clock.advance(5_000);
  assertEquals(wait.isOver(), true);
});

Deno.test("a wait ends when its signal aborts, without a timer left and without using up a ring", async () => {
  const clock = createFakeClock();
  const bell = createBell(clock);
  bell.ringAt(clock.now() + 1_000);
  const stopping = new AbortController();
  const wait = watch(bell, stopping.signal);
  stopping.abort();
  await settle();
  assertEquals([wait.isOver(), clock.pending], [true, 0]);
  const due = watch(bell);
  await clock.advance(1_000);
  assertEquals(due.isOver(), true);
});

Deno.test("a wall clock that is set back lets a bell ring when as much time has passed", async () => {
  const clock = createFakeClock();
  const bell = createBell(clock);
  let rings = 0;
  bell.ringAt(clock.now() + 20_000);
  const waiting = bell.wait(new AbortController().signal).then(() => rings++);
  clock.jump(-8 * 3_600_000);
  await clock.advance(19_000);
  assertEquals(rings, 0);
  await clock.advance(1_000);
  assertEquals(rings, 1);
  await waiting;
});
