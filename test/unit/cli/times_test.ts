import { assertEquals } from "@std/assert";
import { ageText, agoText, bytesText } from "../../../src/cli/times.ts";

Deno.test("ageText() says a length of time in the largest unit that does not hide much", () => {
  assertEquals(ageText(999, "en"), "0 s");
  assertEquals(ageText(119_000, "en"), "119 s");
  assertEquals(ageText(120_000, "en"), "2 min");
  assertEquals(ageText(90 * 60_000, "en"), "90 min");
  assertEquals(ageText(49 * 3_600_000, "zh"), "2 天");
  assertEquals(ageText(-5, "en"), "0 s");
});

Deno.test("agoText() says that something never happened", () => {
  assertEquals(agoText(null, 0, "en"), "never");
  assertEquals(agoText(0, 5_000, "zh"), "5 秒前");
});

Deno.test("bytesText() says a size in its unit", () => {
  assertEquals(bytesText(512), "512 B");
  assertEquals(bytesText(1_572_864), "1.5 MiB");
});
