/** What is kept of a send's text to find it again when a person quotes it. */
import { createHash } from "node:crypto";
import { itemsOf, textOfItems } from "../../core/content.ts";
import { isObject, tryParseJson } from "../../lib/json.ts";

const HEAD_CHARACTERS = 64;
const DIGEST_CHARACTERS = 16;

/** The text of a content given as JSON text; "" where there is none. */
export function textOfContent(content: string): string {
  const read = tryParseJson(content);
  return isObject(read) ? textOfItems(itemsOf(read)) : "";
}

/** White space differs between what was sent and what an app shows of it. */
export function normalText(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** The beginning of a normal text, never half a character. */
export function headOfText(text: string): string {
  return [...text.slice(0, 2 * HEAD_CHARACTERS)].slice(0, HEAD_CHARACTERS).join("");
}

/** The same normal text has the same digest; "" has "". */
export function digestOfText(text: string): string {
  if (text === "") return "";
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_CHARACTERS);
}
