import { assertEquals } from "@std/assert";
import { findLanguageBreaches } from "./languages.ts";
import { readTree, typescriptIn } from "./tree.ts";

Deno.test("every sentence in text/ is there in both languages", async () => {
  const found: string[] = [];
  for (const { path } of typescriptIn(readTree(), ["src/text"])) {
    const module = await import(new URL(`../../${path}`, import.meta.url).href);
    found.push(...findLanguageBreaches({ ...module }, path));
  }
  assertEquals(found, []);
});

function breachesOf(value: unknown): string[] {
  return findLanguageBreaches(value, "t");
}

Deno.test("a sentence without its Chinese or its English is found", () => {
  assertEquals(breachesOf({ a: { zh: "好", en: "good" } }), []);
  assertEquals(breachesOf({ a: { en: "good" } }), ["t.a is undefined in zh and string in en"]);
  assertEquals(breachesOf({ a: { zh: "", en: "" } })[0], "t.a is empty in one language");
  assertEquals(breachesOf({ a: "Not a pair" }), ["t.a is there in one language only"]);
});

Deno.test("English in the place of Chinese is found; a command or a sign may be the same", () => {
  assertEquals(breachesOf({ a: { zh: "it works", en: "it works" } }).length, 1);
  assertEquals(breachesOf({ a: { zh: "/why", en: "/why" } }), []);
});

Deno.test("places to fill in must be the same in both languages", () => {
  assertEquals(breachesOf({ a: { zh: "{n} 条", en: "{n} messages" } }), []);
  assertEquals(breachesOf({ a: { zh: "{n} 条", en: "{count} messages" } }).length, 1);
  const grouped = { zh: { a: "好", b: "坏" }, en: { a: "good" } };
  assertEquals(breachesOf(grouped), ["t.b is string in zh and undefined in en"]);
});

Deno.test("sentences made by functions are compared by what they take and say", () => {
  assertEquals(breachesOf({ a: { zh: (n: number) => `${n} 条`, en: (n: number) => `${n}` } }), []);
  assertEquals(breachesOf({ a: { zh: () => "条", en: (n: number) => `${n}` } }).length, 1);
});
