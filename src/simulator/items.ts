/** The items of a person's message: text, media and quotes in the shapes WeChat gives them (ILINK.md 2.2 to 2.4). */
import { createHash } from "node:crypto";
import type { Json, JsonObject } from "../lib/json.ts";
import { keepMedia, type KeptMedia } from "./media.ts";
import type { Chat, World } from "./world.ts";

const TITLE_LENGTH_MAX = 40;
const MARK_LENGTH = 4;

/** One item of a message. Media without `bytes` get a few made-up ones. */
export type SayPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "image"; readonly bytes?: Uint8Array }
  /** `transcript` is WeChat's own speech-to-text; without it there is only sound. */
  | { readonly kind: "voice"; readonly bytes?: Uint8Array; readonly transcript?: string }
  | { readonly kind: "file"; readonly name: string; readonly bytes?: Uint8Array }
  | { readonly kind: "video"; readonly bytes?: Uint8Array }
  /** Any members over the usual ones of an item, such as an unknown `type`. */
  | { readonly kind: "other"; readonly item: JsonObject };

export interface SayQuote {
  /** The digits of the quoted message's id: the bot's or the person's own. */
  readonly wireId: string;
  /** `embedded`: the quoted item (older apps); `id`: only its id; `partial`: its id and what was selected. */
  readonly style: "embedded" | "id" | "partial";
  /** Style `partial`: the selected part; the whole text when absent. */
  readonly selected?: string;
}

export function writeItem(
  world: World,
  given: { readonly part: SayPart; readonly wireId: string; readonly nowMs: number },
): JsonObject {
  return {
    create_time_ms: given.nowMs,
    update_time_ms: given.nowMs,
    is_completed: true,
    msg_id: `v1:${given.wireId}`,
    button_item_list: [],
    at_bot_username_list: [],
    ...writePart(world, given.part),
  };
}

function writePart(world: World, part: SayPart): JsonObject {
  switch (part.kind) {
    case "text":
      return { type: 1, text_item: { text: part.text } };
    case "other":
      return part.item;
    case "image": {
      const kept = keepMedia(world, part.bytes);
      const image = {
        media: cdnMedia(world, { kept, keyForm: "raw" }),
        aeskey: kept.key.toHex(),
        url: "",
        mid_size: kept.cipherBytes,
        thumb_size: 0,
        thumb_height: 0,
        thumb_width: 0,
        hd_size: kept.cipherBytes,
      };
      return { type: 2, image_item: image };
    }
    case "voice": {
      const kept = keepMedia(world, part.bytes);
      const voice: JsonObject = {
        media: cdnMedia(world, { kept, keyForm: "hex" }),
        encode_type: 6,
        bits_per_sample: 16,
        sample_rate: 24_000,
        playtime: 2_400,
      };
      return {
        type: 3,
        voice_item: part.transcript === undefined ? voice : { ...voice, text: part.transcript },
      };
    }
    case "file": {
      const kept = keepMedia(world, part.bytes);
      const file = {
        media: cdnMedia(world, { kept, keyForm: "hex" }),
        file_name: part.name,
        md5: kept.md5,
        len: String(kept.plainBytes),
      };
      return { type: 4, file_item: file };
    }
    case "video": {
      const kept = keepMedia(world, part.bytes);
      const video = {
        media: cdnMedia(world, { kept, keyForm: "hex" }),
        video_size: kept.cipherBytes,
        play_length: 3,
        video_md5: kept.md5,
        thumb_size: 0,
        thumb_height: 0,
        thumb_width: 0,
      };
      return { type: 5, video_item: video };
    }
  }
}

/** WeChat writes the key of images as 16 raw bytes and of all else as 32 hex digits, both in base64. */
function cdnMedia(
  world: World,
  given: { readonly kept: KeptMedia; readonly keyForm: "raw" | "hex" },
): JsonObject {
  const { param, key } = given.kept;
  return {
    encrypt_query_param: param,
    aes_key: given.keyForm === "raw" ? key.toBase64() : btoa(key.toHex()),
    encrypt_type: 1,
    full_url: `${world.baseUrl}/c2c/download?encrypted_query_param=${encodeURIComponent(param)}`,
  };
}

export function writeQuote(chat: Chat, quote: SayQuote): JsonObject {
  const quoted = chat.entries.items().find((entry) => entry.wireId === quote.wireId);
  const text = quoted?.text ?? "";
  if (quote.style === "embedded") {
    const item: Json = {
      type: 1,
      create_time_ms: quoted?.atMs ?? 0,
      update_time_ms: quoted?.atMs ?? 0,
      is_completed: true,
      msg_id: `v1:${quote.wireId}`,
      text_item: { text },
    };
    return { message_item: item, title: text.slice(0, TITLE_LENGTH_MAX) };
  }
  if (quote.style === "id") return { svr_id: quote.wireId };
  const selected = quote.selected ?? text;
  const partial = {
    start: selected.slice(0, MARK_LENGTH),
    end: selected.slice(-MARK_LENGTH),
    startindex: 0,
    endindex: 0,
    quotemd5: createHash("md5").update(selected).digest("hex"),
  };
  return { svr_id: quote.wireId, partial_text: partial };
}
