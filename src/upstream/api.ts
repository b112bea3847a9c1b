/**
 * The port to one WeChat account's iLink server. Every call makes one request and never rejects for anything the network or
 * the server does; `signal` aborts it. Who calls decides about retries: the api makes none.
 */
import type { JsonObject } from "../lib/json.ts";
import type { ConfigAnswer } from "../wire/typing.ts";
import type { QrAnswer, QrCode } from "../wire/login.ts";
import type { SendAnswer } from "../wire/send.ts";
import type { UpdatesAnswer } from "../wire/updates.ts";
import type { UploadAnswer } from "../wire/media.ts";

/** What went wrong below iLink's own yes and no. */
export type NetFault =
  /** The server was not reached: nothing was processed. */
  | { readonly kind: "unreached"; readonly text: string }
  /** The request left; whether it was processed is not known (time limit, reset, aborted). */
  | { readonly kind: "unanswered"; readonly text: string }
  /** An HTTP status outside 2xx. */
  | { readonly kind: "http"; readonly status: number; readonly text: string };

/** A body that could not be read is kept as bytes, so that nothing is lost. */
export interface UnreadableBody {
  readonly kind: "unreadable";
  readonly bytes: Uint8Array;
}

/** The credentials one call uses. */
export interface Bot {
  /** No trailing slash. */
  readonly baseUrl: string;
  readonly token: string;
}

export interface UpstreamApi {
  /** The long poll; `limitMs` is the client's own time limit, counted to the end of the body. */
  getUpdates(
    bot: Bot,
    call: { readonly cursor: string; readonly limitMs: number; readonly signal: AbortSignal },
  ): Promise<Exclude<UpdatesAnswer, { kind: "unreadable" }> | UnreadableBody | NetFault>;
  /** Sends one `msg`. */
  sendMessage(
    bot: Bot,
    call: { readonly message: JsonObject; readonly signal: AbortSignal },
  ): Promise<SendAnswer | NetFault>;
  /** Gives the ticket that `sendTyping` needs; WeChat refuses while the person has no open conversation. */
  getConfig(
    bot: Bot,
    call: { readonly user: string; readonly contextToken: string; readonly signal: AbortSignal },
  ): Promise<ConfigAnswer | NetFault>;
  /** Shows (`TYPING_ON`) or ends (`TYPING_OFF`) the bubble. */
  sendTyping(
    bot: Bot,
    call: {
      readonly user: string;
      readonly ticket: string;
      readonly status: number;
      readonly signal: AbortSignal;
    },
  ): Promise<"ok" | "stale_token" | "refused" | NetFault>;
  /** `request` is the client's body without `base_info`. */
  getUploadUrl(
    bot: Bot,
    call: { readonly request: JsonObject; readonly signal: AbortSignal },
  ): Promise<UploadAnswer | NetFault>;
  /** Best effort: tells WeChat that the hub starts or stops. */
  notify(
    bot: Bot,
    call: { readonly what: "start" | "stop"; readonly signal: AbortSignal },
  ): Promise<
    "ok" | "refused" | NetFault
  >;
  /** `localTokens` are the tokens already held, newest first, at most 10. */
  getQrCode(
    call: {
      readonly baseUrl: string;
      readonly localTokens: readonly string[];
      readonly signal: AbortSignal;
    },
  ): Promise<QrCode | { readonly kind: "refused"; readonly text: string } | NetFault>;
  /** Long poll; a fault of any kind counts as `wait` for the caller's loop. */
  getQrStatus(
    call: {
      readonly baseUrl: string;
      readonly qrcode: string;
      readonly verifyCode: string | null;
      readonly signal: AbortSignal;
    },
  ): Promise<QrAnswer | NetFault>;
}
