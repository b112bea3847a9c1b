/** The listener: node:http, because faults need to reset sockets and to leave bodies half written. */
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Answer, Exchange } from "./exchange.ts";

const BODY_BYTES_MAX = 110 * 1024 * 1024;

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens and hands every request, body read, to `onExchange`; port 0 takes any. */
export async function listen(options: {
  readonly hostname: string;
  readonly port: number;
  readonly isRedirected: boolean;
  readonly onExchange: (exchange: Exchange) => void;
}): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    readBody(request, (body) => {
      options.onExchange(createExchange({
        request,
        response,
        body,
        isRedirected: options.isRedirected,
      }));
    });
  });
  const port = await startListening(server, options);
  return { port, close: () => stopListening(server) };
}

/** Resolves with the port once the server listens; rejects when it cannot. */
export function startListening(
  server: Server,
  where: { readonly hostname: string; readonly port: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where.port, where.hostname, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : where.port);
    });
  });
}

/** Closes the server and every connection it has. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function readBody(request: IncomingMessage, onBody: (body: Uint8Array) => void): void {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  request.on("data", (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) request.destroy();
    else chunks.push(chunk);
  });
  request.on("end", () => onBody(Buffer.concat(chunks)));
  request.on("error", () => {}); // the caller left while sending: there is nobody to answer
}

function createExchange(given: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Uint8Array;
  readonly isRedirected: boolean;
}): Exchange {
  const { request, response, body, isRedirected } = given;
  const url = request.url ?? "/";
  const cut = url.indexOf("?");
  const path = cut < 0 ? url : url.slice(0, cut);
  const exchange: Exchange = {
    method: request.method ?? "",
    path: path.replace(/\/{2,}/g, "/"),
    query: cut < 0 ? "" : url.slice(cut + 1),
    headers: request.headers,
    body,
    isRedirected,
    isGone: false,
    onGone: null,
    write(answer) {
      if (exchange.isGone) return;
      writeHead(response, answer);
      response.end(answer.body);
    },
    writeHalf(answer) {
      if (exchange.isGone) return;
      writeHead(response, answer);
      const bytes = Buffer.from(answer.body);
      const half = bytes.subarray(0, Math.floor(bytes.length / 2));
      // Not a reset: that would take back the half which the caller has not read yet.
      if (half.length === 0) request.socket.destroy();
      else response.write(half, () => request.socket.destroy());
    },
    reset() {
      request.socket.resetAndDestroy();
    },
  };
  response.on("close", () => {
    if (response.writableEnded) return;
    exchange.isGone = true;
    exchange.onGone?.();
  });
  return exchange;
}

function writeHead(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    "content-length": Buffer.byteLength(answer.body),
  });
}
