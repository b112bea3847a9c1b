/**
 * What WeChat's answers to a send mean, in one place: who is told what, and what the hub does. Pure. The sentences for people
 * stand in src/text/send_reasons.ts under the same words.
 */
import { admit, type Ledger, type LedgerLimits } from "./ledger.ts";
import type { DeferReason } from "./lifecycle.ts";
import { type LearnedWindow, NOTHING_LEARNED, safeAgeMs } from "./window.ts";

export type SendMeaning =
  /** `ret:0` with an id: queued for delivery. */
  | "queued"
  /** `ret:0` without an id, by an account that shows ids: accepted and perhaps hidden. */
  | "hidden"
  /** `ret:0` without an id, by an account that never showed one: nobody can tell. */
  | "untold"
  /** Too many sends at a time; further tries make it last longer. */
  | "throttled"
  /** The window after the person's last message has closed, or it was never open. */
  | "window_closed"
  /** All answers to one message are used up. */
  | "budget_spent"
  /** The conversation's context has ended although the window should be open. */
  | "stale_context"
  /** The token is dead or was replaced. */
  | "logged_out"
  /** WeChat found a member of the call wrong. */
  | "wrong_argument"
  /** Any other code; never read as "too many". */
  | "unknown_code"
  /** An HTTP status below 500 that is no success. */
  | "http_refused"
  /** The call did not leave. */
  | "unreached"
  /** The call left and its end was not seen: no answer, an unreadable one, or an edge's HTTP 5xx. */
  | "unanswered";

export interface SendRule {
  /** What its client hears. `deferred` is a success too: the hub has taken it. */
  readonly client: "success" | "deferred" | "error" | "nothing_yet";
  /** Whether the owner is told in `status` and by an alert, and not in the trace alone. */
  readonly owner: "trace" | "status";
  readonly hub:
    /** The send has ended. Nothing is tried again. */
    | "end"
    /** It waits for the person's next message. */
    | "wait_for_person"
    /** The account waits, longer each time, and then tries one send. */
    | "cool_down"
    | "wait_for_login"
    /** Nothing was processed, so it is sent again, slower each time. */
    | "send_again"
    /** Shown as unknown, or repeated once, by the owner's setting. */
    | "settle";
}

const END_WELL: SendRule = { client: "success", owner: "trace", hub: "end" };
const END_BADLY: SendRule = { client: "error", owner: "trace", hub: "end" };
const WAIT: SendRule = { client: "deferred", owner: "trace", hub: "wait_for_person" };

export const SEND_RULES: Readonly<Record<SendMeaning, SendRule>> = {
  queued: END_WELL,
  untold: END_WELL,
  // Sending it again would show it twice should it arrive late.
  hidden: { client: "success", owner: "status", hub: "end" },
  throttled: { client: "deferred", owner: "status", hub: "cool_down" },
  window_closed: WAIT,
  budget_spent: WAIT,
  stale_context: WAIT,
  logged_out: { client: "deferred", owner: "status", hub: "wait_for_login" },
  wrong_argument: END_BADLY,
  unknown_code: END_BADLY,
  http_refused: END_BADLY,
  unreached: { client: "nothing_yet", owner: "trace", hub: "send_again" },
  unanswered: { client: "success", owner: "trace", hub: "settle" },
};

/** What a send waits for that met this. */
export const WAITS_FOR = {
  throttled: "throttle",
  window_closed: "window",
  budget_spent: "budget",
  stale_context: "stale",
} as const satisfies Readonly<Partial<Record<SendMeaning, DeferReason>>>;

export interface Refusal {
  readonly code: number;
  readonly text: string;
}

export interface RefusalLimits extends LedgerLimits {
  /** So many calls of an account within a minute may have been too many. */
  readonly burstSends: number;
}

/** What is known when a refusal has to be read. */
export interface RefusalFacts {
  /** That of before the call. */
  readonly ledger: Ledger;
  readonly limits: RefusalLimits;
  /** Calls of the account within the last minute, this one included. */
  readonly recentSends: number;
  /** Whether the account is in a penalty already. */
  readonly isThrottled: boolean;
  /** What the account's sends have shown of its window. */
  readonly learned?: LearnedWindow;
  readonly nowMs: number;
}

/** WeChat's one code for too many sends, no usable context and wrong arguments. */
const HELD_BACK = -2;

/** The texts seen beside it, the first that fits counts. */
const TEXTS: readonly {
  readonly text: RegExp;
  readonly meaning: "wrong_argument" | "rate" | "unprepared";
}[] = [
  { text: /required|invalid|argument|param/i, meaning: "wrong_argument" },
  { text: /rate|limit|frequen|too (many|fast)/i, meaning: "rate" },
  { text: /prepare failed/i, meaning: "unprepared" },
];

/** Reads a refusal. An unknown code is never taken for a throttle. */
export function readRefusal({ code, text }: Refusal, facts: RefusalFacts): SendMeaning {
  if (code !== HELD_BACK) return "unknown_code";
  const said = TEXTS.find((row) => row.text.test(text))?.meaning;
  if (said === "wrong_argument") return said;
  const { ledger, limits, recentSends, isThrottled, learned = NOTHING_LEARNED, nowMs } = facts;
  const { lastInboundAtMs } = ledger;
  if (lastInboundAtMs === null) return "window_closed";
  const counted = {
    ...ledger,
    sendsSinceInbound: ledger.sendsSinceInbound + 1,
    coolDownUntilMs: 0,
  };
  const admission = admit(counted, limits, nowMs);
  if (admission.kind === "defer") {
    return admission.reason === "window" ? "window_closed" : "budget_spent";
  }
  if (isThrottled || recentSends >= limits.burstSends) return "throttled";
  const isFresh = nowMs - lastInboundAtMs < safeAgeMs(learned, limits);
  return isFresh && said !== undefined ? "throttled" : "stale_context";
}
