import { assert, assertEquals, assertThrows } from "@std/assert";
import { readFixture } from "../../../src/cli/plugin_fixture.ts";
import { fixtureOf, redact } from "../../../src/cli/trace_fixture.ts";
import { HubError } from "../../../src/core/error.ts";
import type { MessageTrace } from "../../../src/store/trace.ts";
import { pluginView } from "../../fake/fake_plugin_desk.ts";

const AT_MS = Date.UTC(2026, 0, 5, 9);

function step(plugin: string, verdict: { readonly kind: string; readonly [key: string]: string }) {
  const outcome = { kind: "verdict", verdict: { ...verdict } } as const;
  return { plugin, version: "1.0.0", tookMs: 1, outcome };
}

const MESSAGE: MessageTrace = {
  ...{ id: 42, account: "mum", isGroup: false, receivedAtMs: AT_MS, state: "routed", reason: "" },
  ...{ settledAtMs: AT_MS, duplicateOf: null, duplicates: 0 },
  ...{ deliveries: [], replies: [], hubSends: [] },
  sender: { key: "s1a2b3", alias: "Ann" },
  text: "Ann here, call 13800138000",
  parts: [{ kind: "text", text: "Ann here, call 13800138000", bytes: null }],
  trace: {
    decidedAtMs: AT_MS + 5,
    steps: [
      step("commands", { kind: "pass" }),
      step("night", { kind: "reply", text: "Good night, Ann", reason: "it is late" }),
    ],
    seen: {
      ...{ binding: "pi", boundAtMs: AT_MS - 9, clients: [{ name: "pi", state: "polling" }] },
      memories: { night: { said: "bye 13800138000" }, commands: { more: true } },
    },
    shadow: [step("dawn", { kind: "drop", reason: "too early" })],
    decision: { kind: "answer" },
  },
};
const PLUGINS = [
  pluginView("commands", { source: "shipped", file: "" }),
  pluginView("night", { file: "night/plugin.ts" }),
];

Deno.test("a message becomes a fixture of the user's plugin, with the state seen and without names", () => {
  assertEquals(fixtureOf(MESSAGE, { plugins: PLUGINS, wanted: null, lang: "en" }), {
    plugin: "night/plugin.ts",
    cases: [{
      name: "message 42",
      message: {
        text: "NAME here, call 00000000000",
        parts: [{ kind: "text", text: "NAME here, call 00000000000", bytes: null }],
        isGroup: false,
        receivedAtMs: AT_MS,
      },
      state: {
        clients: [{ name: "pi", state: "polling" }],
        binding: { client: "pi", boundAtMs: AT_MS - 9 },
        memory: { said: "bye 00000000000" },
        now: AT_MS + 5,
      },
      expect: { kind: "reply", text: "Good night, NAME" },
    }],
  });
});

Deno.test("the fixture of a message is one that plugin test reads", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/real.fixture.json`;
    const fixture = fixtureOf(MESSAGE, { plugins: PLUGINS, wanted: null, lang: "en" });
    Deno.writeTextFileSync(path, JSON.stringify(fixture));
    const read = readFixture(path, { version: "1.0.0", lang: "en" });
    assertEquals(read.plugin, `${folder}/night/plugin.ts`);
    const question = read.cases[0]?.question;
    assert(question?.hook === "route");
    assertEquals(question.facts.binding?.client, "pi");
    assertEquals(question.facts.nowMs, AT_MS + 5);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("the fixture of a shipped plugin's or a shadow's answer can be asked for; of one that was not asked, not", () => {
  const of = (wanted: string, message = MESSAGE) =>
    fixtureOf(message, { plugins: PLUGINS, wanted, lang: "en" });
  assertEquals(JSON.stringify(of("commands")).includes(`"expect":{"kind":"pass"}`), true);
  assertEquals(JSON.stringify(of("dawn")).includes(`"expect":{"kind":"drop"}`), true);
  assertThrows(() => of("day"), HubError, "day was not asked, but commands, night, dawn were");
  assertThrows(() => of("night", { ...MESSAGE, trace: null }), HubError, "no plugin was asked");
});

Deno.test("redact() hides numbers, addresses, tails of links and what looks like a key", () => {
  const shown = {
    "write to ann.lee@example.org": "write to someone@example.com",
    "6222 0210 0112 3456 789": "0000 0000 0000 0000 000",
    "see https://ann:pw@x.example/a?token=1#b now": "see https://x.example/a now",
    "key sk-abcDEF1234567890abcd ok": "key xxxxxxxxxxxxxxxxxxxxxxx ok",
    "meet at 9:30 in 2026, 10 people": "meet at 9:30 in 2026, 10 people",
    "我的电话是13800138000，谢谢": "我的电话是00000000000，谢谢",
  };
  for (const [text, wanted] of Object.entries(shown)) assertEquals(redact(text, ""), wanted);
});
