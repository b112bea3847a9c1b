/** `getconfig` and `sendtyping`, as both sides read them. */
import { isObject, type JsonObject, numberMember, textMember, tryParseJson } from "../lib/json.ts";
import { readRet } from "./ret.ts";

export const TYPING_ON = 1;
export const TYPING_OFF = 2;

export type ConfigAnswer =
  | { readonly kind: "ticket"; readonly ticket: string }
  | { readonly kind: "stale_token"; readonly text: string }
  | { readonly kind: "refused"; readonly code: number; readonly text: string }
  | { readonly kind: "unreadable" };

/** Reads the body of a 2xx answer to `getconfig`. */
export function readConfigAnswer(text: string): ConfigAnswer {
  const body = tryParseJson(text);
  if (!isObject(body)) return { kind: "unreadable" };
  const ret = readRet(body);
  if (ret.kind !== "ok") return ret;
  return { kind: "ticket", ticket: textMember(body, "typing_ticket") };
}

export interface TypingRequest {
  readonly user: string;
  readonly ticket: string;
  readonly contextToken: string;
  /** `TYPING_ON`, `TYPING_OFF` or whatever a client sent; `null` when absent. */
  readonly status: number | null;
}

/** Reads the request body of either call. */
export function readTypingRequest(body: JsonObject): TypingRequest {
  return {
    user: textMember(body, "ilink_user_id"),
    ticket: textMember(body, "typing_ticket"),
    contextToken: textMember(body, "context_token"),
    status: numberMember(body, "status"),
  };
}
