/** What both dialects need to turn iLink's calls and answers into their own. */
import {
  digitsOf,
  isObject,
  type Json,
  type JsonObject,
  listMember,
  objectMember,
  textMember,
  tryParseJson,
} from "../../lib/json.ts";
import type { Answer, Call, Endpoints } from "../call.ts";

export const TEXT = "1";
export const IMAGE = "2";
export const VOICE = "3";
export const FILE = "4";
export const VIDEO = "5";

/** Makes an iLink call in place of the dialect's own. */
export async function ask(
  ilink: Endpoints,
  { call, name, body }: { readonly call: Call; readonly name: string; readonly body: JsonObject },
): Promise<{ readonly answer: Answer; readonly body: JsonObject; readonly isOk: boolean }> {
  const endpoint = ilink[name];
  if (endpoint === undefined) throw new Error(`iLink has no call ${name}`);
  const answer = await endpoint({ ...call, body });
  const given = tryParseJson(answer.text);
  const said = isObject(given) ? given : {};
  const isOk = answer.status === 200 && (digitsOf(said["ret"]) ?? "0") === "0";
  return { answer, body: said, isOk };
}

/** The messages of an answer to iLink's `getupdates`, each in the dialect's shape. */
export function writeMessages(
  body: JsonObject,
  write: (message: JsonObject) => JsonObject,
): Json[] {
  return listMember(body, "msgs").filter(isObject).map(write);
}

export function itemsOf(message: JsonObject): readonly JsonObject[] {
  return listMember(message, "item_list").filter(isObject);
}

export function typeOf(item: JsonObject): string {
  return digitsOf(item["type"]) ?? "";
}

/** What was said in an item: its text, or what was understood of a voice; "" for anything else. */
export function saidIn(item: JsonObject): string {
  const key = typeOf(item) === VOICE ? "voice_item" : "text_item";
  return textMember(objectMember(item, key) ?? {}, "text");
}

export function textItem(text: string): JsonObject {
  return { type: 1, text_item: { text } };
}
