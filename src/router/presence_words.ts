/**
 * One line of the hub's own beside a message that nobody takes up at once: its agent is away, or the person wants a busy one
 * to stop. It is said where it helps and a send can be spared, and never where somebody says something already. Pure: the
 * same message, state and memory give the same line, so that it is said once, also when it is decided again.
 */
import { type Client, isThere } from "../core/client.ts";
import type { Decision } from "../core/decision.ts";
import type { AccountId } from "../core/ids.ts";
import { admit, type Ledger } from "../core/ledger.ts";
import { LIMITS } from "../core/limits.ts";
import { isObject, type JsonObject } from "../lib/json.ts";
import type { Memory, PluginHost } from "../plugin/host.ts";
import { COMMANDS_ID, HUB_ID } from "../plugin/manifest.ts";
import type { DecisionInput } from "../store/store.ts";
import { isStopWord, PRESENCE_TEXT, timeWords } from "../text/presence.ts";
import { listNames, say } from "../text/say.ts";
import type { Scene } from "./views.ts";

export interface WordsPolicy {
  /** Whether an absence is told at all. */
  readonly saysAway: boolean;
  /** What commands to the hub begin with; `null` where there are none. */
  readonly commandPrefix: string | null;
}

/** Without the plugin that takes commands there are none. */
export function policyAt(
  { plugins }: Pick<PluginHost, "plugins">,
  words: WordsPolicy,
): WordsPolicy {
  return plugins.some(({ id }) => id === COMMANDS_ID) ? words : { ...words, commandPrefix: null };
}

export type WordsScene = Scene & { readonly words: WordsPolicy };

const MINUTE_MS = 60_000;

/** The outcome with the line, and with the hub's memory of it. */
export function withPresenceWords<
  Outcome extends {
    readonly decision: Decision;
    readonly by: string | null;
    readonly memories: Readonly<Record<string, Memory>>;
  },
>(outcome: Outcome, input: DecisionInput, around: WordsScene): Outcome {
  const { decision, by, memories } = outcome;
  const own = memories[HUB_ID] ?? input.memories[HUB_ID] ?? {};
  if (decision.kind === "answer" && by === COMMANDS_ID && decision.binding.kind === "bind") {
    const { client } = decision.binding;
    // Who chooses an agent is told whether it is there.
    const chosen = around.clients.filter((one) => one.id === client && isAbsent(one, around));
    if (chosen.length === 0) return outcome;
    return { ...outcome, memories: { ...memories, [HUB_ID]: withSaid(own, chosen, around) } };
  }
  if (decision.kind !== "deliver" || decision.say !== null) return outcome;
  const place = { account: input.account.id, ledger: input.ledger };
  if (!canSpareSend(place, around)) return outcome;
  const targets = around.clients.filter(({ id }) => decision.to.includes(id));
  const stop = stopLine(decision.text ?? input.message.inbound.text, targets, around);
  if (stop !== null) return { ...outcome, decision: { ...decision, say: stop } };
  const away = awayLine(targets, own, around);
  if (away === null) return outcome;
  return {
    ...outcome,
    decision: { ...decision, say: away.line },
    memories: { ...memories, [HUB_ID]: away.memory },
  };
}

/** Whether the hub may say something that is kind but not needed: what is kept for answers and for the hub stays kept. */
export function canSpareSend(
  { account, ledger }: { readonly account: AccountId; readonly ledger: Ledger },
  { limits, nowMs, sending }: Pick<Scene, "limits" | "nowMs" | "sending">,
): boolean {
  // What is said after a throttle may not be true any more.
  const throttledUntilMs = sending?.(account).throttledUntilMs ?? null;
  if (throttledUntilMs !== null) return false;
  const left = limits.sendsPerInbound - ledger.sendsSinceInbound;
  return admit(ledger, limits, nowMs).kind === "send" &&
    left > limits.keptForAnswer + limits.keptForHub;
}

/** For a client that works on something, since it hears of the word later. */
function stopLine(text: string, targets: readonly Client[], around: WordsScene): string | null {
  const busy = targets.filter(({ id }) => around.states.stateOf(id) === "busy");
  if (busy.length === 0 || !isStopWord(text)) return null;
  return say(around.lang, PRESENCE_TEXT.stopQueued, { name: joined(busy, around) });
}

/** Where nobody is there who could take a message, once for each absence; `memory` is the hub's own of the conversation. */
export function awayLine(
  targets: readonly Client[],
  memory: Memory,
  around: WordsScene,
): { readonly line: string; readonly memory: Memory } | null {
  const { states, lang, clients, words } = around;
  if (!words.saysAway || targets.length === 0) return null;
  if (!targets.every((client) => isAbsent(client, around))) return null;
  const said = saidOf(memory, around);
  if (targets.every(({ id }) => said[id] !== undefined)) return null;
  const other = clients.find(({ id }) => states.stateOf(id) === "polling") ??
    clients.find(({ id }) => states.stateOf(id) === "busy");
  const prefix = words.commandPrefix;
  const offer = other === undefined || prefix === null
    ? ""
    : say(lang, PRESENCE_TEXT.offer, { prefix, name: other.name });
  return {
    line: absence(targets, around) + offer,
    memory: withSaid(memory, targets, around),
  };
}

/** The hub's memory once the person knows that these are away. */
function withSaid(memory: Memory, targets: readonly Client[], around: WordsScene): Memory {
  const now = Object.fromEntries(targets.map(({ id }) => [id, around.nowMs]));
  return { ...memory, awaySaid: { ...saidOf(memory, around), ...now } };
}

/** Whether the client is away. While the hub has just begun, one that has not called yet may only be slower. */
export function isAbsent({ id }: Client, { states, nowMs, startedAtMs }: Scene): boolean {
  const hasHadTime = states.lastCallAtMs(id) !== null ||
    nowMs - startedAtMs >= LIMITS.awayAfterMs;
  return hasHadTime && !isThere(states.stateOf(id));
}

/** By client, when its present absence was told. Who has called since is not in it any more. */
function saidOf(memory: Memory, around: WordsScene): JsonObject {
  const told = memory["awaySaid"];
  const said = told !== undefined && isObject(told) ? told : {};
  return Object.fromEntries(
    around.clients.flatMap((client) => {
      const atMs = said[client.id];
      return typeof atMs === "number" && (lastCallMs(client, around) ?? 0) <= atMs
        ? [[client.id, atMs]]
        : [];
    }),
  );
}

function absence(targets: readonly Client[], around: WordsScene): string {
  const { lang, nowMs } = around;
  const [only, ...others] = targets;
  if (only === undefined || others.length > 0) {
    return say(lang, PRESENCE_TEXT.allAway, { names: joined(targets, around) });
  }
  const { name } = only;
  const calledAtMs = lastCallMs(only, around);
  if (calledAtMs === null) return say(lang, PRESENCE_TEXT.neverThere, { name });
  const awayMs = nowMs - calledAtMs;
  return awayMs < MINUTE_MS
    ? say(lang, PRESENCE_TEXT.justLeft, { name })
    : say(lang, PRESENCE_TEXT.away, { name, time: timeWords(awayMs, lang) });
}

function lastCallMs(client: Client, { states }: WordsScene): number | null {
  return states.lastCallAtMs(client.id) ?? client.lastSeenAtMs;
}

function joined(clients: readonly Client[], { lang }: WordsScene): string {
  return listNames(clients.map(({ name }) => name), lang);
}
