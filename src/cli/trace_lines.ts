/** One message's life in lines, in the order in which it happened. */
import type { DeliveryTrace, MessageSummary, MessageTrace, ReplyTrace, SendTrace } from "../hub.ts";
import { isObject, type Json, textMember } from "../lib/json.ts";
import { CLIENT_STATE, DELIVERY_STATE, INBOX_STATE, LOOK, VERDICT } from "../text/look.ts";
import { type Lang, say, type Sentence } from "../text/say.ts";
import { SEND_STATE, sendReasonText } from "../text/send_reasons.ts";
import { columns, fit } from "./table.ts";
import { timeText } from "./times.ts";

const TEXT_WIDTH = 100;

type Trace = NonNullable<MessageTrace["trace"]>;
export type Step = Trace["steps"][number];

export function traceLines(message: MessageTrace, lang: Lang): string[] {
  const { id, account, receivedAtMs, state, reason, duplicateOf, duplicates, trace } = message;
  const places = { id, account, time: timeText(receivedAtMs), sender: whoText(message, lang) };
  return [
    say(lang, LOOK.message, places),
    `  ${fit(whatText(message, lang), TEXT_WIDTH)}`,
    `  ${INBOX_STATE[state][lang]}${reason === "" ? "" : `: ${reason}`}`,
    ...(duplicateOf === null ? [] : [`  ${say(lang, LOOK.duplicate, { id: duplicateOf })}`]),
    ...(duplicates === 0 ? [] : [`  ${say(lang, LOOK.duplicates, { count: duplicates })}`]),
    "",
    ...(trace === null ? [say(lang, LOOK.notDecided)] : decisionLines(trace, lang)),
    ...section(say(lang, LOOK.deliveries), message.deliveries.map((one) => deliveryRow(one, lang))),
    ...repliesLines(message.replies, lang),
    ...section(say(lang, LOOK.hubSends), message.hubSends.map((send) => sendRow(send, lang))),
  ];
}

/** Who wrote it. */
export function whoText({ sender, isGroup }: MessageSummary, lang: Lang): string {
  const name = sender.alias === "" ? sender.key : sender.alias;
  return isGroup ? `${name} ${say(lang, LOOK.group)}` : name;
}

/** What was written, or what kinds of things were sent. */
export function whatText(
  { text, parts }: Pick<MessageSummary, "text" | "parts">,
  lang: Lang,
): string {
  const kinds = parts.map(({ kind }) => kind).filter((kind) => kind !== "text");
  const media = kinds.length === 0 ? "" : say(lang, LOOK.media, { kinds: kinds.join(", ") });
  return [media, text].filter((part) => part !== "").join(" ");
}

function decisionLines(trace: Trace, lang: Lang): string[] {
  const { decidedAtMs, steps, seen, decision, shadow = [] } = trace;
  const states: Readonly<Record<string, Sentence>> = CLIENT_STATE;
  const clients = seen.clients
    .map(({ name, state }) => `${name} ${states[state]?.[lang] ?? state}`)
    .join(lang === "zh" ? "、" : ", ");
  const places = {
    binding: seen.binding ?? say(lang, LOOK.none),
    clients: clients === "" ? say(lang, LOOK.none) : clients,
  };
  return [
    ...stepLines(steps, lang),
    `${timeText(decidedAtMs)} ${
      say(lang, LOOK.decided, { decision: outcomeText(decision, lang) })
    }`,
    say(lang, LOOK.seen, places),
    ...section(say(lang, LOOK.shadow), shadow.map((step) => stepRow(step, lang))),
  ];
}

/** Who was asked, and what each answered. */
export function stepLines(steps: readonly Step[], lang: Lang): string[] {
  return [
    `${say(lang, LOOK.asked)}:`,
    ...indented(columns(steps.map((step) => stepRow(step, lang)))),
  ];
}

function stepRow({ plugin, version, tookMs, outcome }: Step, lang: Lang): string[] {
  const answer = outcome.kind === "verdict"
    ? outcomeText(outcome.verdict, lang)
    : say(lang, LOOK.fault, { fault: outcome.fault, text: fit(outcome.text, TEXT_WIDTH) });
  const ms = Math.round(tookMs * 10) / 10;
  return [`${plugin} ${version}`, say(lang, LOOK.tookMs, { ms }), answer];
}

/** A verdict or decision in a line: its kind, where to, and why. */
export function outcomeText(outcome: Json, lang: Lang): string {
  if (!isObject(outcome)) return fit(JSON.stringify(outcome), TEXT_WIDTH);
  const to = outcome["to"];
  const target = Array.isArray(to) ? ` → ${to.join(", ")}` : "";
  const reason = textMember(outcome, "reason");
  const why = textMember(outcome, "why");
  const because = [why, reason].filter((part) => part !== "").join(": ");
  return fit(
    `${kindText(textMember(outcome, "kind"), lang)}${target}${
      because === "" ? "" : ` (${because})`
    }`,
    TEXT_WIDTH,
  );
}

/** The word for an answer of a plugin or a decision of the hub. */
export function kindText(kind: string, lang: Lang): string {
  return VERDICT[kind]?.[lang] ?? kind;
}

function deliveryRow(delivery: DeliveryTrace, lang: Lang): string[] {
  const { client, state, reason, handOuts, isUnanswered } = delivery;
  const atMs = delivery.acknowledgedAtMs ?? delivery.handedOutAtMs ?? delivery.queuedAtMs;
  return [
    client,
    DELIVERY_STATE[state][lang],
    timeText(atMs),
    [
      ...(handOuts > 1 ? [say(lang, LOOK.handOuts, { count: handOuts })] : []),
      ...(isUnanswered ? [say(lang, LOOK.unansweredMark)] : []),
      ...(reason === "" ? [] : [reason]),
    ].join(", "),
  ];
}

function repliesLines(replies: readonly ReplyTrace[], lang: Lang): string[] {
  if (replies.length === 0) return [];
  return [
    "",
    `${say(lang, LOOK.replies)}:`,
    ...replies.flatMap((reply) => [
      `  ${timeText(reply.acceptedAtMs)} ${
        say(lang, LOOK.reply, { client: reply.client, state: SEND_STATE[reply.state][lang] })
      }  ${fit(whatText(reply, lang), 60)}`,
      ...indented(indented(columns(hookSteps(reply.steps).map((step) => stepRow(step, lang))))),
      ...indented(indented(columns(reply.sends.map((send) => sendRow(send, lang))))),
    ]),
  ];
}

/** What the plugins that look at replies did to it; that they left it alone needs no line. */
function hookSteps(steps: Json): readonly Step[] {
  // The store keeps them as the steps of a decision.
  const told = Array.isArray(steps) ? steps as unknown as readonly Step[] : [];
  return told.filter(({ outcome }) =>
    outcome.kind === "fault" || !isObject(outcome.verdict) || outcome.verdict["kind"] !== "pass"
  );
}

function sendRow(send: SendTrace, lang: Lang): string[] {
  const { state, reason, isRepeat, text, wireId } = send;
  const atMs = send.endedAtMs ?? send.beganAtMs ?? send.plannedAtMs;
  const notes = [
    ...(reason === "" ? [] : [sendReasonText(reason, lang)]),
    ...(isRepeat ? [say(lang, LOOK.repeat)] : []),
    ...(wireId === null ? [] : [wireId]),
  ];
  return [
    timeText(atMs),
    SEND_STATE[state][lang],
    fit(text, 40) || LOOK.noText[lang],
    notes.join(", "),
  ];
}

function section(title: string, rows: readonly string[][]): string[] {
  return rows.length === 0 ? [] : ["", `${title}:`, ...indented(columns(rows))];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
