/** How iLink says yes and no: HTTP 200 with `ret` and `errcode`, either of which may be absent. */
import { isObject, type Json, type JsonObject, numberMember, textMember } from "../lib/json.ts";

/** The bot token is dead or was replaced. Never shown to a client: every known client reacts destructively. */
export const RET_STALE_TOKEN = -14;
/** Refused for now: too many sends, no usable context, or a wrong argument. */
export const RET_REFUSED = -2;
/** No conversation to send into. */
export const RET_NO_CONTEXT = -3;
/** The hub's own code for anything a client cannot mend by retrying. */
export const RET_FAILED = -1;

/** What an answer says, both fields considered. */
export type Ret =
  | { readonly kind: "ok" }
  | { readonly kind: "stale_token"; readonly text: string }
  | { readonly kind: "refused"; readonly code: number; readonly text: string };

/** Reads `ret`, `errcode` and the text beside them; an absent or null field counts as 0. */
export function readRet(body: JsonObject): Ret {
  const codes = [numberMember(body, "ret") ?? 0, numberMember(body, "errcode") ?? 0];
  const text = textMember(body, "errmsg") || textMember(body, "err_msg");
  if (codes.includes(RET_STALE_TOKEN)) return { kind: "stale_token", text };
  const code = codes.find((value) => value !== 0);
  return code === undefined ? { kind: "ok" } : { kind: "refused", code, text };
}

/** A failure every known client understands: both fields carry the code (ILINK.md 3.1). */
export function writeFailure(code: number, text: string): JsonObject {
  return { ret: code, errcode: code, errmsg: text };
}

/** The success of calls that return nothing else; `ret` is explicit because some clients insist on it. */
export function writeOk(): JsonObject {
  return { ret: 0 };
}

export function asObject(body: Json | undefined): JsonObject | null {
  return isObject(body) ? body : null;
}
