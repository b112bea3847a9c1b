/** The headers of iLink requests: what the official client sends, and how lenient a server must read them. */
import type { Random } from "../lib/random.ts";

/** The official client version whose shape the hub's upstream calls have. */
export const CHANNEL_VERSION = "2.4.9";

/** `(major & 255) << 16 | (minor & 255) << 8 | (patch & 255)`, as a decimal number. */
export function packVersion(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map((part) => parseInt(part, 10));
  return ((major & 255) << 16) | ((minor & 255) << 8) | (patch & 255);
}

/** `X-WECHAT-UIN`: base64 of a random uint32 in decimal; fresh for every request, not an identity. */
export function mintUin(random: Random): string {
  const [value = 0] = new Uint32Array(random.bytes(4).buffer);
  return btoa(String(value));
}

/** Headers of the calls that need no token (both QR endpoints when asked by GET). */
export function openHeaders(): Record<string, string> {
  return {
    "iLink-App-Id": "bot",
    "iLink-App-ClientVersion": String(packVersion(CHANNEL_VERSION)),
  };
}

/** Headers of every POST; `token` is null for the QR call, which carries none. */
export function postHeaders(token: string | null, random: Random): Record<string, string> {
  return {
    ...openHeaders(),
    "Content-Type": "application/json",
    AuthorizationType: "ilink_bot_token",
    "X-WECHAT-UIN": mintUin(random),
    ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
  };
}

/** The `base_info` of every POST body but the QR call's. `version` is the hub's own. */
export function baseInfo(version: string): { channel_version: string; bot_agent: string } {
  return { channel_version: CHANNEL_VERSION, bot_agent: `ilink-hub/${version}` };
}

/** The token of an `Authorization` header: trimmed, scheme in any case; "" where there is none. */
export function readBearer(header: string | null | undefined): string {
  const match = /^\s*bearer\s+(\S+)\s*$/i.exec(header ?? "");
  return match?.[1] ?? "";
}
