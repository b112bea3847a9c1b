/** Builds the bench on which authors ask their plugins: the isolation that a hub would use, and nothing else of a hub. */
import { HubError } from "../core/error.ts";
import type { Clock } from "../lib/clock.ts";
import type { Random } from "../lib/random.ts";
import { createPluginBench, type PluginBench } from "../plugin/bench.ts";

export type { Benched, BenchedPlugin, PluginBench, Question } from "../plugin/bench.ts";
export type { Facts } from "../plugin/host.ts";

export interface PluginBenchPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly env: (name: string) => string | undefined;
}

export function openPluginBench(ports: PluginBenchPorts): Promise<PluginBench> {
  void ports;
  void createPluginBench;
  return Promise.reject(new HubError("PLUGIN_INVALID", "Cannot keep plugins apart here yet"));
}
