/** What a send's answer means for the send. The one table of it; pure. */
import { admit, type Ledger, type LedgerLimits } from "../core/ledger.ts";
import type { SendEnd } from "../store/store.ts";
import { RET_REFUSED } from "../wire/ret.ts";
import type { SendAnswer } from "../wire/send.ts";
import type { NetFault } from "./api.ts";

/**
 * | answer | send | why |
 * |---|---|---|
 * | success | `sent` | |
 * | stale token (-14) | waits for a login | a dead token's call does nothing |
 * | -2, HTTP 429 | waits: see `explainRefusal` | too many sends, or no open window |
 * | any other code | `refused` | raw code and text are kept; an unknown code is never read as "too many" |
 * | not reached | `planned` again | nothing was processed |
 * | no answer | `unknown` | it may have been processed |
 * | HTTP 4xx, 3xx | `refused` | the server did not take it |
 * | HTTP 5xx, unreadable body | `unknown` | an edge may answer so after the server behind it took it |
 */
export type SendOutcome =
  | Exclude<SendEnd, { kind: "deferred" }>
  | { readonly kind: "logged_out" }
  | { readonly kind: "held_back"; readonly reason: string };

export function classifySend(answer: SendAnswer | NetFault): SendOutcome {
  switch (answer.kind) {
    case "ok":
      return { kind: "sent", wireId: answer.wireId };
    case "stale_token":
      return { kind: "logged_out" };
    case "refused": {
      const reason = `ret ${answer.code}${answer.text === "" ? "" : `: ${answer.text}`}`;
      return { kind: answer.code === RET_REFUSED ? "held_back" : "refused", reason };
    }
    case "unreadable":
      return { kind: "unknown", reason: "answer not readable" };
    case "unreached":
      return { kind: "back", reason: answer.text };
    case "unanswered":
      return { kind: "unknown", reason: answer.text };
    case "http": {
      const reason = `HTTP ${answer.status}${answer.text === "" ? "" : `: ${answer.text}`}`;
      if (answer.status === 429) return { kind: "held_back", reason };
      return { kind: answer.status >= 500 ? "unknown" : "refused", reason };
    }
  }
}

/**
 * What a send waits for that WeChat held back: the window or the budget where the ledger explains it, else the end of a
 * cool-down. `ledger` is that of before the call.
 */
export function explainRefusal(
  ledger: Ledger,
  at: { readonly limits: LedgerLimits; readonly coolDownMs: number; readonly nowMs: number },
): Extract<SendEnd, { kind: "deferred" }> {
  if (ledger.lastInboundAtMs === null) return { kind: "deferred", reason: "window", untilMs: null };
  const after = { ...ledger, sendsSinceInbound: ledger.sendsSinceInbound + 1 };
  const admission = admit(after, at.limits, at.nowMs);
  return admission.kind === "defer"
    ? { kind: "deferred", reason: admission.reason, untilMs: admission.untilMs }
    : { kind: "deferred", reason: "throttle", untilMs: at.nowMs + at.coolDownMs };
}
