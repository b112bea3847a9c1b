import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { asId, type ClientId, type MessageId } from "../../../src/core/ids.ts";
import type { Context, InboundView, Verdict } from "../../../src/plugin/api.ts";
import { decide, type Decided, type DecisionPorts } from "../../../src/router/chain.ts";
import type { DecisionInput } from "../../../src/store/store.ts";
import { client, decisionInput, statesOf } from "../../fake/decision_input.ts";
import { createFakeClock, settle } from "../../fake/fake_clock.ts";
import { answering, hostOf } from "../../fake/plugins.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

const NOW_MS = 10_000;
const CLAUDE = asId<ClientId>(1);
const CODEX = asId<ClientId>(2);
const clock = createFakeClock();

function ports(
  plugins: Parameters<typeof hostOf>[1],
  changes: Partial<DecisionPorts> = {},
): DecisionPorts {
  return {
    host: hostOf(clock, plugins),
    policy: { senders: { kind: "owner", ids: [] }, groups: { kind: "none", ids: [] } },
    clients: [client(1, "claude"), client(2, "codex"), client(3, "third")],
    states: statesOf(),
    limits: SEND_LIMITS,
    lang: "en",
    version: "0.1.0",
    startedAtMs: 0,
    nowMs: NOW_MS,
    ...changes,
  };
}

const TO_CLAUDE = { kind: "route", to: ["claude"], reason: "because" };

function outcomesOf({ trace }: Decided): string[] {
  return trace.steps.map(({ plugin, outcome }) =>
    outcome.kind === "fault" ? `${plugin}: ${outcome.fault}: ${outcome.text}` : `${plugin}: ok`
  );
}

Deno.test("the first verdict that is not pass decides, and the rest does not count", async () => {
  const decided = await decide(
    decisionInput("hi"),
    ports({
      a: answering({ kind: "pass", reason: "not mine" }),
      b: answering(TO_CLAUDE),
      c: answering({ kind: "drop", reason: "" }),
    }),
  );
  assertEquals(decided.decision, {
    kind: "deliver",
    to: [CLAUDE],
    text: null,
    say: null,
    binding: { kind: "keep" },
    moveWaiting: false,
    reason: "because",
  });
  assertEquals(outcomesOf(decided), ["a: ok", "b: ok"]);
  assertEquals(decided.trace.decision, {
    kind: "deliver",
    by: "b",
    to: ["claude"],
    reason: "because",
  });
  assertEquals(decided.trace.seen, {
    binding: null,
    clients: [
      { name: "claude", state: "away" },
      { name: "codex", state: "away" },
      { name: "third", state: "away" },
    ],
  });
});

Deno.test("a text that a plugin passes on replaces what later ones and the client see", async () => {
  const seen: string[] = [];
  const look = {
    route: (message: InboundView) => (seen.push(message.text), { kind: "pass" as const }),
  };
  const plugins = { a: look, b: answering({ kind: "pass", text: "/x" }), c: look };
  const passed = await decide(decisionInput("//x"), ports({ ...plugins, d: answering(TO_CLAUDE) }));
  // The last was asked at the same time as the others, and again once the text was another one.
  assertEquals(seen, ["//x", "//x", "/x"]);
  assert(passed.decision.kind === "deliver");
  assertEquals(passed.decision.text, "/x");
  const only = await decide(
    decisionInput("//x"),
    ports(plugins, { clients: [client(1, "claude")] }),
  );
  assert(only.decision.kind === "deliver");
  assertEquals([only.decision.to, only.decision.text], [[CLAUDE], "/x"]);
});

Deno.test("plugins side by side are asked at the same time, and their answers count in order", async () => {
  const asked: string[] = [];
  const { promise: firstAnswer, resolve: answerFirst } = Promise.withResolvers<Verdict>();
  const plugins = {
    slow: { route: () => (asked.push("slow"), firstAnswer) },
    quick: { route: () => (asked.push("quick"), TO_CLAUDE as Verdict) },
    third: { route: () => (asked.push("third"), { kind: "drop", reason: "" } as Verdict) },
  };
  const deciding = decide(decisionInput("hi"), ports(plugins));
  await settle();
  assertEquals(asked, ["slow", "quick", "third"]);
  answerFirst({ kind: "pass" });
  const decided = await deciding;
  assertEquals(decided.decision.kind, "deliver");
  assertEquals(outcomesOf(decided), ["slow: ok", "quick: ok"]);
});

Deno.test("a plugin that fails in any way is noted and the next one asked", async () => {
  const decided = await decide(
    decisionInput("hi"),
    ports({
      throws: {
        route: () => {
          throw new Error("broken");
        },
      },
      junk: answering({ kind: "route", to: "claude" }),
      nobody: answering({ kind: "route", to: ["cladue"], reason: "" }),
      binds: answering({ kind: "reply", text: "t", bind: "nobody", reason: "" }),
      good: answering(TO_CLAUDE),
    }),
  );
  assertEquals(decided.decision.kind, "deliver");
  const outcomes = outcomesOf(decided);
  assertEquals(outcomes[0], "throws: threw: broken");
  assertStringIncludes(outcomes[1] ?? "", "junk: not_a_verdict: route() answered");
  assertEquals(outcomes[2], "nobody: not_a_verdict: no client named cladue");
  assertEquals(outcomes[3], "binds: not_a_verdict: no client named nobody");
  assertEquals(outcomes[4], "good: ok");
});

Deno.test("when all plugins fail the message goes to the default client all the same", async () => {
  const account = { ...decisionInput("").account, defaultClient: CODEX };
  const decided = await decide(
    decisionInput("hi", { account }),
    ports({ a: answering(undefined), b: answering(7) }),
  );
  assert(decided.decision.kind === "deliver");
  assertEquals([decided.decision.to, decided.decision.reason], [
    [CODEX],
    "it is the account's default agent",
  ]);
  assertEquals(decided.trace.decision, {
    kind: "deliver",
    by: null,
    to: ["codex"],
    reason: "it is the account's default agent",
  });
});

Deno.test("a message is parked when a plugin fails that must not be passed over", async () => {
  const remember = {
    route: (_: InboundView, ctx: Context) => {
      ctx.memory["seen"] = 1;
      return { kind: "pass" as const };
    },
  };
  const decided = await decide(
    decisionInput("hi"),
    ports({
      first: remember,
      guard: { ...answering({ kind: "route", to: ["gone"], reason: "" }), onFault: "park" },
      last: answering(TO_CLAUDE),
    }),
  );
  assertEquals(decided.decision, {
    kind: "park",
    why: "plugin_fault",
    say: null,
    reason: "the plugin guard failed: no client named gone",
  });
  assertEquals(outcomesOf(decided).length, 2);
  assertEquals(decided.memories, {});
});

Deno.test("what plugins up to the winner remembered is kept, what the others did is not", async () => {
  const count = (kind: "pass" | "drop") => ({
    route: (_: InboundView, ctx: Context) => {
      ctx.memory["calls"] = Number(ctx.memory["calls"] ?? 0) + 1;
      return { kind, reason: "" };
    },
  });
  const forgetful = {
    route: (_: InboundView, ctx: Context) => {
      ctx.memory["calls"] = 99;
      throw new Error("broken");
    },
  };
  const { memories } = await decide(
    decisionInput("hi", { memories: { a: { calls: 4 }, unchanged: { x: 1 } } }),
    ports({
      unchanged: answering({ kind: "pass" }),
      a: count("pass"),
      forgetful,
      winner: count("drop"),
      after: count("drop"),
    }),
  );
  assertEquals(memories, { a: { calls: 5 }, winner: { calls: 1 } });
});

Deno.test("a stranger's message is dropped and nobody is asked", async () => {
  const input = decisionInput("hi", { inbound: { from: "stranger@im.wechat" } });
  const decided = await decide(input, ports({ a: answering(TO_CLAUDE) }));
  assertEquals(decided.decision, {
    kind: "drop",
    why: "sender_not_allowed",
    reason: "this sender is not allowed",
  });
  assertEquals(decided.trace.steps, []);
  const group = decisionInput("hi", { inbound: { group: "g@chatroom" } });
  const inGroup = await decide(group, ports({ a: answering(TO_CLAUDE) }));
  assert(inGroup.decision.kind === "drop");
  assertEquals(inGroup.decision.why, "group_not_allowed");
});

Deno.test("with nobody to go to the message is parked, which is said once an hour", async () => {
  const nobody = ports({}, { clients: [] });
  const first = await decide(decisionInput("hi"), nobody);
  assertEquals(first.decision, {
    kind: "park",
    why: "no_client",
    say: "No agent is connected yet; your message is kept.",
    reason: "there is no agent",
  });
  assertEquals(first.memories, { hub: { noClientSaidAtMs: NOW_MS } });
  const again = (nowMs: number) =>
    decide(decisionInput("hi", { memories: { ...first.memories } }), { ...nobody, nowMs });
  const soon = await again(NOW_MS + 3_599_999);
  assert(soon.decision.kind === "park");
  assertEquals([soon.decision.say, soon.memories], [null, {}]);
  const later = await again(NOW_MS + 3_600_000);
  assert(later.decision.kind === "park");
  assertEquals(later.decision.say, "No agent is connected yet; your message is kept.");
});

Deno.test("several clients without a default are named to the person instead of guessed", async () => {
  const { decision } = await decide(decisionInput("hi"), ports({}, { lang: "zh" }));
  assert(decision.kind === "park");
  assertEquals(
    decision.say,
    "不知道该给谁，这条消息先留着。请这样写：@claude 内容。现在有：claude、codex、third",
  );
});

Deno.test("plugins see who wrote, what was quoted, and the state of the hub, but no secret", async () => {
  let seen: { readonly message: InboundView; readonly ctx: Context } | undefined;
  const look = {
    route: (message: InboundView, ctx: Context) => {
      seen = { message, ctx };
      return { kind: "pass" as const };
    },
  };
  const input = decisionInput("go on", {
    sender: { key: "p7", alias: "mother" },
    binding: { client: CODEX, boundAtMs: 5 },
    quoted: { client: CLAUDE, match: "time" },
    inbound: { quote: { wireId: "75", text: "earlier", createTimeMs: 1 } },
  });
  const decided = await decide(input, ports({ look }, { states: statesOf({ 2: "busy" }) }));
  assert(seen !== undefined);
  assertEquals(seen.message.sender, { key: "p7", alias: "mother" });
  assertEquals(seen.message.quote, { client: "claude", match: "time", text: "earlier" });
  assertEquals(seen.ctx.binding, { client: "codex", boundAtMs: 5 });
  assertEquals(seen.ctx.clients[1]?.state, "busy");
  assertEquals(seen.ctx.hub, {
    version: "0.1.0",
    uptimeMs: NOW_MS,
    sendsLeft: 9,
    windowEndsAtMs: 24 * 3_600_000,
  });
  const shown = JSON.stringify([seen.message, seen.ctx, decided]);
  assert(!shown.includes("secret-context-token") && !shown.includes("@im.wechat"));
});

Deno.test("a client of the past is nobody: its quote, its binding, its default", async () => {
  let seen: Context | undefined;
  let quote: InboundView["quote"] = null;
  const look = {
    route: (message: InboundView, ctx: Context) => {
      [seen, quote] = [ctx, message.quote];
      return { kind: "pass" as const };
    },
  };
  const gone = asId<ClientId>(77);
  await decide(
    decisionInput("hi", {
      account: { ...decisionInput("").account, defaultClient: gone },
      binding: { client: gone, boundAtMs: 5 },
      quoted: { client: gone, match: "id" },
      inbound: { quote: { wireId: "75", text: "", createTimeMs: 1 } },
    }),
    ports({ look }),
  );
  assertEquals([seen?.binding, seen?.defaultClient], [null, null]);
  assertEquals(quote, { client: null, match: "", text: "" });
});

Deno.test("the next message can be told why the last one went where it went", async () => {
  const told = async (
    plugins: Parameters<typeof hostOf>[1],
    lang: "zh" | "en",
    input: DecisionInput,
  ) => {
    const { trace } = await decide(input, ports(plugins, { lang }));
    let last: Context["lastDecision"] = null;
    const why = {
      route: (_: InboundView, ctx: Context) => {
        last = ctx.lastDecision;
        return { kind: "pass" as const };
      },
    };
    const message = asId<MessageId>(4);
    await decide(decisionInput("/why", { last: { message, trace } }), ports({ why }, { lang }));
    return last;
  };
  const chain = {
    broken: answering(undefined),
    commands: answering({ kind: "pass" }),
    quote: answering({ kind: "pass", reason: "no quote" }),
    rule: answering({ kind: "route", to: ["claude", "codex"], reason: "rule x" }),
  };
  assertEquals(await told(chain, "en", decisionInput("hi")), {
    message: 4,
    plugin: "rule",
    summary: "to claude, codex: rule x",
    steps: [
      "broken: failed (route() answered nothing, want an object whose kind is pass, route, reply or drop)",
      "commands: passed",
      "quote: passed (no quote)",
      "rule: decided",
    ],
  });
  assertEquals(await told({ a: answering({ kind: "pass" }) }, "zh", decisionInput("hi")), {
    message: 4,
    plugin: null,
    summary: "留着没有发出：没有插件选定，也没有默认智能体",
    steps: ["a：放行", "没有插件选定"],
  });
  const stranger = decisionInput("hi", { inbound: { from: "x@im.wechat" } });
  assertEquals(await told({}, "zh", stranger), {
    message: 4,
    plugin: null,
    summary: "不处理：这个人没有使用权限",
    steps: [],
  });
});

Deno.test("a trace on a hub with very many clients stays small and names the chosen one", async () => {
  const clients = Array.from({ length: 5_000 }, (_, index) => client(index + 1, `agent${index}`));
  const verdict = { kind: "route", to: ["agent4999"], reason: "" };
  const { trace } = await decide(
    decisionInput("hi"),
    ports({ a: answering(verdict) }, { clients }),
  );
  assertEquals(trace.seen.clients.length, 50);
  assertEquals(trace.seen.clients[0]?.name, "agent4999");
});
