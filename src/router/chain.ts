/**
 * Decides one message, and does nothing else: who may write, whether it is an answer that somebody waits for, then the
 * plugins in order, then the fallback; last, that no short text becomes an answer for several. What comes out is a value
 * with everything that explains it, so it can be made again after a crash and tried on another day.
 */
import type { Decision, Trace, TraceStep } from "../core/decision.ts";
import type { ReplyId } from "../core/ids.ts";
import { parseJson } from "../lib/json.ts";
import type { Verdict } from "../plugin/api.ts";
import type { Answer, Facts, LoadedPlugin, Memory, PluginHost } from "../plugin/host.ts";
import { COMMANDS_ID, HUB_ID } from "../plugin/manifest.ts";
import type { DecisionInput } from "../store/store.ts";
import { CHAT_TEXT } from "../text/chat.ts";
import { say } from "../text/say.ts";
import { refuseTooMany } from "./broadcast.ts";
import { tellDecision, tellPins, tellSeen } from "./explain.ts";
import { factsFor } from "./facts.ts";
import { fallBack } from "./fallback.ts";
import { type CodeBook, findApproval } from "./pairing.ts";
import { endedPins, findAnswer, refuseForSeveral } from "./pins.ts";
import { refusalOf, type SenderPolicy } from "./policy.ts";
import { type Around, resolveVerdict } from "./resolve.ts";
import { policyAt, withPresenceWords, type WordsPolicy } from "./presence_words.ts";
import { type Scene, viewInbound } from "./views.ts";

export interface DecisionPorts extends Scene {
  readonly host: PluginHost;
  readonly policy: SenderPolicy;
  /** Requests that the owner approves by their code; without it no text is a code. */
  readonly pairing?: CodeBook;
  /** What the hub says about agents that are busy or away; nothing without it. */
  readonly words?: WordsPolicy;
}

export interface Decided {
  readonly decision: Decision;
  readonly trace: Trace;
  /** What changed, by plugin id. */
  readonly memories: Readonly<Record<string, Memory>>;
  /** Replies whose pins end with it. */
  readonly endedPins: readonly ReplyId[];
}

/** Who decided what, and what is to be remembered. */
interface Outcome {
  readonly decision: Decision;
  /** The plugin that decided, `HUB_ID` for a pin; `null`: the sender policy or the fallback. */
  readonly by: string | null;
  readonly steps: readonly TraceStep[];
  readonly memories: Readonly<Record<string, Memory>>;
}

/** Never rejects for what a plugin does. */
export async function decide(input: DecisionInput, ports: DecisionPorts): Promise<Decided> {
  const { clients, nowMs } = ports;
  const facts = factsFor(input, ports);
  const refusal = refuse(input, ports);
  const outcome = refusal === null
    ? await approve(input, ports) ??
      answerOne(input, await askPlugins(input, { ...ports, facts }), ports)
    : { decision: refusal, by: null, steps: [], memories: {} };
  const possible = { ...outcome, decision: refuseTooMany(outcome.decision, ports) };
  const { decision, by, steps, memories } = withWords(possible, input, ports);
  const told = tellDecision(decision, { by, clients });
  const seen = tellSeen({ ...facts, ...tellPins(input, clients), memories: input.memories }, told);
  const trace = { decidedAtMs: nowMs, steps, seen, decision: told };
  return { decision, trace, memories, endedPins: endedPins(input, decision) };
}

function withWords(outcome: Outcome, input: DecisionInput, ports: DecisionPorts): Outcome {
  const { words, host } = ports;
  if (words === undefined) return outcome;
  return withPresenceWords(outcome, input, { ...ports, words: policyAt(host, words) });
}

function refuse(input: DecisionInput, { policy, lang }: DecisionPorts): Decision | null {
  const { message: { inbound: { from, group } }, sender, account } = input;
  const why = refusalOf({ from, group, sender }, { ...policy, owner: account.userId });
  if (why === null) return null;
  const isGroup = why === "group_not_allowed";
  const sentence = isGroup ? CHAT_TEXT.groupNotAllowed : CHAT_TEXT.senderNotAllowed;
  return { kind: "drop", why, reason: say(lang, sentence) };
}

/** Before any plugin: a code is nobody's business but the hub's. */
async function approve(input: DecisionInput, ports: DecisionPorts): Promise<Outcome | null> {
  const approval = await findApproval(input, ports);
  return approval === null ? null : { ...approval, by: HUB_ID, memories: {} };
}

/** Whatever plugins want, one short text is never the answer for several. */
function answerOne(input: DecisionInput, outcome: Outcome, ports: DecisionPorts): Outcome {
  const refused = refuseForSeveral(input, outcome.decision, ports);
  if (refused === null) return outcome;
  const { decision, step } = refused;
  return { ...outcome, decision, by: HUB_ID, steps: [...outcome.steps, step] };
}

/** What has been asked so far. */
interface Asked {
  readonly steps: TraceStep[];
  readonly memories: Record<string, Memory>;
  /** What plugins made of the text; `null` when none changed it. */
  text: string | null;
}

type Asking = DecisionPorts & { readonly facts: Facts };

async function askPlugins(input: DecisionInput, asking: Asking): Promise<Outcome> {
  const asked: Asked = { steps: [], memories: {}, text: null };
  const hooks = asking.host.plugins.filter(({ hasRoute }) => hasRoute);
  const answer = findAnswer(input, asking);
  // Only a command goes before an answer that somebody waits for; no plugin can send that to another one too.
  const first = answer === null || answer.isNamed
    ? []
    : hooks.filter(({ id }) => id === COMMANDS_ID);
  const commanded = await askInOrder(first, asked, { input, asking });
  if (commanded !== null) return commanded;
  if (answer !== null && asked.text === null) {
    const { decision, step, memory } = answer;
    const memories = { ...asked.memories, [HUB_ID]: memory };
    return { decision, by: HUB_ID, steps: [...asked.steps, step], memories };
  }
  const others = hooks.filter((plugin) => !first.includes(plugin));
  const decided = await askInOrder(others, asked, { input, asking });
  if (decided !== null) return decided;
  const { steps, memories } = asked;
  const { decision, memories: own } = fallBack(input, { ...asking, text: asked.text });
  const isParked = decision.kind === "park";
  return { decision, by: null, steps, memories: isParked ? own : { ...memories, ...own } };
}

/** Asks until one decides; `null` when none does. Answers count in order, whenever they were asked for. */
async function askInOrder(
  plugins: readonly LoadedPlugin[],
  asked: Asked,
  { input, asking }: { readonly input: DecisionInput; readonly asking: Asking },
): Promise<Outcome | null> {
  const { host, facts, lang } = asking;
  const { steps, memories } = asked;
  const shown = viewInbound(input, asking.clients);
  const askNow = (plugin: LoadedPlugin, text: string | null) =>
    host.route(plugin, {
      message: text === null ? shown : { ...shown, text },
      facts,
      memory: input.memories[plugin.id] ?? {},
    });
  const ahead = createAhead(plugins, askNow);
  for (const [at, plugin] of plugins.entries()) {
    const { text } = asked;
    const memory = input.memories[plugin.id] ?? {};
    const answer = await ahead(at, text);
    const { resolved, step } = weigh(plugin, answer, { ...asking, text });
    steps.push(step);
    if (resolved.kind === "fault") {
      if (plugin.onFault === "next") continue;
      const reason = say(lang, CHAT_TEXT.pluginFault, { plugin: plugin.id, text: resolved.text });
      const decision: Decision = { kind: "park", why: "plugin_fault", say: null, reason };
      // It will be decided again, and must not find what was remembered on the way here.
      return { decision, by: plugin.id, steps, memories: {} };
    }
    if (!isSame(resolved.memory, memory)) memories[plugin.id] = resolved.memory;
    if (resolved.decision !== null) {
      return { decision: resolved.decision, by: plugin.id, steps, memories };
    }
    asked.text = resolved.text;
  }
  return null;
}

type Ask = (plugin: LoadedPlugin, text: string | null) => Promise<Answer<Verdict>>;

/**
 * Plugins in processes of their own that stand side by side are asked at the same time, because one by one their ways
 * there and back would add up. An answer to a text that one of them has changed meanwhile is not used: that one is asked
 * again. Plugins in this process are asked when it is their turn, since asking them early costs what it saves.
 */
function createAhead(plugins: readonly LoadedPlugin[], ask: Ask) {
  let pending = new Map<LoadedPlugin, Promise<Answer<Verdict>>>();
  let pendingText: string | null = null;
  return (at: number, text: string | null): Promise<Answer<Verdict>> => {
    const plugin = plugins[at];
    if (plugin === undefined) throw new RangeError(`There is no plugin at ${at}`);
    const early = pendingText === text ? pending.get(plugin) : undefined;
    if (early !== undefined) return early;
    if (plugin.source !== "user") return ask(plugin, text);
    const rest = plugins.slice(at);
    const end = rest.findIndex(({ source }) => source !== "user");
    const together = end < 0 ? rest : rest.slice(0, end);
    pendingText = text;
    pending = new Map(together.map((one) => [one, ask(one, text)]));
    return pending.get(plugin) ?? ask(plugin, text);
  };
}

type ResolvedAnswer =
  | { readonly kind: "fault"; readonly fault: string; readonly text: string }
  | {
    readonly kind: "verdict";
    readonly memory: Memory;
    /** `null`: the next plugin is asked. */
    readonly decision: Decision | null;
    readonly text: string | null;
  };

/** What an answer means among the clients there are, and how it stands in the trace. */
export function weigh(
  plugin: LoadedPlugin,
  answer: Answer<Verdict>,
  around: Around,
): { readonly resolved: ResolvedAnswer; readonly step: TraceStep } {
  const resolved = resolveAnswer(answer, around);
  return { resolved, step: stepOf(plugin, { answer, resolved }) };
}

function resolveAnswer(
  answer: Answer<Verdict>,
  around: Around,
): ResolvedAnswer {
  if (answer.kind === "fault") return answer;
  const { verdict, memory } = answer;
  const resolved = resolveVerdict(verdict, around);
  if (resolved.kind === "unknown") {
    return { kind: "fault", fault: "not_a_verdict", text: `no client named ${resolved.name}` };
  }
  const decision = resolved.kind === "decision" ? resolved.decision : null;
  const replaced = verdict.kind === "pass" ? verdict.text : undefined;
  return { kind: "verdict", memory, decision, text: replaced ?? around.text };
}

function stepOf(
  plugin: LoadedPlugin,
  { answer, resolved }: {
    readonly answer: Answer<Verdict>;
    readonly resolved: ResolvedAnswer;
  },
): TraceStep {
  const step = { plugin: plugin.id, version: plugin.version, tookMs: answer.tookMs };
  if (resolved.kind === "fault") {
    const { fault, text } = resolved;
    return { ...step, outcome: { kind: "fault", fault, text } };
  }
  const verdict = answer.kind === "verdict" ? parseJson(JSON.stringify(answer.verdict)) : null;
  return { ...step, outcome: { kind: "verdict", verdict } };
}

function isSame(a: Memory, b: Memory): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
