/** Media as clients move them: AES-128-ECB, the CDN's two addresses, keys in their two forms (ILINK.md 4). */
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import {
  isObject,
  type JsonObject,
  listMember,
  objectMember,
  textMember,
} from "../../../../src/lib/json.ts";
import type { MediaHabits } from "./habits.ts";

export type CdnFetch = (url: string, init?: RequestInit) => Promise<Response>;

/** The host that several clients have in their code. */
const FIXED_CDN = "https://novac2c.cdn.weixin.qq.com/c2c";

const KINDS = [
  { kind: "image", member: "image_item", type: 2, uploadType: 1 },
  { kind: "video", member: "video_item", type: 5, uploadType: 2 },
  { kind: "file", member: "file_item", type: 4, uploadType: 3 },
] as const;

export interface MediaFound {
  readonly kind: (typeof KINDS)[number]["kind"];
  readonly item: JsonObject;
}

/** The first of an image, a video or a file in a message. */
export function mediaOf(message: JsonObject): MediaFound | null {
  const items = listMember(message, "item_list").filter(isObject);
  for (const { kind, member } of KINDS) {
    for (const item of items) {
      const found = objectMember(item, member);
      if (found !== null) return { kind, item: found };
    }
  }
  return null;
}

export async function downloadMedia(
  { item }: MediaFound,
  { habits, cdn }: { readonly habits: MediaHabits; readonly cdn: CdnFetch },
): Promise<Uint8Array> {
  const media = objectMember(item, "media") ?? {};
  const param = encodeURIComponent(textMember(media, "encrypt_query_param"));
  const full = habits.downloadsFrom === "full_url" ? textMember(media, "full_url") : "";
  const url = full || `${FIXED_CDN}/download?encrypted_query_param=${param}`;
  const response = await cdn(url);
  if (response.status !== 200) throw new Error(`download: HTTP ${response.status} of ${url}`);
  const cipher = new Uint8Array(await response.arrayBuffer());
  const hex = textMember(item, "aeskey");
  const key = hex === "" ? keyOf(textMember(media, "aes_key")) : Buffer.from(hex, "hex");
  const opening = createDecipheriv("aes-128-ecb", key, null);
  return new Uint8Array(Buffer.concat([opening.update(cipher), opening.final()]));
}

/** 16 bytes are the key; 32 are its hex digits. */
function keyOf(text: string): Buffer {
  const given = Buffer.from(text, "base64");
  if (given.length === 16) return given;
  if (given.length === 32) return Buffer.from(given.toString("ascii"), "hex");
  throw new Error(`a key of ${given.length} bytes`);
}

/** Uploads and gives the item that carries it. */
export async function uploadMedia(
  given: MediaFound & { readonly plain: Uint8Array; readonly to: string },
  by: {
    readonly habits: MediaHabits;
    readonly cdn: CdnFetch;
    readonly ask: (body: JsonObject) => Promise<JsonObject>;
  },
): Promise<JsonObject> {
  const { plain, to, kind } = given;
  const key = crypto.getRandomValues(new Uint8Array(16));
  const filekey = crypto.getRandomValues(new Uint8Array(16)).toHex();
  const closing = createCipheriv("aes-128-ecb", key, null);
  const cipher = new Uint8Array(Buffer.concat([closing.update(plain), closing.final()]));
  const [{ member, type, uploadType } = KINDS[2]] = KINDS.filter((one) => one.kind === kind);
  const answer = await by.ask({
    filekey,
    media_type: uploadType,
    to_user_id: to,
    rawsize: plain.length,
    rawfilemd5: createHash("md5").update(plain).digest("hex"),
    filesize: cipher.length,
    no_need_thumb: true,
    aeskey: key.toHex(),
  });
  const place = textMember(answer, by.habits.uploadsTo);
  if (place === "") throw new Error(`getuploadurl: ${JSON.stringify(answer)}`);
  const url = by.habits.uploadsTo === "upload_full_url"
    ? place
    : `${FIXED_CDN}/upload?encrypted_query_param=${encodeURIComponent(place)}&filekey=${filekey}`;
  const uploaded = await by.cdn(url, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: cipher,
  });
  await uploaded.body?.cancel();
  const param = uploaded.headers.get("x-encrypted-param");
  if (uploaded.status !== 200 || param === null) {
    throw new Error(`upload: HTTP ${uploaded.status} ${uploaded.headers.get("x-error-message")}`);
  }
  const aes_key = by.habits.keyIs === "hex_text" ? btoa(key.toHex()) : key.toBase64();
  const media = { encrypt_query_param: param, aes_key, encrypt_type: 1 };
  const rest: Readonly<Record<MediaFound["kind"], JsonObject>> = {
    image: { mid_size: cipher.length },
    video: { video_size: cipher.length },
    file: { file_name: textMember(given.item, "file_name"), len: String(plain.length) },
  };
  return { type, [member]: { media, ...rest[kind] } };
}
