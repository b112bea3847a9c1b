import { assertEquals, assertMatch } from "@std/assert";
import { isObject } from "../../../src/lib/json.ts";
import { createAdminWorld, refusalOf } from "./admin_setup.ts";

Deno.test("/hub/alerts shows channels and what is wrong; a test goes to one channel or all", async () => {
  await using world = await createAdminWorld();
  const { json } = await world.ask("GET", "/hub/alerts");
  assertEquals(isObject(json) && Object.keys(json), ["channels", "open"]);
  const tested = await world.ask("POST", "/hub/alerts/test", { body: { channel: "phone" } });
  assertEquals(tested.json, { tests: [{ channel: "phone", problem: "" }] });
  await world.ask("POST", "/hub/alerts/test");
  assertEquals(world.told, ["test phone", "test null"]);
  const unknown = await world.ask("POST", "/hub/alerts/test", { body: { channel: "gone" } });
  assertEquals(unknown.status, 404);
  assertMatch(refusalOf(unknown), /^CHANNEL_UNKNOWN/);
  const wrong = await world.ask("POST", "/hub/alerts/test", { body: { channel: 1 } });
  assertEquals(wrong.status, 400);
});

Deno.test("the metrics count what is wrong and what was told", async () => {
  await using world = await createAdminWorld();
  const { text } = await world.ask("GET", "/metrics");
  assertMatch(text, /^ilink_hub_alerts_open\{kind="client_away"\} 1$/m);
  assertMatch(text, /^ilink_hub_alerts_open\{kind="logged_out"\} 0$/m);
  assertMatch(text, /^ilink_hub_alerts_told\{kind="client_away",act="raise"\} 3$/m);
});
