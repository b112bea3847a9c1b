/**
 * Requests that are cut anywhere, trickle in or never end, at every endpoint: a JSON object back or a closed connection,
 * nothing done for half a request, nothing taken from the queue, nothing left open. Real sockets and the server's own time.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ALICE } from "../fake/downstream_world.ts";
import { sleep, systemClock } from "../../src/lib/clock.ts";
import { type ServedWorld, serveWorld } from "../fake/served_world.ts";

const ENDPOINTS = [
  "getupdates",
  "sendmessage",
  "getconfig",
  "sendtyping",
  "getuploadurl",
  "msg/notifystart",
  "msg/notifystop",
  "get_bot_qrcode",
  "nothing",
];

const BODY = JSON.stringify({
  msg: { to_user_id: ALICE, client_id: "half", item_list: [{ type: 1, text_item: { text: "x" } }] },
  ilink_user_id: ALICE,
  to_user_id: ALICE,
});

const LIMIT_MS = 300;
/** All of one endpoint's requests are under way at the same time: each takes as long as the server lets it. */
const REQUESTS_EACH = 12;

const headerName = fc.constantFrom(
  "X-WECHAT-UIN",
  "iLink-App-Id",
  "ILINK-APP-CLIENTVERSION",
  "AuthorizationType",
  "Expect",
  "Content-Type",
  "Accept-Encoding",
  "SKRouteTag",
  "Cookie",
);
const headerValue = fc.string({ unit: "binary", maxLength: 40 })
  .map((value) => value.replace(/[\r\n\0]/g, " "));

/** How much of the request comes, in pieces, and what the caller does then. */
const unfinished = fc.record({
  isKnown: fc.boolean(),
  isChunked: fc.boolean(),
  headers: fc.array(fc.tuple(headerName, headerValue), { maxLength: 4 }),
  /** The part of the request that comes; never all. */
  share: fc.double({ min: 0.05, max: 0.99, noNaN: true }),
  pieces: fc.integer({ min: 1, max: 8 }),
  leaves: fc.boolean(),
});

type Unfinished = typeof unfinished extends fc.Arbitrary<infer T> ? T : never;

for (const endpoint of ENDPOINTS) {
  Deno.test({
    name: `half a request to ${endpoint}, however slow, does nothing and holds nothing`,
    // node:http keeps a timer of a connection that has ended until it would have rung; nothing of ours waits on it.
    sanitizeOps: false,
    fn: () => holdsNothing(endpoint),
  });
}

async function holdsNothing(endpoint: string): Promise<void> {
  await using served = await serveWorld({
    headersMs: LIMIT_MS,
    requestMs: LIMIT_MS,
    keepAliveMs: LIMIT_MS,
    silentConnectionMs: 4 * LIMIT_MS,
    delayedRefusalsMax: 0,
  });
  const { world } = served;
  await world.say("waits for the next");
  const requests = fc.sample(unfinished, REQUESTS_EACH);
  const answers = await Promise.all(
    requests.map((request) => sendHalf(served, endpoint, request)),
  );
  for (const answer of answers) assertSound(answer);
  await served.until(() => served.server.connections() === 0);
  assertEquals(world.store.replies, []);
  assertEquals([world.live.typed, world.live.uploads], [[], []]);
  assertEquals(world.store.handOuts, []);
  assertEquals(world.logged.filter(({ event }) => event.endsWith("_failed")), []);
  const next = await served.post("/ilink/bot/getupdates", {});
  assertEquals((await next.json()).msgs.length, 1);
}

/** What came back until the server closed or the caller left. */
async function sendHalf(
  { port, world }: ServedWorld,
  endpoint: string,
  { isKnown, isChunked, headers, share, pieces, leaves }: Unfinished,
): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = [
    `POST /ilink/bot/${endpoint} HTTP/1.1`,
    "Host: hub",
    `Authorization: Bearer ${isKnown ? world.token : "vhub_no"}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${BODY.length}`,
  ].join("\r\n");
  const body = isChunked ? `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n` : BODY;
  const bytes = new TextEncoder().encode(`${head}\r\n\r\n${body}`);
  const part = bytes.subarray(0, Math.min(bytes.length - 1, Math.ceil(bytes.length * share)));
  const step = Math.ceil(part.length / pieces);
  const reading = leaves ? null : readToEnd(connection);
  for (let at = 0; at < part.length; at += step) {
    try {
      await writeAll(connection, part.subarray(at, at + step));
    } catch {
      break; // refused in the middle
    }
    await sleep(systemClock, leaves ? 5 : 40);
  }
  return await reading ?? "";
}

function assertSound(answer: string): void {
  const given = /^HTTP\/1\.1 (\d{3}) [^]*?\r\n\r\n([^]*)$/.exec(answer);
  if (given === null) return assertEquals(answer, "", "neither an answer nor nothing");
  const [, status, text = ""] = given;
  // A header that cannot be read, or a body that has not come: never a success.
  assert(["400", "401", "404", "408", "413", "417", "431"].includes(status ?? ""), answer);
  const body = JSON.parse(text);
  assert(body.ret === -1 && body.errcode === -1 && typeof body.errmsg === "string", answer);
  assert(!/\.ts:|\bat \w+ \(|Error:/.test(text), answer);
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

async function readToEnd(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(4_096);
  const decoder = new TextDecoder();
  let read = "";
  for (;;) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return read;
    read += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
}
