/** The CDN and `getuploadurl`: ciphertext goes in checked against what was announced, and comes out as it went in. */
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import { type JsonObject, numberMember, textMember } from "../lib/json.ts";
import {
  type Answer,
  type BotCall,
  type Call,
  invalidArguments,
  jsonAnswer,
  refusal,
} from "./exchange.ts";
import { takeFault } from "./faults.ts";
import { mintMediaParam } from "./ids.ts";
import type { Media, Upload, World } from "./world.ts";

const KEY_BYTES = 16;
const BLOCK_BYTES = 16;
const MADE_UP_BYTES = 100;
/** Media beyond this are forgotten, oldest first. */
const MEDIA_BYTES_MAX = 256 * 1024 * 1024;
const UPLOADS_MAX = 1_000;
const MEDIA_TYPE_VOICE = 4;

/** Media as the CDN has it. */
export interface KeptMedia {
  readonly param: string;
  readonly key: Uint8Array;
  readonly plainBytes: number;
  readonly cipherBytes: number;
  readonly md5: string;
}

/** Encrypts what a person sends (absent: a few random bytes) with a fresh key and makes it downloadable. */
export function keepMedia(world: World, given: Uint8Array | undefined): KeptMedia {
  const plain = given ?? world.random.bytes(MADE_UP_BYTES);
  const key = world.random.bytes(KEY_BYTES);
  const cipher = encrypt(key, plain);
  return {
    param: store(world, { cipher, key }),
    key,
    plainBytes: plain.length,
    cipherBytes: cipher.length,
    md5: md5Hex(plain),
  };
}

/** What lies behind a download parameter, decrypted; `null` when there is nothing. */
export function plainMedia(world: World, param: string): Uint8Array | null {
  const media = world.media.get(param);
  return media === undefined ? null : decrypt(media.key, media.cipher);
}

function store(world: World, media: Media): string {
  const param = mintMediaParam(world.random);
  world.media.set(param, media);
  world.mediaBytes += media.cipher.length;
  for (const [oldest, { cipher }] of world.media) {
    if (world.mediaBytes <= MEDIA_BYTES_MAX) break;
    world.media.delete(oldest);
    world.mediaBytes -= cipher.length;
  }
  return param;
}

export function answerUploadUrl(world: World, { body }: BotCall): Answer {
  const upload: Upload = {
    filekey: textMember(body, "filekey"),
    mediaType: numberMember(body, "media_type") ?? 0,
    to: textMember(body, "to_user_id"),
    rawBytes: numberMember(body, "rawsize") ?? -1,
    rawMd5: textMember(body, "rawfilemd5"),
    cipherBytes: numberMember(body, "filesize") ?? -1,
    keyHex: textMember(body, "aeskey"),
    problem: null,
    param: "",
  };
  if (upload.filekey === "" || upload.to === "" || !/^[0-9a-f]{32}$/i.test(upload.keyHex)) {
    return invalidArguments();
  }
  if (upload.mediaType === MEDIA_TYPE_VOICE && world.settings.voiceUpload === "refused") {
    return refusal(2, "unsupported media type");
  }
  const param = mintMediaParam(world.random);
  world.uploads.set(param, upload);
  for (const oldest of world.uploads.keys()) {
    if (world.uploads.size <= UPLOADS_MAX) break;
    world.uploads.delete(oldest);
  }
  return jsonAnswer(writeUploadAnswer(world, { param, filekey: upload.filekey }));
}

function writeUploadAnswer(
  world: World,
  given: { readonly param: string; readonly filekey: string },
): JsonObject {
  const query = `encrypted_query_param=${encodeURIComponent(given.param)}` +
    `&filekey=${encodeURIComponent(given.filekey)}&taskid=${md5Hex(given.param)}`;
  const full = { upload_full_url: `${world.baseUrl}/c2c/upload?${query}` };
  switch (world.settings.uploadAnswer) {
    case "full_only":
      return full;
    case "param_only":
      return { upload_param: given.param };
    case "both":
      return { upload_param: given.param, ...full };
  }
}

export function answerUpload(world: World, { exchange }: Call): Answer {
  const query = new URLSearchParams(exchange.query);
  const upload = world.uploads.get(query.get("encrypted_query_param") ?? "");
  if (upload === undefined) return cdnError(403, "unknown encrypted_query_param");
  const key = Uint8Array.fromHex(upload.keyHex);
  const cipher = exchange.body;
  upload.problem = query.get("filekey") === upload.filekey
    ? findProblem(upload, { key, cipher })
    : "filekey is not the announced one";
  if (upload.problem !== "") return cdnError(400, upload.problem);
  upload.param = store(world, { cipher, key });
  const headers: Record<string, string> =
    takeFault(world, { endpoint: "upload", stage: "content" })?.act.kind === "missing_header"
      ? {}
      : { "x-encrypted-param": upload.param };
  return { status: 200, headers, body: "" };
}

function findProblem(
  upload: Upload,
  given: { readonly key: Uint8Array; readonly cipher: Uint8Array },
): string {
  const { key, cipher } = given;
  if (cipher.length !== upload.cipherBytes) {
    return `${cipher.length} bytes came, filesize says ${upload.cipherBytes}`;
  }
  if (upload.cipherBytes !== (Math.floor(upload.rawBytes / BLOCK_BYTES) + 1) * BLOCK_BYTES) {
    return `filesize ${upload.cipherBytes} is not rawsize ${upload.rawBytes} padded`;
  }
  const plain = decrypt(key, cipher);
  if (plain === null) return "the ciphertext does not open with the announced aeskey";
  if (plain.length !== upload.rawBytes) {
    return `${plain.length} bytes after decryption, rawsize says ${upload.rawBytes}`;
  }
  return md5Hex(plain) === upload.rawMd5.toLowerCase() ? "" : "rawfilemd5 does not match";
}

export function answerDownload(world: World, { exchange }: Call): Answer {
  const param = new URLSearchParams(exchange.query).get("encrypted_query_param") ?? "";
  const media = world.media.get(param);
  return media === undefined
    ? cdnError(404, "unknown encrypted_query_param")
    : { status: 200, body: media.cipher, headers: { "content-type": "application/octet-stream" } };
}

function cdnError(status: number, text: string): Answer {
  return { status, headers: { "x-error-message": text }, body: "" };
}

function encrypt(key: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-128-ecb", key, null);
  return new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final()]));
}

/** `null` when the padding is wrong, which a wrong key makes it. */
function decrypt(key: Uint8Array, cipher: Uint8Array): Uint8Array | null {
  const decipher = createDecipheriv("aes-128-ecb", key, null);
  try {
    return new Uint8Array(Buffer.concat([decipher.update(cipher), decipher.final()]));
  } catch {
    return null; // final() throws for wrong padding and for a length that is no multiple of 16
  }
}

function md5Hex(content: string | Uint8Array): string {
  return createHash("md5").update(content).digest("hex");
}
