/** Reads what callers send, strictly: an unknown member or a value of the wrong kind is refused with words. */
import type { Context } from "@hono/hono";
import { z } from "zod";
import { HubError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { type Json, tryParseJson } from "../lib/json.ts";
import { readBodyBytes } from "../lib/request_body.ts";

/** The body, checked. Each schema's error text says what is wanted. Throws `USAGE`. */
export async function readInput<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(c);
  return checkInput(text.trim() === "" ? {} : parseInput(text), schema);
}

/** The body's text. Throws `USAGE` when it is too long or no UTF-8. */
export async function readText(c: Context): Promise<string> {
  const bytes = await readBodyBytes(c.req.raw, LIMITS.adminBodyBytesMax);
  if (bytes === null) {
    throw wrong(`the body: saw more than ${LIMITS.adminBodyBytesMax} bytes, want fewer`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw wrong("the body: saw bytes that are no text, want UTF-8");
  }
}

/** Throws `USAGE`. */
export function parseInput(text: string): Json {
  const value = tryParseJson(text);
  if (value === undefined) throw wrong(`the body: saw ${excerpt(text)}, want JSON`);
  return value;
}

/** What was read somewhere else, checked in the same way. Throws `USAGE`. */
export function checkInput<T>(body: unknown, schema: z.ZodType<T>): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw wrong(issue === undefined ? "the body" : explain(issue, body));
}

/** A number in the query; `null` when it is absent. Throws `USAGE`. */
export function readNumber(
  c: Context,
  name: string,
  range: { readonly min: number; readonly max: number },
): number | null {
  const text = c.req.query(name);
  if (text === undefined) return null;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (value >= range.min && value <= range.max) return value;
  throw wrong(`"${name}": saw ${excerpt(text)}, want ${range.min} to ${range.max}`);
}

function explain(issue: z.core.$ZodIssue, body: unknown): string {
  if (issue.code === "unrecognized_keys") return `"${issue.keys.join('", "')}": no such member`;
  const path = issue.path.map(String);
  const seen = path.reduce<unknown>((value, key) => Reflect.get(Object(value), key), body);
  const name = path.length === 0 ? "the body" : `"${path.join(".")}"`;
  const shown = seen === undefined ? "nothing" : excerpt(JSON.stringify(seen));
  return `${name}: saw ${shown}, want ${issue.message}`;
}

function excerpt(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}...`;
}

function wrong(what: string): HubError {
  return new HubError("USAGE", `Cannot read ${what}`);
}
