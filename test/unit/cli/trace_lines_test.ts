import { assert, assertMatch } from "@std/assert";
import { traceLines } from "../../../src/cli/trace_lines.ts";
import type { MessageTrace } from "../../../src/store/trace.ts";

const AT_MS = Date.UTC(2026, 0, 5, 9);

const SEND = {
  id: 1,
  state: "suspect",
  reason: "no id",
  text: "the answer",
  attempts: 1,
  isRepeat: true,
  plannedAtMs: AT_MS,
  beganAtMs: AT_MS,
  endedAtMs: AT_MS,
  wireId: null,
} as const;

const MESSAGE: MessageTrace = {
  id: 42,
  account: "mum",
  sender: { key: "s1", alias: "Ann" },
  isGroup: true,
  text: "hello\u001b[31m\nthere",
  parts: [{ kind: "image", text: "", bytes: 5 }, { kind: "text", text: "hello", bytes: null }],
  receivedAtMs: AT_MS,
  state: "routed",
  reason: "",
  settledAtMs: AT_MS,
  duplicateOf: null,
  duplicates: 2,
  trace: {
    decidedAtMs: AT_MS,
    steps: [
      {
        plugin: "commands",
        version: "1.0.0",
        tookMs: 0.06,
        outcome: { kind: "verdict", verdict: { kind: "pass", reason: "not a command" } },
      },
      {
        plugin: "mine",
        version: "2",
        tookMs: 250,
        outcome: { kind: "fault", fault: "too_late", text: "no answer within 250 ms" },
      },
    ],
    seen: { binding: null, clients: [{ name: "claude", state: "polling" }] },
    shadow: [{
      ...{ plugin: "next", version: "3", tookMs: 1 },
      outcome: { kind: "verdict", verdict: { kind: "route", to: ["pi"], reason: "new" } },
    }],
    decision: { kind: "deliver", to: ["claude"], reason: "the only client" },
  },
  deliveries: [{
    client: "claude",
    state: "acknowledged",
    reason: "",
    queuedAtMs: AT_MS,
    handedOutAtMs: AT_MS,
    handOuts: 3,
    acknowledgedAtMs: AT_MS,
    isUnanswered: true,
  }],
  replies: [{
    id: 7,
    client: "claude",
    state: "suspect",
    text: "the answer",
    parts: [],
    acceptedAtMs: AT_MS,
    steps: [
      {
        ...{ plugin: "tables", version: "1", tookMs: 1 },
        outcome: { kind: "verdict", verdict: { kind: "pass" } },
      },
      {
        ...{ plugin: "questions", version: "1", tookMs: 1 },
        outcome: { kind: "verdict", verdict: { kind: "pin", forMs: 1, reason: "it asks" } },
      },
      {
        ...{ plugin: "redact", version: "1", tookMs: 2 },
        outcome: { kind: "fault", fault: "threw", text: "broken" },
      },
    ],
    sends: [SEND],
  }],
  hubSends: [],
};

Deno.test("traceLines() tells a message's life: who was asked and why, who got it, what came back", () => {
  const text = traceLines(MESSAGE, "en").join("\n");
  assertMatch(text, /^Message 42, .*Ann \(group\) → mum\n {2}\[image\] hello/);
  assertMatch(text, /commands 1\.0\.0 +0\.1 ms +pass \(not a command\)/);
  assertMatch(text, /mine 2 +250 ms +fault \(too_late\): no answer within 250 ms/);
  assertMatch(text, /Decision: deliver → claude \(the only client\)/);
  assertMatch(text, /Shadows asked \(not applied\):\n {2}next 3 +1 ms +route → pi \(new\)/);
  assertMatch(text, /claude +acknowledged .*handed out 3 times, received, then restarted/);
  assertMatch(text, /claude: suspect: taken by WeChat, perhaps hidden {2}the answer/);
  assertMatch(
    text,
    /questions 1 +1 ms +pin \(it asks\)\n +redact 1 +2 ms +fault \(threw\): broken/,
  );
  assert(!text.includes("tables"), "a hook that passed did nothing");
  assertMatch(text, /suspect: .*hidden +the answer +no id, may have arrived twice/);
  assertMatch(text, /delivered again ×2/);
  assert(!text.includes("\u001b"), "a message's text does not command the terminal");
});

Deno.test("traceLines() says when nothing is decided yet, in Chinese too", () => {
  const fresh: MessageTrace = {
    ...MESSAGE,
    state: "received",
    trace: null,
    deliveries: [],
    replies: [],
  };
  const text = traceLines(fresh, "zh").join("\n");
  assertMatch(text, /还没有决定/);
  assert(!text.includes("回复"), "what is not there has no heading");
});

Deno.test("traceLines() has a Chinese word for each verdict, decision and state", () => {
  const picture = { ...SEND, text: "" };
  const text = traceLines({ ...MESSAGE, hubSends: [picture] }, "zh").join("\n");
  assertMatch(text, /commands 1\.0\.0 +0\.1 毫秒 +放行 \(not a command\)/);
  assertMatch(text, /决定：交给 → claude \(the only client\)/);
  assertMatch(text, /当时：绑定 （没有）；claude 在线/);
  assertMatch(text, /next 3 +1 毫秒 +交给 → pi \(new\)/);
  assertMatch(text, /claude +已收到 .*领取 3 次/);
  assertMatch(text, /questions 1 +1 毫秒 +等回答 \(it asks\)/);
  assertMatch(text, /（不是文字）/, "a send without a text is not left blank");
  assert(!/\b(pass|route|deliver|acknowledged|polling|pin)\b/.test(text), text);
});

Deno.test("traceLines() says why a send waits in both languages, with what WeChat said", () => {
  const waiting = { ...SEND, state: "deferred", reason: "throttle: ret -2: rate limited" } as const;
  const merged = { ...SEND, state: "merged", reason: "into: 12" } as const;
  const message: MessageTrace = { ...MESSAGE, replies: [], hubSends: [waiting, merged] };
  const english = traceLines(message, "en").join("\n");
  assertMatch(english, /deferred .*WeChat throttles this account.*\(ret -2: rate limited\)/);
  assertMatch(english, /merged .*went with send 12/);
  const chinese = traceLines(message, "zh").join("\n");
  assertMatch(chinese, /暂缓 .*发送过快.*\(ret -2: rate limited\)/);
  assertMatch(chinese, /已并入另一条 .*随第 12 次发送一起/);
});
