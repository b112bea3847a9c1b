/** JSON with comments and trailing commas, as the configuration file is written. */
import { type Json, parseJson } from "../lib/json.ts";

export type Jsonc =
  | { readonly kind: "value"; readonly value: Json }
  /** Lines and columns count from 1. */
  | {
    readonly kind: "broken";
    readonly line: number;
    readonly column: number;
    readonly text: string;
  };

const STRING = /"(?:\\.|[^"\\\n])*"/.source;
const COMMENT = new RegExp(`${STRING}|//[^\\n]*|/\\*[\\s\\S]*?\\*/`, "g");
const TRAILING_COMMA = new RegExp(`${STRING}|(?<=[\\w"}\\]]\\s*),(?=\\s*[}\\]])`, "g");

/** Parses the text. Comments and trailing commas become blanks, so that positions in errors stay right. */
export function parseJsonc(text: string): Jsonc {
  const plain = text.replace(/^\uFEFF/, " ")
    .replace(COMMENT, (found) => found.startsWith('"') ? found : found.replace(/[^\n]/g, " "))
    .replace(TRAILING_COMMA, (found) => found === "," ? " " : found);
  try {
    return { kind: "value", value: parseJson(plain) };
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    return { kind: "broken", ...positionOf(message, plain), text: withoutPosition(message) };
  }
}

/** The engine says where, except at the end of the text and at a word it does not know. */
function positionOf(message: string, text: string): { line: number; column: number } {
  const before = text.slice(0, positionIn(message) ?? findBreak(text));
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}

function positionIn(message: string): number | null {
  const [_, digits] = /at position (\d+)/.exec(message) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** The first character that no valid text can have there: the end of the longest beginning that could still be finished. */
function findBreak(text: string): number {
  const end = text.trimEnd().length;
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (couldBeFinished(text.slice(0, middle + 1))) low = middle + 1;
    else high = middle;
  }
  return low;
}

function couldBeFinished(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    return message.includes("end of JSON") || (positionIn(message) ?? -1) >= text.length;
  }
}

function withoutPosition(message: string): string {
  return message.replace(/ (in JSON )?at position.*$/s, "").replace(/, \S*".*$/s, "");
}
