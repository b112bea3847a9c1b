import { assert, assertEquals, assertMatch } from "@std/assert";
import { DEFAULT_CLIENT_SETTINGS } from "../../../src/core/client.ts";
import { createHash } from "node:crypto";
import { LIMITS } from "../../../src/core/limits.ts";
import { isObject, textMember } from "../../../src/lib/json.ts";
import { type AdminWorld, createAdminWorld, refusalOf } from "./admin_setup.ts";

async function register(world: AdminWorld, name: string): Promise<string> {
  const { status, json } = await world.ask("POST", "/hub/register", { body: { name } });
  assertEquals(status, 200);
  assert(isObject(json));
  return textMember(json, "token");
}

function idOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

Deno.test("POST /hub/register gives name, address and token, and keeps the token's digest alone", async () => {
  await using world = await createAdminWorld();
  const { json } = await world.ask("POST", "/hub/register", {
    body: { name: "克劳德", label: "at work" },
  });
  assert(isObject(json));
  const token = textMember(json, "token");
  assertMatch(token, /^vhub_[0-9a-f]{32}$/);
  assertEquals(json, { name: "克劳德", base_url: "http://127.0.0.1:8765", token });
  const client = await world.store.clientByToken(idOf(token), world.clock.now());
  assertEquals([client?.name, client?.label], ["克劳德", "at work"]);
  assert(
    world.told.includes("wake router"),
    "messages parked for want of a client are decided again",
  );
});

Deno.test("POST /hub/register gives the address at which the caller found the hub, unless the owner set one", async () => {
  await using world = await createAdminWorld();
  const addressAt = async (base: string, name: string) => {
    const { json } = await world.ask("POST", "/hub/register", { body: { name }, base });
    assert(isObject(json));
    return json["base_url"];
  };
  assertEquals(await addressAt("http://192.168.1.5:8765", "a"), "http://192.168.1.5:8765");
  assertEquals(await addressAt("http://localhost:8765", "b"), "http://127.0.0.1:8765");
  world.state.publicUrl = "https://hub.example.org";
  assertEquals(await addressAt("http://192.168.1.5:8765", "c"), "https://hub.example.org");
});

const REFUSED: readonly (readonly [unknown, number, RegExp])[] = [
  [{}, 400, /"name": saw nothing, want a text/],
  [{ name: 5 }, 400, /"name": saw 5, want a text/],
  [{ name: "" }, 400, /CLIENT_NAME_INVALID/],
  [{ name: "a b" }, 400, /CLIENT_NAME_INVALID.*1 to 64/],
  [{ name: "x".repeat(65) }, 400, /CLIENT_NAME_INVALID/],
  [{ name: "a", lable: "x" }, 400, /"lable": no such member/],
  [{ name: "a", label: "x".repeat(65) }, 400, /"label": saw .*at most 64 characters/],
  [{ name: "a", label: "two\nlines" }, 400, /one line/],
  [[], 400, /the body: saw \[\], want an object/],
  ["{", 400, /the body: saw \{, want JSON/],
  ["x".repeat(LIMITS.adminBodyBytesMax + 1), 400, /more than 262144 bytes/],
  [{ name: "taken" }, 409, /CLIENT_NAME_TAKEN/],
];

Deno.test("POST /hub/register refuses with what was seen and what is wanted", async () => {
  await using world = await createAdminWorld();
  await register(world, "taken");
  for (const [body, status, words] of REFUSED) {
    const answer = await world.ask("POST", "/hub/register", { body });
    assertEquals(answer.status, status, answer.text);
    assertMatch(refusalOf(answer), words);
  }
  assertEquals((await world.store.clients()).length, 1);
});

Deno.test("GET /hub/clients shows each client with what it is doing", async () => {
  await using world = await createAdminWorld();
  await register(world, "a");
  const { json } = await world.ask("GET", "/hub/clients");
  assertEquals(json, {
    clients: [{
      name: "a",
      label: "",
      state: "polling",
      lastCallAtMs: null,
      createdAtMs: world.clock.now(),
      waiting: 0,
      oldestWaitingAtMs: null,
      unanswered: 0,
      foreignIds: 0,
      settings: { ...DEFAULT_CLIENT_SETTINGS },
    }],
  });
});

Deno.test("PATCH /hub/clients/NAME changes what was given and leaves the rest", async () => {
  await using world = await createAdminWorld();
  await register(world, "a");
  const { json } = await world.ask("PATCH", "/hub/clients/a", {
    body: { name: "b", settings: { batch: 10 } },
  });
  assert(isObject(json));
  assertEquals(json["name"], "b");
  assertEquals(json["settings"], { ...DEFAULT_CLIENT_SETTINGS, batch: 10 });
  assertMatch(world.told.join(), /client \d+ changed/);
  assertEquals((await world.ask("PATCH", "/hub/clients/a", { body: {} })).status, 404);
  const tooMany = await world.ask("PATCH", "/hub/clients/b", { body: { settings: { batch: 51 } } });
  assertMatch(refusalOf(tooMany), /"settings\.batch": saw 51, want a whole number from 1 to 50/);
  const strange = await world.ask("PATCH", "/hub/clients/b", { body: { settings: { speed: 1 } } });
  assertEquals(strange.status, 400);
  const spoken = await world.ask("PATCH", "/hub/clients/b", {
    body: { settings: { dialect: "legacy", extensions: "on" } },
  });
  assert(isObject(spoken.json));
  const settings = { ...DEFAULT_CLIENT_SETTINGS, batch: 10, dialect: "legacy", extensions: "on" };
  assertEquals(spoken.json["settings"], settings);
  const odd = await world.ask("PATCH", "/hub/clients/b", { body: { settings: { dialect: "x" } } });
  assertMatch(refusalOf(odd), /saw "x", want "ilink" or "edgecrab" or "legacy"/);
  const sending = { markdown: "keep", overflow: "file", progress: "merge" };
  const sent = await world.ask("PATCH", "/hub/clients/b", { body: { settings: sending } });
  assert(isObject(sent.json));
  assertEquals(sent.json["settings"], { ...settings, ...sending });
  const loud = await world.ask("PATCH", "/hub/clients/b", {
    body: { settings: { progress: "loud" } },
  });
  assertMatch(refusalOf(loud), /saw "loud", want "typing" or "drop" or "merge" or "forward"/);
});

Deno.test("a client's name in the path may hold any letters", async () => {
  await using world = await createAdminWorld();
  await register(world, "小助手");
  const path = `/hub/clients/${encodeURIComponent("小助手")}`;
  assertEquals((await world.ask("PATCH", path, { body: { label: "x" } })).status, 200);
});

Deno.test("POST /hub/clients/NAME/rotate gives a new token; the old one works for its grace", async () => {
  await using world = await createAdminWorld();
  const old = await register(world, "a");
  const { json } = await world.ask("POST", "/hub/clients/a/rotate");
  assert(isObject(json));
  const fresh = textMember(json, "token");
  assert(fresh !== old);
  const isKnown = async (token: string) =>
    await world.store.clientByToken(idOf(token), world.clock.now()) !== null;
  assertEquals([await isKnown(old), await isKnown(fresh)], [true, true]);
  world.clock.jump(LIMITS.tokenGraceMs + 1);
  assertEquals([await isKnown(old), await isKnown(fresh)], [false, true]);
});

Deno.test("DELETE /hub/clients/NAME ends the client and its polls", async () => {
  await using world = await createAdminWorld();
  const token = await register(world, "a");
  const { json } = await world.ask("DELETE", "/hub/clients/a");
  assertEquals(json, { removed: "a", parked: 0 });
  assertEquals(await world.store.clientByToken(idOf(token), world.clock.now()), null);
  assertMatch(world.told.join(), /client \d+ removed/);
  const again = await world.ask("DELETE", "/hub/clients/a");
  assertEquals(again.status, 404);
  assertMatch(again.text, /CLIENT_UNKNOWN.*ilink-hub clients/);
});

Deno.test("POST .../identity says how the client's program should know itself, and whether a token is its own", async () => {
  await using world = await createAdminWorld();
  const token = await register(world, "claude");
  const other = await register(world, "pi");
  const { json } = await world.ask("POST", "/hub/clients/claude/identity", { body: {} });
  assertEquals(json, {
    name: "claude",
    base_url: "http://127.0.0.1:8765",
    bot_id: "bot1@im.bot",
    cdn_base_url: null,
    senders: { kind: "list", ids: ["o9bob@im.wechat"] },
    isTokenValid: null,
  });
  for (const [given, isValid] of [[token, true], [other, false], ["vhub_nobody", false]] as const) {
    const answer = await world.ask("POST", "/hub/clients/claude/identity", {
      body: { token: given },
    });
    assert(isObject(answer.json));
    assertEquals(answer.json["isTokenValid"], isValid);
  }
  const unknown = await world.ask("POST", "/hub/clients/nobody/identity", { body: {} });
  assertMatch(refusalOf(unknown), /CLIENT_UNKNOWN/);
});
