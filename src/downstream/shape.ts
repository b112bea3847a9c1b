/**
 * The only place that dresses a message for a client: ids and tokens swapped, missing members filled in, what breaks strict
 * parsers repaired (ILINK.md 2.6 and C16). Everything else passes as it came, numbers digit for digit.
 */
import type { ClientId, MessageId } from "../core/ids.ts";
import { signText, virtualBotId } from "../core/tokens.ts";
import {
  digitsOf,
  isObject,
  type Json,
  type JsonObject,
  listMember,
  objectMember,
  textMember,
  tryParseJson,
} from "../lib/json.ts";
import type { HandedOutDelivery } from "../store/store.ts";
import { inBothLanguages, PLACEHOLDER_TEXT } from "../text/placeholder.ts";
import type { CdnRelay } from "./cdn.ts";
import { flag, int32, int64, list, object, or, type Repair, repairObject, text } from "./repair.ts";

/**
 * The JSON text of a delivery as this client gets it. Never throws: what cannot be dressed becomes a line of text.
 * `extension` are the hub's own members, for a client that asked for them.
 */
export type Shape = (
  client: ClientId,
  delivery: HandedOutDelivery,
  extension?: Partial<Extension>,
) => string;

/** Members of a message or an answer that are the hub's and not iLink's. */
export interface Extension {
  readonly ilink_hub_ext: JsonObject;
}

type Delivery = HandedOutDelivery;

/** Members of a message that are the hub's to say. */
interface Edge extends Partial<Extension> {
  readonly to_user_id: string;
  readonly context_token: string;
}

/** With `cdn`, media are where it says, for this client. */
export function createShape(
  signKey: Uint8Array,
  cdn: Pick<CdnRelay, "urlFor"> | null = null,
): Shape {
  return (client, delivery, extension) => {
    const { conversation, message } = delivery;
    const edge: Edge = {
      to_user_id: virtualBotId(signKey, client),
      context_token: signText(signKey, { kind: "context", client, conversation, message }),
      ...extension,
    };
    const given = tryParseJson(delivery.raw);
    const body = isObject(given) ? given : {};
    try {
      const fitted = fitMessage(adapt(body, delivery), message);
      const relayed = cdn === null ? fitted : moveMedia(fitted, (url) => cdn.urlFor(client, url));
      return JSON.stringify({ ...relayed, ...edge });
    } catch {
      // Nested too deeply for this runtime; the top is still readable, and blocking the client would be worse.
      return JSON.stringify({ ...standIn(body, delivery), ...edge });
    }
  };
}

// ─── What the decision changed ─────────────────────────────────────────────────────────────────────────────────────────

const TYPE_TEXT = 1;
const TYPE_VOICE = 3;

function adapt(body: JsonObject, { text, quotedWireId }: Delivery): JsonObject {
  if (text === null && quotedWireId === null) return body;
  let items: readonly Json[] = listMember(body, "item_list");
  if (text !== null) items = replaceText(items, text);
  if (quotedWireId !== null) items = items.map((item) => renameQuote(item, quotedWireId));
  return { ...body, item_list: [...items] };
}

/** The first text item says it all, else the voice transcript, else an item of its own in front. */
function replaceText(items: readonly Json[], text: string): readonly Json[] {
  const typeOf = (item: Json) => isObject(item) ? item["type"] : null;
  const type = [TYPE_TEXT, TYPE_VOICE].find((wanted) => items.some((i) => typeOf(i) === wanted));
  if (type === undefined) return [{ type: TYPE_TEXT, text_item: { text } }, ...items];
  const key = type === TYPE_TEXT ? "text_item" : "voice_item";
  const first = items.findIndex((item) => typeOf(item) === type);
  return items.map((item, at) => {
    if (!isObject(item) || typeOf(item) !== type || (type === TYPE_VOICE && at !== first)) {
      return item;
    }
    return { ...item, [key]: { ...objectMember(item, key), text: at === first ? text : "" } };
  });
}

/** Puts the digits by which the client knows the quoted message where the quote names it. */
function renameQuote(item: Json, digits: string): Json {
  const ref = isObject(item) ? objectMember(item, "ref_msg") : null;
  if (!isObject(item) || ref === null) return item;
  const quoted = objectMember(ref, "message_item");
  const embedded = textMember(quoted ?? {}, "msg_id");
  if (quoted === null || embedded === "") {
    return { ...item, ref_msg: { ...ref, svr_id: digits } };
  }
  const message_item = { ...quoted, msg_id: embedded.startsWith("v1:") ? `v1:${digits}` : digits };
  const renamed = ref["svr_id"] === undefined ? {} : { svr_id: digits };
  return { ...item, ref_msg: { ...ref, ...renamed, message_item } };
}

/** The message with every `full_url` of its items and quotes replaced. */
function moveMedia(message: JsonObject, move: (url: string) => string): JsonObject {
  const moveIn = (value: Json, key: string): Json => {
    if (key === "full_url" && typeof value === "string") return move(value);
    if (Array.isArray(value)) return value.map((part) => moveIn(part, ""));
    return isObject(value) ? mapMembers(value, moveIn) : value;
  };
  return { ...message, item_list: moveIn(message["item_list"] ?? [], "") };
}

function mapMembers(given: JsonObject, map: (value: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, map(value, key)]));
}

// ─── What strict parsers need ──────────────────────────────────────────────────────────────────────────────────────────

/** The kinds of items that every client reads. */
const ITEM_TYPES = ["1", "2", "3", "4", "5"];

const CDN_MEDIA = object({
  encrypt_query_param: or(text, ""),
  aes_key: or(text, ""),
  encrypt_type: int32,
  full_url: text,
});

const IMAGE = object({
  media: CDN_MEDIA,
  thumb_media: CDN_MEDIA,
  aeskey: text,
  url: text,
  mid_size: int32,
  thumb_size: int32,
  thumb_height: int32,
  thumb_width: int32,
  hd_size: int32,
});

const VOICE = object({
  media: CDN_MEDIA,
  encode_type: int32,
  bits_per_sample: int32,
  sample_rate: int32,
  playtime: int32,
  text,
});

const FILE = object({ media: CDN_MEDIA, file_name: text, md5: text, len: text });

const VIDEO = object({
  media: CDN_MEDIA,
  thumb_media: CDN_MEDIA,
  video_size: int32,
  play_length: int32,
  video_md5: text,
  thumb_size: int32,
  thumb_height: int32,
  thumb_width: int32,
});

/** The item objects every client knows. */
const KNOWN_ITEMS = {
  text_item: object({ text: or(text, "") }),
  image_item: IMAGE,
  voice_item: VOICE,
  file_item: FILE,
  video_item: VIDEO,
};

/** A quote holds an item of its own, which may hold a quote. What was not said about that item is not made up. */
const fitQuote: Repair = object({
  message_item: (value) =>
    isObject(value)
      ? fitType(repairObject(value, {
        ...KNOWN_ITEMS,
        type: int32,
        create_time_ms: int64,
        update_time_ms: int64,
        is_completed: flag,
        msg_id: text,
        ref_msg: (ref) => fitQuote(ref),
      }))
      : undefined,
  title: text,
  svr_id: (value) => typeof value === "string" ? value : int64(value),
});

function fitMessage(body: JsonObject, message: MessageId): JsonObject {
  const createdMs = int64(body["create_time_ms"]) ?? 0;
  const fitItems: Repair = (items) =>
    Array.isArray(items) ? items.filter(isObject).map((item) => fitItem(item, createdMs)) : [];
  return repairObject(body, {
    seq: or(int64, 0),
    message_id: or(int64, standInWireId(message)),
    from_user_id: or(text, ""),
    to_user_id: or(text, ""),
    client_id: or(text, ""),
    create_time_ms: or(int64, 0),
    update_time_ms: or(int64, createdMs),
    delete_time_ms: or(int64, 0),
    session_id: or(text, ""),
    group_id: or(text, ""),
    message_type: or(int32, 1),
    message_state: or(int32, 2),
    item_list: fitItems,
    context_token: or(text, ""),
    root_id: or(int64, 0),
    parent_id: or(int64, 0),
  });
}

function fitItem(item: JsonObject, createdMs: Json): JsonObject {
  return fitType(repairObject(item, {
    ...KNOWN_ITEMS,
    type: int32,
    create_time_ms: or(int64, createdMs),
    update_time_ms: or(int64, createdMs),
    is_completed: or(flag, true),
    msg_id: or(text, ""),
    button_item_list: or(list, []),
    at_bot_username_list: or(list, []),
    ref_msg: fitQuote,
  }));
}

/** An item of a kind that not every client reads becomes a line of text; what it holds stays in it. */
function fitType(item: JsonObject): JsonObject {
  const said = objectMember(item, "text_item");
  if (!ITEM_TYPES.includes(digitsOf(item["type"]) ?? "")) {
    const unsupported = { text: inBothLanguages(PLACEHOLDER_TEXT.item) };
    return { ...item, type: TYPE_TEXT, text_item: said ?? unsupported };
  }
  const isText = Number(digitsOf(item["type"])) === TYPE_TEXT;
  return isText && said === null ? { ...item, text_item: { text: "" } } : item;
}

/** Added to a message's id where WeChat gave none a client could read: below 2^53 and far from WeChat's (about 7.5e18). */
const STAND_IN_WIRE_ID_BASE = 5_000_000_000_000_000;

function standInWireId(message: MessageId): number {
  return STAND_IN_WIRE_ID_BASE + message;
}

/** A message with the same edges and one line of text. */
function standIn(body: JsonObject, { message, text }: Delivery): JsonObject {
  const { message_id = 0, from_user_id = "", group_id = "", create_time_ms = 0 } = body;
  const line = text ?? inBothLanguages(PLACEHOLDER_TEXT.message);
  const item_list = [{ type: TYPE_TEXT, text_item: { text: line } }];
  return fitMessage({ message_id, from_user_id, group_id, create_time_ms, item_list }, message);
}
