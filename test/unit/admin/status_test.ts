import { assert, assertEquals, assertMatch } from "@std/assert";
import { isObject } from "../../../src/lib/json.ts";
import { said } from "../../fake/store_life.ts";
import { createAdminWorld } from "./admin_setup.ts";

Deno.test("GET /health tells anyone the state and the reason's code, and nothing else", async () => {
  await using world = await createAdminWorld();
  const ask = () => world.ask("GET", "/health", { base: "http://evil.example", headers: {} });
  assertEquals([(await ask()).status, (await ask()).json], [200, { state: "ok" }]);
  world.state.health = { state: "waiting", reason: "no_account" };
  assertEquals([(await ask()).status, (await ask()).json], [200, world.state.health]);
  world.state.health = { state: "failing", reason: "logged_out" };
  assertEquals([(await ask()).status, (await ask()).json], [503, world.state.health]);
});

Deno.test("GET /hub/status joins the store's facts with those of the moment", async () => {
  await using world = await createAdminWorld();
  await world.ask("POST", "/hub/register", { body: { name: "a" } });
  const { json } = await world.ask("GET", "/hub/status");
  assert(isObject(json));
  assertEquals(json["health"], { state: "ok" });
  assertEquals(json["plugins"], [
    { id: "broken.ts", version: "", source: "user", problem: "line 3" },
  ]);
  assertEquals(json["disk"], { databaseBytes: 4096, freeBytes: null });
  assert(Array.isArray(json["clients"]) && json["clients"].length === 1);
});

Deno.test("GET /metrics gives this moment's numbers in Prometheus' form", async () => {
  await using world = await createAdminWorld();
  await world.ask("POST", "/hub/register", { body: { name: "q_uote" } });
  const first = await world.ask("GET", "/metrics");
  assertMatch(first.headers.get("content-type") ?? "", /^text\/plain.*version=/);
  assertMatch(first.text, /^ilink_hub_healthy 1$/m);
  assertMatch(first.text, /^ilink_hub_clients\{state="polling"\} 1$/m);
  assertMatch(first.text, /^ilink_hub_client_waiting\{client="q_uote"\} 0$/m);
  assertMatch(first.text, /^ilink_hub_plugin_problems 1$/m);
  assert(!/^ilink_hub_disk_free_bytes/m.test(first.text), "what is not known is not given");
  assert(!/^ilink_hub_account_polling\{/m.test(first.text));
  await world.ask("DELETE", "/hub/clients/q_uote");
  world.state.health = { state: "failing", reason: "disk_low" };
  const second = await world.ask("GET", "/metrics");
  assert(!second.text.includes("q_uote"), "a client that has gone leaves no number behind");
  assertMatch(second.text, /^ilink_hub_healthy 0$/m);
});

Deno.test("what is not there is answered with words", async () => {
  await using world = await createAdminWorld();
  const { status, text } = await world.ask("GET", "/hub/clinets");
  assertEquals(status, 404);
  assertMatch(text, /Cannot find GET \/hub\/clinets/);
});

Deno.test("a call that fails inside shows nothing of the inside", async () => {
  await using world = await createAdminWorld();
  await world.store.close();
  const { status, text } = await world.ask("GET", "/hub/clients");
  assert(status >= 500, text);
  assert(!/sqlite|stack|\.ts/i.test(text), text);
});

Deno.test("GET /metrics says of each account what may still be sent and what keeps it back", async () => {
  await using world = await createAdminWorld();
  const { clock, store } = world;
  const { id, generation } = await store.saveLogin({
    ...{ userId: "o9ann@im.wechat", botId: "b@im.bot", token: "t", baseUrl: "https://x.example" },
    atMs: clock.now(),
  });
  const before = (await world.ask("GET", "/metrics")).text;
  assertMatch(before, /^ilink_hub_account_budget_left\{account="wechat"\} 10$/m);
  assert(!before.includes("account_window_left_seconds{"), "nobody has written");
  await store.ingest({
    ...{ account: id, generation, unreadableBody: null, cursor: "", atMs: clock.now() },
    messages: [said("hello", { createTimeMs: clock.now() })],
  });
  await clock.advance(3_600_000);
  const { text } = await world.ask("GET", "/metrics");
  const line = (name: string, labels: string, value: number) =>
    assert(
      text.includes(`\nilink_hub_account_${name}{account="wechat"${labels}} ${value}\n`),
      name,
    );
  line("window_left_seconds", ',state="safe"', 23 * 3_600);
  line("budget_left", "", 10);
  line("cool_down_seconds", "", 0);
  line("suspects", "", 0);
  line("foreign_quotes", "", 0);
  line("oldest_deferred_seconds", "", 0);
});
