/**
 * One reply as the messages WeChat is sent: one item each, as its own clients do, and no text longer than it shows. What is
 * not understood is carried.
 */
import { ITEM_TEXT, itemsOf, textItem, textOfItem } from "../core/content.ts";
import { plainText } from "../core/markdown.ts";
import { LIMITS } from "../core/limits.ts";
import { splitText } from "../core/split.ts";
import { type JsonObject, listMember } from "../lib/json.ts";

/** `\n(9999/9999)` */
const MARK_LENGTH_MAX = 12;

/** The contents to send in order. A content without items, or with something else among them, leaves as it came. */
export function fanOut(content: JsonObject): JsonObject[] {
  const items = itemsOf(content);
  if (items.length === 0 || items.length < listMember(content, "item_list").length) {
    return [content];
  }
  return items.flatMap(splitItem)
    .map((item, index) => ({ ...(index === 0 ? content : later(content)), item_list: [item] }));
}

/** `content` with `text` instead of its own: the first text item bears it, the others are gone. */
export function replaceText(content: JsonObject, text: string): JsonObject {
  const items = itemsOf(content);
  const first = items.find((item) => item["type"] === ITEM_TEXT);
  const replaced = textItem(text, first);
  const others = items.filter((item) => item["type"] !== ITEM_TEXT);
  const at = first === undefined ? 0 : items.indexOf(first);
  return { ...content, item_list: others.toSpliced(at, 0, replaced) };
}

/** `content` with its Markdown as what WeChat shows; the same object where there is none. */
export function withoutMarkdown(content: JsonObject): JsonObject {
  const items = itemsOf(content);
  if (items.length < listMember(content, "item_list").length) return content;
  const plain = items.map(plainItem);
  const isSame = plain.every((item, at) => item === items[at]);
  return isSame ? content : { ...content, item_list: plain };
}

function plainItem(item: JsonObject): JsonObject {
  if (item["type"] !== ITEM_TEXT) return item;
  const text = textOfItem(item);
  const plain = plainText(text);
  // What is nothing but marks is no Markdown.
  return plain === text || plain.trim() === "" ? item : textItem(plain, item);
}

function splitItem(item: JsonObject): JsonObject[] {
  const text = textOfItem(item);
  if (item["type"] !== ITEM_TEXT || text.length <= LIMITS.sendTextMax) return [item];
  return markedParts(text).map((part, index) => textItem(part, index === 0 ? item : later(item)));
}

/**
 * Each part ends with which of how many it is: a person sees that there is more, and that all has come. At the end, so that a
 * quote begins with the words of its part.
 */
function markedParts(text: string): string[] {
  const parts = splitText(text, LIMITS.sendTextMax - MARK_LENGTH_MAX);
  return parts.length < 2 ? parts : parts.map((part, at) => `${part}\n(${at + 1}/${parts.length})`);
}

/** Without what must not be there twice: ids, and the quote that belongs to the first part. */
function later(source: JsonObject): JsonObject {
  const { message_id: _message, msg_id: _item, ref_msg: _quote, ...rest } = source;
  return rest;
}
