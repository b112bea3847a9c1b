import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import {
  createDownstreamWorld,
  type DownstreamWorld,
  elapse,
} from "../../fake/downstream_world.ts";
import { settle } from "../../fake/fake_clock.ts";

const QR = "/ilink/bot/get_bot_qrcode?bot_type=3";
const MINUTE_MS = 60_000;

/** A program asks; gives its key and what the owner sees. */
async function ask(world: DownstreamWorld, method = "GET", body: string = "") {
  const given = await world.call(QR, body, { method, token: null });
  assertEquals(given.status, 200);
  const key: string = given.body.qrcode;
  const code = String(given.body.qrcode_img_content).split("/").at(-1) ?? "";
  return { given, key, code };
}

function statusPath(key: string, more = ""): string {
  return `/ilink/bot/get_qrcode_status?qrcode=${encodeURIComponent(key)}${more}`;
}

function status(world: DownstreamWorld, key: string, more = "") {
  return world.call(statusPath(key, more), "", { method: "GET", token: null });
}

async function approve(world: DownstreamWorld, code: string, name: string | null = null) {
  const found = await world.pairing.find(code);
  assert(found !== null);
  return await world.pairing.approve(found.id, { name, by: "owner" });
}

Deno.test("C6: get_bot_qrcode works by GET and by POST, with and without a body, and asks for no token", async () => {
  await using world = await createDownstreamWorld();
  const bodies = ["", "{}", `{"local_token_list":[]}`, `{"local_token_list":null}`, "no JSON"];
  const asked = [await ask(world), ...await Promise.all(bodies.map((b) => ask(world, "POST", b)))];
  for (const { given } of asked) {
    assertEquals(given.body.ret, 0);
    assertMatch(given.body.qrcode, /^[0-9a-f]{32}$/);
    assertMatch(given.body.qrcode_img_content, /^http:\/\/hub\/hub\/pair\/[0-9A-Z]{8}$/);
  }
  assertEquals(new Set(asked.map(({ key }) => key)).size, asked.length);
  assertEquals((await world.call(QR, "", { method: "DELETE" })).status, 405);
});

Deno.test("C6: the QR code's page is under the address that the owner says", async () => {
  await using world = await createDownstreamWorld({ publicUrl: "https://hub.example.com" });
  const { given, key, code } = await ask(world);
  assertMatch(given.body.qrcode_img_content, /^https:\/\/hub\.example\.com\/hub\/pair\//);
  await approve(world, code);
  assertEquals((await status(world, key)).body.baseurl, "https://hub.example.com");
});

Deno.test("C7: get_qrcode_status holds at most 10 s and says wait, then scaned, then confirmed", async () => {
  await using world = await createDownstreamWorld();
  const { key, code } = await ask(world);
  const idle = await elapse(world.clock, status(world, key));
  assertEquals(idle.value.body, { ret: 0, status: "wait" });
  assert(idle.tookMs >= 5_000 && idle.tookMs <= 10_000, `${idle.tookMs} ms`);

  const found = await world.pairing.find(code);
  assert(found !== null);
  const scanning = status(world, key);
  await settle();
  await world.pairing.noteScan(found.id);
  const scanned = await elapse(world.clock, scanning);
  assertEquals(scanned.value.body, { ret: 0, status: "scaned" });
  assertEquals(scanned.tookMs, 0);

  const confirming = status(world, key);
  await settle();
  await approve(world, code);
  const confirmed = await elapse(world.clock, confirming);
  assertEquals([confirmed.value.body.ret, confirmed.value.body.status], [0, "confirmed"]);
  assertEquals(confirmed.tookMs, 0);
});

Deno.test("C7: an unknown, a refused and an old code are expired, at once", async () => {
  await using world = await createDownstreamWorld();
  assertEquals((await status(world, "nobody's")).body, { ret: 0, status: "expired" });
  assertEquals((await status(world, "")).body, { ret: 0, status: "expired" });

  const refused = await ask(world);
  const found = await world.pairing.find(refused.code);
  assert(found !== null);
  const waiting = status(world, refused.key);
  await settle();
  assertEquals(await world.pairing.refuse(found.id, "owner"), "refused");
  assertEquals((await waiting).body, { ret: 0, status: "expired" });

  const old = await ask(world);
  await world.clock.advance(10 * MINUTE_MS);
  assertEquals((await status(world, old.key)).body, { ret: 0, status: "expired" });
  assertEquals(await world.pairing.find(old.code), null);
});

Deno.test("C8: confirmed carries a token that works, the bot's id, the owner's id and the base URL", async () => {
  await using world = await createDownstreamWorld();
  const { key, code } = await ask(world);
  assertEquals(await approve(world, code, "claude"), { kind: "approved", name: "claude" });
  const { body } = await status(world, key);
  assertMatch(body.bot_token, /^vhub_[0-9a-f]{32}$/);
  assertMatch(body.ilink_bot_id, /^[0-9a-f]{12}@im\.bot$/);
  assertEquals(body.ilink_user_id, "owner@im.wechat");
  assertEquals(body.baseurl, "http://hub");
  const config = await world.call("/ilink/bot/getconfig", {}, { token: body.bot_token });
  assertEquals([config.status, config.body.ret], [200, 0]);
  assertEquals((await world.store.whole.clients()).map(({ name }) => name), ["first", "claude"]);
});

Deno.test("C8: confirmed is repeated for two minutes, to the same poller alone, and then forgotten", async () => {
  await using world = await createDownstreamWorld();
  const { key, code } = await ask(world);
  const other = await ask(world);
  await approve(world, code);
  const [first, second] = await Promise.all([status(world, key), status(world, key)]);
  assertEquals(first.body, second.body);
  await world.clock.advance(2 * MINUTE_MS - 1);
  assertEquals((await status(world, key)).body, first.body);
  assertEquals((await elapse(world.clock, status(world, other.key))).value.body.status, "wait");
  await world.clock.advance(2 * MINUTE_MS);
  assertEquals((await status(world, key)).body, { ret: 0, status: "expired" });
  assertEquals((await world.store.whole.clients()).length, 2);
  assertEquals((await world.pairing.view()).pairings.map(({ state }) => state), ["waiting"]);
});

Deno.test("C8: an approved code makes one client, and none before its program comes for it", async () => {
  await using world = await createDownstreamWorld();
  const { key, code } = await ask(world);
  await approve(world, code);
  const found = await world.pairing.find(code);
  assert(found !== null);
  assertEquals(await world.pairing.approve(found.id, { name: "b", by: "owner" }), { kind: "gone" });
  assertEquals((await world.store.whole.clients()).length, 1);
  await Promise.all(Array.from({ length: 5 }, () => status(world, key)));
  assertEquals((await world.store.whole.clients()).length, 2);
  assertEquals(world.logged.filter(({ event }) => event === "registered").length, 1);
});

Deno.test("C9: verify_code is accepted and ignored", async () => {
  await using world = await createDownstreamWorld();
  const { key, code } = await ask(world);
  await approve(world, code);
  assertEquals((await status(world, key, "&verify_code=123456")).body.status, "confirmed");
});

Deno.test("C9: the official client that holds a token is told so; any other gets its own confirmation", async () => {
  await using world = await createDownstreamWorld();
  const tokens = JSON.stringify({ local_token_list: ["abcd@im.bot:secret", world.token] });
  const official = await ask(world, "POST", tokens);
  assertEquals((await status(world, official.key)).body, { ret: 0, status: "binded_redirect" });

  const given = await world.call(QR, "", { method: "GET" });
  const { body } = await status(world, given.body.qrcode);
  assertEquals([body.status, body.bot_token], ["confirmed", world.token]);
  assertEquals((await world.store.whole.clients()).length, 1);

  const stranger = JSON.stringify({ local_token_list: ["abcd@im.bot:secret"] });
  const asked = await ask(world, "POST", stranger);
  assertEquals((await elapse(world.clock, status(world, asked.key))).value.body.status, "wait");
});

Deno.test("requests are bounded by rate and by number, and nothing secret of them is logged or kept in the clear", async () => {
  await using world = await createDownstreamWorld();
  const given = [];
  for (let n = 0; n < 20; n++) {
    const answer = await elapse(world.clock, world.call(QR, "", { method: "GET", token: null }));
    given.push(answer.value);
  }
  assertEquals(given[0]?.status, 200);
  assertEquals(given.at(-1)?.status, 503);
  assertNotEquals(given.at(-1)?.body.ret, 0);
  assert((await world.pairing.view()).pairings.length < 20);
  const { qrcode, qrcode_img_content } = given[0]?.body ?? {};
  const code = String(qrcode_img_content).slice(-8);
  const written = JSON.stringify([world.logged, await world.pairing.view()]);
  for (const secret of [qrcode, code]) assert(!written.includes(secret));
});
