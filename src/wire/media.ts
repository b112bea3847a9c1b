/** `getuploadurl`: where ciphertext may be posted. The two answer shapes are made from each other (ILINK.md 1.13). */
import { isObject, type JsonObject, textMember, tryParseJson } from "../lib/json.ts";
import { readRet } from "./ret.ts";

export type UploadAnswer =
  | { readonly kind: "ok"; readonly body: JsonObject }
  | { readonly kind: "stale_token"; readonly text: string }
  | { readonly kind: "refused"; readonly code: number; readonly text: string }
  | { readonly kind: "unreadable" };

/** Reads the body of a 2xx answer. */
export function readUploadAnswer(text: string): UploadAnswer {
  const body = tryParseJson(text);
  if (!isObject(body)) return { kind: "unreadable" };
  const ret = readRet(body);
  return ret.kind === "ok" ? { kind: "ok", body } : ret;
}

/**
 * Adds `upload_param` to an answer that has only `upload_full_url`, and the other way round: half of the clients insist on
 * one, half on the other. `cdnBaseUrl` has no trailing slash.
 */
export function completeUploadAnswer(
  body: JsonObject,
  request: { readonly filekey: string; readonly cdnBaseUrl: string },
): JsonObject {
  const fullUrl = textMember(body, "upload_full_url");
  const param = textMember(body, "upload_param");
  if (param === "" && URL.canParse(fullUrl)) {
    const derived = new URL(fullUrl).searchParams.get("encrypted_query_param") ?? "";
    return derived === "" ? body : { ...body, upload_param: derived };
  }
  if (fullUrl === "" && param !== "") {
    const query = new URLSearchParams({ encrypted_query_param: param, filekey: request.filekey });
    return { ...body, upload_full_url: `${request.cdnBaseUrl}/upload?${query}` };
  }
  return body;
}
