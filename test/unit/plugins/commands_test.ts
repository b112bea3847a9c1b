import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import commands, { type CommandsConfig, parseRequest } from "../../../plugins/commands.ts";
import type { Context, InboundView, Verdict } from "../../../src/plugin/api.ts";
import { clientView, inboundView, NOW_MS, pluginContext } from "../../fake/plugin_views.ts";

const MINUTE_MS = 60_000;

const CLIENTS = [
  clientView("claude", { state: "away", lastSeenAtMs: NOW_MS - 12 * MINUTE_MS, waiting: 3 }),
  clientView("codex"),
  clientView("小助手", { state: "busy", label: "查资料" }),
  clientView("claude.ai", { state: "new", lastSeenAtMs: null }),
];

function context(
  changes: Partial<Context<CommandsConfig>> = {},
  prefix = "/",
): Context<CommandsConfig> {
  return pluginContext({ prefix }, { clients: CLIENTS, lang: "zh", ...changes });
}

function ask(text: string, ctx = context(), changes: Partial<InboundView> = {}): Verdict {
  const verdict = commands.route?.(inboundView(text, changes), ctx);
  assert(verdict !== undefined && !(verdict instanceof Promise));
  return verdict;
}

function said(text: string, ctx = context()): string {
  const verdict = ask(text, ctx);
  assert(verdict.kind === "reply", `${text}: ${JSON.stringify(verdict)}`);
  return verdict.text;
}

Deno.test("texts that are no command are passed on untouched", () => {
  const texts = [
    "",
    " ",
    "hello",
    "/",
    "／",
    "/ list",
    "/unknown",
    "/listen",
    "a /list",
    "@",
    "@ x",
  ];
  for (
    const text of [...texts, "@，", "#list", "用 codex", "/用户信息", "/etc/hosts", "/new task"]
  ) {
    assertEquals(ask(text), { kind: "pass" }, text);
  }
});

Deno.test("an agent's own /session commands reach it untouched", () => {
  for (
    const text of [
      "/session",
      "/session new",
      "/session use work",
      "/sl",
      "/su 2",
      "／session list",
    ]
  ) {
    assertEquals(ask(text), { kind: "pass" }, text);
  }
});

Deno.test("media without text are passed on", () => {
  const parts = [{ kind: "image" as const, text: "", bytes: 4 }];
  assertEquals(ask("", context(), { parts }), { kind: "pass" });
});

Deno.test("each command has its names, in any case, full width, with spaces around", () => {
  const same: readonly (readonly string[])[] = [
    ["/list", "/ls", "/列表", "／list", " /LIST  ", "／ｌｉｓｔ", "　/list　", "/List\n"],
    ["/status", "/状态", "/STATUS "],
    ["/help", "/帮助"],
    ["/why", "/为什么"],
    ["/use codex", "/switch codex", "/用 codex", "/转 codex", "/用codex", "/use CODEX", "/use 2"],
    ["/broadcast hi", "/all hi", "/群发 hi", "/群发　hi"],
  ];
  for (const [first = "", ...others] of same) {
    const expected = ask(first);
    assert(expected.kind !== "pass", first);
    for (const text of others) assertEquals(ask(text), expected, text);
  }
});

Deno.test("/list tells each client's number, state and what waits", () => {
  const binding = { client: "codex", boundAtMs: NOW_MS };
  assertEquals(said("/list", context({ binding })).split("\n"), [
    "1. claude（离线 12 分钟）3 条等待",
    "2. codex（在线） ← 当前",
    "3. 小助手 查资料（忙）",
    "4. claude.ai（还没上线过）",
  ]);
  const english = said("/list", context({ lang: "en", defaultClient: "claude" }));
  assertEquals(english.split("\n").slice(0, 2), [
    "1. claude (away for 12 min), 3 waiting ← default",
    "2. codex (online)",
  ]);
});

Deno.test("/list of nobody and of very many stays short", () => {
  assertEquals(said("/list", context({ clients: [] })), "还没有接入任何智能体。");
  const clients = Array.from({ length: 500 }, (_, index) => clientView(`agent${index}`));
  const lines = said("/list", context({ clients })).split("\n");
  assertEquals(lines.length, 31);
  assertEquals(lines.at(-1), "……还有 470 个");
});

Deno.test("/use binds, moves what waits, and names the one before", () => {
  const binding = { client: "claude", boundAtMs: NOW_MS };
  assertEquals(ask("/use codex", context({ binding })), {
    kind: "reply",
    text: "已切到 codex（在线）。之前的 claude 仍可用 @claude",
    bind: "codex",
    moveWaiting: true,
    reason: "命令 /use",
  });
  assertEquals(
    said("/use codex", context({ binding, lang: "en" })),
    "Now talking to codex (online). Reach claude with @claude",
  );
  assertEquals(said("/use 2"), "已切到 codex（在线）。");
  assertEquals(said("/use claude"), "已切到 claude（离线 12 分钟）。消息会等它上线。");
  assertEquals(
    said("/use claude", context({ binding })),
    "已经是 claude（离线 12 分钟）。消息会等它上线。",
  );
});

Deno.test("/use of an unknown name never picks somebody else", () => {
  for (
    const [text, words] of Object.entries({
      "/use cladue": "没有叫 cladue 的。是 claude 吗？",
      "/use 小助守": "没有叫 小助守 的。是 小助手 吗？",
      "/use xyz": "没有叫 xyz 的。现在有：claude、codex、小助手、claude.ai",
      "/use 9": "没有叫 9 的。现在有：claude、codex、小助手、claude.ai",
      "@cladue hi": "没有叫 cladue 的。是 claude 吗？",
    })
  ) {
    const verdict = ask(text);
    assert(verdict.kind === "reply");
    assertEquals([verdict.text, verdict.bind], [words, undefined]);
  }
  assertEquals(
    said("/use cladue", context({ lang: "en" })),
    "Nobody is called cladue. Do you mean claude?",
  );
});

Deno.test("a name of one letter is nobody's slip of the finger", () => {
  assertEquals(said("/use b", context({ clients: [clientView("x")] })), "没有叫 b 的。现在有：x");
  assertEquals(
    said("/use 小名", context({ clients: [clientView("小明")] })),
    "没有叫 小名 的。是 小明 吗？",
  );
});

Deno.test("/use with a word for nobody ends the choice; without a name it shows who is there", () => {
  const verdict = ask("/use 默认", context({ defaultClient: "codex" }));
  assert(verdict.kind === "reply");
  assertEquals([verdict.bind, verdict.text], [null, "已取消指定，默认给 codex。"]);
  assertStringIncludes(said("/use"), "切换：/用 名字或编号\n1. claude");
});

Deno.test("/broadcast goes to all, and needs a text and somebody", () => {
  assertEquals(ask("/broadcast two\nlines "), {
    kind: "route",
    to: ["claude", "codex", "小助手", "claude.ai"],
    text: "two\nlines",
    reason: "命令 /broadcast",
  });
  assertEquals(said("/broadcast"), "发给所有智能体：/群发 内容");
  assertEquals(said("/broadcast x", context({ clients: [] })), "还没有接入任何智能体。");
});

Deno.test("/status tells version, who is chosen, who is there and what may still be sent", () => {
  const hub = { version: "1.2.3", uptimeMs: 90 * MINUTE_MS, sendsLeft: 8 };
  const open = { ...hub, windowEndsAtMs: NOW_MS + 23 * 60 * MINUTE_MS };
  assertEquals(said("/status", context({ hub: open, defaultClient: "codex" })).split("\n"), [
    "ilink-hub 1.2.3，已运行 1 小时",
    "当前：codex（在线）",
    "智能体 4 个，2 个在",
    "claude（离线 12 分钟）3 条等待；小助手（忙）",
    "还能回复 7 条，窗口还剩 23 小时",
  ]);
  const closed = { ...hub, windowEndsAtMs: null };
  assertEquals(said("/status", context({ hub: closed, lang: "en" })).split("\n").slice(1), [
    "Current: no agent chosen",
    "4 agents, 2 there",
    "claude (away for 12 min), 3 waiting; 小助手 (busy)",
    "7 answers left",
  ]);
  const at = new Date(2026, 0, 5, 9, 7).getTime();
  const throttled = context({ hub: { ...open, throttledUntilMs: at }, clients: [] });
  assertEquals(said("/status", throttled).split("\n").slice(2), [
    "智能体 0 个，0 个在",
    "还能回复 7 条，窗口还剩 23 小时",
    "微信限流中，09:07 再试",
  ]);
});

Deno.test("/why tells the last decision and who was asked", () => {
  assertEquals(said("/why"), "还没有上一条消息。");
  const lastDecision = { message: 3, plugin: "quote", summary: "发给 a：引用", steps: ["x：放行"] };
  assertEquals(said("/why", context({ lastDecision })), "发给 a：引用\nx：放行");
});

Deno.test("@name is one message for that client, by the longest name or by number", () => {
  for (
    const [text, to, rest] of [
      ["@claude hi", "claude", "hi"],
      ["＠Claude  hi ", "claude", "hi"],
      ["@claude，你好", "claude", "你好"],
      ["@claude: two\nlines", "claude", "two\nlines"],
      ["@claude帮我看看", "claude", "帮我看看"],
      ["@claude. done", "claude", ". done"],
      ["@claude.ai hi", "claude.ai", "hi"],
      ["@小助手查一下天气", "小助手", "查一下天气"],
      ["@2 hi", "codex", "hi"],
    ] as const
  ) {
    const reason = `命令 @${to}`;
    assertEquals(ask(text), { kind: "route", to: [to], text: rest, reason }, text);
  }
});

Deno.test("@name within a longer word is somebody else", () => {
  assertEquals(said("@codexter hi"), "没有叫 codexter 的。是 codex 吗？");
  assertEquals(said("@2x hi"), "没有叫 2x 的。现在有：claude、codex、小助手、claude.ai");
});

Deno.test("@name alone explains itself, with a picture it is a message", () => {
  assertEquals(said("@codex"), "只发一条：@codex 内容；一直用它：/用 codex");
  const parts = [
    { kind: "text" as const, text: "@codex", bytes: null },
    { kind: "image" as const, text: "", bytes: 4 },
  ];
  assertEquals(ask("@codex", context(), { parts }).kind, "route");
});

Deno.test("a doubled sign hands the rest to the agent, whatever it is", () => {
  assertEquals(ask("//list"), {
    kind: "pass",
    text: "/list",
    reason: "双写的符号：后面的内容交给智能体",
  });
  fc.assert(fc.property(fc.string({ unit: "binary" }), (rest) => {
    for (const sign of ["/", "@"]) {
      assertEquals(parseRequest(`${sign}${sign}${rest}`, "/"), {
        kind: "escaped",
        text: `${sign}${rest}`,
      });
    }
  }));
});

Deno.test("any text under any prefix is answered without throwing", () => {
  const signs = fc.constantFrom(
    "/",
    "／",
    "@",
    "＠",
    "use",
    "用",
    " ",
    "1",
    "claude",
    "\ud800",
    "列表",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(signs, { maxLength: 6 }).map((parts) => parts.join("")),
  );
  const prefix = fc.constantFrom("/", "#", "/h ", "hub ");
  fc.assert(
    fc.property(
      text,
      prefix,
      fc.constantFrom("zh" as const, "en" as const),
      (text, prefix, lang) => {
        const verdict = ask(text, context({ lang }, prefix));
        if (verdict.kind === "reply") assert(verdict.text !== "" && verdict.text.length < 1_800);
      },
    ),
    { numRuns: 1_000 },
  );
});

Deno.test("another prefix replaces the slash, which is the agent's then", () => {
  assertEquals(ask("/list", context({}, "#")), { kind: "pass" });
  assertEquals(ask("//list", context({}, "#")), { kind: "pass" });
  assertEquals(said("＃列表", context({}, "#")), said("/list"));
  assertEquals(ask("##1 priority", context({}, "#")).kind, "pass");
  assertEquals(said("/H list", context({}, "/h ")), said("/list"));
  assertStringIncludes(said("/h", context({}, "/h ")), "/h 列表");
  assertEquals(ask("/help", context({}, "/h ")), { kind: "pass" });
});

Deno.test("a configuration that is none says what is wanted", () => {
  const configure = (raw: Parameters<NonNullable<typeof commands.configure>>[0]) =>
    commands.configure?.(raw);
  assertEquals(configure(null), { prefix: "/" });
  assertEquals(configure({ prefix: "/h " }), { prefix: "/h " });
  assertThrows(() => configure("#"), Error, `The configuration is "#", want { "prefix": "#" }`);
  assertThrows(() => configure({ prefx: "#" }), Error, `no setting "prefx"`);
  for (const prefix of ["", " ", "@", "＠", 7, "x".repeat(11)]) {
    assertThrows(() => configure({ prefix }), Error, "prefix is ");
  }
});
