import { assertEquals } from "@std/assert";
import {
  findBrokenLinks,
  findDecisionBreaches,
  findLongReadmes,
  findMissingPaths,
  pathsOf,
} from "./docs.ts";
import { readTree } from "./tree.ts";

Deno.test("every relative link in the documents leads somewhere", () => {
  const tree = readTree();
  assertEquals(findBrokenLinks(tree, pathsOf(tree)), []);
});

Deno.test("every path of the repository that a document names exists", () => {
  const tree = readTree();
  assertEquals(findMissingPaths(tree, pathsOf(tree)), []);
});

Deno.test("a README is read in one sitting", () => {
  assertEquals(findLongReadmes(readTree()), []);
});

Deno.test("the decision records are numbered without gaps, short, and have their four parts", () => {
  assertEquals(findDecisionBreaches(readTree()), []);
});

Deno.test("a broken link is found, to a file as well as to a heading", () => {
  const tree = [
    {
      path: "docs/a.md",
      text: "[b](b.md#two-words) [c](c.md) [d](b.md#three) [w](https://x.example)\n",
    },
    { path: "docs/b.md", text: "# B\n\n## Two `words`!\n" },
  ];
  assertEquals(findBrokenLinks(tree, pathsOf(tree)), [
    "docs/a.md links to c.md, which is not there",
    "docs/a.md links to b.md#three, which is not there",
  ]);
});

Deno.test("a path in backticks that is not there is found; patterns are left alone", () => {
  const tree = [{
    path: "docs/a.md",
    text: "`docs/a.md` `docs/` `src/gone.ts` `test/*_test.ts`\n",
  }];
  assertEquals(findMissingPaths(tree, pathsOf(tree)), [
    "docs/a.md names src/gone.ts, which is not there",
  ]);
});

Deno.test("a README of more than 200 lines is found", () => {
  assertEquals(findLongReadmes([{ path: "README.zh-CN.md", text: "x\n".repeat(201) }]).length, 1);
});

Deno.test("a decision record with a gap before it, a missing part or too many lines is found", () => {
  const parts = "## Context\n## Decision\n## What was rejected\n## Consequences\n";
  const records = [
    { path: "docs/decisions/0001-a.md", text: parts },
    { path: "docs/decisions/0003-b.md", text: parts.replace("## Context\n", "") },
    { path: "docs/decisions/0003-c.md", text: parts + "x\n".repeat(50) },
  ];
  assertEquals(findDecisionBreaches(records), [
    "docs/decisions/0003-b.md should have number 0002",
    `docs/decisions/0003-b.md has no part "Context"`,
    "docs/decisions/0003-c.md has 54 lines, at most 45",
  ]);
});
