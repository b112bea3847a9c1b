/** A decision as it is kept for people: names instead of ids, who made it, and every plugin's part. */
import type { Decision, StateSeen, TraceStep } from "../core/decision.ts";
import type { Client } from "../core/client.ts";
import { isObject, type JsonObject, listMember, textMember } from "../lib/json.ts";
import type { Binding, ClientView, LastDecision } from "../plugin/api.ts";
import type { DecisionInput } from "../store/store.ts";
import { CHAT_TEXT } from "../text/chat.ts";
import { type Lang, listNames, say } from "../text/say.ts";
import { nameOf } from "./views.ts";

/** Clients in one trace at most, so that a hub with thousands does not write them all for each message. */
const CLIENTS_SEEN_MAX = 50;

/** Memories in one trace at most, characters of JSON; one plugin's may be half of it. */
const MEMORIES_LENGTH_MAX = 8_192;

/**
 * A decision in a trace: as in `core/decision.ts`, with names for ids (`to`, `bind`), nothing that says nothing, and
 * `by`: the plugin that decided, `hub` for a pin, `null` for the fallback and the sender policy.
 */
export function tellDecision(
  decision: Decision,
  from: { readonly by: string | null; readonly clients: readonly Client[] },
): JsonObject {
  const told: JsonObject = { kind: decision.kind, by: from.by };
  if (decision.kind === "deliver") {
    told["to"] = decision.to.map((id) => nameOf(from.clients, id));
  }
  if (decision.kind === "park" || decision.kind === "drop") told["why"] = decision.why;
  if ("text" in decision && decision.text !== null) told["text"] = decision.text;
  if ("say" in decision && decision.say !== null) told["say"] = decision.say;
  if ("binding" in decision) {
    if (decision.binding.kind === "bind") {
      told["bind"] = nameOf(from.clients, decision.binding.client);
    }
    if (decision.binding.kind === "unbind") told["bind"] = null;
    if (decision.moveWaiting) told["moveWaiting"] = true;
  }
  told["reason"] = decision.reason;
  return told;
}

/** What the plugins saw. Of many clients those that the decision names come first, and the rest is left out. */
export function tellSeen(
  seen: {
    readonly binding: Binding | null;
    readonly clients: readonly ClientView[];
    readonly memories: DecisionInput["memories"];
  } & Pick<StateSeen, "pins">,
  decision: JsonObject,
): StateSeen {
  const { clients } = seen;
  const binding = seen.binding?.client ?? null;
  const named = listMember(decision, "to");
  const isNamed = ({ name }: ClientView) => name === binding || named.includes(name);
  const chosen = clients.length <= CLIENTS_SEEN_MAX
    ? clients
    : [...clients.filter(isNamed), ...clients.filter((client) => !isNamed(client))];
  return {
    binding,
    ...(seen.binding === null ? {} : { boundAtMs: seen.binding.boundAtMs }),
    ...memoriesSeen(seen.memories),
    ...(seen.pins === undefined ? {} : { pins: seen.pins }),
    clients: chosen.slice(0, CLIENTS_SEEN_MAX).map(({ name, state }) => ({ name, state })),
  };
}

function memoriesSeen(memories: DecisionInput["memories"]): Pick<StateSeen, "memories"> {
  if (Object.keys(memories).length === 0) return {};
  return JSON.stringify(memories).length > MEMORIES_LENGTH_MAX ? {} : { memories };
}

/** The pins of a conversation, with names for ids; nothing where there are none. */
export function tellPins(
  { pins }: Pick<DecisionInput, "pins">,
  clients: readonly Client[],
): Pick<StateSeen, "pins"> {
  if (pins.length === 0) return {};
  return { pins: pins.map((pin) => ({ ...pin, client: nameOf(clients, pin.client) ?? "" })) };
}

/** The conversation's previous decision in words. */
export function lastDecisionOf(last: DecisionInput["last"], lang: Lang): LastDecision | null {
  if (last === null) return null;
  const { decision, steps } = last.trace;
  const told = isObject(decision) ? decision : {};
  const plugin = textMember(told, "by") || null;
  return {
    message: last.message,
    plugin,
    summary: summarize(told, lang),
    steps: [
      ...steps.map((step) => stepWords(step, lang)),
      ...(plugin === null && steps.length > 0 ? [say(lang, CHAT_TEXT.fallback)] : []),
    ],
  };
}

function summarize(told: JsonObject, lang: Lang): string {
  const reason = textMember(told, "reason");
  switch (told["kind"]) {
    case "deliver": {
      const names = listNames(listMember(told, "to").map(String), lang);
      return say(lang, CHAT_TEXT.deliver, { names, reason });
    }
    case "answer":
      return say(lang, CHAT_TEXT.answer, { reason });
    case "park":
      return say(lang, CHAT_TEXT.park, { reason });
    default:
      return say(lang, CHAT_TEXT.drop, { reason });
  }
}

function stepWords({ plugin, outcome }: TraceStep, lang: Lang): string {
  if (outcome.kind === "fault") return say(lang, CHAT_TEXT.failed, { plugin, text: outcome.text });
  const verdict = isObject(outcome.verdict) ? outcome.verdict : {};
  if (verdict["kind"] !== "pass") return say(lang, CHAT_TEXT.decided, { plugin });
  const reason = textMember(verdict, "reason");
  return reason === ""
    ? say(lang, CHAT_TEXT.passed, { plugin })
    : say(lang, CHAT_TEXT.passedBecause, { plugin, reason });
}
