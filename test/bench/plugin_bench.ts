/**
 * What plugins cost: one decision of the router with 0, 1, 5 and 20 user plugins that all pass, run in the hub's own process
 * and isolated; and what an isolated plugin takes while nobody asks it.
 */
import { LIMITS } from "../../src/core/limits.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { Plugin } from "../../src/plugin/api.ts";
import type { LoadedPlugin, PluginHost } from "../../src/plugin/host.ts";
import { decide, type DecisionPorts } from "../../src/router/chain.ts";
import { client, decisionInput, statesOf } from "../fake/decision_input.ts";
import { createIsolatedHost } from "../fake/isolated_host.ts";
import { hostOf } from "../fake/plugins.ts";
import { SEND_LIMITS } from "../fake/send_limits.ts";
import { createRealIsolation } from "../fake/real_isolation.ts";

export interface PluginCost {
  readonly plugins: number;
  readonly host: "inline" | "isolated";
  /** One decision, microseconds. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** Decisions in which a plugin failed: the machine stood still for longer than its deadline. */
  readonly faults: number;
  /** Of one plugin's process at rest, MiB: what is its own, and with its share of what all use. `null`: no such thing. */
  readonly privateMib: number | null;
  readonly sharedOutMib: number | null;
}

const CLIENTS = 50;
const WARM_UP = 2_000;
/** Then a plugin's process has given back what the last calls needed. */
const REST_MS = LIMITS.pluginQuietMs + 2 * LIMITS.pluginQuietCheckMs;

const SOURCE = `import type { Plugin } from "ilink-hub/plugin";
const plugin: Plugin = {
  manifest: { id: "ID", api: 1, version: "1.0.0" },
  route(message, { memory }) {
    if (/^\\bnever\\b/.test(message.text)) return { kind: "drop", reason: "never" };
    return { kind: "pass", reason: "not for ID" + Object.keys(memory).length };
  },
};
export default plugin;
`;

const ROUTE: Pick<Plugin, "route"> = {
  route(message, { memory }) {
    if (/^\bnever\b/.test(message.text)) return { kind: "drop", reason: "never" };
    return { kind: "pass", reason: `not for inline${Object.keys(memory).length}` };
  },
};

/** `rounds` decisions for each line of the table. */
export async function benchPlugins(rounds: number): Promise<PluginCost[]> {
  const costs: PluginCost[] = [];
  for (const plugins of [0, 1, 5, 20]) {
    costs.push(await benchInline(plugins, rounds));
    if (plugins > 0) costs.push(await benchIsolated(plugins, rounds));
  }
  return costs;
}

async function benchInline(plugins: number, rounds: number): Promise<PluginCost> {
  const host = hostOf(
    systemClock,
    Object.fromEntries(Array.from({ length: plugins }, (_, at) => [`p${at}`, ROUTE])),
  );
  const none = { privateMib: null, sharedOutMib: null };
  return { plugins, host: "inline", ...await time(host, rounds), ...none };
}

async function benchIsolated(plugins: number, rounds: number): Promise<PluginCost> {
  const folder = await Deno.makeTempDir({ prefix: "ilink-hub-bench-" });
  const { isolation, pids } = createRealIsolation();
  const files = Array.from({ length: plugins }, (_, at) => {
    const info: LoadedPlugin = {
      ...{ id: `p${at}`, version: "1.0.0", source: "user", onFault: "next" },
      ...{ hasRoute: true, hasReply: false },
    };
    Deno.writeTextFileSync(`${folder}/${info.id}.ts`, SOURCE.replaceAll("ID", info.id));
    return { file: `${folder}/${info.id}.ts`, config: null, info };
  });
  const host = createIsolatedHost(isolation, files);
  try {
    const times = await time(host, rounds);
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const own = mean(pids.slice(0, plugins).map((pid) => memoryMib(pid, /^Private_\w+:/)));
    const shared = mean(pids.slice(0, plugins).map((pid) => memoryMib(pid, /^Pss:/)));
    return { plugins, host: "isolated", ...times, privateMib: own, sharedOutMib: shared };
  } finally {
    await host.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function time(
  host: PluginHost,
  rounds: number,
): Promise<Pick<PluginCost, "p50Us" | "p99Us" | "faults">> {
  const ports: DecisionPorts = {
    host,
    policy: { senders: { kind: "owner", ids: [] }, groups: { kind: "none", ids: [] } },
    clients: Array.from({ length: CLIENTS }, (_, at) => client(at + 1, `client-${at}`)),
    states: statesOf(),
    limits: SEND_LIMITS,
    lang: "en",
    version: "0.1.0",
    startedAtMs: 0,
    nowMs: 10_000,
  };
  const input = decisionInput("how is the weather in Hangzhou today, and what should I wear?");
  for (let round = 0; round < WARM_UP; round++) await decide(input, ports);
  const times: number[] = [];
  let faults = 0;
  for (let round = 0; round < rounds; round++) {
    const startedMs = performance.now();
    const { trace } = await decide(input, ports);
    times.push((performance.now() - startedMs) * 1_000);
    if (trace.steps.some(({ outcome }) => outcome.kind === "fault")) faults += 1;
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.floor(rounds * share)] ?? NaN);
  return { p50Us: at(0.5), p99Us: at(0.99), faults };
}

/** The sum of the lines of this name; `NaN` where the system does not say. */
function memoryMib(pid: number, name: RegExp): number {
  try {
    const lines = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`).split("\n");
    const kib = lines.filter((line) => name.test(line))
      .map((line) => Number(/(\d+) kB/.exec(line)?.[1]));
    return kib.reduce((sum, value) => sum + value, 0) / 1024;
  } catch {
    return NaN; // not Linux
  }
}

function mean(values: readonly number[]): number {
  return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length * 10) / 10;
}
