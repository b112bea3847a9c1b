/** A message for several clients needs an answer of each, and one message of the person gets only so many. */
import type { Decision } from "../core/decision.ts";
import { answersPerMessage } from "../core/turn.ts";
import { CHAT_TEXT } from "../text/chat.ts";
import { say } from "../text/say.ts";
import type { Background } from "./views.ts";

/** The decision, or the hub's answer instead where not all of its clients could be heard. */
export function refuseTooMany(
  decision: Decision,
  { limits, lang }: Pick<Background, "limits" | "lang">,
): Decision {
  if (decision.kind !== "deliver") return decision;
  const count = new Set(decision.to).size;
  const max = answersPerMessage(limits);
  if (count === 1 || count <= max) return decision;
  const sum = { count, max };
  return {
    kind: "answer",
    text: say(lang, CHAT_TEXT.broadcastTooMany, sum),
    binding: { kind: "keep" },
    moveWaiting: false,
    reason: say(lang, CHAT_TEXT.broadcastTooManyReason, sum),
  };
}
