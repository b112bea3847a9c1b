/**
 * The legacy dialect before there is a token: its words for the two QR calls. A program that collects its token by the legacy
 * call speaks legacy from its first poll on, or it would acknowledge messages that it cannot see.
 */
import { isObject, type JsonObject, textMember, tryParseJson } from "../../lib/json.ts";
import type { Clock } from "../../lib/clock.ts";
import type { ClientSteps } from "../../store/store.ts";
import { findCaller } from "../auth.ts";
import type { Answer } from "../call.ts";
import type { OpenCall, OpenEndpoint } from "../pairing.ts";

export interface LegacyLoginPorts {
  readonly store: Pick<ClientSteps, "clientByToken" | "updateClient">;
  readonly clock: Clock;
}

/** iLink's words for the state of a QR code that this dialect spells otherwise. */
const STATUS_WORDS: Readonly<Record<string, string>> = { scaned: "scanned" };

/**
 * Adds the dialect's names for the code and its address where a GET announces a JSON body that it does not have, as
 * this dialect's program does: nothing else tells it from others before it has a token, and others skip what they do not know.
 */
export function withLegacyQrcode(getBotQrcode: OpenEndpoint): OpenEndpoint {
  return async (call) => {
    const { method, headers } = call.request;
    const isLegacy = method === "GET" && (headers.get("content-type") ?? "").includes("json");
    const answer = await getBotQrcode(call);
    const body = readAnswer(answer);
    if (!isLegacy || answer.status !== 200) return answer;
    const uuid = textMember(body, "qrcode");
    const qrcode_url = textMember(body, "qrcode_img_content");
    return { ...answer, text: JSON.stringify({ ...body, uuid, qrcode_url }) };
  };
}

/** Adds `get_qrcode_status` by POST with `{uuid}`; no iLink client asks so. */
export function withLegacyQrcodeStatus(
  getQrcodeStatus: OpenEndpoint,
  ports: LegacyLoginPorts,
): OpenEndpoint {
  return async (call) => {
    if (call.request.method !== "POST") return await getQrcodeStatus(call);
    const answer = await getQrcodeStatus({ ...call, request: await asGet(call) });
    const body = readAnswer(answer);
    const said = textMember(body, "status");
    const token = textMember(body, "bot_token");
    if (token !== "") await speakLegacy(ports, token);
    const status = STATUS_WORDS[said] ?? said;
    const given = { ...(token === "" ? {} : { token }), error_code: body["ret"] ?? 0 };
    return { ...answer, text: JSON.stringify({ status, ...given }) };
  };
}

async function asGet({ request }: OpenCall): Promise<Request> {
  const body = tryParseJson(await request.text().catch(() => ""));
  const url = new URL(request.url);
  url.searchParams.set("qrcode", textMember(isObject(body) ? body : {}, "uuid"));
  return new Request(url);
}

async function speakLegacy({ store, clock }: LegacyLoginPorts, token: string): Promise<void> {
  const client = await findCaller({ store, clock }, `Bearer ${token}`);
  if (client === null || client.settings.dialect === "legacy") return;
  await store.updateClient(client.id, { settings: { dialect: "legacy" } });
}

function readAnswer({ text }: Answer): JsonObject {
  const body = tryParseJson(text);
  return isObject(body) ? body : {};
}
