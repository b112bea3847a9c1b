/** Readers of single JSON values as strict as the parsers of other languages: each throws at what those would reject. */
import { digitsOf, isObject, type Json, type JsonObject } from "../../../../src/lib/json.ts";

const INT64_MAX = 2n ** 63n - 1n;

/** What a client's parser would have said. */
export class Rejected extends Error {}

export type Read<T> = (value: Json | undefined, place: string) => T;

export const string: Read<string> = (value, place) => {
  if (typeof value !== "string") throw new Rejected(`${place} is ${show(value)}, want a string`);
  return value;
};

export const boolean: Read<boolean> = (value, place) => {
  if (typeof value !== "boolean") throw new Rejected(`${place} is ${show(value)}, want a boolean`);
  return value;
};

/** Digits alone: no point, no exponent; the value fits. */
export function integer(max: bigint): Read<bigint> {
  return (value, place) => {
    const digits = digitsOf(value);
    if (digits === null || !/^-?\d+$/.test(digits)) {
      throw new Rejected(`${place} is ${show(value)}, want a whole number`);
    }
    const number = BigInt(digits);
    if (number > max || number < -max - 1n) throw new Rejected(`${place} is ${digits}, too large`);
    return number;
  };
}

export const int64 = integer(INT64_MAX);
export const int32 = integer(2n ** 31n - 1n);

/** One of these numbers, as an enumeration of a typed language takes it. */
export function oneOf(...allowed: readonly bigint[]): Read<bigint> {
  return (value, place) => {
    const number = int64(value, place);
    if (!allowed.includes(number)) throw new Rejected(`${place} is ${number}, want ${allowed}`);
    return number;
  };
}

export function list<T>(read: Read<T>): Read<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw new Rejected(`${place} is ${show(value)}, want a list`);
    return value.map((element, at) => read(element, `${place}[${at}]`));
  };
}

/** Absent is fine; null is not. */
export function optional<T>(read: Read<T>): Read<T | undefined> {
  return (value, place) => value === undefined ? undefined : read(value, place);
}

/** Absent and null are both fine. */
export function nullable<T>(read: Read<T>): Read<T | undefined> {
  return (value, place) => value === undefined || value === null ? undefined : read(value, place);
}

/** An object whose named members are read; others pass unseen. */
export function object(members: Readonly<Record<string, Read<unknown>>>): Read<JsonObject> {
  return (value, place) => {
    if (!isObject(value)) throw new Rejected(`${place} is ${show(value)}, want an object`);
    for (const [name, read] of Object.entries(members)) read(value[name], `${place}.${name}`);
    return value;
  };
}

function show(value: Json | undefined): string {
  return value === undefined ? "missing" : (JSON.stringify(value) ?? "missing").slice(0, 60);
}
