import { assert, assertEquals, assertMatch } from "@std/assert";
import { isObject } from "../../../src/lib/json.ts";
import { type AdminWorld, createAdminWorld, refusalOf } from "./admin_setup.ts";

function logIn(world: AdminWorld, userId: string | null = "o9ann@im.wechat") {
  return world.store.saveLogin({
    userId,
    botId: "abc@im.bot",
    token: "abc@im.bot:secret",
    baseUrl: "https://ilink.example",
    atMs: world.clock.now(),
  });
}

Deno.test("GET /hub/accounts shows what is true of each, and no credential", async () => {
  await using world = await createAdminWorld();
  const { name } = await logIn(world);
  world.state.facts = {
    ...{ state: "retrying", reason: "HTTP 524", sinceMs: 5, lastPollAtMs: 4 },
    ...{ coolDownUntilMs: null, suspects: null },
  };
  const { json, text } = await world.ask("GET", "/hub/accounts");
  assertEquals(json, {
    accounts: [{
      name,
      state: "retrying",
      reason: "HTTP 524",
      sinceMs: 5,
      lastPollAtMs: 4,
      coolDownUntilMs: null,
      suspects: null,
      window: { state: "never", safeUntilMs: null, untilMs: null },
      budget: { left: 10, of: 10 },
      secondPoller: null,
      oldestDeferredAtMs: null,
      defaultClient: null,
      userId: "o9ann@im.wechat",
      lastInboundAtMs: null,
      unsettled: 0,
      deferred: 0,
    }],
  });
  assert(!text.includes("secret"));
});

Deno.test("PATCH /hub/accounts/NAME renames it and sets or ends its default client", async () => {
  await using world = await createAdminWorld();
  const { name } = await logIn(world);
  await world.ask("POST", "/hub/register", { body: { name: "claude" } });
  const change = async (path: string, body: unknown) => {
    const { json } = await world.ask("PATCH", `/hub/accounts/${path}`, { body });
    assert(isObject(json));
    return json;
  };
  const set = await change(name, { name: "mum", defaultClient: "claude" });
  assertEquals([set["name"], set["defaultClient"]], ["mum", "claude"]);
  assert(world.told.includes("wake router"));
  assertEquals((await change("mum", { defaultClient: null }))["defaultClient"], null);
});

Deno.test("PATCH /hub/accounts/NAME refuses unknown accounts, clients and members", async () => {
  await using world = await createAdminWorld();
  const { name } = await logIn(world);
  const refused = async (path: string, body: unknown) =>
    refusalOf(await world.ask("PATCH", `/hub/accounts/${path}`, { body }));
  assertMatch(await refused("nobody", {}), /ACCOUNT_UNKNOWN.*accounts list/);
  assertMatch(await refused(name, { defaultClient: "ghost" }), /CLIENT_UNKNOWN.*"ghost"/);
  assertMatch(await refused(name, { name: " " }), /"name": saw " ", want one line of 1 to 64/);
  assertMatch(await refused(name, { default_client: "x" }), /"default_client": no such member/);
});

Deno.test("DELETE /hub/accounts/NAME stops its poller before the store forgets it", async () => {
  await using world = await createAdminWorld();
  const { name } = await logIn(world);
  assertEquals((await world.ask("DELETE", `/hub/accounts/${name}`)).json, { removed: name });
  assertEquals(world.told, ["release account", "account removed"]);
  assertEquals(await world.store.accounts(), []);
});
