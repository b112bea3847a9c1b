/** Who is asked again when a process fails, and who is to blame: with processes that do what the test says. */
import { assert, assertEquals } from "@std/assert";
import { createBackoff } from "../../../src/lib/backoff.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import type { AnswerFrame } from "../../../src/plugin/frames.ts";
import type { IsolateChild } from "../../../src/plugin/isolate_child.ts";
import { createIsolatedCalls, type Ending } from "../../../src/plugin/isolated_calls.ts";
import { createFakeClock, settle } from "../../fake/fake_clock.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { FACTS, MESSAGE } from "../../fake/plugin_questions.ts";

const DEADLINE_MS = 100;

/** A process that holds what it is asked until the test lets it answer or die. */
interface FakeChild extends IsolateChild {
  readonly asked: readonly string[];
  readonly isKilled: boolean;
  isBlocked: boolean;
  answer(text: string): void;
  die(why: string): void;
}

function createFakeChild(pid: number, isBlocked = false): FakeChild {
  const open = new Map<string, (answer: AnswerFrame) => void>();
  const asked: string[] = [];
  const ended = Promise.withResolvers<string>();
  let isKilled = false;
  const child = {
    ...{ pid, asked, isBlocked, ended: ended.promise },
    get isKilled() {
      return isKilled;
    },
    ask(question: Parameters<IsolateChild["ask"]>[0], how: Parameters<IsolateChild["ask"]>[1]) {
      assert(question.hook === "route");
      const { text } = question.subject;
      asked.push(text);
      open.set(text, how.onAnswer);
      return () => void open.delete(text);
    },
    ping: () => Promise.resolve(child.isBlocked ? "blocked" as const : "free" as const),
    kill() {
      isKilled = true;
      ended.resolve("ended by SIGKILL");
    },
    answer(text: string) {
      const onAnswer = open.get(text);
      open.delete(text);
      onAnswer?.({
        ...{ kind: "answer", id: "", fault: null, text: "", memory: {} },
        verdict: { kind: "drop", reason: text },
      });
    },
    die: (why: string) => ended.resolve(why),
  };
  return child;
}

function createWorld(
  how: {
    readonly failsToStart?: () => boolean;
    readonly isBlocked?: true;
    /** The clock's timers come so much too late. */
    readonly heldUpMs?: number;
  } = {},
) {
  const clock = createFakeClock();
  const children: FakeChild[] = [createFakeChild(1, how.isBlocked)];
  const newest = () => {
    const child = children.at(-1);
    assert(child !== undefined);
    return child;
  };
  const replaced: string[] = [];
  const calls = createIsolatedCalls(newest(), {
    clock: how.heldUpMs === undefined ? clock : heldUp(clock, how.heldUpMs),
    deadlineMs: DEADLINE_MS,
    backoff: createBackoff({ firstMs: 1_000, maxMs: 8_000, random: createFakeRandom() }),
    restart() {
      if (how.failsToStart?.()) return Promise.resolve({ kind: "failed", text: "no such file" });
      const child = createFakeChild(children.length + 1, how.isBlocked);
      children.push(child);
      return Promise.resolve({ kind: "started", child });
    },
    onReplaced: (text) => replaced.push(text),
  });
  const ended = new Map<string, string>();

  async function ask(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      const asking = calls.ask({
        ...{ hook: "route", facts: FACTS, memory: {} },
        subject: { ...MESSAGE, text },
      });
      asking.then((ending) => ended.set(text, wordOf(ending)));
    }
    await settle();
  }

  return { clock, calls, children, newest, replaced, ask, ended };
}

/** Whenever a timer comes, the clock has gone on by so much more. */
function heldUp(clock: Clock, lateMs: number): Clock {
  let skippedMs = 0;
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic() + skippedMs,
    after: (delayMs, action) =>
      clock.after(delayMs, () => {
        skippedMs += lateMs;
        action();
      }),
  };
}

function wordOf(ending: Ending): string {
  return ending.kind === "answer" ? "answered" : ending.fault;
}

Deno.test("all questions are in flight at once, and answers come as they come", async () => {
  const { ask, newest, ended } = createWorld();
  await ask("a", "b", "c");
  assertEquals(newest().asked, ["a", "b", "c"]);
  newest().answer("c");
  newest().answer("a");
  await settle();
  assertEquals([...ended], [["c", "answered"], ["a", "answered"]]);
});

Deno.test("who is late alone is at fault at once, and its process is replaced", async () => {
  const { ask, clock, children, ended, replaced } = createWorld();
  await ask("slow");
  await clock.advance(DEADLINE_MS - 1);
  assertEquals(ended.size, 0);
  await clock.advance(1);
  assertEquals([...ended], [["slow", "too_late"]]);
  assertEquals(children.map(({ isKilled }) => isKilled), [true, false]);
  assertEquals(replaced, ["no answer within 100 ms"]);
});

Deno.test("a hub that stood still reads what came meanwhile before it says that anyone is late", async () => {
  const { ask, clock, newest, ended, calls } = createWorld({ heldUpMs: 500 });
  await ask("a", "b");
  await clock.advance(DEADLINE_MS);
  newest().answer("a");
  await settle();
  assertEquals([...ended], [["a", "answered"]]);
  await clock.advance(DEADLINE_MS);
  assertEquals(ended.get("b"), "too_late");
  await calls.end();
});

Deno.test("of those who wait in a blocked process each is asked alone, the oldest last", async () => {
  const { ask, clock, newest, children, ended } = createWorld({ isBlocked: true });
  await ask("culprit");
  await clock.advance(50);
  await ask("b", "c");
  await clock.advance(50);
  assertEquals(children.length, 2);
  assertEquals(newest().asked, ["b"]);
  await ask("d");
  newest().answer("b");
  newest().answer("c");
  assertEquals(newest().asked, ["b", "c", "culprit"]);
  await clock.advance(DEADLINE_MS);
  assertEquals([...ended], [["b", "answered"], ["c", "answered"], ["culprit", "too_late"]]);
  assertEquals(newest().asked, ["d"]);
  newest().answer("d");
  await settle();
  assertEquals(ended.get("d"), "answered");
});

Deno.test("who is late in a process that is free to answer is at fault alone; the others stay", async () => {
  const { ask, clock, newest, children, ended } = createWorld();
  await ask("slow");
  await clock.advance(50);
  await ask("b");
  await clock.advance(50);
  assertEquals([...ended], [["slow", "too_late"]]);
  const [first] = children;
  assert(first !== undefined && !first.isKilled);
  await ask("c");
  assertEquals(newest().asked, ["c"]);
  first.answer("b");
  await settle();
  assertEquals(ended.get("b"), "answered");
  assert(first.isKilled);
});

Deno.test("who was asked first in a process and alone is to blame for its death", async () => {
  const { ask, newest, ended } = createWorld();
  await ask("bad");
  newest().die("exit code 1");
  await settle();
  assertEquals([...ended], [["bad", "threw"]]);
});

Deno.test("a death that an earlier question may have caused costs the later one nothing", async () => {
  const { ask, newest, children, ended } = createWorld();
  await ask("earlier");
  newest().answer("earlier");
  await ask("later");
  newest().die("exit code 1");
  await settle();
  assertEquals(children.length, 2);
  newest().answer("later");
  await settle();
  assertEquals(ended.get("later"), "answered");
});

Deno.test("a process that dies unasked is replaced before the next question", async () => {
  const { ask, newest, children, ended } = createWorld();
  newest().die("it took more than 256 MiB of memory");
  await settle();
  assertEquals(children.length, 2);
  await ask("a");
  newest().answer("a");
  await settle();
  assertEquals([...ended], [["a", "answered"]]);
});

Deno.test("a plugin that dies again and again is started ever more slowly, and nobody waits in vain", async () => {
  const { ask, clock, newest, children, ended } = createWorld();
  for (let death = 0; death < 10; death++) {
    newest().die("exit code 1");
    await settle();
  }
  assertEquals(children.length, 4);
  await ask("a");
  assertEquals([...ended], [["a", "unavailable"]]);
  await clock.advance(1_000);
  assertEquals(children.length, 5);
  newest().die("exit code 1");
  await clock.advance(999);
  assertEquals(children.length, 5);
  await clock.advance(1_001);
  await ask("b");
  newest().answer("b");
  for (let death = 0; death < 3; death++) {
    newest().die("exit code 1");
    await settle();
  }
  assertEquals(children.length, 9);
});

Deno.test("a plugin that does not load again is tried again later", async () => {
  let isBroken = true;
  const { ask, clock, newest, children, ended } = createWorld({ failsToStart: () => isBroken });
  newest().die("exit code 1");
  await settle();
  await ask("a");
  assertEquals(ended.get("a"), "unavailable");
  isBroken = false;
  await clock.advance(8_000);
  assertEquals(children.length, 2);
});

Deno.test("nobody waits longer than three deadlines, whoever is to blame", async () => {
  const { ask, clock, ended } = createWorld({ isBlocked: true });
  const texts = ["a", "b", "c", "d", "e", "f"];
  await ask(...texts);
  await clock.advance(3 * DEADLINE_MS - 1);
  assertEquals([...ended.keys()], ["b"]);
  await clock.advance(1);
  assertEquals([...ended.keys()].sort(), texts);
});

Deno.test("stop() lets those in flight end, refuses later ones, and ends the process", async () => {
  const { ask, calls, newest, ended, clock } = createWorld();
  await ask("a");
  let isStopped = false;
  const stopping = calls.stop().then(() => isStopped = true);
  await ask("b");
  assertEquals([...ended], [["b", "unavailable"]]);
  assert(!isStopped && !newest().isKilled);
  newest().answer("a");
  await stopping;
  assertEquals(ended.get("a"), "answered");
  assert(newest().isKilled);
  assertEquals(clock.pending, 0);
});

Deno.test("stop() lets those end that are asked again in another process", async () => {
  const { ask, calls, newest, children, ended } = createWorld();
  await ask("a", "b");
  const stopping = calls.stop();
  newest().die("exit code 1");
  await settle();
  for (const text of ["b", "a"]) newest().answer(text);
  await stopping;
  assertEquals([...ended], [["b", "answered"], ["a", "answered"]]);
  assertEquals(children.length, 2);
});

Deno.test("stop() waits for nobody beyond the deadline, and starts no further process", async () => {
  const { ask, calls, children, clock, ended } = createWorld();
  await ask("a");
  const stopping = calls.stop();
  await clock.advance(DEADLINE_MS);
  await stopping;
  assertEquals([...ended], [["a", "too_late"]]);
  assertEquals(children.length, 1);
});

Deno.test("end() refuses all that is open and ends the processes at once", async () => {
  const { ask, calls, newest, ended, clock } = createWorld();
  await ask("a", "b");
  await calls.end();
  await settle();
  assertEquals([...ended.values()], ["unavailable", "unavailable"]);
  assert(newest().isKilled);
  assertEquals(clock.pending, 0);
});
