/** The fixtures in the documents are as good as the code around them, which the examples stage checks. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { readFixture } from "../../../src/cli/plugin_fixture.ts";
import { withPluginRuns } from "./plugin_run.ts";

function blocksOf(document: string, language: string): string[] {
  const text = Deno.readTextFileSync(new URL(`../../../docs/${document}`, import.meta.url));
  const pattern = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm");
  return [...text.matchAll(pattern)].map(([_, block = ""]) => block);
}

Deno.test("the fixture that the documents explain is one that can be read", async () => {
  await withPluginRuns((runs) => {
    for (const document of ["PLUGINS.md", "PLUGINS.zh-CN.md"]) {
      const [fixture] = blocksOf(document, "jsonc").filter((block) => block.includes(`"cases"`));
      assert(fixture !== undefined, document);
      runs.write("a.fixture.json", fixture);
      const { cases } = readFixture(`${runs.folder}/a.fixture.json`, {
        version: "1.0.0",
        lang: "en",
      });
      assertEquals(cases.length, 1);
    }
    return Promise.resolve();
  });
});

Deno.test("the whole example for language models passes its own test and check", async () => {
  await withPluginRuns(async ({ run, write }) => {
    const plugin = blocksOf("PLUGINS_FOR_LLMS.md", "ts").at(-1);
    const [fixture] = blocksOf("PLUGINS_FOR_LLMS.md", "json");
    assert(plugin !== undefined && fixture !== undefined);
    write("plugins/night.ts", plugin);
    write("plugins/night.fixture.json", fixture);
    const { code, out } = await run(["plugin", "test"]);
    assertEquals(code, 0, out);
    assertMatch(out, /^2 passed, 0 failed$/m);
  });
});
