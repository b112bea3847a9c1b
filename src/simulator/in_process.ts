/** Calls without a socket: a `fetch` that asks the simulated WeChat directly, for tests under a fake clock. */
import type { Answer, Exchange } from "./exchange.ts";

/** What stands for the second listener's `host:port` where nothing listens. */
export const REDIRECT_HOST = "redirected.invalid";

/**
 * A `fetch` for any URL whose path is one of the simulator's. It rejects with a `TypeError` where a real connection would
 * be reset, and with the signal's reason when that aborts first.
 */
export function createInProcessFetch(onExchange: (exchange: Exchange) => void): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = new Uint8Array(await request.arrayBuffer());
    request.signal.throwIfAborted();
    return await new Promise<Response>((resolve, reject) => {
      const exchange = createExchange({ request, body, resolve, reject });
      request.signal.addEventListener("abort", () => {
        exchange.isGone = true;
        reject(request.signal.reason);
        exchange.onGone?.();
      });
      onExchange(exchange);
    });
  };
}

function createExchange(given: {
  readonly request: Request;
  readonly body: Uint8Array;
  readonly resolve: (response: Response) => void;
  readonly reject: (reason: unknown) => void;
}): Exchange {
  const { request, resolve, reject } = given;
  const url = new URL(request.url);
  return {
    method: request.method,
    path: url.pathname.replace(/\/{2,}/g, "/"),
    query: url.search.slice(1),
    headers: Object.fromEntries(request.headers),
    body: given.body,
    isRedirected: url.host === REDIRECT_HOST,
    isGone: false,
    onGone: null,
    write(answer) {
      resolve(responseOf(answer, answer.body));
    },
    writeHalf(answer) {
      const { body } = answer;
      const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
      const half = new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.enqueue(bytes.subarray(0, Math.floor(bytes.length / 2)));
          controller.error(new TypeError("connection reset while reading the body"));
        },
      });
      resolve(responseOf(answer, half));
    },
    reset() {
      reject(new TypeError("connection reset"));
    },
  };
}

function responseOf(
  answer: Answer,
  body: string | Uint8Array | ReadableStream<Uint8Array>,
): Response {
  const { status, headers } = answer;
  return new Response(body instanceof Uint8Array ? new Uint8Array(body) : body, {
    status,
    headers: { ...headers },
  });
}
