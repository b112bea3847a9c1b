/** What every plugin host promises, whoever runs the plugins. The plugins are files in test/fixture/plugins. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { InboundView, ReplyView, Verdict } from "../../src/plugin/api.ts";
import type { Answer, Facts, LoadedPlugin, Memory, PluginHost } from "../../src/plugin/host.ts";

export interface HostUnderTest {
  readonly host: PluginHost;
  /** Lets so much of the host's time pass. */
  pass(ms: number): Promise<void>;
}

const MESSAGE: InboundView = {
  id: 7,
  account: "main",
  sender: { key: "p1", alias: "" },
  isGroup: false,
  text: "hello",
  parts: [{ kind: "text", text: "hello", bytes: null }],
  quote: null,
  receivedAtMs: 1_000,
  attempt: 1,
};

const REPLY: ReplyView = {
  id: 9,
  client: "claude",
  account: "main",
  sender: { key: "p1", alias: "" },
  text: "good day",
  parts: [{ kind: "text", text: "good day", bytes: null }],
};

const FACTS: Facts = {
  clients: [
    { name: "claude", label: "", state: "polling", lastSeenAtMs: 900, waiting: 0 },
    { name: "codex", label: "", state: "away", lastSeenAtMs: 100, waiting: 2 },
  ],
  binding: null,
  defaultClient: null,
  hub: { version: "0.0.0", uptimeMs: 1, sendsLeft: 10, windowEndsAtMs: null },
  lastDecision: null,
  lang: "en",
  nowMs: 2_000,
};

/** `open` loads every plugin of test/fixture/plugins, without configuration but for `good`: `{ "volume": 3 }`. */
export function testPluginHost(name: string, open: () => Promise<HostUnderTest>): void {
  async function withHost(use: (under: HostUnderTest) => Promise<void>): Promise<void> {
    const under = await open();
    try {
      await use(under);
    } finally {
      await under.host.close();
    }
  }
  const test = (sentence: string, use: (under: HostUnderTest) => Promise<void>) =>
    Deno.test(`${name}: ${sentence}`, () => withHost(use));

  test("a plugin sees the message, the facts and its configuration", async ({ host }) => {
    const { verdict, tookMs } = verdictOf(await ask(host, "good"));
    assertEquals(verdict.kind, "pass");
    const seen = JSON.parse(verdict.kind === "pass" ? verdict.reason ?? "" : "");
    const { lang, nowMs } = FACTS;
    assertEquals(seen, { text: "hello", clients: 2, nowMs, lang, config: { volume: 3 } });
    assert(tookMs >= 0);
  });

  test("memory comes back changed and the given one stays as it was", async ({ host }) => {
    const given: Memory = { calls: 4, other: ["kept"] };
    const { memory } = verdictOf(await ask(host, "good", { memory: given }));
    assertEquals(memory, { calls: 5, other: ["kept"] });
    assertEquals(given, { calls: 4, other: ["kept"] });
    const nested: Memory = { list: ["old"] };
    assertEquals(verdictOf(await ask(host, "memory", { text: "nested", memory: nested })).memory, {
      list: ["old", "new"],
    });
    assertEquals(nested, { list: ["old"] });
  });

  test("nothing is kept between calls but what the caller keeps", async ({ host }) => {
    await ask(host, "good");
    assertEquals(verdictOf(await ask(host, "good")).memory, { calls: 1 });
  });

  test("a reply hook answers about a reply", async ({ host }) => {
    const answer = await host.reply(pluginOf(host, "good"), {
      reply: REPLY,
      facts: FACTS,
      memory: { calls: 1 },
    });
    assert(answer.kind === "verdict");
    assertEquals(answer.verdict, { kind: "edit", text: "GOOD DAY", reason: "loud" });
    assertEquals(answer.memory, { calls: 1 });
  });

  test("a reply hook is held to what route is held to", async (under) => {
    const { host } = under;
    const replies = pluginOf(host, "replies");
    assertEquals([replies.hasRoute, replies.hasReply, replies.onFault], [false, true, "park"]);
    const look = (text: string) =>
      host.reply(replies, { reply: { ...REPLY, text }, facts: FACTS, memory: { given: 1 } });
    const pin = { kind: "pin", forMs: 60_000, reason: "asks" } as const;
    assertEquals(verdictOf(await look("yes or no?")).verdict, pin);
    assertEquals(faultOf(await look("throw")), ["threw", "thrown at a reply"]);
    const [junk, words] = faultOf(await look("junk"));
    assertEquals(junk, "not_a_verdict");
    assertMatch(words, /reply\(\) answered .* want kind to be pass, edit, stop or pin/);
    assertEquals(faultOf(await look("remember"))[0], "threw"); // its memory is to be read alone
    let isAnswered = false;
    const late = look("late").finally(() => isAnswered = true);
    await under.pass(45);
    assert(!isAnswered);
    await under.pass(10);
    assertEquals(faultOf(await late), ["too_late", "no answer within 50 ms"]);
    assertEquals(verdictOf(await look("and now?")).verdict, pin);
  });

  test("what a plugin throws is a fault with its words", async ({ host }) => {
    assertEquals(faultOf(await ask(host, "throws")), ["threw", "thrown at once"]);
    assertEquals(faultOf(await ask(host, "throws", { text: "later" })), ["threw", "thrown later"]);
    assertEquals(faultOf(await ask(host, "throws", { text: "odd" }))[0], "threw");
  });

  test("an answer that does not come is a fault at the deadline, not later", async (under) => {
    let answer: Answer<Verdict> | null = null;
    const asked = ask(under.host, "slow").then((given) => answer = given);
    await under.pass(45);
    assertEquals(answer, null);
    await under.pass(10);
    assertEquals(faultOf(await asked), ["too_late", "no answer within 50 ms"]);
  });

  for (
    const [text, wanted] of Object.entries({
      nothing:
        /route\(\) answered nothing, want an object whose kind is pass, route, reply or drop/,
      null: /answered null, want an object/,
      number: /answered 7, want an object/,
      text: /answered "claude", want an object/,
      list: /answered \[\{"kind":"pass"\}\], want/,
      empty: /answered \{\}, want kind to be pass, route, reply or drop/,
      kind: /"kind":"send".*want kind to be pass/,
      nobody: /"to":\[\].*want another to/,
      blank: /want another to\.0/,
      names: /"to":"claude".*want another to/,
      reasonless: /want another reason/,
      member: /want no such member: .*because/,
      mode: /want another mode/,
      bind: /want another bind/,
      mute: /want another text/,
      long: /want another text/,
      cycle: /want kind to be/,
      getter: /cannot be read/,
      proxy: /cannot be read/,
    })
  ) {
    test(`the junk "${text}" is a fault that tells why`, async ({ host }) => {
      const [fault, words] = faultOf(await ask(host, "junk", { text }));
      assertEquals(fault, "not_a_verdict");
      assertMatch(words, wanted);
      assert(words.length <= 500);
    });
  }

  test("a promise of the plugin's own making may fail too", async ({ host }) => {
    assertEquals(faultOf(await ask(host, "junk", { text: "then" })), ["threw", "thrown by then"]);
  });

  test("a memory that is too large or no JSON is a fault", async ({ host }) => {
    const [large, words] = faultOf(await ask(host, "memory", { text: "large" }));
    assertEquals(large, "memory_too_large");
    assertStringIncludes(words, "want at most 4096");
    assertEquals(faultOf(await ask(host, "memory", { text: "cycle" }))[0], "not_a_verdict");
  });

  test("a plugin cannot change what the next one sees", async ({ host }) => {
    await ask(host, "meddler");
    const { verdict } = verdictOf(await ask(host, "meddler"));
    assertEquals(verdict, { kind: "pass", reason: "hello" });
    assertEquals(MESSAGE.text, "hello");
    assertEquals(MESSAGE.sender.key, "p1");
    assertEquals(MESSAGE.parts.length, 1);
    assertEquals(FACTS.clients.map((client) => client.name), ["claude", "codex"]);
  });

  test("what a plugin changes after it answered does not count", async (under) => {
    const { verdict, memory } = verdictOf(await ask(under.host, "late-word"));
    await under.pass(1);
    assertEquals(verdict, { kind: "drop", reason: "first" });
    assertEquals(memory, { word: "first" });
  });

  test("a plugin that is not loaded is unavailable", async ({ host }) => {
    const stranger: LoadedPlugin = { ...pluginOf(host, "good"), id: "stranger" };
    const answer = await host.route(stranger, { message: MESSAGE, facts: FACTS, memory: {} });
    assertEquals(faultOf(answer)[0], "unavailable");
  });

  test("plugins are told with what the router must know", ({ host }) => {
    assertEquals(pluginOf(host, "throws"), {
      id: "throws",
      version: "1.0.0",
      source: "user",
      onFault: "park",
      hasRoute: true,
      hasReply: false,
    });
    assertEquals(pluginOf(host, "good").hasReply, true);
    return Promise.resolve();
  });
}

function pluginOf(host: PluginHost, id: string): LoadedPlugin {
  const plugin = host.plugins.find((plugin) => plugin.id === id);
  assert(plugin !== undefined, `the host has no plugin ${id}`);
  return plugin;
}

function ask(
  host: PluginHost,
  id: string,
  { text = MESSAGE.text, memory = {} }: { text?: string; memory?: Memory } = {},
): Promise<Answer<Verdict>> {
  const message = text === MESSAGE.text ? MESSAGE : { ...MESSAGE, text };
  return host.route(pluginOf(host, id), { message, facts: FACTS, memory });
}

function verdictOf<V>(answer: Answer<V>): Extract<Answer<V>, { kind: "verdict" }> {
  assert(answer.kind === "verdict", JSON.stringify(answer));
  return answer;
}

function faultOf(answer: Answer<unknown>): [string, string] {
  assert(answer.kind === "fault", JSON.stringify(answer));
  return [answer.fault, answer.text];
}
