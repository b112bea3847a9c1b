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

/** Parses `text`; throws a `SyntaxError` when it is not JSON, a `RangeError` when it is nested thousands deep. */
export function parseJson(text: string): Json {
  if (!MAY_CHANGE.test(text)) return JSON.parse(text);
  return exact.parse(text, (_key, value, { source }) => {
    if (typeof value !== "number" || source === undefined || String(value) === source) return value;
    return exact.rawJSON(source);
  });
}

/** As `parseJson`, with `undefined` for a text that cannot be read. */
export function tryParseJson(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined; // not JSON, or nested too deep: JSON.parse throws nothing else
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
  const open = spaceEnd(text, 0);
  if (text[open] !== "{") return [];
  const member = childrenOf(text, open).findLast((child) => child.key === key);
  if (member === undefined || text[member.start] !== "[") return [];
  return childrenOf(text, member.start).map(({ start, end }) => text.slice(start, end));
}

/** The members of the object, or the elements of the array, that opens at `open`: their keys and where their values lie. */
function childrenOf(
  text: string,
  open: number,
): { readonly key: string | null; readonly start: number; readonly end: number }[] {
  const children = [];
  let at = spaceEnd(text, open + 1);
  while (at < text.length && text[at] !== "}" && text[at] !== "]") {
    let key: string | null = null;
    if (text[open] === "{") {
      const keyEnd = valueEnd(text, at);
      key = String(JSON.parse(text.slice(at, keyEnd)));
      const colon = spaceEnd(text, keyEnd);
      at = spaceEnd(text, colon + 1);
    }
    const end = valueEnd(text, at);
    children.push({ key, start: at, end });
    at = spaceEnd(text, end);
    if (text[at] === ",") at = spaceEnd(text, at + 1);
  }
  return children;
}

/** The index behind the value that starts at `start`. */
function valueEnd(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  let at = start;
  if (first !== "{" && first !== "[") {
    while (at < text.length && !AFTER_SCALAR.has(text.charAt(at))) at += 1;
    return at;
  }
  for (let depth = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = stringEnd(text, at) - 1;
    else if (char === "{" || char === "[") depth += 1;
    else if ((char === "}" || char === "]") && --depth === 0) return at + 1;
  }
  return at;
}

/** What can stand behind a number or one of the words true, false and null. */
const AFTER_SCALAR: ReadonlySet<string> = new Set([" ", "\n", "\r", "\t", ",", "}", "]"]);

/** The index behind the string that starts at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** The index of the first character from `at` on that is no white space. */
function spaceEnd(text: string, at: number): number {
  let end = at;
  while (text[end] === " " || text[end] === "\n" || text[end] === "\r" || text[end] === "\t") {
    end += 1;
  }
  return end;
}
