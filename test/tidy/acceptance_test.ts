import { assert, assertEquals } from "@std/assert";
import { ACCEPTANCE, findUnproved, testsByLine } from "./acceptance.ts";
import { readTree } from "./tree.ts";

Deno.test("every line of the compatibility list is proved by a test that bears its number", () => {
  assertEquals(findUnproved(readTree()), []);
});

Deno.test("a line without a test is found, and a test without a line", () => {
  const text = `Deno.test("C31: what nobody asks for", () => {});\n`;
  const found = findUnproved([{ path: "test/contract/a_test.ts", text }]);
  assertEquals(found.length, Object.keys(ACCEPTANCE).length + 1);
  assert(found.includes("there is no line C31: what nobody asks for"));
});

Deno.test("a test counts however its name is quoted and wherever it stands, but not when it is ignored", () => {
  const text = [
    `Deno.test("C1: one", () => {});`,
    "for (const end of ENDS) {",
    "  Deno.test(`C2: ${end}`, () => {});",
    "}",
    `Deno.test.ignore("C3: three", () => {});`,
  ].join("\n");
  const tests = testsByLine([{ path: "test/contract/downstream/a_test.ts", text }]);
  assertEquals([...tests], [[1, ["one"]], [2, ["${end}"]]]);
});
