/** Transfers from and to WeChat's CDN, streamed: each has a connection of its own, and ends when nothing moves. */
import { type ClientRequest, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Readable } from "node:stream";
import type { Cdn, CdnTransfer } from "../core/cdn.ts";
import { LIMITS } from "../core/limits.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText } from "../lib/log.ts";

export interface CdnLimits {
  readonly cdnSilentMs: number;
  readonly cdnTransferMs: number;
}

export function createCdn(
  { clock, limits = LIMITS }: { readonly clock: Clock; readonly limits?: CdnLimits },
): Cdn {
  return {
    transfer(transfer) {
      const { signal } = transfer;
      if (signal.aborted) return Promise.resolve({ kind: "failed", text: "aborted" });
      return new Promise((resolve) => {
        const request = openRequest(transfer);
        if (request instanceof Error) return resolve({ kind: "failed", text: request.message });
        const end = (text: string) => void request.destroy(new Error(text));
        const onAbort = () => end("aborted");
        signal.addEventListener("abort", onAbort, { once: true });
        const cancelLimit = clock.after(
          limits.cdnTransferMs,
          () => end(`not done within ${limits.cdnTransferMs} ms`),
        );
        request.setTimeout(
          limits.cdnSilentMs,
          () => end(`nothing moved for ${limits.cdnSilentMs} ms`),
        );
        request.on("response", (response) => {
          response.on("error", () => {}); // whoever reads it hears of it, too
          const { statusCode: status = 0, headers } = response;
          resolve({ kind: "answer", status, headers, body: response });
        });
        request.on("error", (error) => resolve({ kind: "failed", text: errorText(error) }));
        request.on("close", () => {
          cancelLimit();
          signal.removeEventListener("abort", onAbort);
          resolve({ kind: "failed", text: "the connection was closed without an answer" });
        });
        sendBody(transfer.body, request);
      });
    },
  };
}

function openRequest({ method, url, headers }: CdnTransfer): ClientRequest | Error {
  const open = url.startsWith("https:") ? httpsRequest : httpRequest;
  try {
    return open(url, { method, headers, agent: false });
  } catch (error) {
    return error instanceof Error ? error : new Error(errorText(error));
  }
}

/** Not `pipeline`: that would destroy the client's connection, on which it is to be told of a failure. */
function sendBody(body: Readable | null, request: ClientRequest): void {
  if (body === null) return void request.end();
  body.on("error", (error) => request.destroy(error));
  body.on("close", () => {
    if (!body.readableEnded) request.destroy(new Error("the client broke off"));
  });
  request.on("close", () => body.unpipe(request));
  body.pipe(request);
}
