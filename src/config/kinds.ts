/** The kinds of values a setting can have: how each is read, what it looks like, and its JSON schema. */
import { digitsOf, isObject, type Json, type JsonObject, tryParseJson } from "../lib/json.ts";

export interface Kind<T> {
  /** What a value looks like, the same in every language: `HOST:PORT`, `1..1000`. */
  readonly wanted: string;
  /** JSON schema of the value as it stands in the file. */
  readonly schema: JsonObject;
  /** The value; `undefined` when `raw` is of another kind. Flags and environment give strings, the file any JSON. */
  read(raw: Json, place: Place): T | undefined;
}

/** What relative paths are relative to. */
export interface Place {
  /** Absolute. */
  readonly directory: string;
  /** The person's own directory, for a leading `~`; `null` when it is not known. */
  readonly home: string | null;
}

export interface Address {
  /** A name or an IP address without brackets. */
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** Who is let in: the word, or the word `list` with the ids. */
export interface Policy<Word extends string> {
  readonly kind: Word | "list";
  readonly ids: readonly string[];
}

export const TEXT: Kind<string> = {
  wanted: "TEXT",
  schema: { type: "string", minLength: 1 },
  read: (raw) => typeof raw === "string" && raw !== "" ? raw : undefined,
};

export const PATH: Kind<string> = {
  wanted: "PATH",
  schema: { type: "string", minLength: 1 },
  read(raw, { directory, home }) {
    if (typeof raw !== "string" || raw === "" || raw.includes("\0")) return undefined;
    if (/^~(?=[/\\]|$)/.test(raw)) return home === null ? undefined : home + raw.slice(1);
    return isAbsolute(raw) ? raw : `${directory}/${raw.replace(/^\.\//, "")}`;
  },
};

export const ADDRESS: Kind<Address> = {
  wanted: "HOST:PORT (127.0.0.1:8765, [::1]:8765)",
  schema: { type: "string", pattern: "^.+:[0-9]{1,5}$" },
  read(raw) {
    if (typeof raw !== "string") return undefined;
    const [_, bracketed, plain, digits] =
      /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(raw) ?? [];
    const port = Number(digits);
    const hostname = bracketed ?? plain;
    return hostname === undefined || port > 65_535 ? undefined : { hostname, port };
  },
};

/** Without a trailing slash, so that paths can be appended. */
export const URL_BASE: Kind<string> = {
  wanted: "http(s)://HOST[:PORT][/PATH]",
  schema: { type: "string", pattern: "^https?://" },
  read(raw) {
    if (typeof raw !== "string" || !/^https?:\/\//.test(raw)) return undefined;
    const url = URL.parse(raw);
    if (url === null || url.username !== "" || url.search !== "" || url.hash !== "") {
      return undefined;
    }
    return url.href.replace(/\/+$/, "");
  },
};

export const YES_NO: Kind<boolean> = {
  wanted: "true | false",
  schema: { type: "boolean" },
  read(raw) {
    if (typeof raw === "boolean") return raw;
    if (raw === "true" || raw === "1") return true;
    return raw === "false" || raw === "0" ? false : undefined;
  },
};

export const NAMES: Kind<readonly string[]> = {
  wanted: "NAME,NAME,...",
  schema: { type: "array", items: { type: "string", minLength: 1 } },
  read: readNames,
};

export const OBJECT: Kind<{ readonly [key: string]: Json }> = {
  wanted: "{ ... }",
  schema: { type: "object" },
  read(raw) {
    const value = typeof raw === "string" ? tryParseJson(raw) : raw;
    return isObject(value) ? value : undefined;
  },
};

export const OBJECTS: Kind<readonly JsonObject[]> = {
  wanted: "[{ ... }, ...]",
  schema: { type: "array", items: { type: "object" } },
  read(raw) {
    const values = typeof raw === "string" ? tryParseJson(raw) : raw;
    return Array.isArray(values) && values.every(isObject) ? values : undefined;
  },
};

/** A number within limits, given in one unit and used in another: `value * factor`. */
export function number(
  range: { readonly min: number; readonly max: number; readonly isWhole?: true },
  factor = 1,
): Kind<number> {
  return {
    wanted: `${range.min}..${range.max}`,
    schema: {
      type: range.isWhole ? "integer" : "number",
      minimum: range.min,
      maximum: range.max,
    },
    read(raw) {
      const digits = typeof raw === "string" ? raw.trim() : digitsOf(raw);
      if (digits === null || !/^\d+(\.\d+)?$/.test(digits)) return undefined;
      const value = Number(digits);
      if (value < range.min || value > range.max) return undefined;
      return range.isWhole && !Number.isInteger(value) ? undefined : value * factor;
    },
  };
}

/** One of a closed set of words. */
export function choice<const W extends string>(words: readonly W[]): Kind<W> {
  return {
    wanted: words.join(" | "),
    schema: { enum: [...words] },
    read: (raw) => words.find((word) => word === raw),
  };
}

/** One of the words, or a list of ids. An empty list lets nobody in. */
export function policy<const W extends string>(words: readonly W[]): Kind<Policy<W>> {
  return {
    wanted: `${words.join(" | ")} | ID,ID,...`,
    schema: { anyOf: [{ enum: [...words] }, NAMES.schema] },
    read(raw) {
      const kind = words.find((word) => word === raw);
      if (kind !== undefined) return { kind, ids: [] };
      const ids = readNames(raw);
      return ids === undefined ? undefined : { kind: "list", ids };
    },
  };
}

function readNames(raw: Json): readonly string[] | undefined {
  const names = typeof raw === "string" ? raw.split(",").map((name) => name.trim()) : raw;
  if (!Array.isArray(names)) return undefined;
  const texts = names.filter((name) => typeof name === "string" && name !== "");
  return texts.length === names.length ? texts as string[] : undefined;
}

function isAbsolute(path: string): boolean {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path);
}
