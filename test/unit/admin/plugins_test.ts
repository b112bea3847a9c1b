import { assert, assertEquals, assertMatch } from "@std/assert";
import { isObject, listMember, textMember } from "../../../src/lib/json.ts";
import { type Answer, createAdminWorld, refusalOf } from "./admin_setup.ts";

const ASKED = { net: ["api.example.com"], read: ["data/"] };

function memberOf({ json }: Answer, key: string): unknown {
  return isObject(json) ? json[key] : undefined;
}

Deno.test("GET /hub/plugins shows every plugin, and one by its id", async () => {
  await using world = await createAdminWorld();
  const all = await world.ask("GET", "/hub/plugins");
  assert(isObject(all.json));
  const ids = listMember(all.json, "plugins").map((one) => isObject(one) && textMember(one, "id"));
  assertEquals(ids, ["night", "weather"]);
  const one = await world.ask("GET", "/hub/plugins/weather");
  assertEquals(memberOf(one, "asked"), ASKED);
});

Deno.test("GET /hub/plugins/ID/verdicts counts what it answered lately", async () => {
  await using world = await createAdminWorld();
  const none = await world.ask("GET", "/hub/plugins/night/verdicts");
  assertEquals(none.json, { messages: 0, sinceMs: null, verdicts: [] });
  for (const query of ["last=0", "last=2001", "last=all"]) {
    const answer = await world.ask("GET", `/hub/plugins/night/verdicts?${query}`);
    assertEquals(answer.status, 400, query);
  }
});

Deno.test("an unknown plugin is told with what shows the known ones, whatever is asked of it", async () => {
  await using world = await createAdminWorld();
  const calls = [
    "GET /x",
    "GET /x/logs",
    "GET /x/verdicts",
    "POST /x/grant",
    "POST /x/rollback",
    "POST /x/reset",
  ];
  for (const [method = "", path = ""] of calls.map((call) => call.split(" "))) {
    const answer = await world.ask(method, `/hub/plugins${path}`);
    assertEquals(answer.status, 404, path);
    assertMatch(
      refusalOf(answer),
      /^PLUGIN_UNKNOWN: Cannot find a plugin "x" ilink-hub plugin list/,
    );
  }
});

Deno.test("a grant is given for what the owner was shown, and refused for anything else", async () => {
  await using world = await createAdminWorld();
  const shown = { asked: { net: ["api.example.com"], read: [] } };
  const refused = await world.ask("POST", "/hub/plugins/weather/grant", { body: shown });
  assertEquals(refused.status, 400);
  assertMatch(refusalOf(refused), /asks for something else now/);
  assertEquals(world.plugins.plugins[1]?.granted, { net: [], read: [] });

  const body = { asked: ASKED };
  const granted = await world.ask("POST", "/hub/plugins/weather/grant", { body });
  assertEquals(granted.status, 200);
  assertEquals(memberOf(granted, "granted"), ASKED);
});

Deno.test("a plugin is rolled back, promoted and reset", async () => {
  await using world = await createAdminWorld();
  const before = world.plugins.plugins[0]?.hash;
  const rolledBack = await world.ask("POST", "/hub/plugins/night/rollback");
  assert(memberOf(rolledBack, "hash") !== before);
  for (const change of ["promote", "reset"]) {
    const [night] = world.plugins.plugins;
    assert(night !== undefined);
    world.plugins.plugins[0] = { ...night, state: "shadow" };
    const answer = await world.ask("POST", `/hub/plugins/night/${change}`);
    assertEquals(memberOf(answer, "state"), "running", change);
  }
  const refused = await world.ask("POST", "/hub/plugins/night/reset", { body: { hard: true } });
  assertMatch(refusalOf(refused), /"hard": no such member/);
});

Deno.test("the lines a plugin wrote are read on from a number", async () => {
  await using world = await createAdminWorld();
  for (const line of ["one", "two", "three"]) world.plugins.say("night", line);
  const answer = await world.ask("GET", "/hub/plugins/night/logs?after=1");
  const lines = isObject(answer.json) ? listMember(answer.json, "lines") : [];
  assertEquals(lines.map((line) => isObject(line) && line["line"]), ["two", "three"]);
  const wrong = await world.ask("GET", "/hub/plugins/night/logs?after=x");
  assertMatch(refusalOf(wrong), /"after": saw x/);
});

Deno.test("POST /hub/plugins/try hands on what was given and gives the chain's answer", async () => {
  await using world = await createAdminWorld();
  const decision = { kind: "deliver", to: ["pi"], reason: "because" };
  world.plugins.tryOutcome = { decision, steps: [] };
  const answer = await world.ask("POST", "/hub/plugins/try", { body: { text: "hello" } });
  assertEquals(answer.json, { decision, steps: [] });
  const given = {
    text: "hello",
    as: "ann",
    state: { binding: "pi" },
    candidate: "/home/ann/night.ts",
  };
  await world.ask("POST", "/hub/plugins/try", { body: given });
  assertEquals(world.plugins.tried, [
    { text: "hello", as: "", state: null, candidate: null },
    given,
  ]);
});

Deno.test("a candidate is a source by its absolute path: no other file is read for a caller", async () => {
  await using world = await createAdminWorld();
  for (const candidate of ["night.ts", "/etc/passwd", "/data/hub.key", 7]) {
    const body = { text: "hello", candidate };
    const answer = await world.ask("POST", "/hub/plugins/try", { body });
    assertEquals(answer.status, 400, String(candidate));
    assertMatch(refusalOf(answer), /"candidate": saw .*, want an absolute path that ends in \.ts/);
  }
  assertEquals(world.plugins.tried, []);
});

Deno.test("POST /hub/plugins/replay wants a start and bounds the messages", async () => {
  await using world = await createAdminWorld();
  await world.ask("POST", "/hub/plugins/replay", { body: { sinceMs: 5 } });
  assertEquals(world.plugins.replayed, [{ sinceMs: 5, limit: 1_000, candidate: null }]);
  for (const body of [{}, { sinceMs: -1 }, { sinceMs: 0, limit: 10_001 }, { sinceMs: "24h" }]) {
    const answer = await world.ask("POST", "/hub/plugins/replay", { body });
    assertEquals(answer.status, 400, JSON.stringify(body));
  }
});
