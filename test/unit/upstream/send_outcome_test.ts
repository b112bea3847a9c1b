import { assertEquals } from "@std/assert";
import { classifySend, endOf, type SendFacts } from "../../../src/upstream/send_outcome.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

type Answer = Parameters<typeof classifySend>[0];

const HOUR_MS = 3_600_000;
const NOW_MS = 100 * HOUR_MS;
const UNTIL_MS = NOW_MS + 60_000;

/** A person who wrote a minute ago and got three answers, slowly. */
function facts(given: Partial<SendFacts> & { readonly hoursAgo?: number } = {}): SendFacts {
  const { hoursAgo, ...rest } = given;
  const lastInboundAtMs = NOW_MS - (hoursAgo === undefined ? 60_000 : hoursAgo * HOUR_MS);
  return {
    ledger: { lastInboundAtMs, sendsSinceInbound: 3, coolDownUntilMs: 0 },
    limits: SEND_LIMITS,
    recentSends: 1,
    isThrottled: false,
    showsIds: true,
    nowMs: NOW_MS,
    ...rest,
  };
}

function read(answer: Answer, given: SendFacts = facts()): [string, unknown] {
  const outcome = classifySend(answer, given);
  return [outcome.meaning, endOf(outcome, { coolDownUntilMs: UNTIL_MS })];
}

function minusTwo(text: string): Answer {
  return { kind: "refused", code: -2, text };
}

const ROWS: readonly (readonly [Answer, string, unknown])[] = [
  [{ kind: "ok", wireId: "7512345678901234567" }, "queued", {
    kind: "sent",
    wireId: "7512345678901234567",
  }],
  [{ kind: "ok", wireId: null }, "hidden", { kind: "sent", wireId: null }],
  [{ kind: "refused", code: -3, text: "no context" }, "unknown_code", {
    kind: "refused",
    reason: "ret -3: no context",
  }],
  [{ kind: "refused", code: 999, text: "" }, "unknown_code", {
    kind: "refused",
    reason: "ret 999",
  }],
  [minusTwo("ilink_user_id required"), "wrong_argument", {
    kind: "refused",
    reason: "ret -2: ilink_user_id required",
  }],
  [{ kind: "unreadable" }, "unanswered", { kind: "unknown", reason: "answer not readable" }],
  [{ kind: "unreached", text: "refused" }, "unreached", { kind: "back", reason: "refused" }],
  [{ kind: "unanswered", text: "reset" }, "unanswered", { kind: "unknown", reason: "reset" }],
  [{ kind: "http", status: 302, text: "" }, "http_refused", {
    kind: "refused",
    reason: "HTTP 302",
  }],
  [{ kind: "http", status: 400, text: "no" }, "http_refused", {
    kind: "refused",
    reason: "HTTP 400: no",
  }],
  [{ kind: "http", status: 429, text: "" }, "throttled", {
    ...{ kind: "deferred", reason: "throttle", untilMs: UNTIL_MS, raw: "HTTP 429" },
  }],
  [{ kind: "http", status: 524, text: "" }, "unanswered", { kind: "unknown", reason: "HTTP 524" }],
];

for (const [answer, meaning, end] of ROWS) {
  Deno.test(`the answer ${JSON.stringify(answer)} to a send means ${meaning}`, () => {
    assertEquals(read(answer), [meaning, end]);
  });
}

Deno.test("no id means nothing as long as the account has never shown one", () => {
  assertEquals(read({ kind: "ok", wireId: null }, facts({ showsIds: false }))[0], "untold");
});

Deno.test("-14 waits for a login", () => {
  assertEquals(read({ kind: "stale_token", text: "session timeout" })[0], "logged_out");
});

/** Text, what is known, what it means: USERS.md 2b, "decide by window age and recent rate". */
const HELD_BACK: readonly (readonly [string, SendFacts, string])[] = [
  ["prepare failed", facts(), "throttled"],
  ["prepare failed", facts({ hoursAgo: 15 }), "stale_context"],
  ["prepare failed", facts({ hoursAgo: 15, recentSends: 5 }), "throttled"],
  ["prepare failed", facts({ hoursAgo: 25 }), "window_closed"],
  ["rate limited", facts(), "throttled"],
  ["rate limited", facts({ hoursAgo: 15 }), "stale_context"],
  ["unknown error", facts(), "stale_context"],
  ["", facts(), "stale_context"],
  ["", facts({ isThrottled: true }), "throttled"],
  ["something new", facts(), "stale_context"],
  [
    "rate limited",
    facts({ ledger: { lastInboundAtMs: NOW_MS, sendsSinceInbound: 9, coolDownUntilMs: 0 } }),
    "budget_spent",
  ],
  [
    "rate limited",
    facts({ ledger: { lastInboundAtMs: null, sendsSinceInbound: 0, coolDownUntilMs: 0 } }),
    "window_closed",
  ],
];

for (const [at, [text, given, meaning]] of HELD_BACK.entries()) {
  Deno.test(`-2 "${text}" means ${meaning}, case ${at + 1}`, () => {
    assertEquals(read(minusTwo(text), given)[0], meaning);
  });
}

Deno.test("what WeChat said stays with a send that waits", () => {
  assertEquals(read(minusTwo("prepare failed"), facts({ hoursAgo: 30 }))[1], {
    ...{ kind: "deferred", reason: "window", untilMs: null, raw: "ret -2: prepare failed" },
  });
});
