import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { splitText } from "../../../src/core/split.ts";

const MAX = 200;

Deno.test("a text that fits is left as it is", () => {
  for (const text of ["", " ", "x".repeat(MAX), "```\nopen"]) {
    assertEquals(splitText(text, MAX), [text]);
  }
});

Deno.test("paragraphs are kept together, then lines, then sentences, then words", () => {
  const a = "a".repeat(120);
  const b = "b".repeat(60);
  const c = "c".repeat(60);
  assertEquals(splitText(`${a}\n\n${b}\n${c}`, MAX), [a, `${b}\n${c}`]);
  assertEquals(splitText(`${a}\n${b} ${c}`, MAX), [a, `${b} ${c}`]);
  assertEquals(splitText(`${a}. ${b} ${c}`, MAX), [`${a}.`, `${b} ${c}`]);
  assertEquals(splitText(`${a}。${b}，${c}`, MAX), [`${a}。`, `${b}，${c}`]);
  assertEquals(splitText(`${a} ${b}${c}`, MAX), [a, b + c]);
});

Deno.test("a border in the first half is not used, or the parts would be tiny", () => {
  const [first = ""] = splitText(`Yes.\n\n${"x".repeat(400)}`, MAX);
  assert(first.length > MAX / 2);
});

Deno.test("a text without borders is cut between characters as people see them", () => {
  const family = "👨‍👩‍👧‍👦";
  for (let lead = 0; lead < family.length; lead++) {
    const text = "x".repeat(lead) + family.repeat(60);
    const parts = splitText(text, MAX);
    assertEquals(parts.join(""), text);
    for (const part of parts) assertEquals(part.replaceAll(family, "").replaceAll("x", ""), "");
  }
});

Deno.test("a pair of surrogates is not parted even in a character without end", () => {
  const text = "x" + "\u{1F468}\u200D".repeat(200);
  for (const part of splitText(text, MAX)) assert(part.isWellFormed());
});

Deno.test("a fence of code that is cut through is closed and opened again in its language", () => {
  const line = `const answer = "${"x".repeat(40)}";`;
  const text = `Here:\n\`\`\`ts\n${Array(8).fill(line).join("\n")}\n\`\`\`\nDone.`;
  const parts = splitText(text, MAX);
  assert(parts.length > 2);
  for (const part of parts) {
    assert(part.length <= MAX);
    assertEquals(part.split("\n").filter((line) => line.startsWith("```")).length, 2, part);
  }
  assertEquals(parts[1]?.split("\n")[0], "```ts");
  assertEquals(parts.at(-1)?.endsWith("```\nDone."), true);
});

Deno.test("a fence within a list is closed and opened again, too, without another item", () => {
  const code = Array(20).fill("    x = 1").join("\n");
  for (const opening of ["10. run\n\n    ```py", "- ```py", "a\n      ~~~"]) {
    const marker = opening.includes("~") ? "~~~" : "```";
    const parts = splitText(`${opening}\n${code}\n    ${marker}\nafter`, MAX);
    assert(parts.length > 1);
    for (const part of parts) assertEquals(part.split(marker).length, 3, part);
    for (const part of parts.slice(1)) assert(!part.startsWith("-"), part);
  }
});

Deno.test("a fence that ends where the cut is leaves no empty one behind", () => {
  const code = Array(10).fill("x".repeat(17)).join("\n");
  for (let lead = 0; lead < 30; lead++) {
    const parts = splitText(`${"y".repeat(lead)}\n~~~\n${code}\n~~~\nafter`, MAX);
    for (const part of parts) assert(!/~~~\n+~~~/.test(part), part);
  }
});

Deno.test("the first line of a part keeps its indentation", () => {
  const text = `${"a".repeat(150)}\n    indented ${"b".repeat(100)}`;
  assertEquals(splitText(text, MAX)[1]?.startsWith("    indented"), true);
});

Deno.test("all of any text is in the parts, in order, none too long", () => {
  const word = fc.constantFrom(
    "word",
    "字",
    "。",
    ". ",
    " ",
    "\n",
    "\n\n",
    "```",
    "\n```ℒ\n",
    "~~~~",
    "👩‍🚀",
    "\t",
    "a".repeat(50),
  );
  const text = fc.oneof(
    fc.array(word, { maxLength: 300 }).map((words) => words.join("")),
    fc.string({ unit: "binary", maxLength: 1_000 }),
  );
  fc.assert(
    fc.property(text, fc.integer({ min: 160, max: 400 }), (text, max) => {
      const parts = splitText(text, max);
      for (const part of parts) assert(part.length <= max, `${part.length} > ${max}`);
      if (text.length <= max) return;
      assertEquals(withoutFences(parts.join("\n")), withoutFences(text));
    }),
    { numRuns: 1_000 },
  );
});

/** What may not get lost: everything but white space and what fences are made of, here with the language ℒ. */
function withoutFences(text: string): string {
  return text.replace(/[\s`~ℒ]/g, "");
}

Deno.test("a text of a megabyte is split in no time", () => {
  const text = "The quick brown fox jumps over the lazy dog. ".repeat(24_000);
  const parts = splitText(text, 1_800);
  assertEquals(parts.join(" "), text);
});
