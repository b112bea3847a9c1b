/**
 * The one listening port: node:http, because it bounds headers, bodies and silence, with the apps behind it. Ends without
 * losing an answer: stop accepting, let what is under way finish, close what is idle.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { HubError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { DownstreamEnv } from "../downstream/app.ts";
import { createExchange, type HeldExchange } from "../downstream/exchange.ts";
import { readChunkedBody } from "./request_body.ts";

/** What an app gets besides the request: node's own objects and how the exchange ends. */
export type Bindings = DownstreamEnv["Bindings"] & {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
};

export interface App {
  fetch(request: Request, bindings: Bindings): Response | Promise<Response>;
}

export interface ServerOptions {
  readonly hostname: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Serves everything under `/ilink/`. */
  readonly downstream: App;
  /** Serves everything under `/cdn/`, bodies of any length; `null`: there is nothing. */
  readonly media?: Listener | null;
  /** Serves everything else. */
  readonly admin: App;
  readonly clock: Clock;
  readonly log: Log;
  /** Other bounds than `core/limits.ts` has, for tests. */
  readonly limits?: Partial<ServerLimits>;
}

export type ServerLimits = Readonly<
  Record<
    | "connectionsMax"
    | "headerBytesMax"
    | "headersMs"
    | "requestMs"
    | "keepAliveMs"
    | "silentConnectionMs"
    | "bodyBytesMax"
    | "chunkedBodiesMax",
    number
  >
>;

export interface HttpServer {
  readonly address: string;
  readonly port: number;
  /** Open connections now. */
  connections(): number;
  /** Stops accepting and resolves when every answer under way has been written, or after `withinMs`. */
  drain(withinMs: number): Promise<void>;
  /** Closes every connection at once. */
  close(): Promise<void>;
}

/** How often late headers and bodies are looked for. */
const CHECK_EVERY_MS = 1_000;

/** Throws `PORT_TAKEN`, or `CONFIG_INVALID` when the address cannot be listened on. */
export async function startServer(options: ServerOptions): Promise<HttpServer> {
  const limits: ServerLimits = { ...LIMITS, ...options.limits };
  const exchanges = new Map<ServerResponse, HeldExchange>();
  const sockets = new Set<Socket>();
  let isDraining = false;
  const listener = splitMedia(
    options.media ?? null,
    boundBodies(createListener(options, exchanges), limits),
  );
  const server = createBoundedServer(limits, (incoming, outgoing) => {
    const exchange = createExchange();
    exchanges.set(outgoing, exchange);
    let isWritten = false;
    outgoing.on("finish", () => {
      // Also emitted when the last write failed, which only the socket tells.
      isWritten = incoming.socket.errored === null && !incoming.socket.destroyed;
    });
    outgoing.on("close", () => {
      exchanges.delete(outgoing);
      exchange.end(isWritten ? "written" : "closed");
    });
    outgoing.shouldKeepAlive &&= !isDraining;
    listener(incoming, outgoing);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await listen(server, options);
  server.on("error", (error) => options.log.error("server_failed", { error: errorText(error) }));
  const { address, port } = server.address() as AddressInfo;
  const closed = new Promise<void>((resolve) => server.once("close", resolve));

  async function close(): Promise<void> {
    if (server.listening) server.close();
    server.closeAllConnections();
    await closed;
  }

  return {
    address,
    port,
    connections: () => sockets.size,
    async drain(withinMs) {
      isDraining = true;
      server.close();
      const busy = new Set<Socket | null>();
      for (const outgoing of exchanges.keys()) {
        outgoing.shouldKeepAlive = false;
        busy.add(outgoing.socket);
      }
      for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
      const cancel = options.clock.after(withinMs, () => server.closeAllConnections());
      await closed;
      cancel();
    },
    close,
  };
}

/** Time, size and number are bounded for whatever connects. */
function createBoundedServer(limits: ServerLimits, listener: Listener): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, limits.headersMs),
    requireHostHeader: false, // its refusal would have no body; the apps do not need one
  }, listener);
  server.maxConnections = limits.connectionsMax;
  server.setTimeout(limits.silentConnectionMs);
  server.on("timeout", (socket: Socket) => socket.destroy());
  server.on("clientError", refuseUnreadable);
  // What a caller expects besides `100-continue` nobody knows; node's own refusal would have no body.
  server.on("checkExpectation", (incoming, outgoing) => server.emit("request", incoming, outgoing));
  return server;
}

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** Media are streamed: whoever serves them bounds them. */
function splitMedia(media: Listener | null, others: Listener): Listener {
  if (media === null) return others;
  return (incoming, outgoing) =>
    /^\/+cdn\//.test(incoming.url ?? "") ? media(incoming, outgoing) : others(incoming, outgoing);
}

/** No app sees a body that is longer than it may be. */
function boundBodies(listener: Listener, limits: ServerLimits): Listener {
  const { bodyBytesMax, chunkedBodiesMax } = limits;
  let chunkedBodies = 0;

  async function readFirst(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readChunkedBody(incoming, bodyBytesMax);
    switch (body.kind) {
      case "whole":
        // Where the listener looks before it reads.
        return listener(Object.assign(incoming, { rawBody: body.bytes }), outgoing);
      case "too_long":
        return refuse(outgoing, 413, `the body is longer than ${bodyBytesMax} bytes`);
      case "cut_off":
        return void outgoing.destroy();
    }
  }

  return (incoming, outgoing) => {
    if (Number(incoming.headers["content-length"] ?? 0) > bodyBytesMax) {
      return refuse(outgoing, 413, `the body is longer than ${bodyBytesMax} bytes`);
    }
    if (incoming.headers["transfer-encoding"] === undefined) return listener(incoming, outgoing);
    if (chunkedBodies >= chunkedBodiesMax) {
      return refuse(outgoing, 503, "too many bodies of unannounced length, try again");
    }
    chunkedBodies += 1;
    void readFirst(incoming, outgoing).finally(() => chunkedBodies -= 1);
  };
}

function createListener(
  { downstream, admin, log }: ServerOptions,
  exchanges: ReadonlyMap<ServerResponse, HeldExchange>,
): Listener {
  return getRequestListener(
    (request, bindings) => {
      const { incoming, outgoing } = bindings as Bindings;
      const app = /^(https?:\/\/[^/]*)?\/+ilink(\/|$)/i.test(incoming.url ?? "")
        ? downstream
        : admin;
      const exchange = exchanges.get(outgoing) ?? createExchange();
      return app.fetch(request, { incoming, outgoing, exchange });
    },
    {
      hostname: "localhost",
      errorHandler(error) {
        const isTheirs = error instanceof Error && error.name === "RequestError";
        if (!isTheirs) log.error("request_failed", { error: errorText(error) });
        const [status, text] = isTheirs
          ? [400, "the request's address cannot be read"]
          : [500, "the hub failed at this call; its log says more"];
        return new Response(failureText(text), { status, headers: { "content-type": JSON_TYPE } });
      },
    },
  );
}

// ─── What the apps never see ───────────────────────────────────────────────────────────────────────────────────────────

const JSON_TYPE = "application/json; charset=utf-8";

function failureText(text: string): string {
  return JSON.stringify({ ret: -1, errcode: -1, errmsg: text });
}

function refuse(outgoing: ServerResponse, status: 413 | 503, text: string): void {
  const body = failureText(text);
  outgoing.shouldKeepAlive = false;
  outgoing.writeHead(status, {
    "content-type": JSON_TYPE,
    "content-length": Buffer.byteLength(body),
  });
  outgoing.end(body);
}

/** Answers what is no request, is too long, or came too late. */
function refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const [status, text] = error.code === "HPE_HEADER_OVERFLOW"
    ? ["431 Request Header Fields Too Large", "the headers are too long"]
    : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
    ? ["408 Request Timeout", "the request came too slowly"]
    : ["400 Bad Request", "the request cannot be read"];
  const body = failureText(text);
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: ${JSON_TYPE}\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function listen(server: Server, { hostname, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: Error & { readonly code?: string }) => {
      reject(explainListenFailure(error, `${hostname}:${port}`));
    });
    server.listen(port, hostname, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function explainListenFailure(error: Error & { readonly code?: string }, at: string): HubError {
  if (error.code === "EADDRINUSE") {
    return new HubError(
      "PORT_TAKEN",
      `Cannot listen on ${at}: the port is taken, want a free one`,
      {
        hint: "Stop the program that uses it (another hub?), or choose another port with --addr",
        cause: error,
      },
    );
  }
  return new HubError("CONFIG_INVALID", `Cannot listen on ${at}: ${error.message}`, {
    hint: "Choose an address of this machine and a port above 1023, such as 127.0.0.1:8765",
    cause: error,
  });
}
