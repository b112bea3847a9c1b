import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { plainText } from "../../src/core/markdown.ts";

const MARKS = [
  ..."*_~`#|[]()<>!\\$-+:.@/ \n",
  ...["**", "***", "__", "~~", "```", "\n\n", "\n# ", "\n* ", "\n- [ ] ", "\n> ", "](http://a.b)"],
  ...["|---|---|", "\n|", "$$", "\\(", "\\)", "![", "https://a.b/c", "字", "，", "\u{1F600}", "\t"],
  ...["\n\n    ", "^", "~~", "\n1. ", "•", "—"],
];
const word = fc.constantFrom("a", "bc", "Δ", "字词", "7", "x_y", "é");
const text = fc.array(fc.oneof(word, fc.constantFrom(...MARKS)), { maxLength: 60, size: "max" })
  .map((parts) => parts.join(""));

Deno.test("what was made plain is plain", () => {
  fc.assert(
    fc.property(text, (markdown) => {
      const plain = plainText(markdown);
      assertEquals(plainText(plain), plain);
    }),
    { numRuns: 3_000 },
  );
});

/** Without what leads somewhere else, and without tables, whose words change places. */
const withoutTargets = text.map((markdown) => markdown.replaceAll(/[()<>|]/g, ""));

Deno.test("no letter is lost, doubled or moved", () => {
  const letters = (given: string) => given.replaceAll(/[^\p{L}\p{N}]/gu, "");
  fc.assert(
    fc.property(withoutTargets, (markdown) => {
      // The cross in a box that is drawn is a mark.
      assertEquals(letters(plainText(markdown)), letters(markdown));
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("of a table each word is kept", () => {
  const cell = fc.constantFrom("a1", "b2", "字", "", "**c3**", "`d4`", "e\\|f");
  const row = fc.array(cell, { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(row, fc.array(row, { maxLength: 4 }), (header, rows) => {
      const rule = header.map(() => "---");
      const lines = [header, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
      const plain = plainText(lines.join("\n"));
      for (const cells of rows) {
        for (const each of cells) assert(plain.includes(each.replaceAll(/\*|\\/g, "")));
      }
      assertEquals(plain.includes("---"), false);
    }),
  );
});

Deno.test("words without marks are the same words", () => {
  const plainWord = fc.constantFrom(
    "a",
    "字",
    "7",
    ".",
    ",",
    "，",
    " ",
    "\n",
    "(",
    ")",
    "x_y",
    "?",
  );
  fc.assert(
    fc.property(fc.array(plainWord, { maxLength: 60, size: "max" }), (parts) => {
      const plain = parts.join("");
      assertEquals(plainText(plain), plain);
    }),
  );
});

Deno.test("code in fences is never touched", () => {
  fc.assert(
    fc.property(text, text, (before, code) => {
      const inside = code.replaceAll(/[`~]/g, "");
      const fenced = `\n\`\`\`\n${inside}\n\`\`\``;
      const clean = before.replaceAll(/[`~$\\>]/g, "");
      assert(plainText(clean + fenced).endsWith(fenced));
    }),
    { numRuns: 1_000 },
  );
});
