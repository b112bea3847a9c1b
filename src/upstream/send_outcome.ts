/** Reads what came back from a send: the meaning first (core/send_errors.ts), then what the store keeps of it. Pure. */
import type { DeferReason } from "../core/lifecycle.ts";
import {
  readRefusal,
  type RefusalFacts,
  SEND_RULES,
  type SendMeaning,
  WAITS_FOR,
} from "../core/send_errors.ts";
import type { SendEnd } from "../store/store.ts";
import type { SendAnswer } from "../wire/send.ts";
import type { NetFault } from "./api.ts";

export interface SendOutcome {
  readonly meaning: SendMeaning;
  /** WeChat's digits; `null` where it gave none. */
  readonly wireId: string | null;
  /** Code and text as they came, or what the network said; "" after a success. */
  readonly raw: string;
}

export interface SendFacts extends RefusalFacts {
  /** Whether WeChat has ever given an id to a send of this account. */
  readonly showsIds: boolean;
}

export function classifySend(answer: SendAnswer | NetFault, facts: SendFacts): SendOutcome {
  switch (answer.kind) {
    case "ok": {
      const { wireId } = answer;
      if (wireId !== null) return { meaning: "queued", wireId, raw: "" };
      return failure(facts.showsIds ? "hidden" : "untold", "");
    }
    case "stale_token":
      return failure("logged_out", answer.text);
    case "refused":
      return failure(readRefusal(answer, facts), withText(`ret ${answer.code}`, answer.text));
    case "unreadable":
      return failure("unanswered", "answer not readable");
    case "unreached":
    case "unanswered":
      return failure(answer.kind, answer.text);
    case "http": {
      const raw = withText(`HTTP ${answer.status}`, answer.text);
      if (answer.status === 429) return failure("throttled", raw);
      // An edge may answer so after the server behind it took the send.
      return failure(answer.status >= 500 ? "unanswered" : "http_refused", raw);
    }
  }
}

/** How the send ends. `coolDownUntilMs` is when the next try is due if it was throttled. */
export function endOf(
  { meaning, wireId, raw }: SendOutcome,
  { coolDownUntilMs }: { readonly coolDownUntilMs: number },
): SendEnd {
  switch (SEND_RULES[meaning].hub) {
    case "end":
      if (SEND_RULES[meaning].client === "error") return { kind: "refused", reason: raw };
      return { kind: "sent", wireId };
    case "send_again":
      return { kind: "back", reason: raw };
    case "settle":
      return { kind: "unknown", reason: raw };
    case "cool_down":
      return deferred("throttle", coolDownUntilMs, raw);
    case "wait_for_person":
    case "wait_for_login": {
      const reason: Readonly<Partial<Record<SendMeaning, DeferReason>>> = WAITS_FOR;
      return deferred(reason[meaning] ?? "logged_out", null, raw);
    }
  }
}

function deferred(
  reason: DeferReason,
  untilMs: number | null,
  raw: string,
): Extract<SendEnd, { kind: "deferred" }> {
  return { kind: "deferred", reason, untilMs, raw };
}

function failure(meaning: SendMeaning, raw: string): SendOutcome {
  return { meaning, wireId: null, raw };
}

function withText(code: string, text: string): string {
  return text === "" ? code : `${code}: ${text}`;
}
