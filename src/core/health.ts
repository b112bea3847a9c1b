/** Whether the hub can do its job. Pure: what is seen comes in, one verdict goes out. */
import type { AccountFacts, Health } from "./status.ts";

/** A poll takes up to 45 s; three without success are no hiccup. */
const UNREACHABLE_AFTER_MS = 135_000;
/** A poll that lasts for so long has passed every limit of its own: something in the hub is stuck. */
const STUCK_AFTER_MS = 300_000;

/**
 * The first reason that holds, the most basic one first. One account that works does not hide another that does not. That
 * WeChat throttles or hides sends is no failure of the hub: it waits as it should, and the status says so.
 */
export function judgeHealth(seen: {
  readonly isStopping: boolean;
  readonly isStoreFailing: boolean;
  readonly hasRoom: boolean;
  readonly accounts: readonly AccountFacts[];
  readonly nowMs: number;
}): Health {
  if (seen.isStopping) return { state: "failing", reason: "stopping" };
  if (seen.isStoreFailing) return { state: "failing", reason: "store_failing" };
  if (!seen.hasRoom) return { state: "failing", reason: "disk_low" };
  if (seen.accounts.length === 0) return { state: "waiting", reason: "no_account" };
  if (seen.accounts.some(({ state }) => state === "logged_out")) {
    return { state: "failing", reason: "logged_out" };
  }
  const isUnreachable = ({ state, sinceMs, lastPollAtMs }: AccountFacts) =>
    state === "retrying" && seen.nowMs - (lastPollAtMs ?? sinceMs) > UNREACHABLE_AFTER_MS;
  if (seen.accounts.some(isUnreachable)) {
    return { state: "failing", reason: "upstream_unreachable" };
  }
  const isStuck = ({ state, stepMs = 0 }: AccountFacts) =>
    state === "polling" && stepMs > STUCK_AFTER_MS;
  if (seen.accounts.some(isStuck)) return { state: "failing", reason: "poll_stuck" };
  return { state: "ok" };
}
