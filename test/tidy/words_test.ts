import { assertEquals } from "@std/assert";
import { findBannedWords, findLeftOpen } from "./words.ts";
import { readTree, typescriptIn } from "./tree.ts";

Deno.test("no file speaks of anything but the product", () => {
  assertEquals(findBannedWords(readTree()), []);
});

Deno.test("the product's code leaves nothing open and holds no disabled code", () => {
  assertEquals(findLeftOpen(typescriptIn(readTree(), ["src", "plugins", "tools"])), []);
});

Deno.test("banned words are found, whatever their case", () => {
  const found = (text: string) => findBannedWords([{ path: "README.md", text }]).length;
  assertEquals(found(`Written in This S${"ession"}.`), 1);
  assertEquals(found(`cd /${"work"}/main`), 1);
  assertEquals(found(`see https://registry.npm${"js"}.org/x`), 1);
  assertEquals(found("A login session of WeChat, networking/work/flow and npm."), 0);
});

Deno.test("what is left open is found", () => {
  const found = (text: string) => findLeftOpen([{ path: "src/hub.ts", text }]).length;
  assertEquals(found(`// TO${"DO"}: later`), 1);
  assertEquals(found(`throw new Error("not imple${"mented"}");`), 1);
  assertEquals(found("  // const a = 1;"), 1);
  assertEquals(found("  // if a poll fails, the batch is kept."), 0);
});
