/** The bench on real processes, as authors use it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { openPluginBench } from "../../../src/hub/plugin_bench.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { systemRandom } from "../../../src/lib/random.ts";
import type { Question } from "../../../src/plugin/bench.ts";
import { inboundView, pluginContext } from "../../fake/plugin_views.ts";

const EXAMPLES = new URL("../../../plugins/examples", import.meta.url).pathname;

async function withBench(
  test: (bench: ReturnType<typeof openPluginBench>, folder: string) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "ilink-hub-bench-" });
  const env = (name: string) => ({ NIGHT_KEY: "secret-of-the-night" })[name];
  const bench = openPluginBench({ clock: systemClock, random: systemRandom, env });
  try {
    await test(bench, folder);
  } finally {
    await bench.close();
    Deno.removeSync(folder, { recursive: true });
  }
}

function question(text: string): Question {
  const { config: _, memory, signal: __, ...facts } = pluginContext(null);
  return { hook: "route", message: inboundView(text), facts, memory };
}

Deno.test("one plugin after the other is loaded, asked and stopped", async () => {
  await withBench(async (bench) => {
    for (const name of ["command", "schedule", "vision", "affinity"]) {
      const loaded = await bench.load(`${EXAMPLES}/${name}.ts`, () => null);
      assert(loaded.kind === "ready", `${name}: ${loaded.kind === "refused" && loaded.text}`);
      const answer = await loaded.plugin.ask(question("/time"));
      assertEquals(answer.kind, "verdict", name);
      await loaded.plugin.stop();
    }
  });
});

Deno.test("a plugin gets the configuration of its id, and what it says of its secrets is hidden", async () => {
  await withBench(async (bench, folder) => {
    const file = `${folder}/other_name.ts`;
    // The id is not to be guessed from the text or the file's name.
    Deno.writeTextFileSync(
      file,
      `const id = "night";
      export default {
        manifest: { id, api: 1, version: "1" },
        route: (_, { config }) => ({ kind: "drop", reason: "the key is " + config?.key }),
        reply: undefined,
      };`,
    );
    const loaded = await bench.load(
      file,
      (id) => id === "night" ? { key: "$env:NIGHT_KEY" } : null,
    );
    assert(loaded.kind === "ready");
    const answer = await loaded.plugin.ask(question("hello"));
    assert(answer.kind === "verdict" && answer.verdict.kind === "drop");
    assertEquals(answer.verdict.reason, "the key is •••");
    const { facts, memory } = question("");
    const reply = { id: 1, client: "a", account: "b", sender: { key: "c", alias: "" } };
    const missing = await loaded.plugin.ask({
      ...{ hook: "reply", facts, memory },
      reply: { ...reply, text: "", parts: [] },
    });
    assertEquals(missing.kind === "fault" && missing.text, "it has no reply()");
  });
});

Deno.test("a plugin that cannot be loaded is refused with the line, and so is a secret that is not there", async () => {
  await withBench(async (bench, folder) => {
    Deno.writeTextFileSync(`${folder}/broken.ts`, "const a = 1;\nconst b = (;\n");
    const broken = await bench.load(`${folder}/broken.ts`, () => null);
    assertMatch(broken.kind === "refused" ? broken.text : "", /broken\.ts:2/);
    const gone = await bench.load(`${folder}/gone.ts`, () => null);
    assertMatch(gone.kind === "refused" ? gone.text : "", /gone\.ts/);
    const unknown = await bench.load(`${EXAMPLES}/command.ts`, () => "$env:NO_SUCH");
    assertMatch(unknown.kind === "refused" ? unknown.text : "", /"\$env:NO_SUCH" names a variable/);
  });
});
