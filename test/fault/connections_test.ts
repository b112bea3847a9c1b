/**
 * Connections that are silent, slow, greedy or many: all bounded, all answered, nothing grows. Real sockets and real time,
 * because what is tested are the server's own time limits.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import v8 from "node:v8";
import vm from "node:vm";
import { createDownstream } from "../../src/downstream/app.ts";
import { createPairingDesk } from "../../src/downstream/pairing_desk.ts";
import { type App, type HttpServer, startServer } from "../../src/http/server.ts";
import { createBellBoard } from "../../src/lib/bell_board.ts";
import { sleep, systemClock } from "../../src/lib/clock.ts";
import { silentLog } from "../../src/lib/log.ts";
import { systemRandom } from "../../src/lib/random.ts";
import type { ClientId, ReplyId } from "../../src/core/ids.ts";
import { openClientSideStore } from "../fake/client_side_store.ts";
import { ALICE, inboundText, SIGN_KEY } from "../fake/downstream_world.ts";
import { crowdToken } from "../fake/poll_crowd.ts";
import { rawCall, serveWorld } from "../fake/served_world.ts";
import { TextLineStream } from "../fake/text_line_stream.ts";

const QUICK = { headersMs: 300, requestMs: 600, keepAliveMs: 300, silentConnectionMs: 900 };

const CROWD = 10_000;
/** What one parked poll may cost of the process, its connection and this test's own notes of it included. */
const BYTES_PER_POLL_MAX = 30 * 1024;

Deno.test("a connection that says nothing is closed", async () => {
  await using served = await serveWorld(QUICK);
  assertMatch(await rawCall(served.port, ""), /^HTTP\/1\.1 408 [\s\S]*"ret":-1/);
});

Deno.test("half a request is answered with 408 and closed, and nothing of it is done", async () => {
  await using served = await serveWorld(QUICK);
  const { token, store } = served.world;
  const head = "POST /ilink/bot/sendmessage HTTP/1.1\r\nHost: hub\r\n" +
    `Authorization: Bearer ${token}\r\nContent-Length: 500\r\n`;
  const [halfHead, halfBody] = await Promise.all([
    rawCall(served.port, head),
    rawCall(served.port, `${head}\r\n{"msg":{"to_user_id":"${ALICE}"`),
  ]);
  assertMatch(halfHead, /^HTTP\/1\.1 408 [\s\S]*\{"ret":-1,/);
  assertMatch(halfBody, /^HTTP\/1\.1 408 [\s\S]*\{"ret":-1,/);
  assertEquals(store.replies.length, 0);
});

Deno.test("a request that trickles in is not waited for", async () => {
  await using served = await serveWorld(QUICK);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: served.port });
  const head = new TextEncoder().encode("POST /ilink/bot/getupdates HTTP/1.1\r\nHost: hub\r\nx: ");
  const closed = readToEnd(connection);
  let isClosed = false;
  void closed.then(() => isClosed = true);
  let sent = 0;
  for (; sent < 100 && !isClosed; sent++) {
    await connection.write(sent === 0 ? head : Uint8Array.of(120)).catch(() => {});
    await sleep(systemClock, 50);
  }
  assertMatch(await closed, /^HTTP\/1\.1 408 /);
  assert(sent < 50, `${sent} bytes were waited for`);
});

Deno.test("clients that leave in the middle of a body, a poll or an answer harm nobody", async () => {
  await using served = await serveWorld();
  const { world } = served;
  const start = (path: string, token: string, more: string) =>
    `POST /ilink/bot/${path} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer ${token}\r\n${more}`;
  const halves = [world.token, "vhub_unknown"].flatMap((token) => [
    start("sendmessage", token, "Content-Length: 500\r\n\r\n{"),
    start("sendmessage", token, "Transfer-Encoding: chunked\r\n\r\n5\r\n{"),
    start("getupdates", token, "Content-Length: 2\r\n\r\n{}"),
    start("getupdates", token, "Content-Length: 2\r\n\r\n{}POST /"),
    start("msg/notifystart", token, "Content-Length: 500000\r\n\r\n{}"),
  ]);
  for (const half of halves) {
    for (const pauseMs of [0, 30]) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: served.port });
      await connection.write(new TextEncoder().encode(half));
      await sleep(systemClock, pauseMs);
      connection.close();
    }
  }
  await served.until(() => served.server.connections() === 0);
  await world.say("still here");
  const response = await served.post("/ilink/bot/getupdates", {});
  assertEquals((await response.json()).msgs.length, 1);
  assertEquals(world.logged.filter(({ event }) => event.endsWith("_failed")), []);
});

Deno.test("an idle connection is closed after its time, not while it is used", async () => {
  await using served = await serveWorld(QUICK);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: served.port });
  const request = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: hub\r\n\r\n");
  for (let use = 0; use < 5; use++) {
    await connection.write(request);
    const buffer = new Uint8Array(1_000);
    const count = await connection.read(buffer);
    assertMatch(new TextDecoder().decode(buffer.subarray(0, count ?? 0)), /^HTTP\/1\.1 200 /);
    await sleep(systemClock, 100);
  }
  assertEquals(await readToEnd(connection), "");
});

Deno.test("a body over the limit is refused and the rest of it is not read", async () => {
  await using served = await serveWorld({ bodyBytesMax: 10_000 });
  const { token, store } = served.world;
  const head = "POST /ilink/bot/sendmessage HTTP/1.1\r\nHost: hub\r\n" +
    `Authorization: Bearer ${token}\r\n`;
  const chunk = `2000\r\n${"x".repeat(0x2000)}\r\n`;
  for (
    const start of [
      `${head}Content-Length: 1000000000\r\n\r\n`,
      `${head}Transfer-Encoding: chunked\r\n\r\n`,
    ]
  ) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: served.port });
    const answer = readToEnd(connection);
    let sentBytes = await connection.write(new TextEncoder().encode(start));
    const bytes = new TextEncoder().encode(chunk.repeat(8));
    try {
      while (sentBytes < 500_000_000) sentBytes += await connection.write(bytes);
    } catch {
      // closed by the server, as it should be
    }
    assert(sentBytes < 500_000_000, "the server took it all");
    // The answer is lost when it meets a reset; what was read of it must be the refusal.
    const read = await answer;
    if (read !== "") assertMatch(read, /^HTTP\/1\.1 413 [\s\S]*\{"ret":-1,/);
  }
  assertEquals(store.replies.length, 0);
});

Deno.test("connections beyond the bound are closed at once and the others are served", async () => {
  await using served = await serveWorld({ connectionsMax: 3 });
  const open = await Promise.all(
    [1, 2, 3].map(() => Deno.connect({ hostname: "127.0.0.1", port: served.port })),
  );
  assertEquals(await rawCall(served.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "");
  const [first, ...others] = open;
  for (const connection of others) connection.close();
  assert(first !== undefined);
  await first.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  assert((await first.read(new Uint8Array(100)) ?? 0) > 0);
  first.close();
});

Deno.test("an answer nobody reads ends, and the message in it waits for the next poll", async () => {
  await using served = await serveWorld(QUICK);
  const { world } = served;
  await world.say("x".repeat(30_000_000));
  {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: served.port });
    await connection.write(
      new TextEncoder().encode(
        "POST /ilink/bot/getupdates HTTP/1.1\r\nHost: hub\r\n" +
          `Authorization: Bearer ${world.token}\r\nContent-Length: 2\r\n\r\n{}`,
      ),
    );
    await sleep(systemClock, 3 * QUICK.silentConnectionMs);
    assert(await readAtMost(connection, 30_000_000) < 30_000_000, "the server waited for ever");
  }
  const again = await served.post("/ilink/bot/getupdates", {});
  assertEquals((await again.json()).msgs.length, 1);
  assertEquals(world.store.handOuts.map(({ written }) => written.length), [0, 0]);
});

Deno.test("10,000 parked polls cost little, are all answered, and leave nothing behind", async () => {
  const { store, clients, ring, downstream, server } = await startCrowdedHub();
  collectGarbage();
  const before = Deno.memoryUsage();
  const crowd = startCrowd(server.port);
  await crowd.next("connected");
  const live: number[] = [];
  let firstRss = 0;
  for (let round = 1; round <= 3; round++) {
    await crowd.poll();
    await crowd.next("polled");
    await until(() => clients.every((id) => downstream.states.stateOf(id) === "polling"));
    await until(() => store.handOuts.length === clients.length);
    store.handOuts.length = 0;
    collectGarbage();
    const parked = Deno.memoryUsage();
    live.push(Math.round((parked.heapUsed - before.heapUsed) / CROWD));
    if (round === 1) firstRss = Math.round((parked.rss - before.rss) / CROWD);
    await store.deliver(clients.map((client) => ({ client, raw: greetingFor(client, round) })));
    for (const id of clients) ring(id);
    const { answered, messages, refused } = await crowd.next("answered");
    assertEquals([answered, messages, refused], [CROWD, CROWD, 0]);
    store.handOuts.length = 0;
  }
  assert(firstRss < BYTES_PER_POLL_MAX, `${firstRss} bytes for each parked poll`);
  const [first = 0, second = 0, third = 0] = live;
  assert(third < second * 1.05 && third < first * 1.1, `live bytes for each poll: ${live}`);

  await crowd.poll();
  await crowd.next("polled");
  await until(() => store.handOuts.length === clients.length);
  await crowd.leave();
  // Nobody left takes anything: what is queued now waits for those who come back.
  await until(() => server.connections() === 0);
  for (const id of clients) ring(id);
  await sleep(systemClock, 0);
  assertEquals(store.handOuts.length, clients.length);
  await downstream.drain();
  await server.drain(5_000);
  await store[Symbol.asyncDispose]();
});

// ─── The crowd ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function startCrowdedHub() {
  const store = await openClientSideStore({ clock: systemClock });
  const clients = await Promise.all(
    Array.from({ length: CROWD }, async (_, at) => {
      const tokenHash = createHash("sha256").update(crowdToken(at)).digest("hex");
      return (await store.addClient({ name: `c${at}`, tokenHash })).id;
    }),
  );
  const clientBells = createBellBoard<ClientId>();
  const downstream = createDownstream({
    store: store.port,
    signKey: SIGN_KEY,
    clock: systemClock,
    log: silentLog,
    live: {
      typing() {},
      uploadUrl: () => Promise.resolve({ kind: "failed", text: "no WeChat here" }),
    },
    clientBells,
    replyBells: createBellBoard<ReplyId>(),
    onAccepted() {},
    cdnBaseUrl: "http://cdn.test/c2c",
    pairing: createPairingDesk({
      ...{ store: store.whole, signKey: SIGN_KEY, clock: systemClock, random: systemRandom },
      ...{ log: silentLog, onRegistered() {} },
    }),
    publicUrl: null,
    answerMs: 600_000,
    clients: [],
    limits: { holdMs: 120_000, holdEmptyCursorMs: 120_000 },
  });
  const admin: App = { fetch: () => new Response("{}") };
  const server: HttpServer = await startServer({
    hostname: "127.0.0.1",
    port: 0,
    downstream: downstream.app,
    admin,
    clock: systemClock,
    log: silentLog,
  });
  return { store, clients, ring: clientBells.ring, downstream, server };
}

/** Each client hears of a person of its own. */
function greetingFor(client: ClientId, round: number): string {
  const from = `o9person${client}@im.wechat`;
  return inboundText({ from, text: `round ${round}`, id: `${client}${round}`, atMs: round });
}

function startCrowd(port: number) {
  const script = new URL("../fake/poll_crowd.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net=127.0.0.1", "--no-check", script, `${port}`, `${CROWD}`],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const input = child.stdin.getWriter();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  return {
    poll: () => input.write(new TextEncoder().encode("poll\n")),
    async next(kind: string): Promise<Record<string, number>> {
      const { value } = await lines.read();
      const line = JSON.parse(value ?? "{}");
      assertEquals(line.kind, kind);
      return line;
    },
    async leave() {
      child.kill("SIGKILL");
      await child.status;
      await input.abort().catch(() => {});
      await lines.cancel();
    },
  };
}

function collectGarbage(): void {
  v8.setFlagsFromString("--expose-gc");
  vm.runInNewContext("gc")();
}

async function until(condition: () => boolean): Promise<void> {
  for (let look = 0; look < 3_000 && !condition(); look++) await sleep(systemClock, 10);
  assert(condition(), "the awaited condition never held");
}

async function readToEnd(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(65_536);
  let text = "";
  for (;;) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return text;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
}

async function readAtMost(connection: Deno.Conn, bytesMax: number): Promise<number> {
  const buffer = new Uint8Array(1_000_000);
  let bytes = 0;
  while (bytes < bytesMax) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) break;
    bytes += count;
  }
  return bytes;
}
