import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { systemClock } from "../../../src/lib/clock.ts";
import { systemRandom } from "../../../src/lib/random.ts";
import { readUpdatesAnswer } from "../../../src/wire/updates.ts";
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../../src/simulator/simulator.ts";
import { OWNER, TOKEN } from "./bot_caller.ts";

function start(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  return startSimulator({
    clock: systemClock,
    random: systemRandom,
    bots: [{ token: TOKEN, owner: OWNER }],
    ...options,
  });
}

/** A connection of its own for every call: a pooled one that is reset makes fetch repeat the call unasked. */
async function post(
  simulator: Simulator,
  path: string,
  init: { readonly body?: BodyInit; readonly signal?: AbortSignal } = {},
): Promise<Response> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(`${simulator.baseUrl}${path}`, {
    method: "POST",
    headers: { authorization: `bearer  ${TOKEN} `, "authorizationtype": "ilink_bot_token" },
    body: "{}",
    client,
    ...init,
  });
  const text = await response.text();
  return new Response(text, { status: response.status, headers: response.headers });
}

/** Resolves when something has happened for which `isTrue` holds. */
function happens(simulator: Simulator, isTrue: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = simulator.watch(() => {
      if (!isTrue()) return;
      stop();
      resolve();
    });
  });
}

const SEND = JSON.stringify({ msg: { to_user_id: OWNER, item_list: [] } });

Deno.test("over HTTP a held poll ends with the message, doubled slashes and queries allowed", async () => {
  const simulator = await start();
  const held = post(simulator, "//ilink/bot/getupdates?timeout=35");
  while (simulator.bots()[0]?.polls === 0) await new Promise((resolve) => setImmediate(resolve));
  simulator.say({ what: "hello" });
  const response = await held;
  assertEquals(response.headers.get("content-type"), "application/json");
  const answer = readUpdatesAnswer(await response.text());
  assertEquals(answer.kind === "updates" && answer.messages.length, 1);
  await simulator.close();
});

Deno.test("over HTTP a caller who leaves takes no message along", async () => {
  const simulator = await start();
  const leaving = new AbortController();
  const left = post(simulator, "/ilink/bot/getupdates", { signal: leaving.signal });
  while (simulator.bots()[0]?.polls === 0) await new Promise((resolve) => setImmediate(resolve));
  const noticed = happens(simulator, () => simulator.bots()[0]?.polls === 0);
  leaving.abort();
  await assertRejects(() => left, DOMException);
  await noticed;
  assertEquals(simulator.requests().map(({ outcome }) => outcome), ["gone"]);
  simulator.say({ what: "hello" });
  const answer = readUpdatesAnswer(await (await post(simulator, "/ilink/bot/getupdates")).text());
  assertEquals(answer.kind === "updates" && answer.messages.length, 1);
  await simulator.close();
});

Deno.test("over HTTP connections are reset, also in the middle of a body", async () => {
  const simulator = await start();
  simulator.addFault({ endpoint: "sendmessage", act: { kind: "reset", processed: false } });
  await assertRejects(() => post(simulator, "/ilink/bot/sendmessage", { body: SEND }), TypeError);
  assertEquals(simulator.sent().length, 0);
  simulator.addFault({ endpoint: "sendmessage", act: { kind: "half_body" } });
  await assertRejects(() => post(simulator, "/ilink/bot/sendmessage", { body: SEND }), TypeError);
  assertEquals(simulator.sent().length, 1);
  await simulator.close();
});

Deno.test("over HTTP a silent call stays open until its caller leaves", async () => {
  const simulator = await start();
  simulator.addFault({ endpoint: "sendmessage", act: { kind: "silence", processed: true } });
  const leaving = new AbortController();
  const taken = happens(simulator, () => simulator.sent().length === 1);
  const left = post(simulator, "/ilink/bot/sendmessage", { body: SEND, signal: leaving.signal });
  await taken;
  leaving.abort();
  await assertRejects(() => left, DOMException);
  await simulator.close();
});

Deno.test("unknown paths and methods are 404 and recorded with their bodies", async () => {
  const simulator = await start();
  for (const path of ["/ilink/bot/getinfo", "/ilink/bot/get_qrcode_status", "/"]) {
    assertEquals((await post(simulator, path, { body: '{"a":1}' })).status, 404);
  }
  const [first] = simulator.requests();
  assertEquals(
    first &&
      [first.endpoint, first.method, first.path, first.body, first.headers["authorizationtype"]],
    [null, "POST", "/ilink/bot/getinfo", '{"a":1}', "ilink_bot_token"],
  );
  await simulator.close();
});

Deno.test("a body that is no JSON object is refused as invalid arguments", async () => {
  const simulator = await start();
  for (const body of ["[1]", "{", "null"]) {
    const answer = await post(simulator, "/ilink/bot/sendmessage", { body });
    assertEquals(await answer.text(), '{"ret":-2,"errmsg":"invalid arguments"}');
  }
  await simulator.close();
});

Deno.test("a redirected QR login goes on at a second listener", async () => {
  const simulator = await start();
  const query = "bot_type=3";
  const made = await (await fetch(`${simulator.baseUrl}/ilink/bot/get_bot_qrcode?${query}`)).json();
  simulator.scan(made.qrcode, OWNER);
  const host = await simulator.redirect(made.qrcode);
  assert(!simulator.baseUrl.endsWith(host));
  const path = `/ilink/bot/get_qrcode_status?qrcode=${made.qrcode}`;
  const here = await (await fetch(`${simulator.baseUrl}${path}`)).json();
  assertEquals([here.status, here.redirect_host], ["scaned_but_redirect", host]);
  const there = await (await fetch(`http://${host}${path}`)).json();
  assertEquals(there.status, "scaned");
  await simulator.close();
});

Deno.test("media of a megabyte passes through both ways", async () => {
  const simulator = await start();
  const plain = new Uint8Array(1_000_000).map((_, at) => at * at);
  simulator.say({ what: { parts: [{ kind: "file", name: "big", bytes: plain }] } });
  const update = await (await post(simulator, "/ilink/bot/getupdates")).text();
  const url = /"full_url":"([^"]+)"/.exec(update)?.[1] ?? "";
  const cipher = await (await fetch(url)).arrayBuffer();
  assertEquals(cipher.byteLength, 1_000_000 + 16 - (1_000_000 % 16));
  const param = new URL(url).searchParams.get("encrypted_query_param") ?? "";
  assertEquals(simulator.media(param), plain);
  await simulator.close();
});

Deno.test("a port that is taken rejects with the listener's error", async () => {
  const simulator = await start();
  const port = Number(new URL(simulator.baseUrl).port);
  const error = await assertRejects(() => start({ port }), Error);
  assertMatch(`${error.message} ${"code" in error ? error.code : ""}`, /EADDRINUSE|in use/);
  await assertRejects(() => start({ controlPort: port }), Error);
  await simulator.close();
});
