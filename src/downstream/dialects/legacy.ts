/**
 * The dialect of a channel that was written from a guess of iLink: `updates` with `from_user`, `chat` and `content`, sends of
 * `{context_token, message}`, typing by context token alone, and `error_code` beside HTTP's own. It takes media as a word only.
 */
import {
  digitsOf,
  type JsonObject,
  numberMember,
  objectMember,
  textMember,
} from "../../lib/json.ts";
import { RET_FAILED, writeFailure } from "../../wire/ret.ts";
import { TYPING_ON } from "../../wire/typing.ts";
import { type Answer, type Endpoints, succeed } from "../call.ts";
import {
  ask,
  FILE,
  IMAGE,
  itemsOf,
  saidIn,
  textItem,
  typeOf,
  VIDEO,
  VOICE,
  writeMessages,
} from "./translate.ts";

/** Words for items without text. */
const KIND_WORDS: Readonly<Record<string, string>> = {
  [IMAGE]: "image",
  [VOICE]: "voice",
  [FILE]: "file",
  [VIDEO]: "video",
};

export function createLegacy(ilink: Endpoints): Endpoints {
  return {
    async getupdates(call) {
      const { answer, body, isOk } = await ask(ilink, {
        ...{ call, name: "getupdates" },
        // The cursor goes back under iLink's name.
        body: { get_updates_buf: textMember(call.body, "get_updates_buf") },
      });
      if (!isOk) return withErrorCode(answer, body);
      const next_cursor = textMember(body, "get_updates_buf");
      return succeed({ error_code: 0, updates: writeMessages(body, writeUpdate), next_cursor });
    },
    async sendmessage(call) {
      const text = textMember(objectMember(call.body, "message") ?? {}, "text");
      if (text === "") {
        const failure = writeFailure(RET_FAILED, "message.text is missing, want a text");
        return succeed({ ...failure, error_code: RET_FAILED });
      }
      const context_token = textMember(call.body, "context_token");
      const msg: JsonObject = { context_token, item_list: [textItem(text)] };
      const { answer, body } = await ask(ilink, { call, name: "sendmessage", body: { msg } });
      return withErrorCode(answer, body);
    },
    async sendtyping(call) {
      const context_token = textMember(call.body, "context_token");
      const config = await ask(ilink, { call, name: "getconfig", body: { context_token } });
      const typing_ticket = textMember(config.body, "typing_ticket");
      const typing = { typing_ticket, status: TYPING_ON };
      const { answer, body } = await ask(ilink, { call, name: "sendtyping", body: typing });
      return withErrorCode(answer, body);
    },
  };
}

function withErrorCode({ status }: Answer, body: JsonObject): Answer {
  return { status, text: JSON.stringify({ ...body, error_code: body["ret"] ?? 0 }) };
}

function writeUpdate(message: JsonObject): JsonObject {
  const from = textMember(message, "from_user_id");
  const group = textMember(message, "group_id");
  return {
    message_id: digitsOf(message["message_id"]) ?? "",
    // WeChat tells no names.
    from_user: { id: from, name: "" },
    chat: group === "" ? { id: from, type: "private" } : { id: group, type: "group" },
    content: writeContent(message),
    context_token: textMember(message, "context_token"),
    timestamp: Math.floor((numberMember(message, "create_time_ms") ?? 0) / 1_000),
  };
}

function writeContent(message: JsonObject): JsonObject {
  const items = itemsOf(message);
  const said = items.map(saidIn).filter((text) => text !== "");
  const kind = items.map((item) => KIND_WORDS[typeOf(item)]).find((word) => word !== undefined);
  if (said.length > 0 || kind === undefined) return { type: "text", text: said.join("\n") };
  return { type: kind };
}
