/**
 * Media for clients that cannot reach WeChat's CDN: its addresses are replaced by addresses of the hub, behind which the
 * ciphertext is streamed both ways. An address carries its meaning and a signature, so nothing is kept, none can be made
 * up, and each ends with the client it was made for.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Readable, Transform } from "node:stream";
import type { Cdn, CdnAnswer } from "../core/cdn.ts";
import { asId, type ClientId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { ClientSteps } from "../store/store.ts";
import { RET_FAILED, writeFailure } from "../wire/ret.ts";

export interface CdnRelayPorts {
  readonly cdn: Cdn;
  readonly store: Pick<ClientSteps, "clients">;
  /** At least 32 bytes, the same over restarts. */
  readonly signKey: Uint8Array;
  readonly log: Log;
  /** WeChat's CDN, no trailing slash. */
  readonly cdnBaseUrl: string;
  /** Where clients reach the hub, no trailing slash. */
  readonly publicUrl: () => string;
  readonly limits?: Partial<CdnRelayLimits>;
}

export interface CdnRelayLimits {
  readonly cdnBytesMax: number;
  readonly cdnTransfersPerClient: number;
}

export interface CdnRelay {
  /** Where the client finds what WeChat names; the same address when it is not one of WeChat's CDN. */
  urlFor(client: ClientId, url: string): string;
  /** Serves everything under `/cdn/`. */
  serve(incoming: IncomingMessage, outgoing: ServerResponse): void;
}

/** A longer address would not fit into a request's head. */
const URL_LENGTH_MAX = 8_000;

const WECHAT_HOST = /(^|\.)(weixin\.qq|wechat)\.com$/;

/** What stands behind a path of ours. */
interface Target {
  readonly client: ClientId;
  readonly url: string;
}

export function createCdnRelay(ports: CdnRelayPorts): CdnRelay {
  const { signKey, publicUrl } = ports;
  const cdnBase = new URL(ports.cdnBaseUrl);
  const limits: CdnRelayLimits = { ...LIMITS, ...ports.limits };
  const underWay = new Map<ClientId, number>();

  function urlFor(client: ClientId, url: string): string {
    if (url.length > URL_LENGTH_MAX || !isWechats(url, cdnBase)) return url;
    const packed = new TextEncoder().encode(url)
      .toBase64({ alphabet: "base64url", omitPadding: true });
    return `${publicUrl()}/cdn/u/${client}/${sign(signKey, `u.${client}.${url}`)}/${packed}`;
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const target = readTarget(incoming.url ?? "", { ...ports, cdnBase });
    const isThere = target !== null &&
      (await ports.store.clients()).some(({ id }) => id === target.client);
    if (!isThere) return refuse(outgoing, 403, "this media address is not valid, or no longer");
    const busy = underWay.get(target.client) ?? 0;
    if (busy >= limits.cdnTransfersPerClient) {
      return refuse(outgoing, 503, `${busy} transfers are under way, try again`);
    }
    underWay.set(target.client, busy + 1);
    outgoing.once("close", () => {
      const left = (underWay.get(target.client) ?? 1) - 1;
      if (left === 0) underWay.delete(target.client);
      else underWay.set(target.client, left);
    });
    await relay(ports, { incoming, outgoing, url: target.url, bytesMax: limits.cdnBytesMax });
  }

  return {
    urlFor,
    serve(incoming, outgoing) {
      serve(incoming, outgoing).catch((error) => {
        ports.log.warn("cdn_relay_failed", { error: errorText(error) });
        refuse(outgoing, 502, "the hub failed at this transfer, try again");
      });
    },
  };
}

/** Stands below the hub's address for the CDN's base URL: for clients that join media parameters to a base themselves. */
export function cdnPathOf(signKey: Uint8Array, client: ClientId): string {
  return `/cdn/b/${client}/${sign(signKey, `b.${client}`)}`;
}

// ─── Addresses ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** WeChat's hosts over TLS at their usual port, and whatever the owner named as the CDN. */
function isWechats(url: string, cdnBase: URL): boolean {
  const { protocol, hostname, port, origin, username, password } = URL.parse(url) ?? new URL("x:");
  if (username !== "" || password !== "") return false;
  return origin === cdnBase.origin && origin !== "null" ||
    (protocol === "https:" && port === "" && WECHAT_HOST.test(hostname));
}

function sign(key: Uint8Array, text: string): string {
  const mac = createHmac("sha256", key).update(`cdn.${text}`).digest().subarray(0, 16);
  return new Uint8Array(mac).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** `null` for a path that is not ours, was made for nobody, or leads anywhere but to WeChat's CDN. */
function readTarget(
  path: string,
  given: { readonly signKey: Uint8Array; readonly cdnBaseUrl: string; readonly cdnBase: URL },
): Target | null {
  const [_, kind, digits, mac = "", rest = ""] =
    /^\/+cdn\/([ub])\/(\d{1,15})\/([\w-]{22})\/([^#]+)$/.exec(path) ?? [];
  if (kind === undefined) return null;
  const client = asId<ClientId>(Number(digits));
  const url = kind === "u" ? unpack(rest) : joinBase(given.cdnBaseUrl, rest);
  if (url === null || !isWechats(url, given.cdnBase)) return null;
  const signed = kind === "u" ? `u.${client}.${url}` : `b.${client}`;
  return isSame(mac, sign(given.signKey, signed)) ? { client, url } : null;
}

function unpack(text: string): string | null {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null; // not base64url of a text, so not ours
  }
}

/** The two calls of the CDN with the two parameters they have, and nothing else of what the client wrote. */
function joinBase(cdnBaseUrl: string, rest: string): string | null {
  const [call = "", query = ""] = rest.split("?", 2);
  if (call !== "download" && call !== "upload") return null;
  const given = new URLSearchParams(query);
  const passed = new URLSearchParams();
  for (const name of ["encrypted_query_param", "filekey"]) {
    const value = given.get(name);
    if (value !== null) passed.set(name, value);
  }
  return `${cdnBaseUrl}/${call}?${passed}`;
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

// ─── Transfers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Relayed {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly url: string;
  readonly bytesMax: number;
}

async function relay({ cdn, log }: CdnRelayPorts, relayed: Relayed): Promise<void> {
  const { incoming, outgoing, url, bytesMax } = relayed;
  const { method } = incoming;
  if (method !== "GET" && method !== "POST") return refuse(outgoing, 405, "use GET or POST");
  if (Number(incoming.headers["content-length"] ?? 0) > bytesMax) {
    return refuse(outgoing, 413, `media of more than ${bytesMax} bytes are not relayed`);
  }
  const leaving = new AbortController();
  outgoing.once("close", () => leaving.abort());
  if (outgoing.destroyed) return;
  const body = method === "POST" ? bounded(incoming, bytesMax) : null;
  const answer = await cdn.transfer({
    method,
    url,
    headers: body === null ? {} : uploadHeaders(incoming),
    body,
    signal: leaving.signal,
  });
  if (answer.kind === "failed") {
    log.debug("cdn_transfer_failed", { text: answer.text });
    return refuse(outgoing, 502, "WeChat's CDN did not take or give the file, try again");
  }
  passOn(answer, relayed);
}

function uploadHeaders({ headers }: IncomingMessage): Record<string, string> {
  const length = headers["content-length"];
  return {
    "content-type": "application/octet-stream",
    ...(length === undefined ? {} : { "content-length": length }),
  };
}

function passOn(
  { status, headers, body }: Extract<CdnAnswer, { kind: "answer" }>,
  { outgoing, bytesMax }: Relayed,
): void {
  if (status >= 300 && status < 400) {
    body.destroy();
    return refuse(outgoing, 502, "WeChat's CDN points elsewhere, which the hub does not follow");
  }
  if (Number(headers["content-length"] ?? 0) > bytesMax) {
    body.destroy();
    return refuse(outgoing, 502, `media of more than ${bytesMax} bytes are not relayed`);
  }
  for (const name of ["content-length", "x-encrypted-param", "x-error-message"]) {
    const value = headers[name];
    if (typeof value === "string") outgoing.setHeader(name, value);
  }
  // Of no kind that a browser would show: it comes from elsewhere, and the hub's pages have this address, too.
  outgoing.setHeader("content-type", "application/octet-stream");
  outgoing.setHeader("x-content-type-options", "nosniff");
  outgoing.setHeader("cache-control", "no-store");
  // An answer may come before the whole upload was read.
  outgoing.shouldKeepAlive = false;
  outgoing.writeHead(status);
  const passed = bounded(body, bytesMax);
  passed.on("error", () => outgoing.destroy()); // cut off, so that the client sees that something is missing
  passed.pipe(outgoing);
}

/** Ends with an error at the first byte too many, and when its source breaks off. */
function bounded(source: Readable, bytesMax: number): Readable {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      if (bytes > bytesMax) done(new Error(`more than ${bytesMax} bytes`));
      else done(null, chunk);
    },
  });
  source.on("error", (error) => counted.destroy(error));
  source.on("close", () => {
    if (!source.readableEnded) counted.destroy(new Error("broken off"));
  });
  counted.on("error", () => source.unpipe(counted));
  return source.pipe(counted);
}

function refuse(outgoing: ServerResponse, status: number, text: string): void {
  if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy();
  const body = JSON.stringify(writeFailure(RET_FAILED, text));
  outgoing.shouldKeepAlive = false;
  outgoing.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": new TextEncoder().encode(body).length,
    "x-error-message": text,
  });
  outgoing.end(body);
}
