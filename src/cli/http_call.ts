/** One request to a hub. Over node:http, which goes straight there: a proxy from the environment would not find loopback. */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { HubError } from "../core/error.ts";
import { errorText } from "../lib/log.ts";

/** Longer than the hub holds back a refusal. */
const LIMIT_BY_DEFAULT_MS = 15_000;

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** "" for none. */
  readonly body: string;
  /** How long nothing may come. */
  readonly limitMs?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** Throws `HUB_UNREACHABLE` when there is no whole answer in time. */
export function callHttp(call: HttpCall): Promise<HttpAnswer> {
  const { limitMs = LIMIT_BY_DEFAULT_MS } = call;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) =>
      reject(
        new HubError(
          "HUB_UNREACHABLE",
          `Cannot reach the hub at ${call.url}: ${errorText(error)}`,
          {
            cause: error,
            hint: "Check that it is running and that the address is right",
          },
        ),
      );
    const open = call.url.startsWith("https:") ? httpsRequest : httpRequest;
    const request = open(call.url, {
      method: call.method,
      headers: { ...call.headers, "content-length": new TextEncoder().encode(call.body).length },
      agent: false,
      timeout: limitMs,
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${limitMs} ms`)));
    request.on("error", fail);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => text += part);
      response.on("error", fail);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.end(call.body);
  });
}

/** What a hub says of its health, its token not needed; `null` when nobody answers. */
export async function askHealth(base: string): Promise<HttpAnswer | null> {
  try {
    return await callHttp({ method: "GET", url: `${base}/health`, headers: {}, body: "" });
  } catch (error) {
    if (error instanceof HubError) return null;
    throw error;
  }
}
