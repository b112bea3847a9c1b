/** What a rule of `keywords.ts` may ask of a message. */
import type { InboundView, Json, PartView } from "ilink-hub/plugin";
import { compileLinear } from "./_linear_regex.ts";
import { createWallClock, isWithin, readDays, readSpan } from "./_week.ts";

/** Whether a message meets a condition. */
export type Test = (message: InboundView, nowMs: number) => boolean;

const KINDS: readonly string[] = [
  "text",
  "image",
  "voice",
  "file",
  "video",
  "other",
] satisfies PartView["kind"][];

/** Reads a condition as it is written; throws with what is wanted. */
const CONDITIONS: Readonly<Record<string, (written: Json) => Test>> = {
  text(written) {
    const wanted = readTexts(written).map(fold);
    return ({ text }) => {
      const folded = fold(text);
      return wanted.some((part) => folded.includes(part));
    };
  },
  prefix(written) {
    const wanted = readTexts(written).map(fold);
    return ({ text }) => {
      const folded = fold(text.trimStart());
      return wanted.some((part) => folded.startsWith(part));
    };
  },
  regex(written) {
    if (typeof written !== "string") throw new Error("want a pattern as text");
    const fits = compileLinear(written);
    return ({ text }) => fits(text);
  },
  kind(written) {
    const wanted = readTexts(written);
    if (!wanted.every((kind) => KINDS.includes(kind))) throw new Error(`want ${KINDS.join(", ")}`);
    return ({ parts }) => parts.some(({ kind }) => wanted.includes(kind));
  },
  sender(written) {
    const wanted = readTexts(written);
    return ({ sender }) => wanted.includes(sender.key) || wanted.includes(sender.alias);
  },
  account(written) {
    const wanted = readTexts(written);
    return ({ account }) => wanted.includes(account);
  },
  group(written) {
    if (typeof written !== "boolean") throw new Error("want true or false");
    return ({ isGroup }) => isGroup === written;
  },
  quotes(written) {
    const wanted = readTexts(written);
    return ({ quote }) => quote !== null && quote.client !== null && wanted.includes(quote.client);
  },
};

const TIMES = ["hours", "days"];

export const CONDITION_NAMES: readonly string[] = [...Object.keys(CONDITIONS), ...TIMES];

/**
 * Reads all conditions of one rule. `during` runs the reading of one of them, so that what it throws is told with the place
 * where it is written.
 */
export function readConditions(
  written: Readonly<Record<string, Json>>,
  { timezone, during }: {
    readonly timezone: string | undefined;
    readonly during: <T>(name: string, read: () => T) => T;
  },
): readonly Test[] {
  const tests = Object.entries(written).flatMap(([name, value]) => {
    const read = CONDITIONS[name];
    return read === undefined ? [] : [during(name, () => read(value))];
  });
  const { hours, days } = written;
  if (hours === undefined && days === undefined) return tests;
  const spans = during("hours", () => readTexts(hours ?? "00:00-24:00").map(readSpan));
  const within = {
    spans,
    days: during("days", () => readTexts(days ?? "mon-sun").flatMap(readDays)),
  };
  const wallTimeAt = createWallClock(timezone);
  return [...tests, (_message, nowMs) => isWithin(wallTimeAt(nowMs), within)];
}

/** One text or a list of them. Throws with what is wanted. */
export function readTexts(written: Json): [string, ...string[]] {
  const list = Array.isArray(written) ? written : [written];
  const found = list.filter((text) => typeof text === "string" && text !== "") as string[];
  const [first, ...others] = found;
  if (first === undefined || found.length < list.length) {
    throw new Error("want a text or a list of texts");
  }
  return [first, ...others];
}

/** Letters in any case and of any width are the same. */
function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
