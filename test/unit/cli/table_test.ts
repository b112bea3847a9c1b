import { assertEquals } from "@std/assert";
import { columns, fit, widthOf } from "../../../src/cli/table.ts";

Deno.test("columns() lines up Chinese and Latin text", () => {
  assertEquals(columns([["名字", "1"], ["claude", "22"]]), ["名字    1", "claude  22"]);
});

Deno.test("widthOf() counts two places for wide characters and none for combining ones", () => {
  assertEquals(widthOf("微信ab"), 6);
  assertEquals(widthOf("e\u0301"), 1);
  assertEquals(widthOf("，"), 2);
});

Deno.test("fit() cuts to the width, on one line, without what would command the terminal", () => {
  assertEquals(fit("short", 10), "short");
  assertEquals(fit("two\nlines", 20), "two lines");
  assertEquals(fit("微信微信", 5), "微信…");
  assertEquals(fit("\u001b[31mred\u0007", 20), "[31mred");
});
