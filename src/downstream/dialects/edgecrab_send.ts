/** What EdgeCrab sends, as iLink's `msg`. */
import type { ClientId } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { type JsonObject, numberMember, textMember } from "../../lib/json.ts";
import { keyToHex } from "./media_key.ts";
import { textItem } from "./translate.ts";

/** Of one upload: iLink wants sizes in the message, which this dialect tells only when it asks where to upload. */
interface Sizes {
  readonly plainBytes: number;
  readonly cipherBytes: number;
}

/** The sizes of the newest uploads, by client and key. Lost at a restart, which costs the size shown beside a file. */
export interface UploadSizes {
  /** `request` is iLink's. */
  note(client: ClientId, request: JsonObject): void;
  find(client: ClientId, aesKey: string): Sizes | null;
}

export function createUploadSizes(): UploadSizes {
  const known = new Map<string, Sizes>();
  return {
    note(client, request) {
      const name = `${client}.${keyToHex(textMember(request, "aeskey"))}`;
      known.delete(name);
      known.set(name, {
        plainBytes: numberMember(request, "rawsize") ?? 0,
        cipherBytes: numberMember(request, "filesize") ?? 0,
      });
      const [oldest] = known.keys();
      if (known.size > LIMITS.uploadSizesMax && oldest !== undefined) known.delete(oldest);
    },
    find: (client, aesKey) => known.get(`${client}.${keyToHex(aesKey)}`) ?? null,
  };
}

/** The `msg` that is meant; `null` when there is nothing to send in it. */
export function readSend(
  body: JsonObject,
  findSizes: (aesKey: string) => Sizes | null,
): JsonObject | null {
  const item = readItem(body, findSizes);
  if (item === null) return null;
  return {
    to_user_id: textMember(body, "to_user"),
    context_token: textMember(body, "context_token"),
    item_list: [item],
  };
}

function readItem(
  body: JsonObject,
  findSizes: (aesKey: string) => Sizes | null,
): JsonObject | null {
  const param = textMember(body, "encrypt_query_param");
  const content = textMember(body, "content");
  if (param === "") return content === "" ? null : textItem(content);
  const key = textMember(body, "aes_key");
  const hex = keyToHex(key);
  const aes_key = hex === null ? key : new TextEncoder().encode(hex).toBase64();
  const media = { encrypt_query_param: param, aes_key, encrypt_type: 1 };
  const sizes = findSizes(key);
  const cipherBytes = sizes?.cipherBytes;
  const kind = textMember(body, "msg_type");
  if (kind === "image") {
    const mid_size = cipherBytes === undefined ? {} : { mid_size: cipherBytes };
    return { type: 2, image_item: { media, ...mid_size } };
  }
  if (kind === "video") {
    const video_size = cipherBytes === undefined ? {} : { video_size: cipherBytes };
    return { type: 5, video_item: { media, ...video_size } };
  }
  // The dialect does not tell names; it keeps voices of its own as mp3.
  const file_name = textMember(body, "file_name") || (kind === "voice" ? "voice.mp3" : "file");
  const len = sizes === null ? {} : { len: String(sizes.plainBytes) };
  return { type: 4, file_item: { media, file_name, ...len } };
}
