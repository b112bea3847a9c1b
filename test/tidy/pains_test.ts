import { assert, assertEquals } from "@std/assert";
import { findMissingProofs, PAINS } from "./pains.ts";
import { readTree } from "./tree.ts";

Deno.test("everything people suffer from is played by a test that exists", () => {
  assertEquals(findMissingProofs(readTree()), []);
});

Deno.test("a test that is named and not there is found, and one that is ignored", () => {
  const all = PAINS.flatMap(({ proofs }) => proofs);
  const [first] = all;
  assert(first !== undefined);
  const path = `test/${first.file}_test.ts`;
  const ignored = [{ path, text: `Deno.test.ignore("${first.name}", () => {});` }];
  assertEquals(findMissingProofs(ignored).length, all.length);
  const there = [{ path, text: `Deno.test("${first.name}", () => {});` }];
  assertEquals(findMissingProofs(there).length, all.length - 1);
});
