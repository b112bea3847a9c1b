/**
 * Runs plugins in the hub's own process. It keeps them from each other's data and from answering late or nonsense; it
 * cannot keep them from blocking the process or reaching outside, so what runs here has to be trusted.
 */
import type { Clock } from "../lib/clock.ts";
import { deepFreeze } from "../lib/freeze.ts";
import type { Context, Json } from "./api.ts";
import type { ReadyPlugin } from "./catalog.ts";
import { beforeDeadline } from "./deadline.ts";
import type { Answer, Facts, LoadedPlugin, Memory, PluginHost } from "./host.ts";
import { faultOutcome, keepMemory, type Outcome, tookSince } from "./outcome.ts";
import { readReplyVerdict, readVerdict, type VerdictRead } from "./verdict.ts";
import { messageOf } from "./wording.ts";

interface Call<V> {
  readonly hook: (ready: ReadyPlugin, ctx: Context<unknown>) => unknown;
  readonly read: (value: unknown) => VerdictRead<V>;
  readonly facts: Facts;
  readonly memory: Memory;
  /** Whether the plugin may change its memory. */
  readonly writes: boolean;
}

export function createInlineHost(options: {
  readonly plugins: readonly ReadyPlugin[];
  readonly clock: Clock;
}): PluginHost {
  const { clock } = options;
  const byId = new Map(options.plugins.map((ready) => [ready.info.id, ready]));

  async function ask<V>(plugin: LoadedPlugin, call: Call<V>): Promise<Answer<V>> {
    const startedMs = clock.monotonic();
    const ready = byId.get(plugin.id);
    const outcome = ready === undefined
      ? faultOutcome("unavailable", `no plugin "${plugin.id}" is loaded`)
      : await answerOf(ready, call, clock);
    return { ...outcome, tookMs: tookSince(startedMs, clock.monotonic()) };
  }

  return {
    plugins: options.plugins.map(({ info }) => info),
    route(plugin, { message, facts, memory }) {
      const view = deepFreeze(message);
      const hook: Call<unknown>["hook"] = (ready, ctx) => ready.plugin.route?.(view, ctx);
      return ask(plugin, { hook, read: readVerdict, facts, memory, writes: true });
    },
    reply(plugin, { reply, facts, memory }) {
      const view = deepFreeze(reply);
      const hook: Call<unknown>["hook"] = (ready, ctx) => ready.plugin.reply?.(view, ctx);
      return ask(plugin, { hook, read: readReplyVerdict, facts, memory, writes: false });
    },
    close: () => Promise.resolve(),
  };
}

async function answerOf<V>(ready: ReadyPlugin, call: Call<V>, clock: Clock): Promise<Outcome<V>> {
  if (ready.unavailable !== null) return faultOutcome("unavailable", ready.unavailable);
  const lateText = `no answer within ${ready.deadlineMs} ms`;
  const deadlineAtMs = clock.monotonic() + ready.deadlineMs;
  const aborter = new AbortController();
  const memory = copyMemory(call.memory);
  const ctx = Object.freeze({
    ...deepFreeze(call.facts),
    config: ready.config,
    memory: call.writes ? memory : deepFreeze(memory),
    signal: aborter.signal,
  });
  let value: unknown;
  try {
    value = call.hook(ready, ctx);
    if (isThenable(value)) {
      const afterMs = ready.deadlineMs;
      const onLate = () => aborter.abort();
      const ended = await beforeDeadline(Promise.resolve(value), { clock, afterMs, onLate });
      if (ended.kind === "late") return faultOutcome("too_late", lateText);
      value = ended.value;
    }
  } catch (error) {
    return faultOutcome("threw", messageOf(error));
  }
  if (clock.monotonic() > deadlineAtMs) return faultOutcome("too_late", lateText);
  const read = call.read(value);
  if (read.kind === "junk") return faultOutcome("not_a_verdict", read.text);
  return call.writes ? keepMemory(read.verdict, memory) : { ...read, memory: call.memory };
}

function copyMemory(memory: Memory): { [key: string]: Json } {
  return JSON.parse(JSON.stringify(memory));
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}
