/**
 * The items of a message's content, whoever wrote it: what can be read of them, and a content of nothing but text.
 * Members that are not named here are carried, not understood.
 */
import {
  isObject,
  type JsonObject,
  listMember,
  numberMember,
  objectMember,
  textMember,
} from "../lib/json.ts";
import type { Part, PartKind } from "./message.ts";

/** The `type` of a text item. */
export const ITEM_TEXT = 1;
/** The `type` of a voice item. */
export const ITEM_VOICE = 3;
/** The `type` of a file item. */
export const ITEM_FILE = 4;
/** The `type` of a notice that a tool begins. */
export const ITEM_TOOL_START = 11;
/** The `type` of a notice that a tool has ended. */
export const ITEM_TOOL_RESULT = 12;

const PART_KINDS: Readonly<Record<number, PartKind>> = {
  1: "text",
  2: "image",
  3: "voice",
  4: "file",
  5: "video",
};

/** The content of a message with nothing but `text`. */
export function textContent(text: string): JsonObject {
  return { item_list: [textItem(text)] };
}

/** A text item; with what else `like`, another text item, has. */
export function textItem(text: string, like: JsonObject = { type: ITEM_TEXT }): JsonObject {
  return { ...like, text_item: { ...objectMember(like, "text_item"), text } };
}

/** The items of a content; what is no object is left out. */
export function itemsOf(content: JsonObject): readonly JsonObject[] {
  return listMember(content, "item_list").filter(isObject);
}

/** All text items joined by a line feed, else the first voice transcript; "" where there is none. */
export function textOfItems(items: readonly JsonObject[]): string {
  const texts = items.filter((item) => item["type"] === ITEM_TEXT).map(textOfItem);
  if (texts.length > 0) return texts.join("\n");
  const voice = items.find((item) => item["type"] === ITEM_VOICE);
  return voice === undefined ? "" : textOfItem(voice);
}

/** The text of a text item, the transcript of a voice item, the name of a file; "" otherwise. */
export function textOfItem(item: JsonObject): string {
  switch (item["type"]) {
    case ITEM_TEXT:
      return textMember(objectMember(item, "text_item") ?? {}, "text");
    case ITEM_VOICE:
      return textMember(objectMember(item, "voice_item") ?? {}, "text");
    case ITEM_FILE:
      return textMember(objectMember(item, "file_item") ?? {}, "file_name");
    default:
      return "";
  }
}

/** An item as people and plugins see it. */
export function partOfItem(item: JsonObject): Part {
  const kind = PART_KINDS[numberMember(item, "type") ?? 0] ?? "other";
  return { kind, text: textOfItem(item), bytes: bytesOfItem(item) };
}

/** Bytes as announced; `null` where they were not. */
export function bytesOfItem(item: JsonObject): number | null {
  const file = objectMember(item, "file_item");
  if (file !== null) return Number(textMember(file, "len")) || null;
  const image = objectMember(item, "image_item");
  if (image !== null) return numberMember(image, "mid_size");
  const video = objectMember(item, "video_item");
  return video === null ? null : numberMember(video, "video_size");
}
