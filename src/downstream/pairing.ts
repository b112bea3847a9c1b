/** `get_bot_qrcode` and `get_qrcode_status` for clients that log in at the hub as they would at WeChat (ILINK.md 1.7, 1.8). */
import { LIMITS } from "../core/limits.ts";
import type { PairingConfirmation, PairingDesk, PairingPoll } from "../core/pairing.ts";
import { virtualBotId } from "../core/tokens.ts";
import { createAllowances } from "../lib/allowances.ts";
import type { Clock } from "../lib/clock.ts";
import { isObject, type JsonObject, listMember, tryParseJson } from "../lib/json.ts";
import { readBearer } from "../wire/headers.ts";
import { type Answer, succeed } from "./call.ts";
import type { Exchange } from "./exchange.ts";
import type { Refusals } from "./refusals.ts";

/** A call that needs no token. */
export interface OpenCall {
  readonly request: Request;
  /** From where it came, "" where nobody knows. */
  readonly address: string;
  readonly exchange: Exchange;
}

export type OpenEndpoint = (call: OpenCall) => Promise<Answer>;

export interface PairingPorts {
  readonly desk: PairingDesk;
  readonly signKey: Uint8Array;
  readonly clock: Clock;
  readonly refusals: Refusals;
  /** What the owner says is the hub's address; `null` takes that under which the client came. */
  readonly publicUrl: string | null;
}

export function createGetBotQrcode(
  { desk, clock, refusals, publicUrl }: PairingPorts,
): OpenEndpoint {
  const allowances = createAllowances({
    clock,
    burst: LIMITS.pairingRequestsAtOnce,
    perSecond: 1_000 / LIMITS.pairingRequestEveryMs,
    keysMax: LIMITS.pairingAddressesMax,
  });
  return async ({ request, address, exchange }) => {
    const refuse = () =>
      refusals.refuse(exchange, { status: 503, text: "too many QR codes, try again in a minute" });
    if (allowances.take(address) === "refused") return await refuse();
    const made = await desk.request({
      userAgent: request.headers.get("user-agent") ?? "",
      method: request.method,
      address,
      tokens: await readTokens(request),
    });
    if (made === "full") return await refuse();
    const page = `${originFor(request, publicUrl)}/hub/pair/${made.code}`;
    return succeed({ ret: 0, qrcode: made.key, qrcode_img_content: page });
  };
}

export function createGetQrcodeStatus(
  { desk, clock, signKey, publicUrl }: PairingPorts,
): OpenEndpoint {
  let held = 0;

  /** Resolves at the next change, when the time is over, or when the client has gone. */
  async function hold({ pairing }: PairingPoll, exchange: Exchange): Promise<void> {
    if (pairing === null || held >= LIMITS.pairingHoldsMax) return;
    held += 1;
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        forget();
        resolve();
      };
      const cancel = clock.after(LIMITS.pairingHoldMs, end);
      const forget = desk.listen(pairing, end);
      exchange.onEnd(end);
    });
    held -= 1;
  }

  return async ({ request, exchange }) => {
    const key = new URL(request.url).searchParams.get("qrcode") ?? "";
    let seen = await desk.poll(key);
    if (seen.status === "wait" || seen.status === "scaned") {
      await hold(seen, exchange);
      seen = await desk.poll(key);
    }
    const { status, confirmation } = seen;
    return succeed({
      ret: 0,
      status,
      ...(confirmation === null
        ? {}
        : tellConfirmation(confirmation, { signKey, origin: originFor(request, publicUrl) })),
    });
  };
}

function tellConfirmation(
  { client, token, userId }: PairingConfirmation,
  { signKey, origin }: { readonly signKey: Uint8Array; readonly origin: string },
): JsonObject {
  return {
    bot_token: token,
    ilink_bot_id: virtualBotId(signKey, client),
    ilink_user_id: userId,
    baseurl: origin,
  };
}

/** Scheme, host and port alone. */
function originFor(request: Request, publicUrl: string | null): string {
  return new URL(publicUrl ?? request.url).origin;
}

/** What a client shows as its own, in the body or as a bearer. Most of it is WeChat's and must be written nowhere. */
async function readTokens(request: Request): Promise<readonly string[]> {
  const body = tryParseJson(await request.text().catch(() => ""));
  const listed = isObject(body) ? listMember(body, "local_token_list") : [];
  const bearer = readBearer(request.headers.get("authorization"));
  return [bearer, ...listed].filter((token) => typeof token === "string").filter((token) =>
    token !== ""
  );
}
