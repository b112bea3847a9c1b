/** Reads what the hub needs out of one raw message; everything else in it is carried, not understood. */
import { createHash } from "node:crypto";
import {
  digitsOf,
  isObject,
  type Json,
  type JsonObject,
  listMember,
  numberMember,
  objectMember,
  textMember,
  tryParseJson,
} from "../lib/json.ts";
import type { Inbound, Part, PartKind, Quote, RawInbound } from "../core/message.ts";

const ITEM_TEXT = 1;
const ITEM_VOICE = 3;
const ITEM_FILE = 4;

const PART_KINDS: Readonly<Record<number, PartKind>> = {
  1: "text",
  2: "image",
  3: "voice",
  4: "file",
  5: "video",
};

/** Reads one message text. It is unreadable when it is no object or names no sender. */
export function readInbound(raw: string): RawInbound {
  const body = tryParseJson(raw);
  if (!isObject(body)) return { raw, read: { kind: "unreadable", reason: "not a JSON object" } };
  const from = textMember(body, "from_user_id");
  if (from === "") return { raw, read: { kind: "unreadable", reason: "from_user_id is missing" } };
  return { raw, read: { kind: "message", message: readMessage(body, from) } };
}

function readMessage(body: JsonObject, from: string): Inbound {
  const items = listMember(body, "item_list").filter(isObject);
  const group = textMember(body, "group_id");
  return {
    wireId: idDigits(body["message_id"]),
    from,
    group: group === "" ? null : group,
    createTimeMs: numberMember(body, "create_time_ms") || null,
    contextToken: textMember(body, "context_token"),
    text: readText(items),
    parts: items.map(readPart),
    quote: readQuote(items),
    digest: digestOf(items),
  };
}

/** Ids come as numbers beyond 2^53 or as strings of digits; 0 is protobuf for absent. */
function idDigits(value: Json | undefined): string | null {
  const digits = typeof value === "string" ? value : digitsOf(value);
  return digits !== null && /^[1-9]\d*$/.test(digits) ? digits : null;
}

function readText(items: readonly JsonObject[]): string {
  const texts = items.filter((item) => item["type"] === ITEM_TEXT).map(itemText);
  if (texts.length > 0) return texts.join("\n");
  const voice = items.find((item) => item["type"] === ITEM_VOICE);
  return voice === undefined ? "" : itemText(voice);
}

function itemText(item: JsonObject): string {
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

function readPart(item: JsonObject): Part {
  const kind = PART_KINDS[numberMember(item, "type") ?? 0] ?? "other";
  return { kind, text: itemText(item), bytes: partBytes(item) };
}

function partBytes(item: JsonObject): number | null {
  const file = objectMember(item, "file_item");
  if (file !== null) return Number(textMember(file, "len")) || null;
  const image = objectMember(item, "image_item");
  if (image !== null) return numberMember(image, "mid_size");
  const video = objectMember(item, "video_item");
  return video === null ? null : numberMember(video, "video_size");
}

function readQuote(items: readonly JsonObject[]): Quote | null {
  for (const item of items) {
    const ref = objectMember(item, "ref_msg");
    if (ref === null) continue;
    const quoted = objectMember(ref, "message_item") ?? {};
    const embeddedId = textMember(quoted, "msg_id").replace(/^v1:/, "");
    return {
      wireId: idDigits(ref["svr_id"]) ?? idDigits(embeddedId),
      text: itemText(quoted) || textMember(ref, "title"),
      createTimeMs: numberMember(quoted, "create_time_ms") || null,
    };
  }
  return null;
}

/** Members that differ between two deliveries of the same message. */
function digestOf(items: readonly JsonObject[]): string {
  const content = items.map((item) => [
    numberMember(item, "type"),
    itemText(item),
    partBytes(item),
    textMember(objectMember(item, "file_item") ?? {}, "md5"),
    textMember(objectMember(item, "video_item") ?? {}, "video_md5"),
  ]);
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
