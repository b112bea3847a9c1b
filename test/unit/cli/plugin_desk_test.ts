/** The commands that show plugins and change them, over a desk of the test's. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pluginView } from "../../fake/fake_plugin_desk.ts";
import { withPluginRuns } from "./plugin_run.ts";

const ASKED = { net: ["api.example.com"], read: ["data/"] };

Deno.test("plugin list shows each plugin's state, what it lacks and what is wrong", async () => {
  await withPluginRuns(async ({ desk, run }) => {
    assertMatch((await run(["plugin", "list"])).out, /ilink-hub plugin new NAME/);
    desk.plugins.push(
      pluginView("commands", { source: "shipped", file: "" }),
      pluginView("weather", { asked: ASKED, granted: { ...ASKED, read: [] }, calls: 7 }),
      pluginView("night", {
        state: "tripped",
        faults: 5,
        problem: "no good\n48 | (\n    at night.ts:48:8",
      }),
    );
    const { out } = await run(["plugin"]);
    const [commands = "", weather = "", night = ""] = out.split("\n");
    assertMatch(commands, /^commands +1\.0\.0 +shipped +running$/);
    assertMatch(weather, /yours +running +asked 7 times; asks for read data\/, not granted \(/);
    assertStringIncludes(weather, "ilink-hub plugin grant weather");
    assertMatch(night, /tripped +5 faults; no good at night\.ts:48:8$/);
    assertMatch((await run(["plugin", "list", "--lang", "zh"])).out, /出错太多/);
    assertEquals(JSON.parse((await run(["plugin", "--json"])).out).plugins.length, 3);
  });
});

Deno.test("plugin grant shows what changes, asks, and grants what was shown", async () => {
  await withPluginRuns(async ({ desk, run }) => {
    const granted = { net: ["old.example.com"], read: ["data/"] };
    desk.plugins.push(pluginView("weather", { asked: ASKED, granted }));
    const refused = await run(["plugin", "grant", "weather"], ["n"]);
    assertEquals(refused.code, 1);
    assertEquals(refused.err.split("\n"), [
      "Permissions of weather 1.0.0 (weather.ts):",
      "    read data/",
      "  + connect to api.example.com",
      "  - connect to old.example.com",
      "Grant this? [y/N]",
      "Nothing was granted.",
    ]);
    assertEquals(desk.plugins[0]?.granted, granted);

    assertEquals((await run(["plugin", "grant", "weather"], ["y"])).code, 0);
    assertEquals(desk.plugins[0]?.granted, ASKED);
    const again = await run(["plugin", "grant", "weather"]);
    assertEquals([again.code, again.out], [0, "weather has all that it asks for."]);
  });
});

Deno.test("plugin grant wants --yes where nobody can answer", async () => {
  await withPluginRuns(async ({ desk, run }) => {
    desk.plugins.push(pluginView("weather", { asked: ASKED }));
    const { code, err } = await run(["plugin", "grant", "weather"]);
    assertEquals(code, 2);
    assertMatch(err, /with --yes/);
    assertEquals(desk.plugins[0]?.granted, { net: [], read: [] });
    assertEquals((await run(["plugin", "grant", "weather", "--yes"])).code, 0);
    assertEquals(desk.plugins[0]?.granted, ASKED);
  });
});

Deno.test("plugin rollback, promote and reset say what is true afterwards", async () => {
  await withPluginRuns(async ({ desk, run }) => {
    desk.plugins.push(pluginView("night", { state: "shadow" }));
    assertMatch(
      (await run(["plugin", "rollback", "night"])).out,
      /back at version 1\.0\.0[^]*night: shadow/,
    );
    assertMatch(
      (await run(["plugin", "promote", "night"])).out,
      /^night decides from now on\. .*$/,
    );
    assertEquals((await run(["plugin", "reset", "night"])).out, "night is asked again.");
    const { code, err } = await run(["plugin", "reset", "nigth"]);
    assertEquals(code, 1);
    assertMatch(err, /Cannot find a plugin "nigth"[^]*ilink-hub plugin list/);
  });
});

Deno.test("plugin logs shows what a plugin wrote, without what would steer the terminal", async () => {
  await withPluginRuns(async ({ desk, run }) => {
    desk.plugins.push(pluginView("night"));
    assertEquals((await run(["plugin", "logs", "night"])).err, "night has written nothing.");
    desk.say("night", "asked \u001b[2Jabout hello");
    desk.say("night", "two");
    const { out } = await run(["plugin", "logs", "night"]);
    assertMatch(out, /^[\d: -]+ asked \[2Jabout hello\n[\d: -]+ two$/);
    const lines = (await run(["plugin", "logs", "night", "--json"])).out.split("\n");
    assertEquals(lines.map((line) => JSON.parse(line).number), [1, 2]);
    const followed = await run(["plugin", "logs", "night", "--follow"]);
    assertEquals(followed.code, 1);
    assertMatch(followed.err, /no hub is running/);
  });
});

Deno.test("plugin try shows every plugin's answer and the decision", async () => {
  await withPluginRuns(async ({ desk, run, write, folder }) => {
    write("state.json", `{ "binding": "pi", } // as it was`);
    desk.tryOutcome = {
      decision: { kind: "deliver", to: ["pi"], reason: "night" },
      steps: [
        {
          ...{ plugin: "commands", version: "1.0.0", tookMs: 0.06 },
          outcome: { kind: "verdict", verdict: { kind: "pass", reason: "no command" } },
        },
        {
          ...{ plugin: "night", version: "1.0.0", tookMs: 1.26 },
          outcome: { kind: "verdict", verdict: { kind: "route", to: ["pi"], reason: "night" } },
        },
      ],
    };
    const args = ["plugin", "try", "hello", "--as", "ann"];
    const { out } = await run([...args, "--state", "state.json", "--candidate", "night.ts"]);
    assertEquals(out.split("\n"), [
      "Plugins asked:",
      "  commands 1.0.0  0.1 ms  pass (no command)",
      "  night 1.0.0     1.3 ms  route → pi (night)",
      "Decision: deliver → pi (night)",
    ]);
    assertEquals(desk.tried, [{
      text: "hello",
      as: "ann",
      state: { binding: "pi" },
      candidate: `${folder}/night.ts`,
    }]);
    write("state.json", `{ "binding": pi }`);
    const wrong = await run([...args, "--state", "state.json"]);
    assertEquals(wrong.code, 2);
    assertMatch(wrong.err, /Cannot read .*state\.json: 1:14/);
  });
});

Deno.test("plugin replay shows what goes elsewhere, faults, and the slowest", async () => {
  await withPluginRuns(async ({ desk, run }) => {
    const row = { message: 41, text: "发票呢", before: "claude", after: "office", tookMs: 1.26 };
    const slow = { message: 7, text: "hi", before: "claude", after: "claude", tookMs: 250 };
    desk.replayOutcome = {
      messages: 120,
      changed: [{ ...row, hasFault: false }],
      faults: 1,
      slowest: [{ ...slow, hasFault: true }],
    };
    const { out } = await run(["plugin", "replay", "--since", "7d", "--limit", "500"]);
    assertEquals(out.split("\n"), [
      "120 messages decided again: 1 go elsewhere, 1 with faults. Nothing was sent.",
      "",
      "Going elsewhere:",
      "  41  发票呢  claude → office  1.3 ms",
      "",
      "Slowest:",
      "  7  hi  claude  250 ms  fault",
    ]);
    const [asked] = desk.replayed;
    assertEquals(asked?.limit, 500);
    const wrong = await run(["plugin", "replay", "--since", "yesterday"]);
    assertEquals(wrong.code, 2);
    assertMatch(wrong.err, /--since: saw yesterday, want 90m \| 24h \| 7d/);
  });
});
