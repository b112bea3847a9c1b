import { assertEquals, assertMatch } from "@std/assert";
import { statusLines } from "../../../src/cli/status.ts";
import { DEFAULT_CLIENT_SETTINGS } from "../../../src/core/client.ts";
import type { AccountView, StatusView } from "../../../src/core/status.ts";

const NOW_MS = 10_000_000_000;
const MINUTE_MS = 60_000;

const STATUS: StatusView = {
  version: "1.2.3",
  startedAtMs: NOW_MS - 5 * MINUTE_MS,
  nowMs: NOW_MS,
  health: { state: "failing", reason: "logged_out" },
  accounts: [{
    name: "mum",
    state: "logged_out",
    reason: "-14",
    sinceMs: NOW_MS,
    lastPollAtMs: NOW_MS - 3 * MINUTE_MS,
    coolDownUntilMs: NOW_MS + 4 * MINUTE_MS,
    suspects: { count: 3, sinceMs: NOW_MS - 90 * MINUTE_MS },
    defaultClient: "claude",
    userId: null,
    lastInboundAtMs: null,
    unsettled: 2,
    deferred: 7,
    oldestDeferredAtMs: NOW_MS - 30 * MINUTE_MS,
    window: {
      state: "safe",
      safeUntilMs: NOW_MS + 180 * MINUTE_MS,
      untilMs: NOW_MS + 960 * MINUTE_MS,
    },
    budget: { left: 4, of: 10 },
    secondPoller: { count: 2, sinceMs: NOW_MS - 20 * MINUTE_MS },
  }],
  clients: [{
    name: "claude",
    label: "at work",
    state: "away",
    lastCallAtMs: NOW_MS - 9 * MINUTE_MS,
    createdAtMs: 0,
    waiting: 4,
    oldestWaitingAtMs: NOW_MS - 8 * MINUTE_MS,
    unanswered: 1,
    foreignIds: 0,
    settings: DEFAULT_CLIENT_SETTINGS,
  }],
  scripts: [],
  plugins: [{ id: "mine.ts", version: "", source: "user", problem: "line 3: no default export" }],
  messages: { received: 0, routed: 12, parked: 1, dropped: 0 },
  sends: { sent: 5, deferred: 7 },
  disk: { databaseBytes: 1_048_576, freeBytes: null },
  alerts: [],
  alertsTold: [],
};

function textOf(lang: "zh" | "en", changes: Partial<StatusView> = {}): string {
  return statusLines({ ...STATUS, ...changes }, { lang, data: "/data" }).join("\n");
}

Deno.test("statusLines() says what does not work, since when, and what waits", () => {
  const text = textOf("en");
  assertMatch(text, /1\.2\.3, running for 5 min/);
  assertMatch(text, /Health: failing: WeChat is disconnected, run ilink-hub login/);
  assertMatch(
    text,
    /mum .*logged out \(-14\).*last poll 3 min ago.*last message never.*undecided 2/,
  );
  assertMatch(text, /\n {4}! throttled by WeChat, next try in 4 min\n/);
  assertMatch(text, /\n {4}! .*3 answers in a row without an id for 90 min/);
  assertMatch(
    text,
    /deferred answers 7 \(the oldest for 30 min\), 4 of 10 sends left, window closes in 16 h/,
  );
  assertMatch(text, /2 quoted messages never seen here, the first 20 min ago/);
  assertMatch(text, /default claude.*owner unknown/);
  assertMatch(
    text,
    /claude .*away.*9 min ago.*waiting 4, the oldest for 8 min, unanswered 1.*at work/,
  );
  assertMatch(text, /mine\.ts .*yours .*problem: line 3/);
  assertMatch(text, /Messages: routed 12, parked 1\n/);
  assertMatch(text, /database 1\.0 MiB, unknown left/);
});

Deno.test("statusLines() says what a person may still be answered", () => {
  const inState = (window: AccountView["window"]) =>
    textOf("en", { accounts: STATUS.accounts.map((one) => ({ ...one, window })) });
  const soon = { safeUntilMs: NOW_MS - 1, untilMs: NOW_MS + 60 * MINUTE_MS };
  assertMatch(
    inState({ state: "risky", ...soon }),
    /window closes in 60 min \(risky: WeChat may refuse already\)/,
  );
  assertMatch(inState({ state: "closed", ...soon }), /window closed until the person writes/);
  const never = inState({ state: "never", safeUntilMs: null, untilMs: null });
  assertEquals(/window|sends left/.test(never), false);
});

Deno.test("statusLines() says first what the owner was told is wrong", () => {
  const alert = {
    ...{ kind: "throttled", subject: "mum", title: "WeChat holds back mum", tellings: 2 } as const,
    sinceMs: NOW_MS - 10 * MINUTE_MS,
  };
  assertMatch(
    textOf("en", { alerts: [alert] }),
    /What is wrong:\n {2}WeChat holds back mum +for 10 min, told 2×\n\nWeChat accounts/,
  );
});

Deno.test("statusLines() says the same in Chinese", () => {
  assertMatch(textOf("zh"), /微信已断开.*[^]*未决定 2.*[^]*等待 4，最久 8 分钟.*[^]*问题：line 3/);
});

Deno.test("statusLines() does not judge a hub that is not running, and says what is empty", () => {
  const atRest = STATUS.accounts.map((one) => ({
    ...one,
    ...{ state: "stopped", lastPollAtMs: null } as const,
  }));
  assertEquals(textOf("en", { startedAtMs: null, accounts: atRest }).includes("last poll"), false);
  const text = textOf("en", { startedAtMs: null, accounts: [], clients: [], sends: {} });
  assertMatch(text, /no hub is running, this is the data in \/data/);
  assertEquals(text.includes("Health"), false);
  assertMatch(text, /WeChat accounts:\n {2}\(none\)/);
});

Deno.test("statusLines() shows scripts where there are any", () => {
  assertEquals(textOf("en").includes("Scripts"), false);
  const nas = { name: "nas", createdAtMs: 0, lastUsedAtMs: NOW_MS - 3 * MINUTE_MS, waiting: 2 };
  const cron = { name: "cron", createdAtMs: 0, lastUsedAtMs: null, waiting: 0 };
  const text = textOf("en", { scripts: [nas, cron] });
  assertMatch(text, /Scripts:\n {2}nas +last used 3 min ago +waiting 2\n {2}cron +last used never/);
});
