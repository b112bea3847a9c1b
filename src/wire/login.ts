/** The QR login calls, as the hub makes them upstream and the simulator answers them. */
import { isObject, textMember, tryParseJson } from "../lib/json.ts";

/** The statuses WeChat uses; any other word is treated as `wait`, as every client does. */
export const QR_STATUSES = [
  "wait",
  "scaned",
  "need_verifycode",
  "verify_code_blocked",
  "scaned_but_redirect",
  "binded_redirect",
  "expired",
  "confirmed",
] as const;
export type QrStatus = (typeof QR_STATUSES)[number];

export interface QrCode {
  /** The key for asking about this code's state. */
  readonly qrcode: string;
  /** The text to draw as a QR code; also a link that can be opened on the phone. */
  readonly content: string;
}

/** Reads the answer of `get_bot_qrcode`; `null` when it holds no code. */
export function readQrCode(text: string): QrCode | null {
  const body = tryParseJson(text);
  if (!isObject(body)) return null;
  const qrcode = textMember(body, "qrcode");
  const content = textMember(body, "qrcode_img_content");
  return qrcode === "" || content === "" ? null : { qrcode, content };
}

export interface Credentials {
  readonly botToken: string;
  readonly botId: string;
  /** The person who scanned, `...@im.wechat`; "" where WeChat did not say. */
  readonly userId: string;
  /** Base URL for all later calls, no trailing slash; "" where WeChat did not say. */
  readonly baseUrl: string;
}

export type QrAnswer =
  | { readonly status: Exclude<QrStatus, "confirmed" | "scaned_but_redirect"> }
  | { readonly status: "scaned_but_redirect"; readonly redirectHost: string }
  | { readonly status: "confirmed"; readonly credentials: Credentials };

/** Reads the answer of `get_qrcode_status`; what cannot be read counts as `wait`. */
export function readQrAnswer(text: string): QrAnswer {
  const body = tryParseJson(text);
  if (!isObject(body)) return { status: "wait" };
  const status = QR_STATUSES.find((known) => known === body["status"]) ?? "wait";
  if (status === "scaned_but_redirect") {
    return { status, redirectHost: textMember(body, "redirect_host") };
  }
  if (status !== "confirmed") return { status };
  const botToken = textMember(body, "bot_token").trim();
  if (botToken === "") return { status: "wait" };
  return {
    status,
    credentials: {
      botToken,
      botId: textMember(body, "ilink_bot_id"),
      userId: textMember(body, "ilink_user_id"),
      baseUrl: textMember(body, "baseurl").replace(/\/+$/, ""),
    },
  };
}
