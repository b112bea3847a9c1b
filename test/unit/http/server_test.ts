import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { HubError } from "../../../src/core/error.ts";
import { type App, startServer } from "../../../src/http/server.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { readBody } from "../../../src/lib/request_body.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { rawCall, serveWorld } from "../../fake/served_world.ts";

function start(admin: App, options: { readonly port?: number } = {}) {
  const nothing: App = { fetch: () => new Response("{}") };
  return startServer({
    hostname: "127.0.0.1",
    port: options.port ?? 0,
    downstream: nothing,
    admin,
    clock: systemClock,
    log: silentLog,
  });
}

const get = (path = "/") => `GET ${path} HTTP/1.1\r\nHost: hub\r\n\r\n`;

Deno.test("startServer sends iLink calls downstream and everything else to the admin app", async () => {
  await using served = await serveWorld();
  for (const path of ["/", "/hub/clients", "/ilinks", "/hub/ilink/bot", "/health"]) {
    const response = await served.send(path, { method: "GET" });
    assertEquals(await response.json(), { app: "admin" }, path);
  }
  for (const path of ["/ilink", "//ilink/bot/x", "/ILINK/bot/x?y"]) {
    const response = await served.send(path, { method: "GET" });
    assertEquals((await response.json()).ret, -1, path);
  }
});

Deno.test("startServer says which port is taken and what to do", async () => {
  const first = await start({ fetch: () => new Response("{}") });
  const error = await assertRejects(
    () => start({ fetch: () => new Response("{}") }, { port: first.port }),
    HubError,
    `127.0.0.1:${first.port}`,
  );
  assertEquals(error.code, "PORT_TAKEN");
  assertMatch(error.hint ?? "", /--addr/);
  await first.close();
});

Deno.test("startServer tells an app's failure to the log and not to the caller", async () => {
  const logged: string[] = [];
  const log = { ...silentLog, error: (event: string) => void logged.push(event) };
  for (
    const fetch of [
      () => Promise.reject(new Error("secret at file.ts:1")),
      () => {
        throw new Error("secret at file.ts:1");
      },
    ]
  ) {
    const app: App = { fetch };
    const server = await startServer({
      hostname: "127.0.0.1",
      port: 0,
      downstream: app,
      admin: app,
      clock: systemClock,
      log,
    });
    const answer = await rawCall(server.port, get(), "errmsg");
    assertMatch(answer, /^HTTP\/1\.1 500 [\s\S]*application\/json[\s\S]*"ret":-1/);
    assert(!answer.includes("secret"));
    await server.close();
  }
  assertEquals(logged, ["request_failed", "request_failed"]);
});

Deno.test("startServer hands a body of unannounced length to an app as a whole, a bounded number at a time", async () => {
  const server = await startServer({
    hostname: "127.0.0.1",
    port: 0,
    downstream: { fetch: () => new Response("{}") },
    admin: { fetch: async (request) => new Response(await readBody(request, 100)) },
    clock: systemClock,
    log: silentLog,
    limits: { chunkedBodiesMax: 1 },
  });
  const head = "POST / HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n" +
    "Connection: close\r\n\r\n";
  const whole = await rawCall(server.port, `${head}3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n`);
  assertMatch(whole, /^HTTP\/1\.1 200 [\s\S]*\{"a":1\}$/);
  using half = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await half.write(new TextEncoder().encode(`${head}3\r\n{"a`));
  let refused = "";
  for (let call = 0; call < 100 && !refused.includes(" 503 "); call++) {
    refused = await rawCall(server.port, `${head}2\r\n{}\r\n0\r\n\r\n`);
  }
  assertMatch(refused, /^HTTP\/1\.1 503 [\s\S]*"ret":-1/);
  await server.close();
});

Deno.test("drain lets answers under way finish, closes their connections and refuses new ones", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const server = await start({
    fetch() {
      asked.resolve();
      return answer.promise;
    },
  });
  const idle = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const underWay = rawCall(server.port, get());
  await asked.promise;
  const drained = server.drain(10_000);
  assertEquals(await idle.read(new Uint8Array(1)), null);
  idle.close();
  await assertRejects(
    () => Deno.connect({ hostname: "127.0.0.1", port: server.port }),
    Deno.errors.ConnectionRefused,
  );
  answer.resolve(new Response("{}"));
  assertMatch(await underWay, /^HTTP\/1\.1 200 OK[\s\S]*Connection: close[\s\S]*\{\}$/i);
  await drained;
  await server.close();
});

Deno.test("drain waits no longer than it is told for an app that never answers", async () => {
  const asked = Promise.withResolvers<void>();
  const server = await start({
    fetch() {
      asked.resolve();
      return new Promise(() => {});
    },
  });
  const hung = rawCall(server.port, get());
  await asked.promise;
  await server.drain(0);
  assertEquals(await hung, "");
});

Deno.test("close ends every connection at once", async () => {
  const asked = Promise.withResolvers<void>();
  const server = await start({
    fetch() {
      asked.resolve();
      return new Promise(() => {});
    },
  });
  const hung = rawCall(server.port, get());
  await asked.promise;
  await server.close();
  assertEquals(await hung, "");
});

Deno.test("an exchange tells how it ended, also to whoever asks late", async () => {
  const ends: string[] = [];
  const asked = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const server = await start({
    async fetch(request, { exchange }) {
      const note = (end: string) => void ends.push(`${new URL(request.url).pathname} ${end}`);
      exchange?.onEnd(note);
      if (request.url.endsWith("/left")) {
        asked.resolve();
        await new Promise<void>((resolve) => exchange?.onEnd(() => resolve()));
        exchange?.onEnd(note);
        closed.resolve();
      }
      return new Response("{}");
    },
  });
  await rawCall(server.port, get("/stayed"), "{}");
  const leaving = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await leaving.write(new TextEncoder().encode(get("/left")));
  await asked.promise;
  leaving.close();
  await closed.promise;
  assertEquals(ends, ["/stayed written", "/left closed", "/left closed"]);
  await server.close();
});
