/** One HTTP request and its answer, whatever carried them: the listener or an in-process call. */
import type { JsonObject } from "../lib/json.ts";
import type { Bot } from "./world.ts";

export const ENDPOINTS = [
  "get_bot_qrcode",
  "get_qrcode_status",
  "getupdates",
  "sendmessage",
  "getconfig",
  "sendtyping",
  "getuploadurl",
  "notifystart",
  "notifystop",
  "upload",
  "download",
] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** An answer to a long poll that brings nothing; faults of answers let it pass. */
  readonly isIdle?: true;
}

/** One request on the wire. */
export interface Exchange {
  readonly method: string;
  /** Duplicate slashes are collapsed. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
  /** Whether it came by the second listener. */
  readonly isRedirected: boolean;
  isGone: boolean;
  /** Called once when the caller leaves before the answer is written. */
  onGone: (() => void) | null;
  write(answer: Answer): void;
  /** Writes the head and the first half of the body, then closes the connection. */
  writeHalf(answer: Answer): void;
  reset(): void;
}

/** A request that reached its endpoint. */
export interface Call {
  readonly exchange: Exchange;
  /** Empty for calls without a JSON body. */
  readonly body: JsonObject;
  /** How long a fault wants this long poll to be held whatever comes; `null` for the usual time. */
  readonly holdMs: number | null;
}

/** A call with a valid token. */
export interface BotCall extends Call {
  readonly bot: Bot;
}

/** One line of the request log. */
export interface RequestRecord {
  readonly order: number;
  readonly atMs: number;
  readonly endpoint: Endpoint | null;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Exchange["headers"];
  /** The text of a JSON body; "" for media. */
  readonly body: string;
  readonly bodyBytes: number;
  /** The kind of the fault that struck, "" for none. */
  fault: string;
  /** `pending`, `answered`, or how it ended without an answer. */
  outcome: "pending" | "answered" | "half" | "reset" | "gone" | "silent";
  /** 0 while there is none. */
  status: number;
  /** "" for media and while there is none. */
  answer: string;
  answeredAtMs: number | null;
}

export function jsonAnswer(body: JsonObject | string): Answer {
  return { status: 200, body: typeof body === "string" ? body : JSON.stringify(body) };
}

export function refusal(code: number, text: string): Answer {
  return jsonAnswer({ ret: code, errmsg: text });
}

/** What WeChat says when a member it needs is not there. */
export function invalidArguments(): Answer {
  return refusal(-2, "invalid arguments");
}
