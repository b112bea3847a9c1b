import { assert, assertEquals, assertMatch } from "@std/assert";
import { systemClock } from "../../../src/lib/clock.ts";
import { type Json, parseJson } from "../../../src/lib/json.ts";
import { systemRandom } from "../../../src/lib/random.ts";
import { type Simulator, startSimulator } from "../../../src/simulator/simulator.ts";
import { OWNER, TOKEN } from "./bot_caller.ts";

interface Control {
  readonly simulator: Simulator;
  /** Calls the control API; a body makes it JSON. Gives the status and the parsed answer. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<readonly [number, Json]>;
}

async function start(): Promise<Control> {
  const simulator = await startSimulator({
    clock: systemClock,
    random: systemRandom,
    controlPort: 0,
    bots: [{ token: TOKEN, owner: OWNER }],
    settings: { holdMs: 0 },
  });
  return {
    simulator,
    call: async (method, path, body) => {
      const response = await fetch(`${simulator.controlUrl}${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
      return [response.status, parseJson(await response.text())];
    },
  };
}

/** What JSON makes of it, to compare with an answer. */
function plain(value: unknown): Json {
  return parseJson(JSON.stringify(value));
}

Deno.test("settings, people and bots can be read and changed from another process", async () => {
  const { simulator, call } = await start();
  assertEquals(await call("GET", "/"), [200, { baseUrl: simulator.baseUrl }]);
  await call("PATCH", "/settings", { mode: "ack", longPollMs: null });
  assertEquals(simulator.settings().mode, "ack");
  assertEquals(await call("GET", "/settings"), [200, plain(simulator.settings())]);

  const person = { id: "li@im.wechat", name: "Li" };
  assertEquals(await call("POST", "/people", person), [200, person]);
  await call("POST", "/bots", { owner: "li@im.wechat", token: "new" });
  assertEquals(simulator.bots().map((bot) => bot.token), [TOKEN, "new"]);
  await call("DELETE", "/bots/li@im.wechat");
  assertEquals(await call("GET", "/bots"), [200, plain(simulator.bots())]);
  assertEquals(simulator.bots()[1]?.isBound, false);
  assertEquals(await call("GET", "/people"), [200, plain(simulator.people())]);
  await simulator.close();
});

Deno.test("every kind of message can be said, one or many at a time", async () => {
  const { simulator, call } = await start();
  const [, first] = await call("POST", "/messages", { what: "hello" });
  const [, more] = await call("POST", "/messages", [
    { person: OWNER, bot: TOKEN, what: { parts: [{ kind: "image", bytes: btoa("png") }] } },
    { what: { parts: [{ kind: "voice", transcript: "spoken" }, { kind: "video" }] } },
    { what: { parts: [{ kind: "file", name: "a.txt", bytes: btoa("a") }] } },
    {
      what: {
        parts: [{ kind: "text", text: "this" }, { kind: "other", item: { type: 99 } }],
        quote: { wireId: "1", style: "id" },
        extra: { future: true },
      },
    },
  ]);
  const entries = simulator.chat().entries;
  assertEquals(
    entries.map(({ text }) => text),
    ["hello", "", "spoken", "a.txt", "this"],
  );
  assertEquals(
    [first, more],
    plain([
      { wireIds: [entries[0]?.wireId] },
      { wireIds: entries.slice(1).map((entry) => entry.wireId) },
    ]) as Json[],
  );
  assertEquals(await call("GET", `/chat?person=${OWNER}`), [200, plain(simulator.chat())]);
  await simulator.close();
});

Deno.test("wrong input is refused with the place and the reason, and changes nothing", async () => {
  const { simulator, call } = await start();
  const wrong: readonly (readonly [string, string, unknown, RegExp])[] = [
    ["PATCH", "/settings", { mode: "fast" }, /mode/],
    ["PATCH", "/settings", { colour: 1 }, /colour/],
    ["POST", "/messages", { text: "x" }, /text/],
    ["POST", "/messages", { what: { parts: [{ kind: "text" }] } }, /parts/],
    ["POST", "/messages", { what: "x", person: "nobody" }, /nobody/],
    ["POST", "/faults", { endpoint: "sendmessage", act: { kind: "boom" } }, /act/],
    ["POST", "/faults", { endpoint: "upload", act: { kind: "hold", ms: 1 } }, /getupdates/],
    ["POST", "/qr/unknown/scan", { person: OWNER }, /unknown/],
    ["POST", "/qr/unknown/eat", {}, /eat/],
  ];
  for (const [method, path, body, reason] of wrong) {
    const [status, answer] = await call(method, path, body);
    assertEquals(status, 400, `${path} ${JSON.stringify(body)}`);
    assertMatch(JSON.stringify(answer), reason);
  }
  assertEquals((await call("GET", "/nothing"))[0], 404);
  assertEquals((await call("GET", "/media?param=x"))[0], 404);
  assertEquals(simulator.chat().entries, []);
  assertEquals(simulator.faults(), []);
  await simulator.close();
});

Deno.test("a body that does not say it is JSON is refused, so no web page can send it", async () => {
  const { simulator } = await start();
  const response = await fetch(`${simulator.controlUrl}/messages`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: '{"what":"x"}',
  });
  assertEquals(response.status, 400);
  assertMatch(await response.text(), /application\/json/);
  assertEquals(simulator.chat().entries, []);
  await simulator.close();
});

Deno.test("faults, requests, sends and lost messages can be listed and cleared", async () => {
  const { simulator, call } = await start();
  const fault = { endpoint: "getupdates", act: { kind: "reset", processed: true }, times: 2 };
  assertEquals(await call("POST", "/faults", fault), [200, { id: 1 }]);
  assertEquals(await call("GET", "/faults"), [200, plain(simulator.faults())]);
  await call("DELETE", "/faults/1");
  assertEquals(await call("GET", "/faults"), [200, []]);
  await call("POST", "/faults", fault);
  await call("DELETE", "/faults");
  assertEquals(simulator.faults(), []);

  simulator.say({ what: "hello" });
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const ask = async (endpoint: string, body: unknown) => {
    const url = `${simulator.baseUrl}/ilink/bot/${endpoint}`;
    await (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).text();
  };
  await ask("getupdates", {});
  await ask("getupdates", {});
  for (const text of ["one", "two"]) {
    const item = { type: 1, text_item: { text } };
    await ask("sendmessage", { msg: { to_user_id: OWNER, item_list: [item] } });
  }
  assertEquals(await call("GET", "/lost"), [200, plain(simulator.lostOnWire())]);
  assertEquals(simulator.lostOnWire().length, 1);
  const [one, two] = simulator.sent();
  assertEquals(await call("GET", `/sent?after=${one?.order}`), [200, plain([two])]);
  assertEquals(await call("GET", "/sent?limit=1"), [200, plain([one])]);
  assertEquals(await call("GET", "/requests?after=2"), [200, plain(simulator.requests().slice(2))]);
  await call("DELETE", "/requests");
  assertEquals(simulator.requests(), []);
  await simulator.close();
});

Deno.test("a QR login can be acted out", async () => {
  const { simulator, call } = await start();
  const made = await (await fetch(`${simulator.baseUrl}/ilink/bot/get_bot_qrcode?bot_type=3`))
    .json();
  const status = () => simulator.codes()[0]?.status;
  await call("POST", `/qr/${made.qrcode}/scan`, { person: OWNER });
  assertEquals(status(), "scaned");
  const [, redirected] = await call("POST", `/qr/${made.qrcode}/redirect`, {});
  assertMatch(JSON.stringify(redirected), /127\.0\.0\.1:\d+/);
  const [, bot] = await call("POST", `/qr/${made.qrcode}/confirm`, {});
  assertEquals(bot, plain(simulator.bots()[0]));
  assertEquals(await call("GET", "/qr"), [200, plain(simulator.codes())]);
  assertEquals(status(), "confirmed");

  const other = await (await fetch(`${simulator.baseUrl}/ilink/bot/get_bot_qrcode?bot_type=3`))
    .json();
  await call("POST", `/qr/${other.qrcode}/verify`, { verifyCode: "12" });
  assertEquals(simulator.codes()[1]?.status, "need_verifycode");
  await call("POST", `/qr/${other.qrcode}/expire`, {});
  assertEquals(simulator.codes()[1]?.status, "expired");
  await simulator.close();
});

Deno.test("events stream as they happen, numbers digit for digit", async () => {
  const { simulator } = await start();
  const leaving = new AbortController();
  const response = await fetch(`${simulator.controlUrl}/events`, { signal: leaving.signal });
  assert(response.body !== null);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const wireId = simulator.say({ what: "hello" });
  const { value } = await reader.read();
  assertMatch(value ?? "", new RegExp(`^data: \\{"kind":"message",.*"wireId":"${wireId}"`));
  await reader.cancel();
  leaving.abort();
  await simulator.close();
});

Deno.test("media can be fetched in plain", async () => {
  const { simulator } = await start();
  simulator.say({ what: { parts: [{ kind: "image", bytes: new TextEncoder().encode("png") }] } });
  const item = JSON.stringify(simulator.chat().entries[0]?.items[0]);
  const param = /"encrypt_query_param":"([^"]+)"/.exec(item)?.[1] ?? "";
  const response = await fetch(`${simulator.controlUrl}/media?param=${encodeURIComponent(param)}`);
  assertEquals(await response.text(), "png");
  await simulator.close();
});
