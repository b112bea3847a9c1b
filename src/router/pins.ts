/**
 * Answers to what agents asked. A reply may be pinned by a plugin; the person's next short answer then goes to the client
 * that gave it, whoever else would get it. While several wait the hub asks which one is meant, and keeps the answer until a
 * name is said. A text for several clients is nobody's answer.
 */
import type { Client } from "../core/client.ts";
import type { Decision, TraceStep } from "../core/decision.ts";
import type { ReplyId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Inbound } from "../core/message.ts";
import { isOpen, isOver, type Pin } from "../core/pin.ts";
import { isObject, listMember, textMember } from "../lib/json.ts";
import type { Memory } from "../plugin/host.ts";
import { HUB_ID } from "../plugin/manifest.ts";
import type { DecisionInput } from "../store/store.ts";
import { CHAT_TEXT } from "../text/chat.ts";
import { type Lang, listNames, say } from "../text/say.ts";

/** Of an answer that was given again and again before somebody was named, the last lines. */
const HELD_LINES_MAX = 10;

/** How one message is decided by pins. */
export interface PinAnswer {
  /** Whether it was asked for by name: then it cannot be a command. */
  readonly isNamed: boolean;
  readonly decision: Decision;
  readonly step: TraceStep;
  /** The hub's own memory of the conversation from now on. */
  readonly memory: Memory;
}

interface Around {
  readonly clients: readonly Client[];
  readonly lang: Lang;
  readonly version: string;
}

/** A question that is open, by the name of its client. */
interface Question extends Pin {
  readonly name: string;
}

/** An answer that was given while it was not clear to whom. */
interface Held {
  readonly text: string;
  /** What was open then. */
  readonly replies: readonly unknown[];
}

/** What the message answers; `null` when it answers nothing: it is too long, quotes something, or looks like a command. */
export function findAnswer(input: DecisionInput, around: Around): PinAnswer | null {
  const open = openQuestions(input, around.clients);
  if (open.length === 0) return null;
  const { inbound } = input.message;
  const { held: _held, ...memory } = input.memories[HUB_ID] ?? {};
  const held = readHeld(input);
  const waiting = open.filter(({ reply }) => held?.replies.includes(reply));
  const named = waiting.find(({ name }) => isName(inbound.text, name));
  if (held !== null && named !== undefined) {
    const reason = say(around.lang, CHAT_TEXT.pinNamed, named);
    return { isNamed: true, memory, ...deliver(named, { text: held.text, reason, ...around }) };
  }
  if (!isShortAnswer(inbound)) return null;
  const text = held === null || waiting.length === 0 ? null : addLine(held.text, inbound.text);
  const [first, ...others] = open;
  if (first !== undefined && others.length === 0) {
    const reason = say(around.lang, CHAT_TEXT.pinAnswered, first);
    return { isNamed: false, memory, ...deliver(first, { text, reason, ...around }) };
  }
  const replies = open.map(({ reply }) => reply);
  const now = { sender: input.sender.key, text: text ?? inbound.text, replies };
  return { isNamed: false, memory: { ...memory, held: now }, ...ask(open, around) };
}

/**
 * What is decided instead of giving a short text to several clients of which one waits: each could take it for its answer,
 * so that none gets it. `null` when the decision may stand.
 */
export function refuseForSeveral(
  input: DecisionInput,
  decision: Decision,
  around: Around,
): Pick<PinAnswer, "decision" | "step"> | null {
  if (decision.kind !== "deliver" || decision.to.length === 1) return null;
  if (!isShort(decision.text ?? input.message.inbound.text)) return null;
  const asking = openQuestions(input, around.clients)
    .filter(({ client }) => decision.to.includes(client));
  const [first] = asking;
  if (first === undefined) return null;
  const names = listNames(asking.map(({ name }) => name), around.lang);
  const text = say(around.lang, CHAT_TEXT.pinForAll, { names, first: first.name });
  const reason = say(around.lang, CHAT_TEXT.pinNotForAll, { names });
  return answer({ text, reason }, around.version);
}

/**
 * Pins that end with a decision: those that are over, that of a client which alone gets the message, and all of them when
 * the person turns to another agent.
 */
export function endedPins({ pins, message }: DecisionInput, decision: Decision): ReplyId[] {
  const turns = "binding" in decision && decision.binding.kind !== "keep";
  const only = decision.kind === "deliver" && decision.to.length === 1 ? decision.to[0] : null;
  return pins
    .filter((pin) => turns || pin.client === only || isOver(pin, message.receivedAtMs))
    .map(({ reply }) => reply);
}

function openQuestions({ pins, message }: DecisionInput, clients: readonly Client[]): Question[] {
  return pins.filter((pin) => isOpen(pin, message.receivedAtMs)).flatMap((pin) => {
    const client = clients.find(({ id }) => id === pin.client);
    return client === undefined ? [] : [{ ...pin, name: client.name }];
  });
}

/** Words alone, written or spoken. What begins like a command or a mention is for somebody on purpose. */
function isShortAnswer({ text, parts, quote }: Inbound): boolean {
  return quote === null && isShort(text) && !/^[/／@＠]/.test(text.trim()) &&
    parts.every(({ kind }) => kind === "text" || kind === "voice");
}

function isShort(text: string): boolean {
  const trimmed = text.trim();
  return trimmed !== "" && [...trimmed].length <= LIMITS.pinAnswerLengthMax;
}

function readHeld({ memories, sender }: DecisionInput): Held | null {
  const held = memories[HUB_ID]?.["held"];
  if (held === undefined || !isObject(held) || held["sender"] !== sender.key) return null;
  return { text: textMember(held, "text"), replies: listMember(held, "replies") };
}

function addLine(held: string, line: string): string {
  return [...held.split("\n"), line].slice(-HELD_LINES_MAX).join("\n");
}

/** Also as it would be mentioned: `@name`. */
function isName(text: string, name: string): boolean {
  const fold = (word: string) => word.normalize("NFKC").trim().toLowerCase();
  return [fold(name), `@${fold(name)}`].includes(fold(text));
}

function deliver(
  { client, name }: Question,
  { text, reason, version }: Pick<Around, "version"> & {
    readonly text: string | null;
    readonly reason: string;
  },
): Pick<PinAnswer, "decision" | "step"> {
  const decision: Decision = {
    kind: "deliver",
    to: [client],
    text,
    say: null,
    binding: { kind: "keep" },
    moveWaiting: false,
    reason,
  };
  return { decision, step: stepOf({ to: [name], reason }, version) };
}

function ask(
  open: readonly Question[],
  { lang, version }: Around,
): Pick<PinAnswer, "decision" | "step"> {
  const names = listNames(open.map(({ name }) => name), lang);
  const text = say(lang, CHAT_TEXT.pinWhich, { names });
  const reason = say(lang, CHAT_TEXT.pinUnclear, { names });
  return answer({ text, reason }, version);
}

/** The hub's own words to the person. */
function answer(
  { text, reason }: { readonly text: string; readonly reason: string },
  version: string,
): Pick<PinAnswer, "decision" | "step"> {
  const decision: Decision = {
    kind: "answer",
    text,
    binding: { kind: "keep" },
    moveWaiting: false,
    reason,
  };
  return { decision, step: stepOf({ text, reason }, version) };
}

/** The pins' own step in the trace, among those of the plugins. */
function stepOf(
  told: { readonly to?: string[]; readonly text?: string; readonly reason: string },
  version: string,
): TraceStep {
  const outcome: TraceStep["outcome"] = { kind: "verdict", verdict: { kind: "pin", ...told } };
  return { plugin: HUB_ID, version, tookMs: 0, outcome };
}
