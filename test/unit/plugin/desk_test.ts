import { join } from "node:path";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { HubError } from "../../../src/core/error.ts";
import { FACTS, openLivingWorld, saying, source, wordsOf } from "../../fake/living_world.ts";
import { inboundView } from "../../fake/plugin_views.ts";

Deno.test("a shadow is not asked among the others, and knows who comes before it", async () => {
  await using world = await openLivingWorld(
    { "a.ts": source("a"), "b.ts": saying("b", "on trial"), "c.ts": source("c") },
    { shadow: ["b.ts"] },
  );
  assertEquals(world.ids(), ["commands", "quote", "a", "c", "keywords", "affinity"]);
  assertEquals(world.view("b").state, "shadow");
  const { shadowHost } = world.living;
  const [shadow] = shadowHost.shadows;
  assert(shadow !== undefined && shadowHost.shadows.length === 1);
  assertEquals(shadow.after, ["commands", "quote", "a"]);
  const call = { message: inboundView("hello"), facts: FACTS, memory: {} };
  assertEquals(wordsOf(await shadowHost.route(shadow.plugin, call)), "on trial");
  assertEquals(world.view("b").calls, 1);
});

Deno.test("a promoted shadow decides, also after a restart, and the setting is told to be removed", async () => {
  await using world = await openLivingWorld({ "b.ts": source("b") }, { shadow: ["b"] });
  assertEquals((await world.living.desk.promote("b")).state, "running");
  assertEquals(world.ids(), ["commands", "quote", "b", "keywords", "affinity"]);
  await world.restart();
  assert(world.ids().includes("b"));
  assertStringIncludes(
    world.view("plugins.shadow").problem,
    `plugins.shadow still names "b" (b.ts), which was promoted: remove it there`,
  );
  const again = await assertRejects(() => world.living.desk.promote("b"), HubError);
  assertStringIncludes(again.message, "it is no shadow");
});

Deno.test("a promotion that has taken effect ends when the owner puts the plugin on trial again", async () => {
  await using world = await openLivingWorld({ "b.ts": source("b") }, { shadow: ["b.ts"] });
  await world.living.desk.promote("b");
  await world.restart({ shadow: [] });
  assert(world.ids().includes("b"));
  await world.restart({ shadow: ["b.ts"] });
  assertEquals(world.view("b").state, "shadow");
});

Deno.test("a shadow of a plugin that runs takes its place when it is promoted", async () => {
  await using world = await openLivingWorld(
    { "night.ts": saying("night", "old"), "night_new.ts": saying("night", "new") },
    { shadow: ["night_new.ts"] },
  );
  assertEquals(wordsOf(await world.ask("night")), "old");
  assertEquals(world.view("night_new.ts").state, "shadow");
  await world.living.desk.promote("night_new.ts");
  assertEquals(wordsOf(await world.ask("night")), "new");
  assertEquals(world.view("night").file, "night_new.ts");
  await world.until(() => world.isolation.alive === 1);
});

Deno.test("a candidate stands in for the plugin of its id while a text is tried, and nothing of it stays", async () => {
  await using world = await openLivingWorld({
    "a.ts": saying("a", "old"),
    "b.ts": saying("b", "other"),
  });
  const candidate = join(world.data, "..", "elsewhere.ts");
  await Deno.writeTextFile(candidate, saying("a", "new"));
  const tried = await world.living.desk.tryText({ text: "hi", as: "", state: null, candidate });
  assertEquals(Array.isArray(tried.steps) && tried.steps.slice(2, 4), ["new", "other"]);
  const plain = await world.living.desk.tryText({
    text: "hi",
    as: "",
    state: null,
    candidate: null,
  });
  assertEquals(Array.isArray(plain.steps) && plain.steps.slice(2, 4), ["old", "other"]);
  assertEquals([world.view("a").calls, world.isolation.alive], [0, 2]);
  const left = [...Deno.readDirSync(join(world.data, "plugin-versions"))].map(({ name }) => name);
  assertEquals(left.sort(), ["a.ts", "b.ts"]);
});

Deno.test("a candidate that cannot be started is refused with the reason", async () => {
  await using world = await openLivingWorld({});
  const candidate = join(world.data, "..", "broken.ts");
  await Deno.writeTextFile(candidate, "broken(");
  const given = { text: "hi", as: "", state: null, candidate };
  const error = await assertRejects(() => world.living.desk.tryText(given), HubError);
  assertStringIncludes(error.message, "Cannot try the plugin");
  assertStringIncludes(error.message, "broken.ts:1:");
});

Deno.test("a plugin that there is not, and one that is shipped, cannot be changed", async () => {
  await using world = await openLivingWorld({});
  const { desk } = world.living;
  for (const change of [desk.grant, desk.rollback, desk.promote, desk.reset]) {
    assertEquals((await assertRejects(() => change("nobody"), HubError)).code, "PLUGIN_UNKNOWN");
    assertEquals((await assertRejects(() => change("quote"), HubError)).code, "PLUGIN_INVALID");
  }
  assertEquals(desk.logs("quote", 0), []);
});
