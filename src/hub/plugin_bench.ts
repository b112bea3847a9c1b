/** Builds the bench on which authors ask their plugins: the isolation that a hub would use, and nothing else of a hub. */
import type { Clock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import { createPluginBench, type PluginBench } from "../plugin/bench.ts";
import { createIsolation } from "../plugin/isolation.ts";

export type { Benched, BenchedPlugin, PluginBench, Question } from "../plugin/bench.ts";
export type { Facts } from "../plugin/host.ts";

export interface PluginBenchPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly env: (name: string) => string | undefined;
}

/** Starts nothing before the first plugin is loaded. */
export function openPluginBench({ clock, random, env }: PluginBenchPorts): PluginBench {
  return createPluginBench({
    isolation: createIsolation({ clock, random, log: silentLog }),
    secrets: { env, readText: (path) => Deno.readTextFile(path) },
  });
}
