import { assertEquals } from "@std/assert";
import { judgeHealth } from "../../../src/core/health.ts";
import type { AccountFacts } from "../../../src/core/status.ts";

const NOW_MS = 1_000_000_000;

function account(facts: Partial<AccountFacts> = {}): AccountFacts {
  return {
    ...{ state: "polling", reason: "", sinceMs: NOW_MS, lastPollAtMs: NOW_MS },
    ...{ coolDownUntilMs: null, suspects: null },
    ...facts,
  };
}

function judge(seen: Partial<Parameters<typeof judgeHealth>[0]>) {
  return judgeHealth({
    isStopping: false,
    isStoreFailing: false,
    hasRoom: true,
    accounts: [account()],
    nowMs: NOW_MS,
    ...seen,
  });
}

Deno.test("judgeHealth() is ok while every account polls", () => {
  assertEquals(judge({}), { state: "ok" });
});

Deno.test("judgeHealth() waits for the first account without calling that a failure", () => {
  assertEquals(judge({ accounts: [] }), { state: "waiting", reason: "no_account" });
});

Deno.test("judgeHealth() fails when one of several accounts is logged out", () => {
  const accounts = [account(), account({ state: "logged_out" })];
  assertEquals(judge({ accounts }), { state: "failing", reason: "logged_out" });
});

Deno.test("judgeHealth() takes a short outage as a hiccup and a long one as a failure", () => {
  const retrying = (lastPollAtMs: number) => [account({ state: "retrying", lastPollAtMs })];
  assertEquals(judge({ accounts: retrying(NOW_MS - 60_000) }), { state: "ok" });
  assertEquals(judge({ accounts: retrying(NOW_MS - 200_000) }), {
    state: "failing",
    reason: "upstream_unreachable",
  });
});

Deno.test("judgeHealth() counts from the first failure where there was no success yet", () => {
  const accounts = [account({ state: "retrying", lastPollAtMs: null, sinceMs: NOW_MS - 200_000 })];
  assertEquals(judge({ accounts }), { state: "failing", reason: "upstream_unreachable" });
});

Deno.test("judgeHealth() does not trust a poll that has been open for longer than any may be", () => {
  assertEquals(judge({ accounts: [account({ stepMs: 200_000 })] }), { state: "ok" });
  assertEquals(judge({ accounts: [account({ stepMs: 301_000 })] }), {
    state: "failing",
    reason: "poll_stuck",
  });
});

Deno.test("judgeHealth() leaves alone what an account does on WeChat's account", () => {
  const accounts = [account({
    coolDownUntilMs: NOW_MS + 60_000,
    suspects: { count: 3, sinceMs: NOW_MS },
  })];
  assertEquals(judge({ accounts }), { state: "ok" });
});

Deno.test("judgeHealth() names the most basic reason first", () => {
  const accounts = [account({ state: "logged_out" })];
  assertEquals(judge({ accounts, hasRoom: false }), { state: "failing", reason: "disk_low" });
  assertEquals(judge({ accounts, hasRoom: false, isStoreFailing: true }), {
    state: "failing",
    reason: "store_failing",
  });
  assertEquals(judge({ accounts, isStopping: true }), { state: "failing", reason: "stopping" });
});
