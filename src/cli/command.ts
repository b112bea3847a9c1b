/** What a command is, and what it is called with. */
import type { SettingName, Settings } from "../config.ts";
import type { ClosedHub, Hub, HubOptions } from "../config/launch.ts";
import type { PluginBench, PluginBenchPorts } from "../hub/plugin_bench.ts";
import type { Clock } from "../lib/clock.ts";
import type { Json } from "../lib/json.ts";
import type { Random } from "../lib/random.ts";
import type { Lang, Sentence } from "../text/say.ts";
import type { Terminal } from "./terminal.ts";

export interface Command {
  /** How it is called, such as `client rename`. */
  readonly words: string;
  /** The form of what follows: `NAME`, `[MESSAGE_ID]`, joined by blanks; "" for nothing. */
  readonly params: string;
  readonly summary: Sentence;
  /** Whole command lines without the program's name. */
  readonly examples: readonly string[];
  /** Its own flags, by name without dashes. */
  readonly options: Readonly<Record<string, Option>>;
  /** The settings it takes as flags, besides those every command takes. */
  readonly settings: readonly SettingName[];
  /** Loads the code: only the command that runs costs time. */
  readonly load: () => Promise<Run>;
}

/** A flag. Without a placeholder it takes no value. */
export interface Option {
  readonly placeholder: string | null;
  readonly help: Sentence;
}

/** Runs a command; gives the exit code. */
export type Run = (call: Call) => Promise<number>;

/** The world around a command; tests supply another. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
  /** Loads the hub, which only some commands need. */
  readonly loadHub: () => Promise<HubModule>;
  /** Asks plugins apart from any hub. */
  readonly openPluginBench: (ports: PluginBenchPorts) => Promise<PluginBench>;
}

export interface HubModule {
  /** Starts everything. Throws `PORT_TAKEN` and what the store throws when it is opened. */
  startHub(options: HubOptions): Promise<Hub>;
  /** Opens the store and the admin API alone. Throws what the store throws when it is opened. */
  openHub(options: HubOptions): Promise<ClosedHub>;
}

export interface Call extends Surroundings {
  readonly command: Command;
  readonly params: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly settings: Settings;
  readonly lang: Lang;
  readonly isJson: boolean;
}

/** Exit codes. */
export const OK = 0;
export const FAILED = 1;
export const WRONG_USAGE = 2;

/** Prints the data as one line of JSON with `--json`, else the lines for a person. */
export function show(call: Call, data: Json | object, lines: readonly string[]): void {
  if (call.isJson) call.terminal.print(JSON.stringify(data));
  else for (const line of lines) call.terminal.print(line);
}

/** An own flag with a value; `null` when it was not given. */
export function textOption(call: Call, name: string): string | null {
  const value = call.options[name];
  return typeof value === "string" ? value : null;
}
