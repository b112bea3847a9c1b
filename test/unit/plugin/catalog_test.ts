import { assertEquals } from "@std/assert";
import { arrange } from "../../../src/plugin/catalog.ts";

const PLUGINS = [
  ...["affinity", "keywords", "quote", "commands"].map((id) => ({ id, file: "" })),
  { id: "b", file: "10_b.ts" },
  { id: "a", file: "20_a.ts" },
];

const idsOf = (ids: readonly string[]) => arrange(PLUGINS, ids).map(({ id }) => id);

Deno.test("arrange() puts the user's by file name between the shipped ones", () => {
  assertEquals(idsOf([]), ["commands", "quote", "b", "a", "keywords", "affinity"]);
});

Deno.test("arrange() puts the named first, in the order in which they are named", () => {
  assertEquals(idsOf(["a", "nobody", "keywords"]), [
    "a",
    "keywords",
    "commands",
    "quote",
    "b",
    "affinity",
  ]);
});
