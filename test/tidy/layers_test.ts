import { assertEquals } from "@std/assert";
import { findLayerBreaches, importsOf } from "./layers.ts";
import { readTree, type SourceFile, typescriptIn } from "./tree.ts";
import configuration from "../../deno.json" with { type: "json" };

const MAP = configuration.imports;

function breachesOf(path: string, text: string): string[] {
  return findLayerBreaches([{ path, text }], MAP);
}

Deno.test("every import of the product is one that its layer may make", () => {
  const tree = readTree();
  const files: SourceFile[] = typescriptIn(tree, ["src", "plugins"])
    .concat(tree.filter(({ path }) => path === "main.ts"));
  assertEquals(findLayerBreaches(files, MAP), []);
});

Deno.test("an import against the direction of the layers is named with its file", () => {
  const text = `import type { Store } from "../store/store.ts";\n`;
  assertEquals(breachesOf("src/core/ids.ts", text), [
    "core must not import store: src/core/ids.ts imports ../store/store.ts",
  ]);
  assertEquals(breachesOf("src/router/router.ts", text), []);
});

Deno.test("stations do not import each other, not even for a type or later", () => {
  const text = `export const x = await import("../downstream/app.ts");\n`;
  assertEquals(breachesOf("src/upstream/poller.ts", text).length, 1);
  assertEquals(breachesOf("src/hub.ts", text.replace("../", "./")), []);
});

Deno.test("a plugin imports the contract and its own neighbours alone", () => {
  assertEquals(breachesOf("plugins/a.ts", `import type { Plugin } from "ilink-hub/plugin";\n`), []);
  assertEquals(breachesOf("plugins/a.ts", `import { zh } from "./words.ts";\n`), []);
  assertEquals(
    breachesOf("plugins/a.ts", `import { seal } from "../src/lib/seal.ts";\n`).length,
    1,
  );
  assertEquals(breachesOf("plugins/a.ts", `import { z } from "zod";\n`).length, 1);
});

Deno.test("the plugin contract imports nothing at all", () => {
  assertEquals(
    breachesOf("src/plugin/api.ts", `import type { A } from "../lib/a.ts";\n`).length,
    1,
  );
  assertEquals(breachesOf("src/plugin/api.ts", `import { z } from "zod";\n`).length, 1);
});

Deno.test("SQL and the packages of the tests stay out of the other layers", () => {
  const sqlite = `import { DatabaseSync } from "node:sqlite";\n`;
  assertEquals(breachesOf("src/store/sqlite/open.ts", sqlite), []);
  assertEquals(breachesOf("src/router/router.ts", sqlite).length, 1);
  assertEquals(breachesOf("src/wire/send.ts", `import fc from "fast-check";\n`).length, 1);
});

Deno.test("imports are found over several lines, for their effect alone, and not in comments", () => {
  const text = [
    `import {`,
    `  a,`,
    `} from "./a.ts";`,
    `import "./b.ts";`,
    `export { c } from "./c.ts";`,
    ` * import d from "./d.ts";`,
    `export const e = "./e.ts";`,
    `export const f = 1; // from "./f.ts"`,
  ].join("\n");
  assertEquals(importsOf(text), ["./a.ts", "./b.ts", "./c.ts"]);
});
