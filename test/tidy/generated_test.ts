import { assertEquals } from "@std/assert";
import { fillIn, OPERATIONS, SCHEMA, schemaText } from "../../tools/docs.ts";
import { readTree } from "./tree.ts";

function textOf(path: string): string {
  return readTree().find((file) => file.path === path)?.text ?? "";
}

Deno.test("the tables of docs/OPERATIONS.md are those of the code; deno task docs writes them", () => {
  assertEquals(fillIn(textOf(OPERATIONS)), textOf(OPERATIONS));
});

Deno.test("the configuration file's schema is that of the code; deno task docs writes it", () => {
  assertEquals(schemaText(), textOf(SCHEMA));
});
