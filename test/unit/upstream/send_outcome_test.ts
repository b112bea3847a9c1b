import { assertEquals } from "@std/assert";
import {
  classifySend,
  explainRefusal,
  type SendOutcome,
} from "../../../src/upstream/send_outcome.ts";

type Answer = Parameters<typeof classifySend>[0];

const ROWS: readonly (readonly [Answer, SendOutcome])[] = [
  [{ kind: "ok", wireId: "7512345678901234567" }, { kind: "sent", wireId: "7512345678901234567" }],
  [{ kind: "ok", wireId: null }, { kind: "sent", wireId: null }],
  [{ kind: "stale_token", text: "session timeout" }, { kind: "logged_out" }],
  [
    { kind: "refused", code: -2, text: "rate limited" },
    { kind: "held_back", reason: "ret -2: rate limited" },
  ],
  [{ kind: "refused", code: -2, text: "" }, { kind: "held_back", reason: "ret -2" }],
  [
    { kind: "refused", code: -3, text: "no context" },
    { kind: "refused", reason: "ret -3: no context" },
  ],
  [{ kind: "refused", code: 999, text: "" }, { kind: "refused", reason: "ret 999" }],
  [{ kind: "unreadable" }, { kind: "unknown", reason: "answer not readable" }],
  [{ kind: "unreached", text: "refused" }, { kind: "back", reason: "refused" }],
  [{ kind: "unanswered", text: "reset" }, { kind: "unknown", reason: "reset" }],
  [{ kind: "http", status: 302, text: "" }, { kind: "refused", reason: "HTTP 302" }],
  [{ kind: "http", status: 400, text: "no" }, { kind: "refused", reason: "HTTP 400: no" }],
  [{ kind: "http", status: 429, text: "" }, { kind: "held_back", reason: "HTTP 429" }],
  [{ kind: "http", status: 500, text: "" }, { kind: "unknown", reason: "HTTP 500" }],
  [{ kind: "http", status: 524, text: "" }, { kind: "unknown", reason: "HTTP 524" }],
];

for (const [answer, outcome] of ROWS) {
  Deno.test(`classifySend() reads ${JSON.stringify(answer)} as ${outcome.kind}`, () => {
    assertEquals(classifySend(answer), outcome);
  });
}

const LIMITS = { sendsPerInbound: 10, windowMs: 86_400_000 };
const AT = { limits: LIMITS, coolDownMs: 60_000, nowMs: 1_000_000 };
const OPEN = { lastInboundAtMs: 900_000, sendsSinceInbound: 3, coolDownUntilMs: 0 };

Deno.test("explainRefusal() takes a refusal inside window and budget for a throttle", () => {
  assertEquals(explainRefusal(OPEN, AT), {
    kind: "deferred",
    reason: "throttle",
    untilMs: 1_060_000,
  });
});

Deno.test("explainRefusal() takes the refusal of the last send of the budget for its end", () => {
  assertEquals(explainRefusal({ ...OPEN, sendsSinceInbound: 9 }, AT), {
    kind: "deferred",
    reason: "budget",
    untilMs: null,
  });
});

Deno.test("explainRefusal() waits for the person where nobody ever wrote, or the window has closed meanwhile", () => {
  const waits = { kind: "deferred", reason: "window", untilMs: null } as const;
  assertEquals(explainRefusal({ ...OPEN, lastInboundAtMs: null }, AT), waits);
  assertEquals(explainRefusal(OPEN, { ...AT, nowMs: 900_000 + 86_400_000 }), waits);
});
