/** `getupdates`: the long poll, as both sides write and read it. */
import {
  isObject,
  type JsonObject,
  numberMember,
  sliceElements,
  textMember,
  tryParseJson,
} from "../lib/json.ts";
import { readRet } from "./ret.ts";

export type UpdatesAnswer =
  | {
    readonly kind: "updates";
    /** The source text of each message, untouched, in the order given. */
    readonly messages: readonly string[];
    /** The cursor for the next poll; "" means keep the old one. */
    readonly cursor: string;
    /** What the server wants as the client's next time limit; `null` when it says nothing. */
    readonly longPollMs: number | null;
  }
  | { readonly kind: "stale_token"; readonly text: string }
  | { readonly kind: "refused"; readonly code: number; readonly text: string }
  | { readonly kind: "unreadable" };

/** Reads the body of a 2xx answer. A healthy answer has no `ret` at all. */
export function readUpdatesAnswer(text: string): UpdatesAnswer {
  const body = tryParseJson(text);
  if (!isObject(body)) return { kind: "unreadable" };
  const ret = readRet(body);
  if (ret.kind !== "ok") return ret;
  return {
    kind: "updates",
    messages: sliceElements(text, "msgs"),
    cursor: textMember(body, "get_updates_buf"),
    longPollMs: numberMember(body, "longpolling_timeout_ms"),
  };
}

/** The cursor of a poll request; "" when absent, null or not a string. */
export function readUpdatesRequest(body: JsonObject): { readonly cursor: string } {
  return { cursor: textMember(body, "get_updates_buf") };
}

/**
 * The text of a successful answer to a client. `messages` are JSON texts; nothing in it is null, because null counts as an
 * error in several clients.
 */
export function writeUpdatesAnswer(answer: {
  readonly messages: readonly string[];
  readonly cursor: string;
  readonly longPollMs: number;
}): string {
  const cursor = JSON.stringify(answer.cursor);
  return `{"ret":0,"msgs":[${answer.messages.join(",")}],"get_updates_buf":${cursor},` +
    `"sync_buf":${cursor},"longpolling_timeout_ms":${answer.longPollMs}}`;
}
