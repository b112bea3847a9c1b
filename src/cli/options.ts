/** Flags of a command's own that are more than text. Each throws `USAGE`. */
import { WRONG } from "../text/errors.ts";
import { say } from "../text/say.ts";
import { type Call, textOption } from "./command.ts";
import { usageError } from "./fail.ts";

/** A whole number; `null` when it was not given. */
export function numberOption(
  call: Call,
  name: string,
  range: { readonly min: number; readonly max: number },
): number | null {
  const text = textOption(call, name);
  if (text === null) return null;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= range.min && value <= range.max) return value;
  throw wrongValue(call, { name, seen: text, wanted: `${range.min}..${range.max}` });
}

const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A length of time such as `90m`, `24h` or `7d`, in milliseconds; `null` when it was not given. */
export function durationOption(call: Call, name: string): number | null {
  const text = textOption(call, name);
  if (text === null) return null;
  const [_, count, unit = ""] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  const unitMs = DURATION_UNITS_MS[unit];
  if (unitMs !== undefined) return Number(count) * unitMs;
  throw wrongValue(call, { name, seen: text, wanted: "90m | 24h | 7d" });
}

/** One of the words; `null` when it was not given. */
export function choiceOption<const W extends string>(
  call: Call,
  name: string,
  words: readonly W[],
): W | null {
  const text = textOption(call, name);
  if (text === null) return null;
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw wrongValue(call, { name, seen: text, wanted: words.join(" | ") });
}

/** A text that has to be given. */
export function requiredOption(call: Call, name: string): string {
  const text = textOption(call, name);
  if (text !== null) return text;
  const { words, options } = call.command;
  const placeholder = options[name]?.placeholder ?? "";
  const places = { command: words, flag: `--${name}`, placeholder };
  throw usageError(
    say(call.lang, WRONG.missingFlag, places),
    say(call.lang, WRONG.helpOf, { command: words }),
  );
}

function wrongValue(
  call: Call,
  { name, seen, wanted }: { readonly name: string; readonly seen: string; readonly wanted: string },
) {
  return usageError(say(call.lang, WRONG.value, { name: `--${name}`, seen, wanted }), null);
}
