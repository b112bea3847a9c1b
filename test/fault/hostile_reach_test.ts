/**
 * What hostile plugins reach for: the key, the environment, the network, programs, other people's messages, the hub's own
 * objects and its channel to them. Real processes on real time.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pathToFileURL } from "node:url";
import type { Json } from "../../src/plugin/api.ts";
import type { Isolation, Started } from "../../src/plugin/isolate.ts";
import { FACTS, REPLY } from "../fake/plugin_questions.ts";
import { gone, stepsOf, withHostile, withIsolation, wordsOf } from "../fake/hostile_world.ts";

const SECRET = "the-key-of-this-hub";

interface Place {
  /** Holds the secret file beside a folder for plugins. */
  readonly folder: string;
  readonly url: string;
  readonly port: number;
  /** Connections that a server of this test got. */
  readonly visits: () => number;
}

async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "ilink-hub-hostile-" });
  await Deno.writeTextFile(`${folder}/secret.key`, SECRET);
  await Deno.mkdir(`${folder}/plugins`);
  let visits = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    visits += 1;
    return new Response("export default 1", { headers: { "content-type": "text/javascript" } });
  });
  const { port } = server.addr;
  try {
    await use({ folder, port, url: `http://127.0.0.1:${port}/`, visits: () => visits });
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

function targets({ folder, url, port }: Place): Json {
  const secretFile = `${folder}/secret.key`;
  return { secretFile, url, port, program: Deno.execPath(), hubPid: Deno.pid };
}

Deno.test("a plugin reaches neither the key, nor the environment, the network or a program", () =>
  withPlace((place) =>
    withHostile("reaches", async (world) => {
      const { memories } = await world.decide("go");
      const came = memories["reaches"] ?? {};
      assertEquals(Object.entries(came).filter(([_, what]) => `${what}`.startsWith("open")), []);
      assert(Object.keys(came).length >= 20);
      const told = JSON.stringify([memories, world.lines]);
      assert(!told.includes(SECRET) && !told.includes(Deno.env.get("HOME") ?? SECRET), told);
      assertEquals(place.visits(), 0);
    }, { config: targets(place) })
  ));

Deno.test("a plugin gets the hosts and files that were granted, and nothing beside them", () =>
  withPlace((place) =>
    withHostile("reaches", async (world) => {
      const { memories } = await world.decide("go");
      const came = Object.entries(memories["reaches"] ?? {});
      const open = came.filter(([_, what]) => `${what}`.startsWith("open")).map(([what]) => what);
      assertEquals(open, [
        "read the key",
        "read the key with node:fs",
        "import the key",
        "connect",
        "fetch",
        "connect with node:net",
      ]);
    }, {
      config: targets(place),
      granted: { read: [`${place.folder}/secret.key`], net: [`127.0.0.1:${place.port}`] },
    })
  ));

Deno.test("what may be granted is checked by the process too", () =>
  withIsolation(async (isolation) => {
    const granted = { net: ["not a host:-1"] };
    const started = await startSource(isolation, { text: GOOD, granted });
    assertEquals(started.kind, "refused");
  }));

const GOOD = `export default {
  manifest: { id: "good", api: 1, version: "1.0.0" },
  route: () => ({ kind: "pass" }),
};`;

/** Starts a plugin with this source from a folder of its own. */
async function startSource(isolation: Isolation, { text, granted = {}, config = null }: {
  readonly text: string;
  readonly granted?: { readonly net?: readonly string[] };
  readonly config?: Json;
}): Promise<Started> {
  const root = await Deno.makeTempDir({ prefix: "ilink-hub-hostile-" });
  try {
    await Deno.writeTextFile(`${root}/plugin.ts`, text);
    return await isolation.start({ entry: `${root}/plugin.ts`, root, config, granted, onLog() {} });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("a plugin imports nothing from elsewhere: no host, no package, no file outside its folder", () =>
  withPlace((place) =>
    withIsolation(async (isolation) => {
      const outside = `${place.folder}/outside.ts`;
      await Deno.writeTextFile(outside, `export const secret = "${SECRET}";`);
      const wanted = {
        [place.url]: /import access|not allowed/,
        "https://example.com/x.ts": /import access/,
        "npm:zod@4.6.7": /can import no npm package.*deno bundle/,
        "jsr:@std/assert@1": /import access|JSR/,
        "zod": /not a dependency/,
        [pathToFileURL(outside).href]: /Requires read access/,
        "../outside.ts": /Cannot load the plugin plugin\.ts/,
      };
      for (const [specifier, words] of Object.entries(wanted)) {
        for (const form of [`import "${specifier}";`, `await import("${specifier}");`]) {
          const started = await startSource(isolation, { text: `${form}\n${GOOD}` });
          assert(started.kind === "refused", specifier);
          assertMatch(started.text, words);
          assert(!started.text.includes("--allow"), started.text);
        }
      }
      assertEquals(place.visits(), 0);
    })
  ));

Deno.test("the canary finds everything closed, and finds what is open", () =>
  withIsolation(async (isolation) => {
    assertEquals(await isolation.probe(), { kind: "closed" });
  }));

for (
  const [way, wanted] of Object.entries({
    prototype: ["pass", "route"],
    verdict: ["drop"],
    escaped: ["drop"],
    constructor: ["not_a_verdict", "route"],
    memory: ["pass", "route"],
    stringify: ["pass", "route"],
  })
) {
  Deno.test(`a plugin that poisons objects (${way}) poisons its own alone`, () =>
    withHostile("pollutes", async (world) => {
      const decided = await world.decide(way);
      assertEquals(stepsOf(decided), wanted);
      assert(!("polluted" in {}) && !("polluted" in decided.decision));
      const memory = decided.memories["pollutes"] ?? {};
      const copy: Record<string, unknown> = {};
      // As a careless copy would do it.
      for (const [name, value] of Object.entries(memory)) copy[name] = value;
      assert(!("polluted" in copy));
      assert(!("polluted" in Object.assign({}, Object(memory["deep"]))));
      if (way === "memory") assertEquals(memory, { deep: { kept: 1 } });
    }));
}

for (
  const [way, words] of Object.entries({
    "stranger": /no client named nobody/,
    "bound stranger": /no client named nobody/,
    "conversation": /no such member.*conversation/,
    "sender": /no such member.*sender/,
    "message": /no such member.*message/,
    "account": /no such member.*account/,
  })
) {
  Deno.test(`a verdict about what was not asked (${way}) is a fault`, () =>
    withHostile("lies", async (world) => {
      const decided = await world.decide(way);
      assertEquals(stepsOf(decided), ["not_a_verdict", "route"]);
      assertMatch(wordsOf(decided), words);
    }));
}

for (const way of ["guess", "ready", "command", "garbage", "half", "nested", "escape"]) {
  Deno.test(`forged frames (${way}) change nothing`, () =>
    withHostile("forges", async (world) => {
      const decided = await world.decide(way);
      assertEquals(stepsOf(decided), ["pass", "route"]);
      assertStringIncludes(wordsOf(decided), "honest");
      assertEquals(stepsOf(await world.decide("next")), ["pass", "route"]);
      assert(!/[^\P{Cc}\n\t]/u.test(world.lines.join("\n")), "steers the terminal");
      assert(!world.lines.includes("in another's name"));
    }));
}

for (const way of ["before", "half", "without an end"]) {
  Deno.test(`a process that dies before its answer is whole (${way}) is a fault`, () =>
    withHostile("dies", async (world) => {
      const decided = await world.decide(way);
      assertEquals(stepsOf(decided), ["threw", "route"]);
      assertEquals(wordsOf(decided), "its process ended: ended by SIGKILL");
      await gone(world.pids[0]);
    }, { config: "live" }));
}

Deno.test("a process that dies of a reply is a fault, and messages go on", () =>
  withHostile("dies", async ({ hostile }) => {
    const answer = await hostile.reply({ reply: REPLY, facts: FACTS, memory: {} });
    assert(answer.kind === "fault");
    assertEquals(answer.text, "its process ended: ended by SIGKILL");
  }, { config: "live" }));

for (const way of ["after", "soon after"]) {
  Deno.test(`an answer that was whole counts although its process died (${way})`, () =>
    withHostile("dies", async (world) => {
      assertEquals(stepsOf(await world.decide(way)), ["pass", "route"]);
      await gone(world.pids[0]);
    }, { config: "live" }));
}

for (const config of ["configure", "half a ready"]) {
  Deno.test(`a process that dies while it is loaded (${config}) is refused`, () =>
    withIsolation(async (isolation, pids) => {
      const text = await Deno.readTextFile(new URL("../fixture/hostile/dies.ts", import.meta.url));
      const started = await startSource(isolation, { text, config });
      assert(started.kind === "refused");
      assertStringIncludes(started.text, "its process ended: ended by SIGKILL");
      await gone(pids[0]);
    }));
}
