/** Asks the plugins that look at replies, each about what the ones before it made of the reply. */
import { itemsOf, partOfItem, textOfItems } from "../core/content.ts";
import type { TraceStep } from "../core/decision.ts";
import type { Clock } from "../lib/clock.ts";
import { type Json, type JsonObject, parseJson } from "../lib/json.ts";
import type { ReplyVerdict, ReplyView } from "../plugin/api.ts";
import type { Answer, LoadedPlugin, PluginHost } from "../plugin/host.ts";
import type { AcceptedReply, Store } from "../store/store.ts";
import { CHAT_TEXT } from "../text/chat.ts";
import { say } from "../text/say.ts";
import { factsFor } from "./facts.ts";
import { replaceText } from "./fanout.ts";
import type { Background } from "./views.ts";

export interface HookPorts extends Background {
  readonly store: Pick<Store, "readForReply" | "clients">;
  readonly host: PluginHost;
  readonly clock: Clock;
}

export interface Hooked {
  /** `null`: it is not sent. The same object as given when no hook changed it. */
  readonly content: JsonObject | null;
  /** For the trace: as the steps of a decision. */
  readonly steps: Json[];
}

export async function askHooks(
  reply: AcceptedReply,
  given: JsonObject,
  ports: HookPorts,
): Promise<Hooked> {
  const { host, store, clock } = ports;
  const steps: Json[] = [];
  if (!host.plugins.some(({ hasReply }) => hasReply)) return { content: given, steps };
  const [input, clients] = await Promise.all([store.readForReply(reply.id), store.clients()]);
  const facts = factsFor(input, { ...ports, clients, nowMs: clock.now() });
  // Read last: between the list and its last question nothing but the plugins is waited for.
  const hooks = host.plugins.filter(({ hasReply }) => hasReply);
  let content = given;
  for (const plugin of hooks) {
    const memory = input.memories[plugin.id] ?? {};
    const answer = await host.reply(plugin, { reply: viewReply(reply, content), facts, memory });
    steps.push(stepOf(plugin, { answer, lang: ports.lang }));
    if (answer.kind === "fault") continue;
    if (answer.verdict.kind === "stop") return { content: null, steps };
    if (answer.verdict.kind === "edit") content = replaceText(content, answer.verdict.text);
  }
  return { content, steps };
}

function viewReply(reply: AcceptedReply, content: JsonObject): ReplyView {
  const items = itemsOf(content);
  return {
    id: reply.id,
    client: reply.client.name,
    account: reply.account.name,
    sender: { key: reply.sender.key, alias: reply.sender.alias },
    text: textOfItems(items),
    parts: items.map(partOfItem),
  };
}

function stepOf(
  plugin: LoadedPlugin,
  { answer, lang }: { readonly answer: Answer<ReplyVerdict>; readonly lang: Background["lang"] },
): Json {
  const { id, version } = plugin;
  const outcome: TraceStep["outcome"] = answer.kind === "fault"
    ? { kind: "fault", fault: answer.fault, text: answer.text }
    : { kind: "verdict", verdict: parseJson(JSON.stringify(answer.verdict)) };
  const step = { plugin: id, version, tookMs: answer.tookMs, outcome };
  const isPin = answer.kind === "verdict" && answer.verdict.kind === "pin";
  return isPin ? { ...step, note: say(lang, CHAT_TEXT.pinIgnored) } : step;
}
