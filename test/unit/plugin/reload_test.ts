import { join } from "node:path";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { HubError } from "../../../src/core/error.ts";
import { LIMITS } from "../../../src/core/limits.ts";
import {
  FACTS,
  openLivingWorld,
  recordedCall,
  saying,
  source,
  wordsOf,
} from "../../fake/living_world.ts";
import { inboundView } from "../../fake/plugin_views.ts";

Deno.test("a saved file takes the place of its version, and the old one ends", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  const before = world.view("a").hash;
  await world.save("a.ts", saying("a", "two"), () => world.view("a").hash !== before);
  assertEquals(wordsOf(await world.ask("a")), "two");
  await world.until(() => world.isolation.alive === 1);
  assertEquals(world.news.map(({ kind }) => kind), ["runs", "runs"]);
});

Deno.test("what a plugin imports is fresh after a reload, in its folder and beside it", async () => {
  const body = `return { kind: "pass", reason: part + shared + table.word };`;
  const head = `import { part } from "./part.ts";
import shared from "../_shared.ts";
import table from "./table.json" with { type: "json" };`;
  await using world = await openLivingWorld({
    "a/plugin.ts": source("a", { head, body }),
    "a/part.ts": `export const part = "1";`,
    "a/table.json": `{ "word": "x" }`,
    "_shared.ts": `export default "s";`,
  });
  assertEquals(wordsOf(await world.ask("a")), "1sx");
  const changes = [
    ["a/part.ts", `export const part = "2";`, "2sx"],
    ["_shared.ts", `export default "t";`, "2tx"],
    ["a/table.json", `{ "word": "y" }`, "2ty"],
  ] as const;
  for (const [file, text, words] of changes) {
    const count = world.news.length;
    await world.save(file, text, () => world.news.length > count);
    assertEquals(wordsOf(await world.ask("a")), words);
  }
});

Deno.test("a version that does not load leaves the old one, and the reason is told once with its line", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  await world.save("a.ts", "export default {\n  broken(", () => world.news.length === 2);
  await world.pass();
  assertEquals(wordsOf(await world.ask("a")), "one");
  const view = world.view("a");
  assertEquals(view.state, "running");
  assertMatch(view.problem, /a\.ts:2:/);
  assertEquals(world.news.map(({ kind }) => kind), ["runs", "refused"]);
  assertEquals(world.logged.filter((line) => line.startsWith("plugin_refused")).length, 1);
  await world.save("a.ts", saying("a", "two"), () => world.news.length === 3);
  assertEquals([wordsOf(await world.ask("a")), world.view("a").problem], ["two", ""]);
});

Deno.test("undoing a broken save is well without a new start", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  await world.save("a.ts", "broken(", () => world.view("a").problem !== "");
  const { length } = world.isolation.starts;
  await world.save("a.ts", saying("a", "one"), () => world.view("a").problem === "");
  assertEquals(world.isolation.starts.length, length);
});

Deno.test("a new version is tried on recorded messages, and a fault there keeps the old one", async () => {
  const body = `if (message.text === "odd") throw new Error("cannot read " + message.text);
    return { kind: "pass", reason: "two" };`;
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  world.recorded = [recordedCall("even"), recordedCall("odd")];
  await world.save("a.ts", source("a", { body }), () => world.news.length === 2);
  assertEquals(wordsOf(await world.ask("a")), "one");
  assertEquals(world.view("a").problem, "it fails on message 1 (threw): cannot read odd");
  const logged = world.logged.find((line) => line.startsWith("plugin_refused")) ?? "";
  assertStringIncludes(logged, "it fails on message 1 (threw)");
  assert(!logged.includes("odd"), "no message text in the log");
  await world.until(() => world.isolation.alive === 1);
});

Deno.test("a version that is too slow on a recorded message is refused", async () => {
  const body = `await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
    return { kind: "pass" };`;
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  world.recorded = [recordedCall("hello")];
  const slow = source("a", { body }).replace("route(", "async route(");
  await world.save("a.ts", slow, () => world.news.length === 2);
  assertStringIncludes(world.view("a").problem, "(too_late)");
  assertEquals(wordsOf(await world.ask("a")), "one");
});

Deno.test("a version that is only half written is refused, and its rest is loaded", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  const whole = saying("a", "two");
  const path = join(world.folder, "a.ts");
  await Deno.writeTextFile(path, whole.slice(0, whole.length / 2));
  await world.until(() => world.view("a").problem !== "");
  await Deno.writeTextFile(path, whole);
  await world.until(() => world.view("a").problem === "");
  assertEquals(wordsOf(await world.ask("a")), "two");
});

Deno.test("a burst of saves starts the last one", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "0") });
  for (let count = 1; count <= 30; count++) {
    await Deno.writeTextFile(join(world.folder, "a.ts"), saying("a", `${count}`));
  }
  await world.until(() => world.news.length >= 2);
  await world.pass();
  assertEquals(wordsOf(await world.ask("a")), "30");
  assert(world.isolation.starts.length <= 3, `started ${world.isolation.starts.length} times`);
});

Deno.test("an editor that moves the file away while it saves does not unload the plugin", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  const path = join(world.folder, "a.ts");
  await world.until(() => world.clock.monotonic() >= 4_800);
  await Deno.rename(path, `${path}~`);
  // The look at 5,000 ms finds it missing.
  await world.until(() => world.clock.monotonic() >= 5_600);
  await Deno.writeTextFile(path, saying("a", "two"));
  await world.until(() => world.news.length === 2);
  assertEquals(world.news.map(({ kind }) => kind), ["runs", "runs"]);
});

Deno.test("a folder that is made later is followed, and one that is made anew as well", async () => {
  await using world = await openLivingWorld(null);
  await world.save("a.ts", source("a"), () => world.ids().includes("a"));
  await Deno.remove(world.folder, { recursive: true });
  await world.until(() => !world.ids().includes("a"));
  await world.save("b.ts", source("b"), () => world.ids().includes("b"));
  await world.until(() => world.isolation.alive === 1);
});

Deno.test("a decision goes on with the list that it began with", async () => {
  await using world = await openLivingWorld({
    "a.ts": saying("a", "a1"),
    "b.ts": saying("b", "b1"),
  });
  const { host } = world.living;
  const call = { message: inboundView("hello"), facts: FACTS, memory: {} };
  const began = host.plugins;
  const held = began.find(({ id }) => id === "a");
  assert(held !== undefined);
  // It asks its first plugin while the second one's reload is done.
  const words = [wordsOf(await host.route(held, call))];
  const answers = (async () => {
    for (let turn = 0; turn < 50; turn++) words.push(wordsOf(await host.route(held, call)));
    for (const plugin of began.filter(({ source }) => source === "user")) {
      words.push(wordsOf(await host.route(plugin, call)));
    }
  })();
  await Promise.all([
    answers,
    world.save("b.ts", saying("b", "b2"), () => world.news.length === 3),
  ]);
  assertEquals(words.slice(-2), ["a1", "b1"]);
  assertEquals(wordsOf(await world.ask("b")), "b2");
});

Deno.test("rollback brings the version before back, until the file changes", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  await world.save("a.ts", saying("a", "two"), () => world.news.length === 2);
  const { desk } = world.living;
  assertStringIncludes((await desk.rollback("a")).problem, "the owner went back to it");
  assertEquals(wordsOf(await world.ask("a")), "one");
  await world.pass();
  await world.restart();
  await world.pass();
  assertEquals(wordsOf(await world.ask("a")), "one");
  const { hash } = world.view("a");
  await world.save("a.ts", saying("a", "three"), () => world.view("a").hash !== hash);
  assertEquals(wordsOf(await world.ask("a")), "three");
});

Deno.test("a version that the owner went back from is tried again when the file comes back to it", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  await world.save("a.ts", saying("a", "two"), () => world.news.length === 2);
  await world.living.desk.rollback("a");
  await world.save("a.ts", saying("a", "one"), () => world.view("a").problem === "");
  const { hash } = world.view("a");
  await world.save("a.ts", saying("a", "two"), () => world.view("a").hash !== hash);
  assertEquals(wordsOf(await world.ask("a")), "two");
});

Deno.test("rollback brings the version before back after a restart too", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  await world.save("a.ts", saying("a", "two"), () => world.news.length === 2);
  await world.restart();
  await world.living.desk.rollback("a");
  assertEquals(wordsOf(await world.ask("a")), "one");
});

Deno.test("rollback twice is where it was, and without an earlier version it is refused", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  const { desk } = world.living;
  const refusal = await assertRejects(() => desk.rollback("a"), HubError, "there is no version");
  assertEquals(refusal.code, "PLUGIN_INVALID");
  await world.save("a.ts", saying("a", "two"), () => world.news.length === 2);
  await desk.rollback("a");
  assertEquals((await desk.rollback("a")).problem, "");
  assertEquals(wordsOf(await world.ask("a")), "two");
});

Deno.test("after a restart with a broken file the last good version runs and says so", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  await world.save("a.ts", "broken(", () => world.view("a").problem !== "");
  await world.restart();
  assertEquals(wordsOf(await world.ask("a")), "one");
  const { state, problem } = world.view("a");
  assertEquals(state, "running");
  assertMatch(problem, /a\.ts:1:/);
});

Deno.test("a version that was good is not tried again at the next start", async () => {
  const body = `if (message.text === "odd") throw new Error("odd");
    return { kind: "pass", reason: "one" };`;
  await using world = await openLivingWorld({ "a.ts": source("a", { body }) });
  world.recorded = [recordedCall("odd")];
  await world.restart();
  assertEquals([world.view("a").state, world.view("a").problem], ["running", ""]);
});

Deno.test("only the copies that may be needed stay on the disk", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "0") });
  for (let count = 1; count <= 5; count++) {
    const { length } = world.news;
    await world.save("a.ts", saying("a", `${count}`), () => world.news.length > length);
  }
  const copies = [...Deno.readDirSync(join(world.data, "plugin-versions", "a.ts"))];
  assertEquals(copies.length, 2);
  await Deno.remove(join(world.folder, "a.ts"));
  await world.until(() => world.news.at(-1)?.kind === "gone");
  await world.pass();
  assertEquals([...Deno.readDirSync(join(world.data, "plugin-versions"))], []);
});

Deno.test("a link and a plugin that is too large are refused with the reason", async () => {
  await using world = await openLivingWorld({ "a.ts": source("a") });
  await Deno.symlink(join(world.folder, "a.ts"), join(world.folder, "b.ts"));
  await Deno.mkdir(join(world.folder, "c"));
  await Deno.writeTextFile(join(world.folder, "c", "plugin.ts"), source("c"));
  await Deno.truncate(join(world.folder, "c", "plugin.ts"), LIMITS.pluginBytesMax + 1);
  await world.until(() => world.living.desk.list().length === 7);
  assertStringIncludes(world.view("b").problem, "b.ts is a link, want the file itself");
  assertStringIncludes(world.view("c").problem, `more than ${LIMITS.pluginBytesMax} bytes`);
});
