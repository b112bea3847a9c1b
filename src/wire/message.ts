/** Reads what the hub needs out of one raw message; everything else in it is carried, not understood. */
import { createHash } from "node:crypto";
import { bytesOfItem, itemsOf, partOfItem, textOfItem, textOfItems } from "../core/content.ts";
import {
  digitsOf,
  isObject,
  type Json,
  type JsonObject,
  numberMember,
  objectMember,
  textMember,
  tryParseJson,
} from "../lib/json.ts";
import type { Inbound, Quote, RawInbound } from "../core/message.ts";

/** Reads one message text. It is unreadable when it is no object or names no sender. */
export function readInbound(raw: string): RawInbound {
  const body = tryParseJson(raw);
  if (!isObject(body)) return { raw, read: { kind: "unreadable", reason: "not a JSON object" } };
  const from = textMember(body, "from_user_id");
  if (from === "") return { raw, read: { kind: "unreadable", reason: "from_user_id is missing" } };
  return { raw, read: { kind: "message", message: readMessage(body, from) } };
}

function readMessage(body: JsonObject, from: string): Inbound {
  const items = itemsOf(body);
  const group = textMember(body, "group_id");
  return {
    wireId: idDigits(body["message_id"]),
    from,
    group: group === "" ? null : group,
    createTimeMs: numberMember(body, "create_time_ms") || null,
    contextToken: textMember(body, "context_token"),
    text: textOfItems(items),
    parts: items.map(partOfItem),
    quote: readQuote(items),
    digest: digestOf(items),
  };
}

/** Ids come as numbers beyond 2^53 or as strings of digits; 0 is protobuf for absent. */
function idDigits(value: Json | undefined): string | null {
  const digits = typeof value === "string" ? value : digitsOf(value);
  return digits !== null && /^[1-9]\d*$/.test(digits) ? digits : null;
}

function readQuote(items: readonly JsonObject[]): Quote | null {
  for (const item of items) {
    const ref = objectMember(item, "ref_msg");
    if (ref === null) continue;
    const quoted = objectMember(ref, "message_item") ?? {};
    const selected = textMember(objectMember(ref, "partial_text") ?? {}, "start");
    const embeddedId = textMember(quoted, "msg_id").replace(/^v1:/, "");
    return {
      wireId: idDigits(ref["svr_id"]) ?? idDigits(embeddedId),
      text: textOfItem(quoted) || textMember(ref, "title"),
      ...(selected === "" ? {} : { selected }),
      createTimeMs: numberMember(quoted, "create_time_ms") || null,
    };
  }
  return null;
}

/** Members that differ between two deliveries of the same message. */
function digestOf(items: readonly JsonObject[]): string {
  const content = items.map((item) => [
    numberMember(item, "type"),
    textOfItem(item),
    bytesOfItem(item),
    textMember(objectMember(item, "file_item") ?? {}, "md5"),
    textMember(objectMember(item, "video_item") ?? {}, "video_md5"),
  ]);
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
