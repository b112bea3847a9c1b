/** A downstream world behind the real server, on a port of its own. */
import type { JsonObject } from "../../src/lib/json.ts";
import { silentLog } from "../../src/lib/log.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { DownstreamLimits } from "../../src/downstream/app.ts";
import { type HttpServer, type ServerLimits, startServer } from "../../src/http/server.ts";
import { createDownstreamWorld, type DownstreamWorld } from "./downstream_world.ts";
import { settle } from "./fake_clock.ts";

export interface ServedWorld extends AsyncDisposable {
  readonly world: DownstreamWorld;
  readonly server: HttpServer;
  readonly port: number;
  /** A call with the first client's token. */
  post(path: string, body: JsonObject, init?: RequestInit): Promise<Response>;
  send(path: string, init: RequestInit): Promise<Response>;
  /** Gives the sockets their turns until `condition` holds; fails when it never does. */
  until(condition: () => boolean): Promise<void>;
}

/** What the admin app would be: enough to see which app was asked. */
const ADMIN = {
  fetch: () => new Response(`{"app":"admin"}`, { headers: { "content-type": "application/json" } }),
};

export async function serveWorld(
  limits: Partial<DownstreamLimits & ServerLimits> = {},
): Promise<ServedWorld> {
  const world = await createDownstreamWorld({ limits });
  const server = await startServer({
    hostname: "127.0.0.1",
    port: 0,
    downstream: world.downstream.app,
    admin: ADMIN,
    clock: systemClock,
    log: silentLog,
    limits,
  });
  const { port } = server;
  const client = Deno.createHttpClient({});

  function send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has("authorization")) headers.set("authorization", `Bearer ${world.token}`);
    const request = { method: "POST", ...init, headers, client };
    return fetch(`http://127.0.0.1:${port}${path}`, request);
  }

  return {
    world,
    server,
    port,
    send,
    post: (path, body, init = {}) => send(path, { ...init, body: JSON.stringify(body) }),
    async until(condition) {
      for (let turn = 0; turn < 20_000 && !condition(); turn++) {
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      if (!condition()) throw new Error("the awaited condition never held");
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await server.close();
      await settle(); // sockets that were just closed give their timers up when they hear of it
      await world[Symbol.asyncDispose]();
    },
  };
}

/** Writes `text` on a fresh connection and reads until the server closes it, or until `enough` has been read. */
export async function rawCall(port: number, text: string, enough?: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = new TextEncoder().encode(text);
  const written = writeAll(connection, bytes).catch(() => {}); // refused in the middle
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  let read = "";
  while (enough === undefined || !read.includes(enough)) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) break;
    read += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  await written;
  return read;
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
