/** The isolation around real processes. What hostile plugins do to it is in test/fault. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Clock, systemClock } from "../../../src/lib/clock.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { systemRandom } from "../../../src/lib/random.ts";
import type { Json } from "../../../src/plugin/api.ts";
import type { Isolate, Isolation, Started } from "../../../src/plugin/isolate.ts";
import { EXIT, type Opening } from "../../../src/plugin/isolate_main.ts";
import program from "../../../src/plugin/isolate_main.ts" with { type: "text" };
import { createIsolation } from "../../../src/plugin/isolation.ts";
import { PLUGIN_HOST_COMMAND, spawnPluginProcess } from "../../../src/plugin/spawn.ts";
import { createFakeClock, settle } from "../../fake/fake_clock.ts";
import { gone, isAlive } from "../../fake/hostile_world.ts";
import { FACTS, MESSAGE, REPLY } from "../../fake/plugin_questions.ts";

interface World {
  readonly isolation: Isolation;
  readonly folder: string;
  readonly pids: readonly number[];
  readonly lines: string[];
  start(source: string, config?: Json): Promise<Started>;
  /** As `start`, for a plugin with this `route`. */
  run(route: string): Promise<Isolate>;
}

async function withWorld(
  use: (world: World) => Promise<void>,
  { clock = systemClock, spawn = spawnPluginProcess }: {
    readonly clock?: Clock;
    readonly spawn?: () => Deno.ChildProcess;
  } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "ilink-hub-isolation-" });
  const pids: number[] = [];
  const lines: string[] = [];
  const isolation = createIsolation({
    ...{ clock, random: systemRandom, log: silentLog },
    spawn() {
      const child = spawn();
      pids.push(child.pid);
      return child;
    },
  });

  async function start(source: string, config: Json = null): Promise<Started> {
    const entry = `${folder}/plugin-${crypto.randomUUID()}.ts`;
    await Deno.writeTextFile(entry, source);
    const onLog = (line: string) => void lines.push(line);
    return await isolation.start({ entry, root: folder, config, granted: {}, onLog });
  }

  async function run(route: string): Promise<Isolate> {
    const started = await start(`export default { ${MANIFEST}, ${route} };`);
    assert(started.kind === "started", JSON.stringify(started));
    return started.isolate;
  }

  try {
    await use({ isolation, folder, pids, lines, start, run });
  } finally {
    await isolation.close();
    await Deno.remove(folder, { recursive: true });
  }
  assertEquals(pids.filter(isAlive), []);
}

const MANIFEST = `manifest: { id: "p", api: 1, version: "1.0.0" }`;
const CALL = { message: MESSAGE, facts: FACTS, memory: {} };

for (
  const [what, [source, words]] of Object.entries(
    {
      "has no default export": ["export const x = 1;", /it has no default export/],
      "exports a number": ["export default 7;", /its default export is 7, want an object/],
      "has no hook": [`export default { ${MANIFEST} };`, /neither route\(\) nor reply\(\)/],
      "has a bad manifest": [
        `export default { manifest: { id: "A B", api: 1, version: "1" }, route() {} };`,
        /manifest\.id is "A B", want 1 to 40 lower-case letters/,
      ],
      "has a bad hook": [
        `export default { ${MANIFEST}, route: 7 };`,
        /route is 7, want a function/,
      ],
      "does not parse": ["export default {\n  manifest: {{\n};", /plugin-.*:2:\d+/],
      "throws at its top level": [
        "\nthrow new Error('no luck');",
        /no luck \(plugin-.*\.ts:2:\d+\)/,
      ],
      "refuses its configuration": [
        `export default { ${MANIFEST}, route() {}, configure(raw) {
  throw new Error("want a list, got " + raw);
} };`,
        /it refuses its configuration: want a list, got null \(plugin-.*\.ts:2:\d+\)/,
      ],
    } as const,
  )
) {
  Deno.test(`a plugin that ${what} is refused with words for its author`, () =>
    withWorld(async ({ start, pids }) => {
      const started = await start(source);
      assert(started.kind === "refused");
      assertMatch(started.text, /^Cannot load the plugin plugin-/);
      assertMatch(started.text, words);
      for (const pid of pids) await gone(pid);
    }));
}

Deno.test("a plugin whose top level does not end is refused after a while", () => {
  const clock = createFakeClock();
  return withWorld(async ({ start }) => {
    const starting = start("await new Promise(() => {});");
    while (clock.pending === 0) await settle();
    await clock.advance(10_000);
    const started = await starting;
    assert(started.kind === "refused");
    assertStringIncludes(started.text, "its top level was not done after 10000 ms");
  }, { clock });
});

Deno.test("what a plugin prints comes to its log, in words", () =>
  withWorld(async ({ run, lines }) => {
    const isolate = await run(`route() {
      console.log("a", 1, { b: [2] }, new Error("e").message);
      console.error("two\\nlines");
      console.assert(1 > 2, "sums");
      console.time("not shown");
      throw new TypeError("broken");
    }`);
    const answer = await isolate.route(CALL);
    assert(answer.kind === "fault");
    assertEquals([answer.fault, answer.text], ["threw", "broken"]);
    const [first, second, third, fourth, ...trace] = lines;
    assertEquals([first, second, third, fourth], [
      "a 1 { b: [ 2 ] } e",
      "two",
      "lines",
      "Assertion failed sums",
    ]);
    assertMatch(trace.join("\n"), /^broken\n {4}at plugin-.*\.ts:\d+:\d+/);
  }));

Deno.test("a blank process stands ready while there is a plugin, and the next one takes it", () =>
  withWorld(async ({ run, pids }) => {
    assertEquals(pids.length, 0);
    const first = await run("route() {}");
    assertEquals(pids.length, 2);
    const second = await run("route() {}");
    assertEquals(pids.length, 3);
    await first.stop();
    await gone(pids[0]);
    assert(isAlive(pids[1] ?? 0) && isAlive(pids[2] ?? 0));
    await second.stop();
    for (const pid of pids) await gone(pid);
  }));

Deno.test("stop() lets the call in flight end", () =>
  withWorld(async ({ run }) => {
    const isolate = await run(`async route() {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { kind: "drop", reason: "done" };
    }`);
    const asking = isolate.route(CALL);
    await isolate.stop();
    assertEquals((await asking).kind, "verdict");
    const late = await isolate.route(CALL);
    assert(late.kind === "fault");
    assertEquals(late.fault, "unavailable");
  }));

Deno.test("close() waits for no plugin: neither for one being asked nor for one being loaded", () =>
  withWorld(async ({ run, start, isolation }) => {
    const isolate = await run("route: () => new Promise(() => {})");
    const asking = isolate.route(CALL);
    const starting = start("await new Promise(() => {});");
    const startedMs = performance.now();
    await isolation.close();
    const answer = await asking;
    assert(answer.kind === "fault");
    assertEquals(answer.fault, "unavailable");
    assertEquals((await starting).kind, "refused");
    assert(performance.now() - startedMs < 2_000);
  }));

Deno.test("a reply hook cannot change its memory", () =>
  withWorld(async ({ run }) => {
    const isolate = await run(`reply(reply, { memory }) {
      memory.changed = true;
      return { kind: "pass" };
    }`);
    const answer = await isolate.reply({ reply: REPLY, facts: FACTS, memory: { kept: 1 } });
    assert(answer.kind === "fault");
    assertEquals(answer.fault, "threw");
  }));

Deno.test("the signal is raised at the deadline, and what it brings about is not heard", () =>
  withWorld(async ({ run, lines }) => {
    const isolate = await run(`route(message, { signal }) {
      return new Promise((_, reject) => signal.addEventListener("abort", () => {
        console.log("aborted");
        reject(new Error("not heard"));
      }));
    }`);
    const answer = await isolate.route(CALL);
    assert(answer.kind === "fault");
    assertEquals(answer.fault, "too_late");
    assert(!lines.includes("not heard"));
  }));

Deno.test("the hidden command makes the same process as the runtime with the program's text", () => {
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  return withWorld(async ({ run, isolation }) => {
    assertEquals(await isolation.probe(), { kind: "closed" });
    const isolate = await run(`route: () => ({ kind: "drop", reason: "here" })`);
    assertEquals((await isolate.route(CALL)).kind, "verdict");
  }, {
    spawn: () =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", "--no-prompt", "--frozen", main, PLUGIN_HOST_COMMAND],
        ...{ stdin: "piped", stdout: "piped", stderr: "null" },
      }).spawn(),
  });
});

/** Runs the text of isolate_main.ts with all rights and with these changes. */
function spawnChanged(changes: Readonly<Record<string, string>>): Deno.ChildProcess {
  let changed = program;
  for (const [what, into] of Object.entries(changes)) {
    assert(changed.includes(what), `${what} is not there to be changed`);
    changed = changed.replace(what, into);
  }
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-config", "--no-lock", "--unstable-worker-options"]
      .concat(`data:application/typescript,${encodeURIComponent(changed)}`),
    ...{ stdin: "piped", stdout: "piped", stderr: "null" },
  }).spawn();
}

for (
  const [kind, words] of Object.entries({
    ...{ read: "read a file", net: "connect", env: "read the environment" },
    ...{ run: "run a program", sys: "ask the system", write: "write a file" },
  })
) {
  Deno.test(`the canary tells when a plugin could ${words}`, () =>
    withWorld(async ({ isolation }) => {
      const probed = await isolation.probe();
      assert(probed.kind === "open");
      assertStringIncludes(probed.text, `one could ${words}`);
    }, {
      spawn: () =>
        spawnChanged({
          "deno: { permissions } }": `deno: { permissions: { ...permissions, ${kind}: true } } }`,
          "for (const name of NEVER_NEEDED) Deno.permissions.revokeSync({ name });": "",
        }),
    }));
}

Deno.test("a canary that cannot be asked counts as open", () =>
  withWorld(async ({ isolation }) => {
    const probed = await isolation.probe();
    assert(probed.kind === "open");
    assertStringIncludes(probed.text, "Cannot tell whether plugins are kept apart");
  }, { spawn: () => spawnChanged({ "await hostPlugin()": "Deno.exit(3)" }) }));

for (
  const [what, [worker, code]] of Object.entries(
    {
      "works on while nobody asks ends": [
        "setInterval(() => { for (let at = 0; at < 1e8; at++); });",
        EXIT.worksUnasked,
      ],
      "is at rest stays until its hub goes": ["", EXIT.hubGone],
    } as const,
  )
) {
  Deno.test(`a process that ${what}`, async () => {
    const child = spawnPluginProcess();
    const writer = child.stdin.getWriter();
    const opening: Opening = {
      ...{ id: "a", program: worker, read: [], net: [], residentBytesMax: 1e9, checkMs: 50 },
      ...{ quietMs: 1, quietCheckMs: 100 },
    };
    await writer.write(new TextEncoder().encode(`${JSON.stringify(opening)}\n`));
    if (code === EXIT.hubGone) {
      // Long enough for the other one to be found out several times.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      assert(isAlive(child.pid));
      await writer.close();
    }
    await child.stdout.cancel();
    assertEquals((await child.status).code, code);
    await writer.abort().catch(() => {});
  });
}
