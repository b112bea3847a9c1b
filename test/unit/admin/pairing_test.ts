import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type AdminWorld, BASE, createAdminWorld, refusalOf, TOKEN } from "./admin_setup.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded", authorization: "" };

async function worldWithRequest() {
  const world = await createAdminWorld();
  await world.store.saveLogin({
    ...{ userId: "owner@im.wechat", botId: "b@im.bot", token: "t", baseUrl: "http://w" },
    atMs: world.clock.now(),
  });
  return { world, ...await ask(world) };
}

async function ask(world: AdminWorld) {
  const request = { userAgent: "node", method: "GET", address: "192.168.1.7", tokens: [] };
  const made = await world.pairing.request(request);
  assert(made !== "full");
  return made;
}

/** What the browser sends when the form is filled in. */
function fill(
  world: AdminWorld,
  code: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
) {
  return world.ask("POST", `/hub/pair/${code}`, {
    body: new URLSearchParams(fields).toString(),
    headers: { ...FORM, origin: BASE, "sec-fetch-site": "same-origin", ...headers },
  });
}

Deno.test("the page says who asks, in the browser's language, wants the admin token, and counts as a scan", async () => {
  const { world, key, code } = await worldWithRequest();
  await using _ = world;
  const headers = { authorization: "" };
  const page = await world.ask("GET", `/hub/pair/${code}`, { headers });
  assertEquals(page.status, 200);
  for (const part of ["接入智能体", "192.168.1.7", 'name="token"', "width=device-width"]) {
    assertStringIncludes(page.text, part);
  }
  assert(!page.text.includes(TOKEN) && !page.text.includes(key));
  assertMatch(page.headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
  assertEquals(page.headers.get("cache-control"), "no-store");
  assertEquals((await world.pairing.poll(key)).status, "scaned");
  const english = { ...headers, "accept-language": "en-GB,en;q=0.8,zh;q=0.2" };
  const other = await world.ask("GET", `/hub/pair/${code}`, { headers: english });
  assertStringIncludes(other.text, "Connect an agent");
});

Deno.test("while pairing is closed the page approves with the admin token alone", async () => {
  const { world, key, code } = await worldWithRequest();
  await using _ = world;
  assertEquals((await fill(world, code, { name: "claude", action: "approve" })).status, 403);
  const guess = fill(world, code, { name: "claude", token: "guess", action: "approve" });
  await world.clock.advance(2_000);
  assertEquals((await guess).status, 403);
  assertEquals((await world.pairing.poll(key)).status, "wait");

  const right = await fill(world, code, { name: "claude", token: TOKEN, action: "approve" });
  assertEquals(right.status, 200);
  assertStringIncludes(right.text, "claude");
  const { status, confirmation } = await world.pairing.poll(key);
  assertEquals([status, confirmation?.userId], ["confirmed", "owner@im.wechat"]);
  assert(!right.text.includes(confirmation?.token ?? ""));
  const again = await fill(world, code, { name: "b", token: TOKEN, action: "approve" });
  assertStringIncludes(again.text, "已经批准过");
  assertEquals((await world.store.clients()).map(({ name }) => name), ["claude"]);
});

Deno.test("while pairing is open one tap is enough, and it closes by itself", async () => {
  const { world, code } = await worldWithRequest();
  await using _ = world;
  const opened = await world.ask("POST", "/hub/pairing/open", { body: { minutes: 1 } });
  assertEquals(opened.status, 200);
  const headers = { authorization: "" };
  const page = await world.ask("GET", `/hub/pair/${code}`, { headers });
  assert(!page.text.includes('name="token"'));
  assertEquals((await fill(world, code, { name: "", action: "approve" })).status, 200);
  assertEquals((await world.pairing.find(code))?.state, "approved");

  const later = await ask(world);
  await world.clock.advance(60_000);
  assertEquals((await fill(world, later.code, { action: "approve" })).status, 403);
});

Deno.test("no page of another site approves, under no other name, however open pairing is", async () => {
  const { world, code } = await worldWithRequest();
  await using _ = world;
  await world.pairing.open(60_000);
  const foreign: readonly Readonly<Record<string, string>>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
  ];
  for (const headers of foreign) {
    assertEquals((await fill(world, code, { action: "approve" }, headers)).status, 403);
  }
  const rebound = await world.ask("GET", `/hub/pair/${code}`, {
    base: "http://evil.example:8765",
    headers: { authorization: "" },
  });
  assertEquals(rebound.status, 403);
  assertEquals((await world.pairing.find(code))?.state, "waiting");
});

Deno.test("the page says what is wrong with a name, and a refusal ends the request", async () => {
  const { world, key, code } = await worldWithRequest();
  await using _ = world;
  const register = { name: "claude", label: "", tokenHash: "h", atMs: world.clock.now() };
  await world.store.registerClient(register);
  const bad = await fill(world, code, { name: "<b>", token: TOKEN, action: "approve" });
  assertStringIncludes(bad.text, "&lt;b&gt;");
  assert(!bad.text.includes("<b>"));
  const taken = await fill(world, code, { name: "claude", token: TOKEN, action: "approve" });
  assertStringIncludes(taken.text, "已经有智能体叫这个名字");
  const refused = await fill(world, code, { token: TOKEN, action: "refuse" });
  assertStringIncludes(refused.text, "已拒绝");
  assertEquals((await world.pairing.poll(key)).status, "expired");
  const gone = await world.ask("GET", `/hub/pair/${code}`, { headers: { authorization: "" } });
  assertEquals(gone.status, 404);
});

Deno.test("codes cannot be guessed: pages are bounded by rate", async () => {
  await using world = await createAdminWorld();
  const look = () => world.ask("GET", "/hub/pair/AAAA0000", { headers: { authorization: "" } });
  for (let n = 0; n < 30; n++) assertEquals((await look()).status, 404);
  assertEquals((await look()).status, 429);
  await world.clock.advance(5_000);
  assertEquals((await look()).status, 404);
});

Deno.test("the owner opens, closes, lists, approves and refuses over the admin API", async () => {
  const { world, key, code } = await worldWithRequest();
  await using _ = world;
  const closed = await world.ask("GET", "/hub/pairing");
  const listed = JSON.stringify(closed.json);
  assertStringIncludes(listed, '"openUntilMs":null');
  assertStringIncludes(listed, '"state":"waiting"');
  assert(!listed.includes(code) && !listed.includes(key));
  assertEquals(
    (await world.ask("GET", "/hub/pairing", { headers: { authorization: "" } })).status,
    401,
  );

  const shown = `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase();
  const approved = await world.ask("POST", `/hub/pairing/${shown}/approve`, {
    body: { name: "pi" },
  });
  assertEquals(approved.json, { approved: "pi" });
  const again = await world.ask("POST", `/hub/pairing/${code}/approve`, { body: {} });
  assertEquals(again.status, 404);
  assertMatch(refusalOf(again), /^PAIRING_UNKNOWN: /);
  assertEquals((await world.ask("POST", `/hub/pairing/${code}/refuse`)).json, { refused: true });
  assertEquals((await world.pairing.poll(key)).status, "expired");

  const open = await world.ask("POST", "/hub/pairing/open", { body: { minutes: 5 } });
  assertEquals(open.json, { openUntilMs: world.clock.now() + 300_000, pairings: [] });
  assertEquals(
    (await world.ask("POST", "/hub/pairing/open", { body: { minutes: 0 } })).status,
    400,
  );
  assertEquals((await world.ask("POST", "/hub/pairing/close")).json, {
    openUntilMs: null,
    pairings: [],
  });
});

Deno.test("nothing is approved while nobody knows whose WeChat it is", async () => {
  await using world = await createAdminWorld();
  const { code } = await ask(world);
  const refused = await world.ask("POST", `/hub/pairing/${code}/approve`, { body: {} });
  assertEquals(refused.status, 400);
  assertMatch(refusalOf(refused), /not known yet.*login/);
});
