/** The port to WeChat over HTTP: each call's path, headers and body as the official client makes them (ILINK.md 1). */
import { LIMITS } from "../core/limits.ts";
import { type JsonObject, tryParseJson } from "../lib/json.ts";
import type { Random } from "../lib/random.ts";
import { baseInfo, openHeaders, postHeaders } from "../wire/headers.ts";
import { readQrAnswer, readQrCode } from "../wire/login.ts";
import { readUploadAnswer } from "../wire/media.ts";
import { asObject, readRet } from "../wire/ret.ts";
import { readSendAnswer } from "../wire/send.ts";
import { readConfigAnswer } from "../wire/typing.ts";
import { readUpdatesAnswer } from "../wire/updates.ts";
import type { Bot, NetFault, UpstreamApi } from "./api.ts";
import type { HttpClient, HttpRequest } from "./http_client.ts";

const QR_PATH = "ilink/bot/get_bot_qrcode?bot_type=3";
const QR_STATUS_LIMIT_MS = LIMITS.upstreamHoldMs + LIMITS.upstreamPollMarginMs;
/** So much of an error page is kept as the reason. */
const ERROR_TEXT_MAX = 200;

/** A 2xx answer's body. */
interface Body {
  readonly kind: "body";
  readonly text: string;
  readonly bytes: Uint8Array;
}

export function createHttpApi(options: {
  readonly http: Pick<HttpClient, "call">;
  readonly random: Random;
  /** The hub's own. */
  readonly version: string;
}): UpstreamApi {
  const { http, random } = options;
  const base_info = baseInfo(options.version);

  async function ask(request: HttpRequest): Promise<Body | NetFault> {
    const answer = await http.call(request);
    if (answer.kind !== "answer") return answer;
    // Bytes that are no UTF-8 become U+FFFD, as for every iLink client.
    const text = new TextDecoder().decode(answer.bytes);
    if (answer.status >= 200 && answer.status < 300) {
      return { kind: "body", text, bytes: answer.bytes };
    }
    return { kind: "http", status: answer.status, text: text.slice(0, ERROR_TEXT_MAX).trim() };
  }

  function post(bot: Bot, call: {
    readonly path: string;
    readonly body: JsonObject;
    readonly signal: AbortSignal;
    readonly limitMs?: number;
  }): Promise<Body | NetFault> {
    return ask({
      method: "POST",
      url: `${bot.baseUrl}/ilink/bot/${call.path}`,
      headers: postHeaders(bot.token, random),
      body: JSON.stringify({ ...call.body, base_info }),
      limitMs: call.limitMs ?? LIMITS.upstreamCallMs,
      signal: call.signal,
    });
  }

  return {
    async getUpdates(bot, { cursor, limitMs, signal }) {
      const body = { get_updates_buf: cursor };
      const answer = await post(bot, { path: "getupdates", body, limitMs, signal });
      if (answer.kind !== "body") return answer;
      const updates = readUpdatesAnswer(answer.text);
      return updates.kind === "unreadable" ? { kind: "unreadable", bytes: answer.bytes } : updates;
    },

    async sendMessage(bot, { message, signal }) {
      const answer = await post(bot, { path: "sendmessage", body: { msg: message }, signal });
      return answer.kind === "body" ? readSendAnswer(answer.text) : answer;
    },

    async getConfig(bot, { user, contextToken, signal }) {
      const body = {
        ilink_user_id: user,
        ...(contextToken === "" ? {} : { context_token: contextToken }),
      };
      const answer = await post(bot, { path: "getconfig", body, signal });
      return answer.kind === "body" ? readConfigAnswer(answer.text) : answer;
    },

    async sendTyping(bot, { user, ticket, status, signal }) {
      const body = { ilink_user_id: user, typing_ticket: ticket, status };
      return plainOutcome(await post(bot, { path: "sendtyping", body, signal }));
    },

    async getUploadUrl(bot, { request, signal }) {
      const answer = await post(bot, { path: "getuploadurl", body: request, signal });
      return answer.kind === "body" ? readUploadAnswer(answer.text) : answer;
    },

    async notify(bot, { what, signal }) {
      const outcome = plainOutcome(
        await post(bot, { path: `msg/notify${what}`, body: {}, signal }),
      );
      return outcome === "stale_token" ? "refused" : outcome;
    },

    async getQrCode({ baseUrl, localTokens, signal }) {
      const answer = await ask({
        method: "POST",
        url: `${baseUrl}/${QR_PATH}`,
        headers: postHeaders(null, random),
        body: JSON.stringify({ local_token_list: localTokens }),
        limitMs: LIMITS.upstreamCallMs,
        signal,
      });
      if (answer.kind !== "body") return answer;
      return readQrCode(answer.text) ??
        { kind: "refused", text: answer.text.slice(0, ERROR_TEXT_MAX) };
    },

    async getQrStatus({ baseUrl, qrcode, verifyCode, signal }) {
      const query = new URLSearchParams({
        qrcode,
        ...(verifyCode === null ? {} : { verify_code: verifyCode }),
      });
      const answer = await ask({
        method: "GET",
        url: `${baseUrl}/ilink/bot/get_qrcode_status?${query}`,
        headers: openHeaders(),
        body: "",
        limitMs: QR_STATUS_LIMIT_MS,
        signal,
      });
      return answer.kind === "body" ? readQrAnswer(answer.text) : answer;
    },
  };
}

/** For calls whose answer says nothing but yes or no; only their status counts when the body cannot be read. */
function plainOutcome(
  answer: Body | NetFault,
): "ok" | "stale_token" | "refused" | NetFault {
  if (answer.kind !== "body") return answer;
  const body = asObject(tryParseJson(answer.text));
  return body === null ? "ok" : readRet(body).kind;
}
