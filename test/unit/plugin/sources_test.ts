import { assert, assertEquals } from "@std/assert";
import { readSource } from "../../../src/plugin/sources.ts";

async function hashOf(
  folder: string,
): Promise<{ readonly hash: string; readonly files: string[] }> {
  const read = await readSource(folder, "night/plugin.ts", { closed: [] });
  assert(read.kind === "source");
  const { hash, parts } = read.source;
  return { hash, files: parts.map(({ path }) => path) };
}

Deno.test("what an author keeps beside a plugin makes no new version; what the plugin may read does", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "ilink-hub-sources-" });
  try {
    Deno.mkdirSync(`${folder}/night/data`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/night/plugin.ts`, `import a from "./words.ts";`);
    Deno.writeTextFileSync(`${folder}/night/words.ts`, "export default 1;");
    Deno.writeTextFileSync(`${folder}/night/data/cities.json`, "[]");
    const before = await hashOf(folder);
    assertEquals(before.files, [
      "night/data/cities.json",
      "night/plugin.ts",
      "night/words.ts",
    ]);
    for (
      const name of [
        ...["plugin.fixture.json", "real.fixture.json", "plugin_test.ts", "words.test.ts"],
        ...["ilink_hub_plugin.d.ts", "deno.json", "deno.lock", "README.md"],
      ]
    ) {
      Deno.writeTextFileSync(`${folder}/night/${name}`, "{}");
      assertEquals(await hashOf(folder), before, name);
    }
    Deno.writeTextFileSync(`${folder}/night/data/cities.json`, "[1]");
    assert((await hashOf(folder)).hash !== before.hash);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
