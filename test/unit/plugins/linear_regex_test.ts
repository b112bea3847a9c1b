import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compileLinear, REGEX_PLACES_MAX, REGEX_TEXT_MAX } from "../../../plugins/_linear_regex.ts";

/** Each of them takes JavaScript's own engine minutes or for ever on one of `HOSTILE`. */
const CATASTROPHIC = [
  "(a+)+$",
  "(a|a)*$",
  "(a|aa)+$",
  "^(a+)+$",
  "^(\\w+\\s?)*$",
  "(.*)*x",
  "(a?){40}a{20}b",
  ".*.*.*.*.*=",
  "(?:a+)*!",
  "(x+x+)+y",
  "([a-zA-Z]+)*\\d",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "^([a-z0-9]+([-.][a-z0-9]+)*)+@x$",
  "(\\s*,?\\s*)*;",
  "((a*)*)*b",
  "(?:(?:a|b)*(?:a|c)*)*d",
];

const HOSTILE = [
  "a".repeat(REGEX_TEXT_MAX),
  "ab".repeat(REGEX_TEXT_MAX / 2),
  `${"a".repeat(REGEX_TEXT_MAX - 1)}!`,
  "a ".repeat(REGEX_TEXT_MAX / 2),
  "x".repeat(REGEX_TEXT_MAX),
  " ,".repeat(REGEX_TEXT_MAX / 2),
  "汉".repeat(REGEX_TEXT_MAX),
];

/** Milliseconds for one pattern on one text; a hundred times what it takes here. */
const TOOK_MAX_MS = 500;

Deno.test("patterns that are known to hang an engine take no time", () => {
  for (const pattern of CATASTROPHIC) {
    const fits = compileLinear(pattern);
    for (const text of HOSTILE) {
      const beganMs = performance.now();
      fits(text);
      const tookMs = performance.now() - beganMs;
      assert(tookMs < TOOK_MAX_MS, `${pattern} took ${tookMs} ms on ${text.slice(0, 5)}...`);
    }
  }
});

Deno.test("the largest pattern that is taken takes no time on the longest text", () => {
  for (
    const pattern of ["(?:.|\\w){49}!", "(?:.?){48}!", "(?:(?:.|[^x])*){39}!", ".*".repeat(60)]
  ) {
    const fits = compileLinear(`${pattern}=`);
    for (const text of HOSTILE) {
      const beganMs = performance.now();
      assert(!fits(text));
      assert(performance.now() - beganMs < TOOK_MAX_MS, pattern);
    }
  }
});

const ATOMS = ["a", "b", ".", "[ab]", "[^a]", "\\w", "\\W", "\\d", "\\s", "K", "ſ", "[\\]a]", "\\."]
  .concat("\\b", "\\B", "^", "$", "(a)", "(?:b|ab)", "(?<n>a|)", "(?:)", "|", "\\p{L}", "\\P{L}")
  .concat("\\x61", "\\u0061", "\\u{61}", "\\n", "\\cA", "\\0", "汉");
const SIGNS = ["", "", "*", "+", "?", "{2}", "{0}", "{1,2}", "{0,2}", "{1,}", "*?", "+?", "??"];
const LETTERS = ["a", "b", "A", "B", "\n", " ", "K", "ſ", "s", "S", "k", "1", "汉", ".", "_", "é"]
  .concat("\x01", "\0");

const flat = fc.array(fc.tuple(fc.constantFrom(...ATOMS), fc.constantFrom(...SIGNS)), {
  minLength: 1,
  maxLength: 5,
}).map((pieces) => pieces.map(([atom, sign]) => isBare(atom) ? atom : atom + sign).join(""));
const nested = fc.tuple(flat, flat, fc.constantFrom(...SIGNS), flat)
  .map(([before, inner, sign, after]) => `${before}(${inner})${sign}${after}`);

/** Whether JavaScript lets nothing be repeated here. */
function isBare(atom: string): boolean {
  return ["\\b", "\\B", "^", "$", "|"].includes(atom);
}

Deno.test("a pattern fits what JavaScript says that it fits", () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 7 }), {
    minLength: 5,
    maxLength: 5,
  });
  fc.assert(
    fc.property(fc.oneof(flat, nested), texts, (pattern, samples) => {
      const native = nativeOf(pattern);
      if (native === null) return; // such as a name given to two groups
      const fits = compileLinear(pattern);
      for (const text of samples) {
        assertEquals(fits(text), native.test(text), `${pattern} on ${JSON.stringify(text)}`);
      }
    }),
    { numRuns: 1_500 },
  );
});

function nativeOf(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern, "iu");
  } catch {
    return null;
  }
}

Deno.test("no pattern hangs while it is read, and whatever is refused says why", () => {
  const wild = fc.string({
    unit: fc.constantFrom(..."(){}[]|*+?^$\\.,<>=!:-abpuk019"),
    maxLength: 60,
  });
  fc.assert(
    fc.property(fc.oneof(wild, nested), (pattern) => {
      const beganMs = performance.now();
      try {
        compileLinear(pattern)("a".repeat(50));
      } catch (error) {
        assert(error instanceof Error && /want|Invalid regular expression/.test(error.message));
      }
      assert(performance.now() - beganMs < TOOK_MAX_MS, pattern);
    }),
    { numRuns: 1_000 },
  );
  for (const pattern of ["(){1000000000}", "(?:(?:(?:){200}){200}){200}", "((a{99}){99}){99}"]) {
    assertThrows(() => compileLinear(pattern), Error, `more than ${REGEX_PLACES_MAX} places`);
  }
  assertThrows(() => compileLinear("(".repeat(100_000)), Error, "at most 1000 characters");
});

Deno.test("characters beyond two bytes count as one, however they are written", () => {
  for (const pattern of ["^.$", "^😀$", "^\\u{1F600}$", "^\\ud83d\\ude00$", "^[😀x]$", "^\\W$"]) {
    assert(compileLinear(pattern)("😀"), pattern);
    assert(!compileLinear(pattern)("😀😀"), pattern);
  }
});

Deno.test("looking around and referring back are refused with the reason", () => {
  for (const pattern of ["(?=a)", "(?!a)b", "(?<=a)b", "(?<!a)b", "(?i:a)"]) {
    assertThrows(() => compileLinear(pattern), Error, "want no (? other than");
  }
  for (const pattern of ["(a)\\1", "(?<n>a)\\k<n>"]) {
    assertThrows(() => compileLinear(pattern), Error, "want no reference to a group");
  }
  assertThrows(() => compileLinear("("), Error, "Invalid regular expression");
});

Deno.test("only the first characters are looked at", () => {
  assert(compileLinear("x$")(`${" ".repeat(REGEX_TEXT_MAX - 1)}x and more`));
  assert(!compileLinear("x")(`${" ".repeat(REGEX_TEXT_MAX)}x`));
});
