/**
 * The dialect of EdgeCrab's WeChat adapter: flat messages with WeChat's old kinds of items (3, 34, 43, 49), flat sends, a
 * call of its own for typing tickets. It judges a poll by `ret` first and a send by its HTTP status alone.
 */
import { createHash } from "node:crypto";
import { digitsOf, type JsonObject, objectMember, textMember } from "../../lib/json.ts";
import { RET_FAILED, writeFailure } from "../../wire/ret.ts";
import { TYPING_ON } from "../../wire/typing.ts";
import { type Answer, type Endpoints, succeed } from "../call.ts";
import { createUploadSizes, readSend } from "./edgecrab_send.ts";
import { hexToBase64, keyToHex } from "./media_key.ts";
import {
  ask,
  FILE,
  IMAGE,
  itemsOf,
  saidIn,
  TEXT,
  typeOf,
  VIDEO,
  VOICE,
  writeMessages,
} from "./translate.ts";

/** iLink's kinds of media: the number this dialect has for each, and the member that holds it. */
const MEDIA: Readonly<Record<string, { readonly type: number; readonly key: string }>> = {
  [IMAGE]: { type: 3, key: "image_item" },
  [VOICE]: { type: 34, key: "voice_item" },
  [VIDEO]: { type: 43, key: "video_item" },
  [FILE]: { type: 49, key: "file_item" },
};

/** Of iLink's `getuploadurl`, by this dialect's word; a voice goes as a file, since WeChat shows no voice of a bot. */
const UPLOAD_TYPES: Readonly<Record<string, number>> = { image: 1, video: 2 };
const UPLOAD_FILE = 3;

export function createEdgecrab(ilink: Endpoints): Endpoints {
  const sizes = createUploadSizes();
  return {
    async getupdates(call) {
      const { answer, body, isOk } = await ask(ilink, {
        ...{ call, name: "getupdates" },
        body: { get_updates_buf: textMember(call.body, "get_updates_buf") },
      });
      if (!isOk) return answer;
      const get_updates_buf = textMember(body, "get_updates_buf");
      return succeed({ ret: 0, messages: writeMessages(body, writeMessage), get_updates_buf });
    },
    async sendmessage(call) {
      const msg = readSend(call.body, (aesKey) => sizes.find(call.client.id, aesKey));
      if (msg === null) return refuse("content is missing, want a text or uploaded media");
      const { answer, isOk } = await ask(ilink, { call, name: "sendmessage", body: { msg } });
      return isOk || answer.status !== 200 ? answer : { ...answer, status: 400 };
    },
    async gettyping_ticket(call) {
      const body = {
        ilink_user_id: textMember(call.body, "to_user"),
        context_token: textMember(call.body, "context_token"),
      };
      const config = await ask(ilink, { call, name: "getconfig", body });
      return succeed({ ret: 0, ticket: textMember(config.body, "typing_ticket") });
    },
    async sendtyping(call) {
      const body = {
        ilink_user_id: textMember(call.body, "to_user"),
        typing_ticket: textMember(call.body, "typing_ticket"),
        status: TYPING_ON,
      };
      return (await ask(ilink, { call, name: "sendtyping", body })).answer;
    },
    async getuploadurl(call) {
      const request = readUpload(call.body);
      sizes.note(call.client.id, request);
      const { answer, body, isOk } = await ask(ilink, {
        ...{ call, name: "getuploadurl", body: request },
      });
      if (!isOk) return answer;
      // With an upload_param it would build an address that WeChat's CDN does not know; without, it uses this one.
      return succeed({ ret: 0, upload_url: textMember(body, "upload_full_url"), upload_param: "" });
    },
  };
}

function refuse(text: string): Answer {
  return { status: 400, text: JSON.stringify(writeFailure(RET_FAILED, text)) };
}

// ─── Messages ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function writeMessage(message: JsonObject): JsonObject {
  const group = textMember(message, "group_id");
  const items = itemsOf(message);
  const quote = items.map((item) => objectMember(item, "ref_msg")).find((ref) => ref !== null);
  return {
    msg_id: digitsOf(message["message_id"]) ?? "",
    from_user: textMember(message, "from_user_id"),
    // WeChat tells no names.
    from_nickname: "",
    is_group: group !== "",
    group_id: group,
    context_token: textMember(message, "context_token"),
    item_list: items.flatMap(writeItem),
    ...(quote === undefined ? {} : { reference: writeReference(quote) }),
  };
}

function writeItem(item: JsonObject): JsonObject[] {
  const said = saidIn(item);
  const text = said === "" && typeOf(item) !== TEXT ? [] : [{ type: 1, content: said }];
  const kind = MEDIA[typeOf(item)];
  if (kind === undefined) return text;
  const held = objectMember(item, kind.key) ?? {};
  const media = objectMember(held, "media") ?? {};
  const hex = keyToHex(textMember(held, "aeskey") || textMember(media, "aes_key"));
  const file_name = textMember(held, "file_name");
  const param = paramOf(media);
  return [...text, {
    type: kind.type,
    ...(param === "" ? {} : { encrypted_query_param: param }),
    ...(hex === null ? {} : { aes_key: hexToBase64(hex) }),
    ...(file_name === "" ? {} : { file_name }),
  }];
}

/** By which the CDN knows a medium; some messages have it in the whole address only. */
function paramOf(media: JsonObject): string {
  const param = textMember(media, "encrypt_query_param");
  const url = textMember(media, "full_url");
  if (param !== "" || !URL.canParse(url)) return param;
  return new URL(url).searchParams.get("encrypted_query_param") ?? "";
}

/** A quote without text reads as one of media. */
function writeReference(quote: JsonObject): JsonObject {
  const content = saidIn(objectMember(quote, "message_item") ?? {}) || textMember(quote, "title");
  return content === "" ? {} : { content };
}

// ─── Uploads ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function readUpload(body: JsonObject): JsonObject {
  const filekey = textMember(body, "filekey");
  const given = Object.fromEntries(
    ["rawsize", "filesize"].flatMap((key) => {
      const size = body[key];
      return size === undefined ? [] : [[key, size]];
    }),
  );
  return {
    ...given,
    to_user_id: textMember(body, "to_user"),
    // WeChat names objects by 32 hex digits; the address it gives holds the name, so the client need not know it.
    filekey: /^[0-9a-f]{32}$/.test(filekey)
      ? filekey
      : createHash("md5").update(filekey).digest("hex"),
    media_type: UPLOAD_TYPES[textMember(body, "file_type")] ?? UPLOAD_FILE,
    rawfilemd5: textMember(body, "md5"),
    aeskey: textMember(body, "aeskey"),
    no_need_thumb: true,
  };
}
