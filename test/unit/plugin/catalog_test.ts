import { join } from "node:path";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Catalog, loadCatalog, type PluginSettings } from "../../../src/plugin/catalog.ts";
import { createInlineHost } from "../../../src/plugin/inline_host.ts";
import { LIMITS } from "../../../src/core/limits.ts";
import { createFakeClock, settle } from "../../fake/fake_clock.ts";

const NO_SETTINGS: PluginSettings = { order: [], disabled: [], config: {} };

/** A plugin's source; `manifest` holds what is not usual. */
function source(id: string, manifest = ""): string {
  return `export default {
    manifest: { id: "${id}", api: 1, version: "1.0.0", ${manifest} },
    route: () => ({ kind: "pass" }),
  };`;
}

/** Loads a folder that holds these files. */
async function load(
  files: Readonly<Record<string, string>>,
  settings: Partial<PluginSettings> = {},
): Promise<Catalog> {
  const directory = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(directory, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(directory, name), text);
    }
    return await loadCatalog({
      directory,
      settings: { ...NO_SETTINGS, ...settings },
      clock: createFakeClock(),
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function idsOf({ plugins }: Catalog): string[] {
  return plugins.map(({ info }) => info.id);
}

Deno.test("without a folder the shipped four are there, in their order", async () => {
  const clock = createFakeClock();
  const catalog = await loadCatalog({ directory: null, settings: NO_SETTINGS, clock });
  assertEquals(idsOf(catalog), ["commands", "quote", "keywords", "affinity"]);
  assertEquals(catalog.plugins.map(({ info }) => info.source), Array(4).fill("shipped"));
  assertEquals(catalog.problems, []);
});

Deno.test("the user's plugins stand between quote and keywords, by file name", async () => {
  const catalog = await load({
    "20_b.ts": source("b"),
    "10_z.js": source("z"),
    "folder/plugin.ts": `import { id } from "./part.ts"; ${source("x").replace(`"x"`, "id")}`,
    "folder/part.ts": `export const id: string = "in-folder";`,
  });
  assertEquals(catalog.problems, []);
  assertEquals(idsOf(catalog), [
    "commands",
    "quote",
    "z",
    "b",
    "in-folder",
    "keywords",
    "affinity",
  ]);
  assertEquals(catalog.plugins[2]?.info.source, "user");
});

Deno.test("what is no plugin by its name is not looked at", async () => {
  const catalog = await load({
    ".hidden.ts": "broken(",
    "_shared.ts": "broken(",
    "a_test.ts": "broken(",
    "a.d.ts": "broken(",
    "README.md": "broken(",
    "data/table.json": "{",
  });
  assertEquals(idsOf(catalog), ["commands", "quote", "keywords", "affinity"]);
  assertEquals(catalog.problems, []);
});

Deno.test("a user's plugin with a shipped id takes its place", async () => {
  const catalog = await load({ "mine.ts": source("quote", `onFault: "park"`) });
  assertEquals(idsOf(catalog), ["commands", "quote", "keywords", "affinity"]);
  assertEquals(catalog.plugins[1]?.info, {
    id: "quote",
    version: "1.0.0",
    source: "user",
    onFault: "park",
    hasRoute: true,
    hasReply: false,
  });
});

Deno.test("order asks the named first, disabled leaves out, both by id", async () => {
  const files = { "a.ts": source("a"), "b.ts": source("b") };
  const catalog = await load(files, { order: ["affinity", "b"], disabled: ["commands", "quote"] });
  assertEquals(idsOf(catalog), ["affinity", "b", "a", "keywords"]);
  assertEquals(catalog.problems, []);
});

Deno.test("a setting for a plugin that there is not is a problem that names those there are", async () => {
  const settings = { order: ["qoute"], disabled: ["x"], config: { y: {} } };
  const { problems } = await load({}, settings);
  const want = "want one of the loaded plugins: commands, quote, keywords, affinity";
  assertEquals(problems, [
    { file: "plugins.order", text: `plugins.order names "qoute", ${want}` },
    { file: "plugins.disabled", text: `plugins.disabled names "x", ${want}` },
    { file: "plugins.config", text: `plugins.config names "y", ${want}` },
  ]);
});

Deno.test("a file that fails is told with its name, and the others go on", async () => {
  const { problems, plugins } = await load({
    "a.ts": source("a"),
    "broken.ts": "export default {",
    "empty.ts": "export const x = 1;",
    "throws.ts": "throw new Error('at the top');",
    "same.ts": source("a"),
  });
  assertEquals(plugins.map(({ file }) => file), [
    "shipped",
    "shipped",
    "a.ts",
    "shipped",
    "shipped",
  ]);
  assertEquals(problems.map(({ file }) => file), ["broken.ts", "empty.ts", "throws.ts", "same.ts"]);
  assertMatch(problems[0]?.text ?? "", /^Cannot load the plugin broken.ts: .*broken.ts:1:17/s);
  assertStringIncludes(problems[1]?.text ?? "", "empty.ts: it has no default export, want one");
  assertStringIncludes(problems[2]?.text ?? "", "throws.ts: at the top");
  assertEquals(problems[3]?.text, `Cannot load the plugin same.ts: a.ts has the id "a" already`);
});

Deno.test("a file whose top level does not end is given up, and the others go on", async () => {
  const directory = await Deno.makeTempDir();
  const held = Promise.withResolvers<void>();
  Object.assign(globalThis, { topLevelHeld: held.promise });
  await Deno.writeTextFile(join(directory, "a.ts"), "await globalThis.topLevelHeld;");
  await Deno.writeTextFile(join(directory, "b.ts"), source("b"));
  const clock = createFakeClock();
  const loading = loadCatalog({ directory, settings: NO_SETTINGS, clock });
  while (clock.pending === 0) await settle();
  await clock.advance(LIMITS.pluginDeadlineMaxMs);
  const { plugins, problems } = await loading;
  held.resolve();
  await Deno.remove(directory, { recursive: true });
  assertEquals(plugins[2]?.file, "b.ts");
  const text = "Cannot load the plugin a.ts: its top level was not done after 10000 ms";
  assertEquals(problems, [{ file: "a.ts", text }]);
});

Deno.test("a folder that is not there holds no plugins; one that cannot be read is a problem", async () => {
  const file = await Deno.makeTempFile();
  const at = (directory: string) =>
    loadCatalog({ directory, settings: NO_SETTINGS, clock: createFakeClock() });
  const missing = await at(`${file}-missing`);
  const unreadable = await at(file);
  await Deno.remove(file);
  assertEquals([missing.plugins.length, missing.problems], [4, []]);
  assertEquals([unreadable.plugins.length, unreadable.problems.length], [4, 1]);
  assertStringIncludes(
    unreadable.problems[0]?.text ?? "",
    `Cannot read the plugins folder ${file}`,
  );
});

Deno.test("a link that leads nowhere is a problem of its own", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(join(directory, "a.ts"), source("a"));
  await Deno.symlink(join(directory, "gone.ts"), join(directory, "b.ts"));
  await Deno.symlink(join(directory, "gone"), join(directory, "c"));
  const settings = NO_SETTINGS;
  const { plugins, problems } = await loadCatalog({
    directory,
    settings,
    clock: createFakeClock(),
  });
  await Deno.remove(directory, { recursive: true });
  assertEquals(plugins[2]?.file, "a.ts");
  assertEquals(problems.map(({ file }) => file), ["b.ts"]);
});

Deno.test("a manifest is refused with the value seen and the value wanted", async () => {
  const cases: readonly [string, string, string][] = [
    ["id", source("Bad Id"), `manifest.id is "Bad Id", want 1 to 40 lower-case letters`],
    ["hub", source("hub"), `manifest.id is "hub", want`],
    ["api", source("a").replace("api: 1", "api: 2"), `manifest.api is 2, want 1, the version`],
    ["late", source("a", "deadlineMs: 20000"), `manifest.deadlineMs is 20000, want a whole number`],
    ["fault", source("a", `onFault: "stop"`), `manifest.onFault is "stop", want "next" or "park"`],
    [
      "net",
      source("a", `permissions: { net: "x" }`),
      `manifest.permissions.net is "x", want a list of hosts`,
    ],
    ["more", source("a", "author: 1"), `manifest has the unknown author, want an object with id`],
    ["none", "export default { route() {} };", `manifest is nothing, want an object with id`],
    ["list", "export default 7;", `its default export is 7, want an object`],
    [
      "hook",
      source("a").replace("route: () =>", "route: "),
      `route is {"kind":"pass"}, want a function`,
    ],
    ["idle", source("a").replace("route:", "rout:"), `it has neither route() nor reply()`],
  ];
  for (const [name, text, words] of cases) {
    const { problems, plugins } = await load({ [`${name}.ts`]: text });
    assertEquals(plugins.length, 4, name);
    assertStringIncludes(problems[0]?.text ?? "", `Cannot load the plugin ${name}.ts: ${words}`);
  }
});

const PICKY = `export default {
  manifest: { id: "picky", api: 1, version: "1.0.0", onFault: "ON_FAULT" },
  configure(raw) { if (raw !== "yes") throw new Error("want yes, got " + raw); return raw; },
  route: (_message, { config }) => ({ kind: "pass", reason: config }),
};`;

Deno.test("a plugin whose configuration is refused is left out and told", async () => {
  const files = { "picky.ts": PICKY.replace("ON_FAULT", "next") };
  const { plugins, problems } = await load(files, { config: { picky: "no" } });
  assertEquals(plugins.length, 4);
  const text = `Cannot configure the plugin "picky" (picky.ts): want yes, got no`;
  assertEquals(problems, [{ file: "picky.ts", text }]);
  assertEquals((await load(files, { config: { picky: "yes" } })).plugins.length, 5);
});

Deno.test("nothing goes past a plugin that must not be passed over, though its configuration is refused", async () => {
  const catalog = await load({ "picky.ts": PICKY.replace("ON_FAULT", "park") });
  const host = createInlineHost({ plugins: catalog.plugins, clock: createFakeClock() });
  const picky = host.plugins.find(({ id }) => id === "picky");
  assertEquals(picky?.onFault, "park");
  assertStringIncludes(catalog.plugins[2]?.unavailable ?? "", "want yes, got null");
});
