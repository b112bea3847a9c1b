/**
 * How one member of a message is made fit for strict parsers (ILINK.md C16). A repair leaves what is fit as it is, digit for
 * digit; `undefined` takes the member away.
 */
import { digitsOf, isObject, type Json, type JsonObject, rawNumber } from "../lib/json.ts";

export type Repair = (value: Json | undefined) => Json | undefined;
export type Repairs = Readonly<Record<string, Repair>>;

const INT32_MAX = 2n ** 31n - 1n;
const INT64_MAX = 2n ** 63n - 1n;
/** As strict parsers want it: no minus zero, no leading zeros; longer ones fit nowhere. */
const WHOLE = /^(0|-?[1-9]\d{0,30})$/;

/** A size, a duration, a code: from 0 (below 0 for none) to 2^31 - 1; a larger one is cut to that. */
export const int32: Repair = (value) => integer(value, INT32_MAX);

/** An id or a time: up to 2^63 - 1; a larger one is taken away, since a changed id would be another one. */
export const int64: Repair = (value) => {
  const repaired = integer(value, null);
  return repaired !== undefined && fitsInt64(repaired) ? repaired : undefined;
};

/** Text; a number becomes its digits. */
export const text: Repair = (value) =>
  typeof value === "string" ? value : digitsOf(value) ?? undefined;

export const flag: Repair = (value) => typeof value === "boolean" ? value : undefined;

export const list: Repair = (value) => Array.isArray(value) ? withoutNulls(value) : undefined;

/** The repair, and what stands where it leaves nothing. */
export function or(repair: Repair, fallback: Json): Repair {
  return (value) => repair(value) ?? fallback;
}

/** An object with these members repaired; anything but an object is taken away. */
export function object(repairs: Repairs): Repair {
  return (value) => isObject(value) ? repairObject(value, repairs) : undefined;
}

/** Every named member repaired, also those that were missing; the others stay, without nulls in them. */
export function repairObject(value: JsonObject, repairs: Repairs): JsonObject {
  const kept = Object.entries(value).filter(([key]) => !Object.hasOwn(repairs, key));
  const repaired = Object.entries(repairs).map(([key, repair]) => [key, repair(value[key])]);
  // Not by assignment: a member may be called __proto__.
  return Object.fromEntries(
    [...kept.map(([key, member]) => [key, withoutNulls(member)]), ...repaired]
      .filter(([, member]) => member !== undefined && member !== null),
  );
}

/** The same value without null members and elements, at any depth: several clients take null for an error. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.filter((member) => member !== null).map(withoutNulls);
  return isObject(value) ? repairObject(value, {}) : value;
}

function integer(value: Json | undefined, max: bigint | null): Json | undefined {
  const whole = wholeDigits(value);
  if (whole === null) return undefined;
  if (max !== null && BigInt(whole) > max) return Number(max);
  if (max !== null && BigInt(whole) < -max) return Number(-max);
  return digitsOf(value) === whole ? value : rawNumber(whole);
}

/** The digits of a whole number, also of one that came as text, as 7.0 or as 1e3; `null` for anything else. */
function wholeDigits(value: Json | undefined): string | null {
  const digits = typeof value === "string" ? value : digitsOf(value);
  if (digits === null) return null;
  if (WHOLE.test(digits)) return digits;
  const number = typeof value === "string" ? NaN : Number(digits);
  return Number.isSafeInteger(number) ? String(number) : null;
}

function fitsInt64(value: Json): boolean {
  const given = BigInt(digitsOf(value) ?? 0);
  return given <= INT64_MAX && given >= -INT64_MAX - 1n;
}
