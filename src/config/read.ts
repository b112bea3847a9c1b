/** Puts the settings together from flags, environment, file and defaults. Pure: whoever calls has read them. */
import { type Setting, type SettingName, SETTINGS, type Settings } from "../config.ts";
import { isObject, type Json } from "../lib/json.ts";
import { nearest } from "../lib/nearest.ts";
import type { Place } from "./kinds.ts";

export interface Given {
  /** By the flag's name, without dashes. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly env: (name: string) => string | undefined;
  readonly file: { readonly path: string; readonly value: Json; readonly directory: string } | null;
  /** For the paths in flags, environment and defaults. */
  readonly place: Place;
}

export type SettingsRead =
  | { readonly kind: "read"; readonly settings: Settings }
  | { readonly kind: "refused"; readonly problem: SettingProblem };

export type SettingProblem =
  /** `name` is as the person wrote it: `--addr`, `ILINK_HUB_ADDR`, or `addr in FILE`. `seen` of a secret is its length. */
  | {
    readonly kind: "value";
    readonly name: string;
    readonly seen: string;
    readonly wanted: string;
  }
  | {
    readonly kind: "unknown_key";
    readonly path: string;
    readonly key: string;
    readonly nearest: string | null;
  }
  | { readonly kind: "not_an_object"; readonly path: string };

/** Every setting's value; refused at the first that cannot be used. */
export function readSettings(given: Given): SettingsRead {
  const { file } = given;
  if (file !== null && !isObject(file.value)) {
    return { kind: "refused", problem: { kind: "not_an_object", path: file.path } };
  }
  const inFile = file === null ? new Map<string, Json>() : keysOf(file.value, "");
  const unknown = [...inFile.keys()].find((key) => !KNOWN_KEYS.includes(key) && key !== "$schema");
  if (file !== null && unknown !== undefined) {
    const problem = {
      kind: "unknown_key",
      path: file.path,
      key: unknown,
      nearest: nearest(unknown, KNOWN_KEYS),
    } as const;
    return { kind: "refused", problem };
  }
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const found = find(setting, inFile, given);
    if (found.raw === null) {
      values[name] = null;
      continue;
    }
    const value = setting.kind.read(found.raw, found.place);
    if (value === undefined) return { kind: "refused", problem: wrongValue(setting, found) };
    values[name] = value;
  }
  // Every name of the table was given a value of its kind above.
  return { kind: "read", settings: values as Settings };
}

/** The value of one setting that is needed before the file can be found; `undefined` when it is not a valid one. */
export function readEarly(name: SettingName, given: Omit<Given, "file">): unknown {
  const { raw, place } = find(SETTINGS[name], new Map(), { ...given, file: null });
  return raw === null ? null : SETTINGS[name].kind.read(raw, place);
}

const KNOWN_KEYS = Object.values(SETTINGS).flatMap(({ key }) => key ?? []);

interface Found {
  readonly raw: Json;
  readonly name: string;
  readonly place: Place;
}

function find(setting: Setting<unknown>, inFile: Map<string, Json>, given: Given): Found {
  const { place, file } = given;
  const flag = setting.flag === null ? undefined : given.flags[setting.flag];
  if (flag !== undefined) return { raw: flag, name: `--${setting.flag}`, place };
  const env = given.env(setting.env);
  // Compose files pass on variables that nobody has set as empty ones.
  if (env !== undefined && env !== "") return { raw: env, name: setting.env, place };
  const written = setting.key === null ? undefined : inFile.get(setting.key);
  if (written !== undefined && file !== null) {
    const name = `"${setting.key}" in ${file.path}`;
    return { raw: written, name, place: { ...place, directory: file.directory } };
  }
  return { raw: setting.byDefault, name: setting.key ?? setting.env, place };
}

function wrongValue(setting: Setting<unknown>, { raw, name }: Found): SettingProblem {
  const text = typeof raw === "string" ? raw : JSON.stringify(raw);
  const seen = setting.isSecret ? `${text.length} characters` : text;
  return { kind: "value", name, seen, wanted: setting.kind.wanted };
}

/** The file's values by dotted key; objects are entered only where settings stand below them. */
function keysOf(value: Json, prefix: string): Map<string, Json> {
  const keys = new Map<string, Json>();
  if (!isObject(value)) return keys;
  for (const [name, part] of Object.entries(value)) {
    const key = prefix + name;
    const isGroup = KNOWN_KEYS.some((known) => known.startsWith(`${key}.`));
    if (isGroup && isObject(part)) {
      for (const [below, inner] of keysOf(part, `${key}.`)) keys.set(below, inner);
    } else {
      keys.set(key, part);
    }
  }
  return keys;
}
