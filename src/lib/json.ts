/**
 * JSON that leaves as it came: numbers beyond 2^53 and numbers in unusual notation keep their digits, unknown members
 * survive. A number that a double cannot give back digit for digit is carried as a `RawNumber` of `JSON.rawJSON`, which
 * `JSON.stringify` writes verbatim.
 */

export type Json = null | boolean | number | RawNumber | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** The digits of a number that a double would change. */
export interface RawNumber {
  readonly rawJSON: string;
}

// The standard library of TypeScript 6.0 does not know these two yet; both are part of the runtime.
const exact = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): Json;
  rawJSON(digits: string): RawNumber;
  isRawJSON(value: unknown): boolean;
};

/** Only these texts can hold a number that changes: many digits, a fraction, an exponent, or minus zero. */
const MAY_CHANGE = /\d{16}|\d[.eE]|-0/;

/** Parses `text`; throws a `SyntaxError` when it is not JSON. */
export function parseJson(text: string): Json {
  if (!MAY_CHANGE.test(text)) return JSON.parse(text);
  return exact.parse(text, (_key, value, { source }) => {
    if (typeof value !== "number" || source === undefined || String(value) === source) return value;
    return exact.rawJSON(source);
  });
}

/** As `parseJson`, with `undefined` for a text that is not JSON. */
export function tryParseJson(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined; // a SyntaxError is the only thing JSON.parse throws
  }
}

/** The digits as they are written; for ids and other numbers that must not be rounded. */
export function rawNumber(digits: string): RawNumber {
  return exact.rawJSON(digits);
}

export function isRawNumber(value: unknown): value is RawNumber {
  return exact.isRawJSON(value);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !isRawNumber(value);
}

/** The digits of a number, or `null` for anything else. */
export function digitsOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return isRawNumber(value) ? value.rawJSON : null;
}

/** The member when it is a string, else "". */
export function textMember(object: JsonObject, key: string): string {
  const value = object[key];
  return typeof value === "string" ? value : "";
}

/** The member when it is a number a double holds exactly enough for arithmetic, else `null`. */
export function numberMember(object: JsonObject, key: string): number | null {
  const digits = digitsOf(object[key]);
  if (digits === null) return null;
  const value = Number(digits);
  return Number.isFinite(value) ? value : null;
}

/** The member when it is an array, else an empty one. */
export function listMember(object: JsonObject, key: string): readonly Json[] {
  const value = object[key];
  return Array.isArray(value) ? value : [];
}

/** The member when it is an object, else `null`. */
export function objectMember(object: JsonObject, key: string): JsonObject | null {
  const value = object[key];
  return isObject(value) ? value : null;
}

/**
 * The source text of each element of the array under `key` in the object that `text` holds, untouched. `text` must be
 * valid JSON. Returns an empty list when there is no such array; of repeated keys the last counts, as for `JSON.parse`.
 */
export function sliceElements(text: string, key: string): string[] {
  let slices: string[] = [];
  let depth = 0;
  let memberKey = "";
  let elementStart = -1;
  let inTarget = false;
  let expectKey = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      const end = stringEnd(text, at);
      if (depth === 1 && expectKey) {
        memberKey = JSON.parse(text.slice(at, end + 1));
        expectKey = false;
      }
      if (inTarget && depth === 2 && elementStart < 0) elementStart = at;
      at = end;
    } else if (char === "{" || char === "[") {
      if (inTarget && depth === 2 && elementStart < 0) elementStart = at;
      if (depth === 1 && memberKey === key) {
        slices = [];
        inTarget = char === "[";
      }
      depth += 1;
      if (depth === 1) expectKey = char === "{";
    } else if (char === "}" || char === "]") {
      if (inTarget && depth === 2) {
        if (elementStart >= 0) slices.push(text.slice(elementStart, at).trimEnd());
        elementStart = -1;
        inTarget = false;
      }
      depth -= 1;
    } else if (char === ",") {
      if (depth === 1) expectKey = true;
      if (inTarget && depth === 2) {
        slices.push(text.slice(elementStart, at).trimEnd());
        elementStart = -1;
      }
    } else if (
      inTarget && depth === 2 && elementStart < 0 && char !== " " && char !== "\n" &&
      char !== "\r" && char !== "\t"
    ) {
      elementStart = at;
    } else if (
      depth === 1 && memberKey === key && !expectKey && char !== ":" && char !== " " &&
      char !== "\n" && char !== "\r" && char !== "\t"
    ) {
      slices = []; // a later scalar under the same key replaces the array
    }
  }
  return slices;
}

/** The index of the quote that closes the string which opens at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
