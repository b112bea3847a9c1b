/**
 * Asks the plugins that look at replies, each about what the ones before it made of the reply. A fault leaves the reply as
 * it is, or stops it where the plugin's manifest says that nothing goes past it.
 */
import { itemsOf, partOfItem, textOfItems } from "../core/content.ts";
import type { TraceStep } from "../core/decision.ts";
import type { Clock } from "../lib/clock.ts";
import { type Json, type JsonObject, parseJson } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";
import type { ReplyVerdict, ReplyView } from "../plugin/api.ts";
import type { Answer, LoadedPlugin, PluginHost } from "../plugin/host.ts";
import type { AcceptedReply, Store } from "../store/store.ts";
import { factsFor } from "./facts.ts";
import { replaceText } from "./fanout.ts";
import type { Background } from "./views.ts";

export interface HookPorts extends Background {
  readonly store: Pick<Store, "readForReply" | "clients">;
  readonly host: PluginHost;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Hooked {
  /** `null`: it is not sent. The same object as given when no hook changed it. */
  readonly content: JsonObject | null;
  /** How long the person's short answer is the client's, the longest that the client and the hooks ask for; else `null`. */
  readonly pinnedForMs: number | null;
  /** For the trace: as the steps of a decision. */
  readonly steps: Json[];
}

export async function askHooks(
  reply: AcceptedReply,
  given: JsonObject,
  ports: HookPorts,
): Promise<Hooked> {
  const { host, store, clock, log } = ports;
  const steps: Json[] = [];
  if (!host.plugins.some(({ hasReply }) => hasReply)) {
    return { content: given, pinnedForMs: reply.pinnedForMs, steps };
  }
  const [input, clients] = await Promise.all([store.readForReply(reply.id), store.clients()]);
  const facts = factsFor(input, { ...ports, clients, nowMs: clock.now() });
  // Read last: between the list and its last question nothing but the plugins is waited for.
  const hooks = host.plugins.filter(({ hasReply }) => hasReply);
  let content = given;
  let { pinnedForMs } = reply;
  for (const plugin of hooks) {
    const memory = input.memories[plugin.id] ?? {};
    const answer = await host.reply(plugin, { reply: viewReply(reply, content), facts, memory });
    steps.push(stepOf(plugin, answer));
    if (answer.kind === "fault") {
      if (plugin.onFault === "next") continue;
      log.error("reply_stopped", { reply: reply.id, plugin: plugin.id, fault: answer.fault });
      return { content: null, pinnedForMs: null, steps };
    }
    const { verdict } = answer;
    if (verdict.kind === "stop") return { content: null, pinnedForMs: null, steps };
    if (verdict.kind === "edit") content = replaceText(content, verdict.text);
    if (verdict.kind === "pin") pinnedForMs = Math.max(pinnedForMs ?? 0, verdict.forMs);
  }
  return { content, pinnedForMs, steps };
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

function stepOf({ id, version }: LoadedPlugin, answer: Answer<ReplyVerdict>): Json {
  const outcome: TraceStep["outcome"] = answer.kind === "fault"
    ? { kind: "fault", fault: answer.fault, text: answer.text }
    : { kind: "verdict", verdict: parseJson(JSON.stringify(answer.verdict)) };
  return { plugin: id, version, tookMs: answer.tookMs, outcome };
}
