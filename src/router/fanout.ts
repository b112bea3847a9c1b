/**
 * One reply as the messages WeChat is sent: one item each, as its own clients do, and no text longer than it shows. What is
 * not understood is carried.
 */
import { ITEM_TEXT, itemsOf, textOfItem } from "../core/content.ts";
import { LIMITS } from "../core/limits.ts";
import { splitText } from "../core/split.ts";
import { type JsonObject, listMember, objectMember } from "../lib/json.ts";

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
  const textItem = { ...objectMember(first ?? {}, "text_item"), text };
  const replaced = { ...(first ?? { type: ITEM_TEXT }), text_item: textItem };
  const others = items.filter((item) => item["type"] !== ITEM_TEXT);
  const at = first === undefined ? 0 : items.indexOf(first);
  return { ...content, item_list: others.toSpliced(at, 0, replaced) };
}

function splitItem(item: JsonObject): JsonObject[] {
  const text = textOfItem(item);
  if (item["type"] !== ITEM_TEXT || text.length <= LIMITS.sendTextMax) return [item];
  return splitText(text, LIMITS.sendTextMax).map((part, index) => ({
    ...(index === 0 ? item : later(item)),
    text_item: { ...objectMember(item, "text_item"), text: part },
  }));
}

/** Without what must not be there twice: ids, and the quote that belongs to the first part. */
function later(source: JsonObject): JsonObject {
  const { message_id: _message, msg_id: _item, ref_msg: _quote, ...rest } = source;
  return rest;
}
