/** The two programs that speak no iLink, each with the whole hub over a real socket and a simulated WeChat behind it. */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { Dialect } from "../../../src/core/client.ts";
import type { JsonObject } from "../../../src/lib/json.ts";
import { exchangeRaw } from "./recorded/raw_exchange.ts";
import { openRecordedWorld, type RecordedWorld } from "./recorded/recorded_world.ts";

const CDN = "https://novac2c.cdn.weixin.qq.com/c2c";

interface Program extends AsyncDisposable {
  readonly world: RecordedWorld;
  // deno-lint-ignore no-explicit-any
  ask(call: string, body: JsonObject): Promise<any>;
}

async function startProgram(
  dialect: Dialect,
  headers: (token: string) => readonly (readonly [string, string])[],
): Promise<Program> {
  const world = await openRecordedWorld();
  await world.hub().store.updateClient(world.client, { settings: { dialect } });
  return {
    world,
    async ask(call, body) {
      const asking = exchangeRaw(world.port, {
        ...{ method: "POST", target: call, headers: headers(world.token), framing: "length" },
        body: JSON.stringify(body),
      }, new AbortController().signal);
      const { status, text } = await world.meanwhile(asking);
      assertEquals(status, 200, text);
      return JSON.parse(text);
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

function startEdgecrab(): Promise<Program> {
  return startProgram("edgecrab", (token) => [
    ["authorizationtype", "ilink_bot_token"],
    ["authorization", `Bearer ${token}`],
    ["x-wechat-uin", crypto.getRandomValues(new Uint8Array(4)).toBase64()],
    ["ilink-app-id", "bot"],
    ["ilink-app-clientversion", "131584"],
    ["content-type", "application/json"],
  ]);
}

Deno.test("edgecrab gets a picture and gives one back, byte for byte, each under its own names", async () => {
  await using crab = await startEdgecrab();
  const { world, ask } = crab;
  const bytes = crypto.getRandomValues(new Uint8Array(5_001));
  const person = world.newcomer();
  world.simulator.say({ person, what: { parts: [{ kind: "image", bytes }] } });
  const polled = await ask("//ilink/bot/getupdates?timeout=35", { get_updates_buf: "" });
  const [{ from_user, context_token, item_list: [item] }] = polled.messages;
  assertEquals([from_user, item.type], [person, 3]);
  const param = encodeURIComponent(item.encrypted_query_param);
  const got = await world.cdn(`${CDN}/download?encrypted_query_param=${param}`);
  const givenKey = Buffer.from(item.aes_key, "base64");
  const opening = createDecipheriv("aes-128-ecb", givenKey, null);
  const cipher = new Uint8Array(await got.arrayBuffer());
  assertEquals(new Uint8Array([...opening.update(cipher), ...opening.final()]), bytes);

  const key = crypto.getRandomValues(new Uint8Array(16));
  const closing = createCipheriv("aes-128-ecb", key, null);
  const sealed = new Uint8Array([...closing.update(bytes), ...closing.final()]);
  const { upload_url, upload_param } = await ask("//ilink/bot/getuploadurl", {
    ...{ to_user: from_user, filekey: `weixin_${from_user}_0f0e`, rawsize: bytes.length },
    ...{ filesize: sealed.length, md5: createHash("md5").update(bytes).digest("hex") },
    ...{ aeskey: key.toHex(), file_type: "image" },
  });
  assertEquals(upload_param, "");
  const uploaded = await world.cdn(upload_url, { method: "POST", body: sealed });
  await uploaded.body?.cancel();
  const encrypt_query_param = uploaded.headers.get("x-encrypted-param") ?? "";
  assert(encrypt_query_param !== "", `HTTP ${uploaded.status}`);
  await ask("//ilink/bot/sendmessage", {
    ...{ to_user: from_user, msg_type: "image", encrypt_query_param, context_token },
    aes_key: key.toBase64(),
  });
  const [answer] = await world.answersTo(person, 1);
  assert(JSON.stringify(answer?.items).includes(encrypt_query_param));
  const upload = world.simulator.uploads().findLast(({ to }) => to === person);
  assertEquals([upload?.problem, world.simulator.media(upload?.param ?? "")], ["", bytes]);
});

Deno.test("edgecrab answers twenty quick texts in order, over a restart of the hub", async () => {
  await using crab = await startEdgecrab();
  const { world, ask } = crab;
  const person = world.newcomer();
  const texts = Array.from({ length: 20 }, (_, at) => `message ${at}`);
  for (const what of texts) world.simulator.say({ person, what });
  let cursor = "";
  for (const [at, text] of texts.entries()) {
    if (at === 10) await world.restart("killed");
    const polled = await ask("/ilink/bot/getupdates?timeout=35", { get_updates_buf: cursor });
    const [{ from_user, context_token, item_list }] = polled.messages;
    assertEquals(item_list, [{ type: 1, content: text }]);
    cursor = polled.get_updates_buf;
    const content = `echo: ${text}`;
    const reply = { to_user: from_user, msg_type: "text", content, context_token };
    await ask("/ilink/bot/sendmessage", reply);
  }
  const answers = await world.answersTo(person, texts.length);
  assertEquals(answers.map(({ text }) => text), texts.map((text) => `echo: ${text}`));
});

Deno.test("legacy answers each text in its own words, over a restart of the hub", async () => {
  await using old = await startProgram("legacy", (token) => [
    ["Accept", "*/*"],
    ["User-Agent", "python-httpx/0.27.0"],
    ["Content-Type", "application/json"],
    ["Authorization", `Bearer ${token}`],
  ]);
  const { world, ask } = old;
  const person = world.newcomer();
  const texts = ["one", "two", "three"];
  for (const what of texts) world.simulator.say({ person, what });
  let cursor: JsonObject = {};
  for (const text of texts) {
    const polled = await ask("/ilink/bot/getupdates", cursor);
    const [{ from_user, content, context_token }] = polled.updates;
    assertEquals([from_user.id, content], [person, { type: "text", text }]);
    cursor = { get_updates_buf: polled.next_cursor };
    await ask("/ilink/bot/sendtyping", { context_token });
    const message = { type: "text", text: `echo: ${text}` };
    const { error_code } = await ask("/ilink/bot/sendmessage", { context_token, message });
    assertEquals(error_code, 0);
    await world.restart("in_order");
  }
  const answers = await world.answersTo(person, texts.length);
  assertEquals(answers.map(({ text }) => text), texts.map((text) => `echo: ${text}`));
});
