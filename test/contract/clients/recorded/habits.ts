/** What tells one iLink client from another on the wire, as data; `recorded_client.ts` runs a client by it (ILINK.md 1.3-1.6, 3.3, 3.4, 8.1). */
import type { JsonObject } from "../../../../src/lib/json.ts";
import type { Read } from "./strict.ts";

export interface Habits {
  /** The short name that ILINK.md gives it. */
  readonly name: string;
  /** The request target, as its base URL and path come together. */
  readonly target: (endpoint: string) => string;
  /** In its order and case; `uin` is fresh for each call. */
  readonly headers: (given: { readonly token: string; readonly uin: Uint8Array }) => Headers;
  readonly framing: "length" | "chunked";
  readonly baseInfo: JsonObject | null;
  readonly poll: PollHabits;
  readonly send: SendHabits;
  readonly media: MediaHabits;
  /** When the cursor is put on its disk: never, before the messages are handled, or after. */
  readonly cursorSaved: "never" | "before" | "after";
  /** Messages written longer before its start are dropped, milliseconds; `null` drops none. */
  readonly dropsOlderMs: number | null;
}

export type Headers = readonly (readonly [string, string])[];

export interface PollHabits {
  readonly limitMs: number;
  /** Whether the server's `longpolling_timeout_ms` becomes its limit. */
  readonly takesServersLimit: boolean;
  /** What running into its own limit is to it. */
  readonly ownLimitIs: "empty_answer" | "failure";
  /** Its parser of the whole answer. */
  readonly read: Read<JsonObject>;
  readonly judge: (answer: JsonObject) => "ok" | "stale" | "failed" | "ignored";
  /** The pause after the n-th failure in a row, milliseconds. */
  readonly pauseMs: (failures: number) => number;
  /** Whether messages of another type than 1 are passed over. */
  readonly wantsTypeOne: boolean;
}

export interface SendHabits {
  readonly limitMs: number;
  readonly mintId: () => string;
  /** An empty body or one that is no JSON is a failure. */
  readonly needsJson: boolean;
  readonly judge: (answer: JsonObject) => "ok" | "failed";
  /** How often it sends again with the same `client_id` after its own limit, or after a refusal, and the pause before. */
  readonly repeats: {
    readonly after: "limit" | "refusal";
    readonly times: number;
    readonly pauseMs: number;
  } | null;
  /** Characters of one text. */
  readonly textMax: number;
  readonly needsContextToken: boolean;
}

export interface MediaHabits {
  /** Which member of the answer to `getuploadurl` it works with. */
  readonly uploadsTo: "upload_full_url" | "upload_param";
  readonly downloadsFrom: "full_url" | "encrypt_query_param";
  /** What it puts into `aes_key`, in base64. */
  readonly keyIs: "hex_text" | "raw_bytes";
  /** A caption goes with its media in one request, or before it in one of its own. */
  readonly caption: "same_request" | "own_request";
}

/** Strips a slash at the end of the base URL, then adds its own. */
export function joined(endpoint: string): string {
  return `/ilink/bot/${endpoint}`;
}

/** Puts base URL and path together as they are, which doubles the slash of a base URL that ends with one. */
export function concatenated(endpoint: string): string {
  return `//ilink/bot/${endpoint}`;
}

/** `X-WECHAT-UIN` as nearly all write it: base64 of the number in decimal. */
export function decimalUin(uin: Uint8Array): string {
  return btoa(String(new DataView(uin.buffer).getUint32(0)));
}
