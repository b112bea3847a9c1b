import { join } from "node:path";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openLivingWorld, saying, source, wordsOf } from "../../fake/living_world.ts";

const SHIPPED = ["commands", "quote", "keywords", "affinity"];

Deno.test("without a folder the shipped four are asked, in their order", async () => {
  await using world = await openLivingWorld(null);
  assertEquals(world.ids(), SHIPPED);
  assertEquals(world.living.desk.list().map(({ source, state }) => [source, state]), [
    ...SHIPPED.map(() => ["shipped", "running"]),
  ]);
  assertEquals(world.isolation.probes, 0);
});

Deno.test("the user's plugins stand between quote and keywords, by file name", async () => {
  await using world = await openLivingWorld({
    "20_b.ts": source("b"),
    "10_z.js": source("z"),
    "folder/plugin.ts": source("x", { head: `import { id } from "./part.ts";` })
      .replace(`id: "x"`, "id"),
    "folder/part.ts": `export const id: string = "in-folder";`,
  });
  assertEquals(world.ids(), ["commands", "quote", "z", "b", "in-folder", "keywords", "affinity"]);
  assertEquals(wordsOf(await world.ask("b")), "b");
  assertEquals(world.view("in-folder").file, "folder/plugin.ts");
});

Deno.test("what is no plugin by its name is not looked at", async () => {
  await using world = await openLivingWorld({
    ".hidden.ts": "broken(",
    "_shared.ts": "broken(",
    "a_test.ts": "broken(",
    "a.d.ts": "broken(",
    "README.md": "broken(",
    "data/table.json": "{",
  });
  assertEquals(world.ids(), SHIPPED);
  assertEquals(world.living.desk.list().length, 4);
});

Deno.test("a user's plugin with a shipped id stands in its place", async () => {
  await using world = await openLivingWorld({ "mine.ts": saying("quote", "mine") });
  assertEquals(world.ids(), SHIPPED);
  assertEquals(wordsOf(await world.ask("quote")), "mine");
  assertEquals(world.view("quote").source, "user");
});

Deno.test("order asks the named first, disabled leaves out, by id or by file", async () => {
  await using world = await openLivingWorld(
    { "a.ts": source("a"), "b.ts": source("b"), "c.ts": source("c") },
    { order: ["affinity", "b"], disabled: ["commands", "quote", "c.ts"] },
  );
  assertEquals(world.ids(), ["affinity", "b", "a", "keywords"]);
  assertEquals(world.view("c").state, "disabled");
  assertEquals(world.view("quote").state, "disabled");
  await world.until(() => world.isolation.alive === 2);
});

Deno.test("a setting for a plugin that there is not is shown and logged", async () => {
  await using world = await openLivingWorld({}, {
    order: ["qoute"],
    disabled: ["x"],
    shadow: ["y.ts"],
    config: { z: {} },
  });
  const want = "want one of the plugins there are: commands, quote, keywords, affinity";
  const texts = [
    `plugins.order names "qoute", ${want}`,
    `plugins.disabled names "x", ${want}`,
    `plugins.shadow names "y.ts", ${want}`,
    `plugins.config names "z", ${want}`,
  ];
  assertEquals(world.living.desk.list().slice(4).map(({ problem }) => problem), texts);
  for (const text of texts) {
    assert(world.logged.some((line) => line.includes(JSON.stringify(text))));
  }
});

Deno.test("a file that fails is shown with its reason, and the others are asked", async () => {
  await using world = await openLivingWorld({
    "a.ts": source("a"),
    "broken.ts": "export default {",
    "empty.ts": "export const x = 1;",
    "throws.ts": "throw new Error('at the top');",
  });
  assertEquals(world.ids(), ["commands", "quote", "a", "keywords", "affinity"]);
  assertMatch(world.view("broken").problem, /broken.ts:1:17/s);
  assertStringIncludes(world.view("empty").problem, "it has no default export, want one");
  assertStringIncludes(world.view("throws").problem, "at the top");
  assertEquals(world.view("broken").state, "refused");
  assertEquals(world.news.map(({ kind, file }) => `${kind} ${file}`).sort(), [
    "refused broken.ts",
    "refused empty.ts",
    "refused throws.ts",
    "runs a.ts",
  ]);
});

Deno.test("of two files with one id the first is asked, and the second when it is gone", async () => {
  await using world = await openLivingWorld({
    "a.ts": saying("same", "first"),
    "b.ts": saying("same", "second"),
  });
  await world.until(() => world.isolation.alive === 1);
  assertEquals(wordsOf(await world.ask("same")), "first");
  const second = world.view("b.ts");
  assertEquals([second.state, second.problem], ["disabled", `a.ts has the id "same" already`]);
  await Deno.remove(join(world.folder, "a.ts"));
  await world.until(() => world.view("same").file === "b.ts" && world.ids().includes("same"));
  assertEquals(wordsOf(await world.ask("same")), "second");
});

Deno.test("a plugin gets the configuration of its id, also where its source hides the id", async () => {
  const body = `return { kind: "pass", reason: JSON.stringify(ctx.config) };`;
  const hidden = source("x", { body, head: `const NAME = ["hid", "den"].join("");` })
    .replace(`id: "x"`, "id: NAME");
  await using world = await openLivingWorld(
    { "plain.ts": source("plain", { body }), "a.ts": hidden },
    { config: { plain: { a: 1 }, hidden: { b: 2 } } },
  );
  assertEquals(wordsOf(await world.ask("plain")), `{"a":1}`);
  assertEquals(wordsOf(await world.ask("hidden")), `{"b":2}`);
  assertEquals(world.isolation.alive, 2);
});

const PICKY = source("picky", {
  more:
    `configure(raw) { if (raw !== "yes") throw new Error("want yes, got " + raw); return raw; },`,
});

Deno.test("a plugin whose configuration is refused is not asked, and says why", async () => {
  await using world = await openLivingWorld({ "picky.ts": PICKY }, { config: { picky: "no" } });
  assertEquals(world.ids(), SHIPPED);
  assertStringIncludes(world.view("picky").problem, "want yes, got no");
  await world.restart({ config: { picky: "yes" } });
  assertEquals(world.view("picky").state, "running");
});

Deno.test("a shipped plugin whose configuration is refused is left out and told", async () => {
  await using world = await openLivingWorld({}, { config: { keywords: { rules: 7 } } });
  assertEquals(world.ids(), ["commands", "quote", "affinity"]);
  const view = world.view("keywords");
  assertEquals(view.state, "refused");
  assertStringIncludes(view.problem, `Cannot configure the plugin "keywords" (shipped)`);
});

Deno.test("secrets are put in where they are referred to, and appear nowhere else", async () => {
  const key = "sk-0123456789";
  const body = `
    if (message.text === "throw") throw new Error("bad key " + ctx.config.key);
    return { kind: "pass", reason: "my key is " + ctx.config.key + " of " + ctx.config.user };`;
  await using world = await openLivingWorld(
    { "llm.ts": source("llm", { body }) },
    { config: { llm: { key: "$env:LLM_KEY", user: "me" } }, env: { LLM_KEY: key } },
  );
  assertEquals(world.isolation.starts[0]?.config, { key, user: "me" });
  assertEquals(wordsOf(await world.ask("llm")), "my key is ••• of me");
  assertEquals(wordsOf(await world.ask("llm", "throw")), "threw: bad key •••");
  world.isolation.say("llm.ts", `called with ${key}`);
  assertEquals(world.living.desk.logs("llm", 0).map(({ line }) => line), ["called with •••"]);
  await world.restart({ env: {} });
  const want = `"$env:LLM_KEY" names a variable that the hub's environment does not have`;
  assertStringIncludes(world.view("llm").problem, want);
});

Deno.test("lines that a plugin wrote are numbered over its versions", async () => {
  await using world = await openLivingWorld({ "a.ts": saying("a", "one") });
  world.isolation.say("a.ts", "first");
  await world.save("a.ts", saying("a", "two"), () => world.news.length === 2);
  world.isolation.say("a.ts", "second");
  const lines = world.living.desk.logs("a", 0);
  assertEquals(lines.map(({ number, line }) => `${number} ${line}`), ["1 first", "2 second"]);
  assertEquals(world.living.desk.logs("a", 1).length, 1);
});

Deno.test("while the isolation keeps nothing apart no user's plugin is started", async () => {
  await using world = await openLivingWorld(null);
  world.isolation.probed = { kind: "open", text: "a canary read a file" };
  await world.save("a.ts", source("a"), () => world.news.length > 0);
  assertEquals(world.ids(), SHIPPED);
  assertEquals(world.isolation.starts.length, 0);
  assertStringIncludes(world.view("a").problem, "cannot be kept apart here: a canary read a file");
  assert(world.logged.some((line) => line.startsWith("plugins_not_kept_apart")));
});

Deno.test("a plugins folder in the data directory, or around it, gives nothing else away", async () => {
  await using world = await openLivingWorld({
    "thief.ts": source("thief", { head: `import key from "../data/key.ts";` }),
    "inner.ts": source("inner"),
  });
  await Deno.writeTextFile(join(world.data, "key.ts"), "export default 1;");
  await world.save(
    "thief2.ts",
    source("thief2", { head: `import "../data/key.ts";` }),
    () => world.news.some(({ file }) => file === "thief2.ts"),
  );
  assertEquals(world.view("thief2").state, "refused");
  assertStringIncludes(world.view("thief2").problem, "lies outside the plugins folder");
  assertEquals(world.view("inner").state, "running");
});
