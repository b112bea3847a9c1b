import { assertEquals } from "@std/assert";
import { createBackoff } from "../../../src/lib/backoff.ts";
import { type Bell, createBell } from "../../../src/lib/bell.ts";
import { startTask, type Task } from "../../../src/lib/task.ts";
import { createFakeClock, type FakeClock, settle } from "../../fake/fake_clock.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";

interface Running {
  readonly clock: FakeClock;
  readonly bell: Bell;
  readonly task: Task;
  readonly faults: string[];
}

function start(step: (signal: AbortSignal) => Promise<void>): Running {
  const clock = createFakeClock();
  const bell = createBell(clock);
  const backoff = createBackoff({ firstMs: 1_000, maxMs: 60_000, random: createFakeRandom() });
  const faults: string[] = [];
  const task = startTask({
    bell,
    clock,
    backoff,
    step,
    onFault: (error) => faults.push(String(error)),
  });
  return { clock, bell, task, faults };
}

Deno.test("a task looks once at the start, then at every ring, and stops", async () => {
  let steps = 0;
  const { bell, task } = start(() => {
    steps += 1;
    return Promise.resolve();
  });
  await settle();
  assertEquals(steps, 1);
  bell.ring();
  await settle();
  assertEquals(steps, 2);
  await task.stop();
  bell.ring();
  await settle();
  assertEquals(steps, 2);
});

Deno.test("a ring during a step is not lost", async () => {
  let steps = 0;
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { bell, task } = start(() => gates[steps++]?.promise ?? Promise.resolve());
  await settle();
  bell.ring();
  gates[0]?.resolve();
  await settle();
  assertEquals(steps, 2);
  gates[1]?.resolve();
  await task.stop();
});

Deno.test("a step that throws is reported and repeated without a ring, ever later", async () => {
  let steps = 0;
  const { clock, task, faults } = start(() => {
    steps += 1;
    return steps <= 3 ? Promise.reject(new Error(`step ${steps}`)) : Promise.resolve();
  });
  await settle();
  assertEquals([steps, faults], [1, ["Error: step 1"]]);
  await clock.advance(1_000);
  assertEquals(steps, 2);
  await clock.advance(999);
  assertEquals(steps, 2);
  await clock.advance(7_001);
  assertEquals([steps, faults.length], [4, 3]);
  await clock.advance(3_600_000);
  assertEquals(steps, 4);
  await task.stop();
  assertEquals(clock.pending, 0);
});

Deno.test("stopping waits for the step in flight, and cuts a backoff short", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = start(() => gate.promise);
  let isStopped = false;
  const stopped = slow.task.stop().then(() => isStopped = true);
  await settle();
  assertEquals(isStopped, false);
  gate.resolve();
  await stopped;

  const failing = start(() => Promise.reject(new Error("always")));
  await settle();
  await failing.task.stop();
  assertEquals([failing.clock.pending, failing.faults.length], [0, 1]);
});

Deno.test("a step that is aborted by the stop is not reported as a fault", async () => {
  const { task, faults } = start((signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    })
  );
  await settle();
  await task.stop();
  assertEquals(faults, []);
});
