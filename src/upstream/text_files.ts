/** Uploads a text as a file, as clients upload media: encrypted with a key of its own, announced, posted to the CDN. */
import { Buffer } from "node:buffer";
import { createCipheriv, createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { TextFiles } from "../core/text_files.ts";
import type { Cdn } from "../core/cdn.ts";
import { ITEM_FILE } from "../core/content.ts";
import { LIMITS } from "../core/limits.ts";
import type { Live } from "../core/live.ts";
import { withLimit } from "../lib/abort.ts";
import type { Clock } from "../lib/clock.ts";
import { type JsonObject, textMember } from "../lib/json.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import type { SendSteps } from "../store/store.ts";
import { completeUploadAnswer } from "../wire/media.ts";

export interface TextFilesPorts {
  readonly store: Pick<SendSteps, "conversationAddress">;
  readonly live: Pick<Live, "uploadUrl">;
  readonly wechatCdn: Cdn;
  /** No trailing slash. */
  readonly cdnBaseUrl: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const MEDIA_TYPE_FILE = 3;
const KEY_BYTES = 16;
const ENCRYPT_TYPE = 1;

type Upload = Parameters<TextFiles["upload"]>[0];

export function createTextFiles(ports: TextFilesPorts): TextFiles {
  const { log } = ports;
  return {
    async upload(file) {
      try {
        return await upload(file, ports);
      } catch (error) {
        const { conversation } = file;
        log.warn("text_file_not_uploaded", { conversation, error: errorText(error) });
        return null;
      }
    },
  };
}

async function upload({ conversation, fileName, text }: Upload, ports: TextFilesPorts) {
  const { store, live, random, cdnBaseUrl } = ports;
  const address = await store.conversationAddress(conversation);
  if (address === null) throw new Error("the conversation has no address");
  const plain = new TextEncoder().encode(text);
  const key = random.bytes(KEY_BYTES);
  const cipher = encrypt(key, plain);
  const filekey = random.bytes(KEY_BYTES).toHex();
  const asked = await live.uploadUrl({
    account: address.account,
    request: {
      filekey,
      media_type: MEDIA_TYPE_FILE,
      to_user_id: address.to,
      rawsize: plain.length,
      rawfilemd5: createHash("md5").update(plain).digest("hex"),
      filesize: cipher.length,
      no_need_thumb: true,
      aeskey: key.toHex(),
    },
  });
  if (asked.kind === "failed") throw new Error(asked.text);
  const answer: JsonObject = completeUploadAnswer(asked.body, { filekey, cdnBaseUrl });
  const media = {
    encrypt_query_param: await post(textMember(answer, "upload_full_url"), cipher, ports),
    // The digits of the key, not its bytes: that is what phones open.
    aes_key: Buffer.from(key.toHex()).toString("base64"),
    encrypt_type: ENCRYPT_TYPE,
  };
  const file_item = { media, file_name: fileName, len: String(plain.length) };
  return { type: ITEM_FILE, file_item };
}

function encrypt(key: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-128-ecb", key, null);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

/** Gives the parameter by which the file is downloaded. */
async function post(
  url: string,
  cipher: Buffer,
  { wechatCdn, clock }: TextFilesPorts,
): Promise<string> {
  if (url === "") throw new Error("WeChat gave no address for the upload");
  const { signal } = new AbortController();
  const answer = await withLimit(
    (limited) =>
      wechatCdn.transfer({
        method: "POST",
        url,
        headers: {
          "Content-Type": "application/octet-stream",
          "Content-Length": String(cipher.length),
        },
        body: Readable.from([cipher]),
        signal: limited,
      }),
    { clock, limitMs: LIMITS.textUploadMs, signal },
  );
  if (answer.kind === "failed") throw new Error(answer.text);
  const { status, headers, body } = answer;
  body.on("error", () => {}); // nothing in it matters
  body.resume();
  const param = headers["x-encrypted-param"];
  if (status === 200 && typeof param === "string" && param !== "") return param;
  throw new Error(`the CDN answered HTTP ${status} ${headers["x-error-message"] ?? ""}`.trim());
}
