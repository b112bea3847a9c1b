/** The commands that an author runs on files: `plugin new`, `check` and `test`. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TEMPLATE_NAMES } from "../../../src/cli/plugin_templates.ts";
import { withPluginRuns } from "./plugin_run.ts";

const NIGHT = `
import type { Plugin } from "ilink-hub/plugin";
const night: Plugin<{ to: string }> = {
  manifest: { id: "night", api: 1, version: "1.0.0" },
  configure(raw) {
    if (typeof raw === "string") return { to: raw };
    throw new Error("want the name of an agent");
  },
  route: (message, { config, memory }) => {
    if (message.text === "boom") throw new Error("it went boom");
    memory["seen"] = message.text.slice(0, 20);
    return { kind: "route", to: [config.to], reason: "night" };
  },
};
export default night;
`;

function fixture(cases: readonly object[]): string {
  return JSON.stringify({ plugin: "night.ts", config: "pi", cases });
}

Deno.test("plugin new writes a plugin of each template that passes its own test", async () => {
  await withPluginRuns(async ({ run, folder }) => {
    for (const name of TEMPLATE_NAMES) {
      const { code, out } = await run(["plugin", "new", `my-${name}`, "--template", name]);
      assertEquals(code, 0, out);
      const text = Deno.readTextFileSync(`${folder}/plugins/my-${name}/plugin.ts`);
      assertStringIncludes(text, `id: "my-${name}"`);
    }
    const { code, out } = await run(["plugin", "test"]);
    assertEquals(code, 0, out);
    assertMatch(out, /^plugins\/my-ab\/plugin\.fixture\.json\n {2}ok {2}one person gets the one/);
    assertMatch(out, /\n\d+ passed, 0 failed$/);
  });
});

Deno.test("what plugin new writes has full types without a network, editor and compiler agree", async () => {
  await withPluginRuns(async ({ run, folder }) => {
    const files: string[] = [];
    for (const name of TEMPLATE_NAMES) {
      await run(["plugin", "new", name, "--template", name]);
      files.push(`${name}/plugin.ts`);
    }
    const check = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--no-lock", "--no-remote", "--no-npm"]
        .concat("--config", "command/deno.json", ...files),
      cwd: `${folder}/plugins`,
    }).output();
    assert(check.success, new TextDecoder().decode(check.stderr));
  });
});

Deno.test("plugin new overwrites nothing and takes no name that a plugin cannot have", async () => {
  await withPluginRuns(async ({ run, folder }) => {
    assertEquals((await run(["plugin", "new", "night"])).code, 0);
    Deno.writeTextFileSync(`${folder}/plugins/night/plugin.ts`, "mine");
    const { code, err } = await run(["plugin", "new", "night", "--template", "pool"]);
    assertEquals(code, 1);
    assertMatch(err, /plugins\/night\/plugin\.ts: it is there already[^]*another name/);
    assertEquals(Deno.readTextFileSync(`${folder}/plugins/night/plugin.ts`), "mine");
    for (const name of ["Night", "../night", "hub", "a".repeat(41)]) {
      assertEquals((await run(["plugin", "new", name])).code, 2, name);
    }
    assertMatch((await run(["plugin", "new", "x", "--template", "y"])).err, /command \| keyword/);
    assertMatch((await run(["plugin", "new", "quote"])).out, /yours takes its place/);
  });
});

Deno.test("plugin test shows where an answer is not the expected one", async () => {
  await withPluginRuns(async ({ run, write }) => {
    write("plugins/night.ts", NIGHT);
    const state = { clients: ["pi"] };
    write(
      "plugins/night.fixture.json",
      fixture([
        { name: "goes to pi", message: "hi", state, expect: { kind: "route", to: ["pi"] } },
        {
          ...{ name: "remembers", message: "hi", state, memory: { seen: "ho" } },
          expect: { kind: "route", to: ["pi"], reason: "day", bind: true },
        },
        { name: "nobody there", message: "hi", expect: { kind: "route", to: ["pi"] } },
        { name: "throws", message: "boom", expect: { kind: "fault", fault: "threw" } },
      ]),
    );
    const { code, out } = await run(["plugin", "test", "plugins"]);
    assertEquals(code, 1);
    const lines = out.replaceAll(/\([\d.]+ ms\)/g, "(n ms)").split("\n");
    assertEquals(lines, [
      "plugins/night.fixture.json",
      "  ok  goes to pi (n ms)",
      "  FAIL  remembers (n ms)",
      '        expected {"kind":"route","to":["pi"],"reason":"day","bind":true}',
      '        got      {"kind":"route","to":["pi"],"reason":"night"}',
      '        - reason: "day"',
      '        + reason: "night"',
      "        - bind: true",
      '        - memory: {"seen":"ho"}',
      '        + memory: {"seen":"hi"}',
      "  FAIL  nobody there (n ms)",
      "        there is no client pi in the fixture's state.clients: the hub makes this a fault",
      "  ok  throws (n ms)",
      "2 passed, 2 failed",
    ]);
    const json = JSON.parse((await run(["plugin", "test", "plugins", "--json"])).out);
    assertEquals([json.passed, json.failed], [2, 2]);
  });
});

Deno.test("plugin test counts a plugin that does not load as failed, and goes on", async () => {
  await withPluginRuns(async ({ run, write }) => {
    const cases = [{ name: "a", message: "hi", expect: { kind: "pass" } }];
    write("plugins/a.fixture.json", JSON.stringify({ plugin: "night.ts", config: 7, cases }));
    write("plugins/b.fixture.json", JSON.stringify({ plugin: "gone.ts", cases }));
    write("plugins/night.ts", NIGHT);
    const { code, out } = await run(["plugin", "test"]);
    assertEquals(code, 1);
    assertMatch(out, /FAIL {2}night\.ts .*\n {8}want the name of an agent/);
    assertMatch(out, /FAIL {2}gone\.ts[^]*0 passed, 2 failed$/);
  });
});

/** A fixture's text, and what the refusal must hold. */
const WRONG_FIXTURES: readonly (readonly [string, RegExp])[] = [
  [`{ "plugin": }`, /line 1, column 13/],
  [`{ "plugin": "night.ts" }`, /Cannot read cases .*: want a list of cases/],
  [`{ "plugin": "night.ts", "cases": [] }`, /want one case at least/],
  [fixture([{ name: "a", expect: {} }]), /cases\.0 .*either a message or a reply/],
  [fixture([{ name: "a", message: 7, expect: {} }]), /cases\.0\.message .*a text, or an object/],
  [fixture([{ name: "a", message: "", expect: {}, says: 1 }]), /cases\.0 .*no member "says"/],
  [
    fixture([{ name: "a", message: "", expect: {}, state: { now: "noon" } }]),
    /cases\.0\.state\.now/,
  ],
];

Deno.test("plugin test says where a fixture is wrong, and where fixtures come from", async () => {
  await withPluginRuns(async ({ run, write }) => {
    write("plugins/night.ts", NIGHT);
    const none = await run(["plugin", "test", "plugins"]);
    assertEquals(none.code, 1);
    assertMatch(none.err, /Cannot find a \*\.fixture\.json[^]*ilink-hub trace ID --fixture/);
    for (const [text, words] of WRONG_FIXTURES) {
      write("plugins/night.fixture.json", text);
      const { code, err } = await run(["plugin", "test", "plugins"]);
      assertEquals(code, 1, text);
      assertMatch(err, words, text);
    }
  });
});

Deno.test("plugin check finds nothing wrong with a good plugin and says what it looked at", async () => {
  await withPluginRuns(async ({ run, write }) => {
    write("plugins/night.ts", NIGHT.replace(`if (message.text === "boom")`, "if (false)"));
    write("data/ilink-hub.jsonc", `{ "plugins": { "config": { "night": "pi" } } }`);
    const { code, out } = await run(["plugin", "check", "plugins/night.ts"]);
    assertEquals(code, 0, out);
    assertMatch(out, /^ok +load +night 1\.0\.0, hooks route, deadline 250 ms$/m);
    assertMatch(out, /^ok +configuration +configure\(\) takes plugins\.config\.night$/m);
    assertMatch(out, /^ok +answers +\d+ messages were asked about twice and answered alike/m);
    assertMatch(out, /^ok +types +fit the contract \(deno \d/m);
  });
});

/** What is changed in a good plugin, and what `plugin check` must say of it. */
const FLAWS: readonly (readonly [Readonly<Record<string, string>>, readonly RegExp[]])[] = [
  [{ [`id: "night"`]: `id: "Night"` }, [/FAIL +load .*lower-case/]],
  [{ [`=== "boom"`]: `=== "hello"` }, [/FAIL +answers +"hello": threw: it went boom/]],
  [
    { [`to: [config.to]`]: `to: []`, [`reason: "night"`]: `reason: crypto.randomUUID()` },
    [/FAIL +types[^]*target requires 1/, /FAIL +answers[^]*and \d+ more like it/],
  ],
  [
    {
      [`version: "1.0.0" }`]: `version: "1.0.0", permissions: { net: ["a.example"] } }`,
      [`"boom") throw new Error("it went boom")`]:
        `"hello") throw new Error("Requires net access")`,
      [`reason: "night"`]: `reason: crypto.randomUUID()`,
    },
    [
      /note +permissions +asks for connect to a\.example/,
      /note +answers +"hello": threw: Requires/,
      /FAIL +determinism +"你好.*" was answered in two ways/,
    ],
  ],
];

Deno.test("plugin check finds wrong types, manifests, configurations, faults and fickle answers", async () => {
  await withPluginRuns(async ({ run, write }) => {
    write("data/ilink-hub.jsonc", `{ "plugins": { "config": { "night": "pi" } } }`);
    for (const [at, [changes, wanted]] of FLAWS.entries()) {
      const flawed = Object.entries(changes)
        .reduce((text, [from, to]) => text.replace(from, to), NIGHT);
      write(`plugins/night_${at}.ts`, flawed);
      const { code, out } = await run(["plugin", "check", `plugins/night_${at}.ts`]);
      assertEquals(code, 1, out);
      for (const words of wanted) assertMatch(out, words, out);
    }
  });
});
