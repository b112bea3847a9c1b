import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  digitsOf,
  isObject,
  isRawNumber,
  type Json,
  parseJson,
  sliceElements,
} from "../../src/lib/json.ts";
import { arrayOf, jsonValue, key, numberText, objectOf } from "./json_arbitrary.ts";

const RUNS = { numRuns: 1_000 };

/** The value with raw numbers made doubles again, as plain `JSON.parse` would have given it. */
function rounded(value: Json): Json {
  if (isRawNumber(value)) return Number(value.rawJSON);
  if (Array.isArray(value)) return value.map(rounded);
  if (!isObject(value)) return value;
  const copy = {};
  for (const [name, member] of Object.entries(value)) {
    // Not an assignment: that would set the prototype for a member named __proto__.
    Object.defineProperty(copy, name, {
      value: rounded(member),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return copy;
}

/** Every number of a JSON text, in order, as it is written there. */
function numbersIn(text: string): string[] {
  const withoutStrings = text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return withoutStrings.match(/-?\d[\d.eE+-]*/g) ?? [];
}

function countNumbers(value: Json): number {
  if (typeof value === "number") return 1;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, member) => sum + countNumbers(member), 0);
}

Deno.test("parseJson() reads a number so that stringify writes the same digits", () => {
  fc.assert(
    fc.property(numberText, (digits) => {
      assertEquals(JSON.stringify(parseJson(digits)), digits);
      assertEquals(digitsOf(parseJson(digits)), digits);
      assertEquals(JSON.stringify(parseJson(`{"a":[${digits}]}`)), `{"a":[${digits}]}`);
    }),
    RUNS,
  );
});

Deno.test("parseJson() reads every value as JSON.parse does, whatever the text", () => {
  fc.assert(
    fc.property(jsonValue, ({ text }) => {
      assertEquals(rounded(parseJson(text)), JSON.parse(text));
    }),
    RUNS,
  );
});

Deno.test("parseJson() and stringify keep every digit of every number", () => {
  fc.assert(
    fc.property(jsonValue, ({ text }) => {
      const written = numbersIn(text);
      // Of a repeated key only the last value counts; such texts are the property above's.
      fc.pre(written.length === countNumbers(JSON.parse(text)));
      const kept = numbersIn(JSON.stringify(parseJson(text)));
      assertEquals(kept.toSorted(), written.toSorted());
    }),
    RUNS,
  );
});

Deno.test("sliceElements() gives the source text of each element of the last array of that name", () => {
  const array = arrayOf(jsonValue);
  const withArray = objectOf(fc.oneof(array, jsonValue));
  fc.assert(
    fc.property(withArray, array, key, (object, list, name) => {
      const { text, children } = object;
      const last = children.findLast((child) => child.key === name);
      const expected = last?.text.startsWith("[") ? sliceElements(`{"k":${last.text}}`, "k") : [];
      assertEquals(sliceElements(text, name), expected);
      assertEquals(
        sliceElements(` {"x":${text},"k" :\n${list.text}}`, "k"),
        list.children.map((child) => child.text),
      );
    }),
    RUNS,
  );
});

Deno.test("sliceElements() finds no elements where there is no object", () => {
  fc.assert(
    fc.property(arrayOf(jsonValue), key, ({ text }, name) => {
      assertEquals(sliceElements(text, name), []);
    }),
    RUNS,
  );
});

Deno.test("parseJson() gives __proto__ as an ordinary member", () => {
  const value = parseJson('{"__proto__":{"ret":1.50}}');
  assert(isObject(value));
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
  assertEquals(JSON.stringify(value), '{"__proto__":{"ret":1.50}}');
});
