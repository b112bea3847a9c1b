/** Reads a command line by the command table. */
import { parseArgs } from "node:util";
import { type SettingName, SETTINGS } from "../config.ts";
import { nearest } from "../lib/nearest.ts";
import { WRONG } from "../text/errors.ts";
import { type Lang, say } from "../text/say.ts";
import type { Command } from "./command.ts";
import { COMMANDS, GLOBAL_OPTIONS } from "./commands.ts";
import { didYouMean, usageError } from "./fail.ts";

export interface Parsed {
  /** By name without dashes. Flags without a value are `true`, after `--no-` `false`. */
  readonly flags: Readonly<Record<string, string | boolean>>;
  readonly words: readonly string[];
}

const GLOBAL_SETTINGS: readonly SettingName[] = ["data", "lang"];

/** A flag's form: what follows it, `null` for nothing. */
type Placeholder = string | null;

/**
 * Splits the arguments into flags and words; which flags a command takes is checked by `checkCommand`. Throws `USAGE` for a
 * flag that no command has and for a missing or superfluous value.
 */
export function parseLine(args: readonly string[], lang: Lang): Parsed {
  const known = new Map(COMMANDS.flatMap((command) => [...flagsOf(command)]));
  const { tokens } = parseArgs({
    args: args.map((arg) => arg === "-h" ? "--help" : arg === "-V" ? "--version" : arg),
    options: Object.fromEntries(
      [...known].map(([name, form]) => [name, { type: form === null ? "boolean" : "string" }]),
    ),
    strict: false,
    tokens: true,
  });
  const flags: Record<string, string | boolean> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const { name, value } = token;
    const positive = name.replace(/^no-/, "");
    const form = known.get(name);
    if (form === undefined && known.get(positive) === null && value === undefined) {
      flags[positive] = false;
    } else if (form === undefined) {
      throw unknownFlag(token.rawName, { among: [...known.keys()], command: "ilink-hub", lang });
    } else if (form === null) {
      if (value !== undefined) {
        throw usageError(
          say(lang, WRONG.flagWithValue, { flag: token.rawName, seen: value }),
          null,
        );
      }
      flags[name] = true;
    } else {
      const isFlag = !token.inlineValue && value?.startsWith("--") === true;
      if (value === undefined || value === "" || isFlag) {
        const places = { flag: token.rawName, placeholder: form };
        throw usageError(say(lang, WRONG.flagWithoutValue, places), null);
      }
      flags[name] = value;
    }
  }
  return { flags, words };
}

/** The command that the words begin with, and what follows them; `null` without words. Throws `USAGE`. */
export function findCommand(
  words: readonly string[],
  lang: Lang,
): { readonly command: Command; readonly params: readonly string[] } | null {
  const [first, second] = words;
  if (first === undefined) return null;
  for (const count of [2, 1]) {
    const command = COMMANDS.find(({ words: its }) => its === words.slice(0, count).join(" "));
    if (command !== undefined) return { command, params: words.slice(count) };
  }
  const group = COMMANDS.map((command) => command.words)
    .filter((its) => its.startsWith(`${first} `));
  const list = COMMANDS.find((command) => command.words === `${first} list`);
  if (list !== undefined && second === undefined) return { command: list, params: [] };
  if (group.length > 0 && second === undefined) {
    const forms = group.map((its) => its.slice(first.length + 1)).join("|");
    const places = { command: first, seen: 0, usage: `ilink-hub ${first} ${forms}` };
    throw usageError(say(lang, WRONG.missingParams, places), null);
  }
  const word = group.length > 0 ? `${first} ${second}` : first;
  const candidates = group.length > 0 ? group : COMMANDS.map((command) => command.words);
  const heads = candidates.map((its) => group.length > 0 ? its : its.split(" ")[0] ?? its);
  throw usageError(
    say(lang, WRONG.unknownCommand, { word }),
    didYouMean(nearest(word, heads), lang),
  );
}

/** Throws `USAGE` for flags that this command does not take and for words that do not fit its form. */
export function checkCommand(
  command: Command,
  given: { readonly flags: Parsed["flags"]; readonly params: readonly string[] },
  lang: Lang,
): void {
  const taken = flagsOf(command);
  const foreign = Object.keys(given.flags).find((flag) => !taken.has(flag));
  if (foreign !== undefined) {
    throw unknownFlag(`--${foreign}`, { among: [...taken.keys()], command: command.words, lang });
  }
  const forms = command.params.split(" ").filter((form) => form !== "");
  const usage = ["ilink-hub", command.words, ...forms].join(" ");
  const required = forms.filter((form) => !form.startsWith("[")).length;
  const seen = given.params.length;
  if (seen < required) {
    throw usageError(
      say(lang, WRONG.missingParams, { command: command.words, seen, usage }),
      say(lang, WRONG.helpOf, { command: command.words }),
    );
  }
  const extra = given.params[forms.length];
  if (extra !== undefined) {
    throw usageError(
      say(lang, WRONG.tooManyParams, { command: command.words, seen: extra, usage }),
      null,
    );
  }
}

/** Every flag that a command takes, with its form. */
export function flagsOf(command: Command): Map<string, Placeholder> {
  const flags = new Map<string, Placeholder>();
  for (const [name, { placeholder }] of Object.entries(command.options)) {
    flags.set(name, placeholder);
  }
  for (const [flag, form] of settingFlags([...command.settings, ...GLOBAL_SETTINGS])) {
    flags.set(flag, form);
  }
  for (const [name, { placeholder }] of Object.entries(GLOBAL_OPTIONS)) {
    flags.set(name, placeholder);
  }
  return flags;
}

function settingFlags(names: readonly SettingName[]): readonly (readonly [string, Placeholder])[] {
  return names.flatMap((name) => {
    const { flag, kind } = SETTINGS[name];
    return flag === null ? [] : [[flag, kind.schema["type"] === "boolean" ? null : kind.wanted]];
  });
}

function unknownFlag(
  flag: string,
  options: { readonly among: readonly string[]; readonly command: string; readonly lang: Lang },
) {
  const { among, command, lang } = options;
  const meant = nearest(flag.replace(/^-+/, ""), among);
  return usageError(
    say(lang, WRONG.unknownFlag, { command, flag }),
    didYouMean(meant === null ? null : `--${meant}`, lang),
  );
}
