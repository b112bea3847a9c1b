import { assert, assertEquals, assertMatch } from "@std/assert";
import { mintReloginToken, RELOGIN_LINK_MS } from "../../../src/core/relogin_link.ts";
import { type AdminWorld, createAdminWorld } from "./admin_setup.ts";

const KEY = new Uint8Array(32);

/** An account whose login was lost, and the link of its alert. */
async function loseLogin({ store, clock }: AdminWorld) {
  const login = { userId: "o1@im.wechat", botId: "b1", token: "t1", baseUrl: "http://x" };
  const { id: account, generation } = await store.saveLogin({ ...login, atMs: clock.now() });
  await store.markLoggedOut(account, { generation, atMs: clock.now() });
  const endsAtMs = clock.now() + RELOGIN_LINK_MS;
  const token = mintReloginToken(KEY, { account, generation, endsAtMs });
  return { path: `/hub/relogin/${token}`, login, account, generation };
}

/** As a browser that knows no admin token asks, coming from a page of mail. */
const BROWSER = {
  headers: { authorization: "", origin: "https://mail.example", "sec-fetch-site": "cross-site" },
};

Deno.test("the link alone shows a fresh code on a page that follows the login", async () => {
  await using world = await createAdminWorld();
  const { path } = await loseLogin(world);
  const first = await world.ask("GET", path, BROWSER);
  assertEquals(first.status, 200);
  assertMatch(first.text, /Asking WeChat for a code/);
  assertMatch(first.text, /http-equiv="refresh" content="3;url=hubr\./);
  assertEquals(world.desk.current?.step, "starting");
  const view = world.desk.start();
  const qr = { content: "https://wechat.example/q?code=1&x=<b>", number: 1 };
  world.desk.current = { ...view, step: "waiting", qr };
  const shown = await world.ask("GET", path, BROWSER);
  assertMatch(shown.text, /<img src="data:image\/png;base64,[A-Za-z0-9+/=]{300,}"/);
  assertMatch(shown.text, /href="https:\/\/wechat\.example\/q\?code=1&amp;x=&lt;b&gt;"/);
  assertMatch(shown.text, /扫描二维码[^]*Scan the code/);
  assertEquals(world.desk.current.id, view.id);
  world.desk.current = { ...view, step: "scanned", qr };
  assertMatch((await world.ask("GET", path, BROWSER)).text, /Confirm it on the phone/);
  world.desk.current = { ...view, step: "failed", qr: null };
  await world.ask("GET", path, BROWSER);
  assertEquals(world.desk.current.id, view.id + 1, "a login that ended is begun anew");
});

Deno.test("the page is kept by nobody and runs nothing", async () => {
  await using world = await createAdminWorld();
  const { path } = await loseLogin(world);
  const { headers, text } = await world.ask("GET", path, BROWSER);
  assertEquals(headers.get("cache-control"), "no-store");
  assertEquals(headers.get("referrer-policy"), "no-referrer");
  assertMatch(headers.get("content-security-policy") ?? "", /^default-src 'none'/);
  assert(!/<script|javascript:/i.test(text));
});

Deno.test("digits that the phone shows are typed there", async () => {
  await using world = await createAdminWorld();
  const { path } = await loseLogin(world);
  world.desk.current = { ...world.desk.start(), step: "code_wanted" };
  const asked = await world.ask("GET", path, BROWSER);
  assertMatch(asked.text, /<form method="post" action="hubr\.[^"]+\/code">/);
  assert(!asked.text.includes("http-equiv"), "what is being typed must not be lost");
  const given = await world.ask("POST", `${path}/code`, { ...BROWSER, body: "digits=4711" });
  assertEquals([given.status, world.desk.codes.join()], [303, "4711"]);
  const next = new URL(given.headers.get("location") ?? "", `http://h${path}/code`);
  assertEquals(next.pathname + next.search, `${path}?given`);
  assertMatch((await world.ask("GET", `${path}?given`, BROWSER)).text, /Checking/);
  await world.ask("POST", `${path}/code`, { ...BROWSER, body: "digits=4711abc" });
  assertEquals(world.desk.codes.length, 1);
});

Deno.test("the link ends with the next login of its account, and stays ended when that is lost", async () => {
  await using world = await createAdminWorld();
  const { path, login, account, generation } = await loseLogin(world);
  await world.store.saveLogin({ ...login, token: "t2", botId: "b2", atMs: world.clock.now() });
  const after = await world.ask("GET", path, BROWSER);
  assertEquals(after.status, 200);
  assertMatch(after.text, /Connected\./);
  assertEquals(world.desk.current, null);
  await world.store.markLoggedOut(account, { generation: generation + 1, atMs: 0 });
  assertMatch((await world.ask("GET", path, BROWSER)).text, /Connected\./);
  assertEquals(world.desk.current, null);
});

Deno.test("after an hour the link makes no code, but sends a new link to the owner", async () => {
  await using world = await createAdminWorld();
  const { path } = await loseLogin(world);
  await world.clock.advance(RELOGIN_LINK_MS);
  const ended = await world.ask("GET", path, BROWSER);
  assertEquals(ended.status, 410);
  assertMatch(ended.text, /action="hubr\.[^"]+\/again"/);
  await world.ask("POST", `${path}/code`, { ...BROWSER, body: "digits=1" });
  assertEquals([world.desk.current, world.desk.codes.length], [null, 0]);
  const again = await world.ask("POST", `${path}/again`, BROWSER);
  assertMatch(again.text, /A new link was sent/);
  assertEquals(world.told, ["tell again of wechat"]);
});

Deno.test("a changed, foreign or missing token opens nothing", async () => {
  await using world = await createAdminWorld();
  const { path, account, generation } = await loseLogin(world);
  const token = path.split("/").at(-1) ?? "";
  const endsAtMs = world.clock.now() + RELOGIN_LINK_MS;
  const foreign = mintReloginToken(new Uint8Array(32).fill(1), { account, generation, endsAtMs });
  for (const wrong of [token.replace(/\.1\./, ".2."), foreign, `${token}A`, "hubr", "%00"]) {
    const answer = await world.ask("GET", `/hub/relogin/${wrong}`, BROWSER);
    assertEquals(answer.status, 404, wrong);
  }
  assertEquals(world.desk.current, null);
});
