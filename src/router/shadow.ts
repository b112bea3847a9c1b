/**
 * Asks the plugins that are on trial about a message that has been decided, each as it would have been asked in its place,
 * and records what they say. Nothing waits for them, and nothing follows from what they say.
 */
import type { TraceStep } from "../core/decision.ts";
import { LIMITS } from "../core/limits.ts";
import { isObject, textMember } from "../lib/json.ts";
import { errorText, type Log } from "../lib/log.ts";
import { HUB_ID } from "../plugin/manifest.ts";
import type { Shadow, ShadowHost } from "../plugin/roster.ts";
import type { DecisionInput, Store } from "../store/store.ts";
import { type Decided, weigh } from "./chain.ts";
import { factsFor } from "./facts.ts";
import type { MadeDecision } from "./router.ts";
import { type Background, viewInbound } from "./views.ts";

export interface ShadowPorts extends Background {
  readonly shadowHost: ShadowHost;
  readonly store: Pick<Store, "recordShadow">;
  readonly log: Log;
}

export interface Shadows {
  /** Asks them about a message that has just been decided. */
  watch(input: DecisionInput, made: MadeDecision): void;
  /** Waits for those that are being asked. */
  stop(): Promise<void>;
}

export function startShadows(ports: ShadowPorts): Shadows {
  const { shadowHost, store, log } = ports;
  const asking = new Set<Promise<void>>();

  async function ask(input: DecisionInput, made: MadeDecision): Promise<void> {
    const { shadows } = shadowHost;
    const answers = shadows.map((shadow) => askShadow(shadow, { input, made, ports }));
    const steps = (await Promise.all(answers)).filter((step) => step !== null);
    if (steps.length > 0) await store.recordShadow(input.message.id, steps);
  }

  return {
    watch(input, made) {
      if (shadowHost.shadows.length === 0) return;
      if (asking.size >= LIMITS.shadowsInFlight) {
        log.warn("shadow_not_asked", { message: input.message.id });
        return;
      }
      const ended = ask(input, made).catch((error) => {
        log.warn("shadow_not_recorded", { error: errorText(error) });
      }).finally(() => asking.delete(ended));
      asking.add(ended);
    },
    async stop() {
      await Promise.all(asking);
    },
  };
}

/** `null` when it would not have been asked: somebody before it decided. */
async function askShadow(
  shadow: Shadow,
  { input, made, ports }: {
    readonly input: DecisionInput;
    readonly made: MadeDecision;
    readonly ports: ShadowPorts;
  },
): Promise<TraceStep | null> {
  const { plugin } = shadow;
  const { clients, nowMs, decided } = made;
  if (!plugin.hasRoute || !isReached(shadow, decided)) return null;
  const text = textBefore(shadow, decided);
  const shown = viewInbound(input, clients);
  const answer = await ports.shadowHost.route(plugin, {
    message: text === null ? shown : { ...shown, text },
    facts: factsFor(input, { ...ports, clients, nowMs }),
    memory: input.memories[plugin.id] ?? {},
  });
  return weigh(plugin, answer, { clients, states: ports.states, text }).step;
}

function isReached({ after }: Shadow, { decision, trace }: Decided): boolean {
  // The sender policy and pins come before every plugin.
  if (decision.kind === "drop" && decision.why !== "plugin") return false;
  const by = isObject(trace.decision) ? textMember(trace.decision, "by") : "";
  return by !== HUB_ID && !after.includes(by);
}

/** What the plugins before it made of the text; `null` when none changed it. */
function textBefore({ after }: Shadow, { trace }: Decided): string | null {
  const texts = trace.steps.filter(({ plugin }) => after.includes(plugin))
    .flatMap(({ outcome }) => {
      const verdict = outcome.kind === "verdict" && isObject(outcome.verdict)
        ? outcome.verdict
        : {};
      return typeof verdict["text"] === "string" ? [verdict["text"]] : [];
    });
  return texts.at(-1) ?? null;
}
