/** `sendmessage`, as both sides write and read it. */
import {
  digitsOf,
  isObject,
  type JsonObject,
  objectMember,
  rawNumber,
  textMember,
  tryParseJson,
} from "../lib/json.ts";
import { readRet } from "./ret.ts";

export { textContent } from "../core/content.ts";

export const MESSAGE_TYPE_USER = 1;
export const MESSAGE_TYPE_BOT = 2;
export const MESSAGE_STATE_FINISH = 2;

export type SendAnswer =
  /** `wireId` is the digits of `message_id`; `null` when WeChat gave none (`{}`, `{"ret":0}`, an empty body). */
  | { readonly kind: "ok"; readonly wireId: string | null }
  | { readonly kind: "stale_token"; readonly text: string }
  | { readonly kind: "refused"; readonly code: number; readonly text: string }
  | { readonly kind: "unreadable" };

/** Reads the body of a 2xx answer; an empty one was WeChat's success for years. */
export function readSendAnswer(text: string): SendAnswer {
  if (text.trim() === "") return { kind: "ok", wireId: null };
  const body = tryParseJson(text);
  if (!isObject(body)) return { kind: "unreadable" };
  const ret = readRet(body);
  if (ret.kind !== "ok") return ret;
  const given = body["message_id"];
  const digits = typeof given === "string" && /^\d+$/.test(given) ? given : digitsOf(given);
  return { kind: "ok", wireId: digits === null || digits === "0" ? null : digits };
}

/** What a client asks to be sent. Absent and null members read as "". */
export interface SendRequest {
  readonly to: string;
  /** The client's own id of this message; a repeat carries the same one. */
  readonly sendId: string;
  readonly contextToken: string;
  /** The whole `msg` as it came; unknown members and exact numbers are in it. */
  readonly message: JsonObject;
}

/** Reads a request body; `null` when it holds no `msg` object. */
export function readSendRequest(body: JsonObject): SendRequest | null {
  const message = objectMember(body, "msg");
  if (message === null) return null;
  return {
    to: textMember(message, "to_user_id"),
    sendId: textMember(message, "client_id"),
    contextToken: textMember(message, "context_token"),
    message,
  };
}

/** The `msg` of an upstream call: what the writer gave, with the members that are the hub's to say. */
export function writeSendMessage(
  content: JsonObject,
  edge: { readonly to: string; readonly sendId: string; readonly contextToken: string },
): JsonObject {
  const { context_token: _dropped, ...rest } = content;
  return {
    ...rest,
    from_user_id: "",
    to_user_id: edge.to,
    client_id: edge.sendId,
    message_type: MESSAGE_TYPE_BOT,
    message_state: MESSAGE_STATE_FINISH,
    ...(edge.contextToken === "" ? {} : { context_token: edge.contextToken }),
  };
}

/** The success a client gets; `wireId` are the digits it will know the message by. */
export function writeSendAnswer(wireId: string): JsonObject {
  return { ret: 0, message_id: rawNumber(wireId) };
}
