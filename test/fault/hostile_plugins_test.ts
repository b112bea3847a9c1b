/**
 * What hostile plugins do to the hub: nothing. Each test lets one misbehave in the path of a message; the message is routed
 * by the next plugin with the fault in its trace, the plugin itself is asked again afterwards, and no process is left. Real
 * processes on real time.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { FACTS, REPLY } from "../fake/plugin_questions.ts";
import { gone, isAlive, stepsOf, told, withHostile, wordsOf } from "../fake/hostile_world.ts";

for (const way of ["loop", "stubborn", "microtasks", "timers", "regex", "atomics", "never"]) {
  Deno.test(`a plugin that hangs (${way}) is ended at its deadline, with its process`, () =>
    withHostile("hangs", async (world) => {
      const startedMs = performance.now();
      const decided = await world.decide(way);
      const tookMs = performance.now() - startedMs;
      assertEquals(stepsOf(decided), ["too_late", "route"]);
      assertEquals(wordsOf(decided), "no answer within 200 ms");
      assert(tookMs < 1_000, `it took ${tookMs} ms`);
    }));
}

for (const way of ["heap", "buffers", "text", "slowly", "workers"]) {
  Deno.test(`a plugin that takes all memory (${way}) takes its own process along alone`, () =>
    withHostile("swells", async (world) => {
      const decided = await world.decide(way);
      assertEquals(stepsOf(decided), ["threw", "route"]);
      assertMatch(wordsOf(decided), /^its process ended: (it took more than 256 MiB|ended by SIG)/);
      await gone(world.pids[0]);
    }));
}

for (
  const [way, words] of Object.entries({
    answer: /answered \d+ characters of JSON with its memory, want at most 65536|its process ended/,
    text: /answered \d+ characters of JSON with its memory, want at most 65536/,
  })
) {
  Deno.test(`an answer beyond all bounds (${way}) does not get into the hub`, () =>
    withHostile("floods", async (world) => {
      const before = Deno.memoryUsage().rss;
      const decided = await world.decide(way);
      assertMatch(wordsOf(decided), words);
      assertEquals(stepsOf(decided).at(-1), "route");
      const grownMib = (Deno.memoryUsage().rss - before) / 1024 / 1024;
      assert(grownMib < 64, `the hub grew by ${grownMib} MiB`);
    }));
}

Deno.test("a reply of 10 MiB is a fault", () =>
  withHostile("floods", async ({ hostile }) => {
    const answer = await hostile.reply({ reply: REPLY, facts: FACTS, memory: {} });
    assert(answer.kind === "fault");
    assertEquals(answer.fault, "not_a_verdict");
  }));

Deno.test("of a million lines a plugin prints the first are kept, and the rest is counted", () =>
  withHostile("floods", async (world) => {
    const decided = await world.decide("lines");
    assertEquals(stepsOf(decided), ["pass", "route"]);
    assert(world.lines.length >= 100 && world.lines.length < 300, `${world.lines.length} lines`);
    assertEquals(world.lines[0], "line 0");
    await world.decide("line");
    const [last = ""] = world.lines.slice(-1);
    assert(last.length <= 1_000);
  }));

for (const way of ["stdout", "endless", "logs"]) {
  Deno.test(`a plugin that writes to the hub without end (${way}) is ended`, () =>
    withHostile("floods", async (world) => {
      const startedMs = performance.now();
      const decided = await world.decide(way);
      assertEquals(stepsOf(decided), ["threw", "route"]);
      assertMatch(wordsOf(decided), /it wrote (more than it may|a line that is too long)/);
      assert(performance.now() - startedMs < 2_000);
      assert(world.lines.length < 300, `${world.lines.length} lines`);
    }));
}

Deno.test("a plugin that speaks to its process's main thread ends it", () =>
  withHostile("floods", async (world) => {
    assertEquals(stepsOf(await world.decide("messages")), ["threw", "route"]);
  }));

for (const way of ["exit", "process.exit", "close"]) {
  Deno.test(`a plugin that ends its thread (${way}) is a fault at once`, () =>
    withHostile("leaves", async (world) => {
      const decided = await world.decide(way);
      assertEquals(stepsOf(decided), ["threw", "route"]);
      assertEquals(wordsOf(decided), "its process ended: it ended itself");
    }));
}

for (
  const [way, words] of Object.entries({
    SIGKILL: "its process ended: ended by SIGKILL",
    SIGSTOP: "no answer within 500 ms",
    closed: "no answer within 500 ms",
  })
) {
  Deno.test(`a plugin that does ${way} to its process is a fault`, () =>
    withHostile("leaves", async (world) => {
      const decided = await world.decide(way);
      assertEquals(wordsOf(decided), words);
      assertEquals(stepsOf(decided).at(-1), "route");
      await gone(world.pids[0]);
    }));
}

Deno.test("a plugin that closes the channel from the hub cannot be asked, and is replaced", () =>
  withHostile("leaves", async (world) => {
    assertEquals(stepsOf(await world.decide("deaf")).at(-1), "route");
  }));

for (const way of ["rejection", "error"]) {
  Deno.test(`what a plugin does not catch (${way}) is told in its log and costs nothing else`, () =>
    withHostile("lingers", async (world) => {
      assertEquals(stepsOf(await world.decide(way)), ["pass", "route"]);
      assertEquals(stepsOf(await world.decide("next")), ["pass", "route"]);
      await told(world.lines, /uncaught.*(nobody catches this|thrown later)/);
      await told(world.lines, /at lingers\.ts:\d+/);
      assert(isAlive(world.pids[0] ?? 0));
    }));
}

Deno.test("a stack that overflows is a fault like any other error", () =>
  withHostile("lingers", async (world) => {
    assertEquals(stepsOf(await world.decide("overflow")), ["threw", "route"]);
  }));

Deno.test("an answer after the deadline counts for nothing, and neither does a second one", () =>
  withHostile("lingers", async (world) => {
    assertEquals(stepsOf(await world.decide("late")), ["too_late", "route"]);
    assertEquals(stepsOf(await world.decide("next")), ["pass", "route"]);
    assertEquals(stepsOf(await world.decide("twice")), ["pass", "route"]);
    assertEquals(stepsOf(await world.decide("next")), ["pass", "route"]);
  }));

Deno.test("a process that an earlier call killed costs the next message nothing but time", () =>
  withHostile("lingers", async (world) => {
    assertEquals(stepsOf(await world.decide("death")), ["pass", "route"]);
    assertEquals(stepsOf(await world.decide("next")), ["pass", "route"]);
  }));

Deno.test("a loop that an earlier call left behind is ended with the next call that meets it", () =>
  withHostile("lingers", async (world) => {
    assertEquals(stepsOf(await world.decide("loop")), ["pass", "route"]);
    const [pid = 0] = world.pids;
    // It begins a moment after the answer, and may let the next call pass before.
    for (let asked = 0; asked < 20 && isAlive(pid); asked++) await world.decide("next");
    await gone(pid);
  }));

Deno.test("of messages asked at the same time only the hostile one is a fault", () =>
  withHostile("hangs", async (world) => {
    const texts = ["a", "b", "loop", "c", "d"];
    const decided = await Promise.all(texts.map((text) => world.decide(text)));
    assertEquals(decided.map(stepsOf), [
      ["pass", "route"],
      ["pass", "route"],
      ["too_late", "route"],
      ["pass", "route"],
      ["pass", "route"],
    ]);
  }));

Deno.test("a message that waits too long by itself leaves those asked with it where they are", () =>
  withHostile("hangs", async (world) => {
    const startedMs = performance.now();
    const decided = await Promise.all(["never", "never", "x"].map((text) => world.decide(text)));
    assertEquals(decided.map((one) => stepsOf(one)[0]), ["too_late", "too_late", "pass"]);
    assert(performance.now() - startedMs < 700);
  }));

Deno.test("a plugin that dies of every message holds no message longer than three deadlines", () =>
  withHostile("hangs", async (world) => {
    const startedMs = performance.now();
    const texts = Array.from({ length: 12 }, () => "loop");
    const decided = await Promise.all(texts.map((text) => world.decide(text)));
    for (const one of decided) assertEquals(stepsOf(one).at(-1), "route");
    assert(performance.now() - startedMs < 1_500);
  }));
