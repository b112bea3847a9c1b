/**
 * Keeps each user plugin in a process of its own, and one blank process ready for whichever needs one next, so that a
 * plugin's restart costs the next message nothing.
 */
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { LIMITS } from "../core/limits.ts";
import { createBackoff } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { isObject } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import type { Plugin } from "./api.ts";
import canary from "./canary.js" with { type: "text" };
import type { AnswerFrame, Question } from "./frames.ts";
import type { Answer } from "./host.ts";
import type { Isolate, Isolation, Started } from "./isolate.ts";
import {
  type ChildLoaded,
  type IsolateChild,
  loadChild,
  type PluginLoad,
} from "./isolate_child.ts";
import { createIsolatedCalls, type IsolatedCalls } from "./isolated_calls.ts";
import { readPlugin } from "./manifest.ts";
import { type FaultOutcome, faultOutcome, keepMemory, type Outcome, tookSince } from "./outcome.ts";
import { openPluginProcess, type PluginProcess } from "./plugin_process.ts";
import { spawnPluginProcess } from "./spawn.ts";
import { readReplyVerdict, readVerdict } from "./verdict.ts";
import { cleanWords, messageOf } from "./wording.ts";

export interface IsolationOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Starts a blank process; tests look at it. */
  readonly spawn?: () => Deno.ChildProcess;
}

/** A process with a plugin in it that can be asked. */
type Launched =
  | { readonly kind: "started"; readonly child: IsolateChild; readonly plugin: Plugin<unknown> }
  | { readonly kind: "failed"; readonly text: string };

/** No process is started before the first plugin. */
export function createIsolation(options: IsolationOptions): Isolation {
  const { clock, random, log, spawn = spawnPluginProcess } = options;
  const processes = new Set<PluginProcess>();
  const isolates = new Set<IsolatedCalls>();
  let spare: PluginProcess | null = null;
  let isClosed = false;

  function open(): PluginProcess {
    const process = openPluginProcess(spawn(), clock);
    processes.add(process);
    process.ended.then(() => {
      processes.delete(process);
      if (spare === process) spare = null;
    });
    return process;
  }

  /** One blank process, as long as there is a plugin that may need it. */
  function keepSpare(): void {
    if (isolates.size === 0) {
      spare?.kill();
      spare = null; // it takes a moment to end, in which nobody must get it
    } else if (!isClosed) {
      try {
        spare ??= open();
      } catch (error) {
        log.warn("plugin_spare_not_started", { text: messageOf(error) });
      }
    }
  }

  async function launch(load: PluginLoad, file: string): Promise<Launched> {
    const loaded = await loadIntoProcess(load);
    const cannotLoad = (text: string) => `Cannot load the plugin ${file}: ${text}`;
    if (loaded.kind === "failed") return { kind: "failed", text: cannotLoad(loaded.text) };
    const { child, problem } = loaded;
    try {
      const plugin = readPlugin(withHooks(loaded), file);
      if (problem === null) return { kind: "started", child, plugin };
      child.kill();
      return { kind: "failed", text: cannotLoad(problem) };
    } catch (error) {
      child.kill();
      return { kind: "failed", text: cleanWords(messageOf(error)) };
    }
  }

  async function loadIntoProcess(load: PluginLoad): Promise<ChildLoaded> {
    if (isClosed) return { kind: "failed", text: CLOSED };
    let process: PluginProcess;
    try {
      process = spare ?? open();
    } catch (error) {
      return { kind: "failed", text: `no process can be started: ${messageOf(error)}` };
    }
    spare = null;
    return await loadChild(process, load, { clock, random });
  }

  async function start(load: PluginLoad, file: string): Promise<Started> {
    const first = await launch(load, file);
    if (first.kind === "failed") return { kind: "refused", text: first.text };
    const { child, plugin } = first;
    if (isClosed) return { kind: "refused", text: CLOSED };
    const { id, deadlineMs = LIMITS.pluginDeadlineMs } = plugin.manifest;
    const calls = createIsolatedCalls(child, {
      ...{ clock, deadlineMs },
      backoff: createBackoff({
        firstMs: LIMITS.pluginRestartFirstMs,
        maxMs: LIMITS.pluginRestartMaxMs,
        random,
      }),
      async restart() {
        const again = await launch(load, file);
        keepSpare();
        if (again.kind === "failed" && !isClosed) {
          log.warn("plugin_not_started_again", { plugin: id });
        }
        return again;
      },
      onReplaced: (text) => log.warn("plugin_process_replaced", { plugin: id, text }),
    });
    isolates.add(calls);
    keepSpare();

    async function stop(): Promise<void> {
      await calls.stop();
      isolates.delete(calls);
      keepSpare();
    }
    return { kind: "started", isolate: createIsolate(plugin, { calls, clock, stop }) };
  }

  return {
    start({ entry, root, config, granted, onLog }) {
      const load: PluginLoad = {
        url: pathToFileURL(entry).href,
        rootUrl: `${pathToFileURL(root).href}/`,
        config,
        granted: { read: [root, ...granted.read ?? []], net: granted.net ?? [] },
        onLog,
      };
      return start(load, relative(root, entry));
    },
    async probe() {
      const loaded = await launch(CANARY, "canary");
      if (loaded.kind === "failed") return { kind: "open", text: cannotProbe(loaded.text) };
      loaded.child.kill();
      const found = loaded.plugin.manifest.version;
      return found === "closed" ? { kind: "closed" } : {
        kind: "open",
        text: `Cannot keep plugins apart here: one could ${cleanWords(found)}`,
      };
    },
    async close() {
      isClosed = true;
      const ends = [...isolates].map((calls) => calls.end());
      const ended = [...processes].map((process) => process.ended);
      for (const process of processes) process.kill();
      await Promise.all([...ends, ...ended]);
    },
  };
}

const CLOSED = "the hub is being stopped";

/** Asked with what every plugin gets: one folder to read. */
const CANARY: PluginLoad = {
  url: `data:text/javascript,${encodeURIComponent(canary)}`,
  rootUrl: "data:",
  config: null,
  granted: { read: ["/nowhere"], net: [] },
  onLog() {},
};

function cannotProbe(text: string): string {
  return `Cannot tell whether plugins are kept apart here. ${text}`;
}

/** The default export as the process told it, with something in the place of each function. */
function withHooks({ exported, hooks }: Extract<ChildLoaded, { kind: "loaded" }>): unknown {
  if (!isObject(exported)) return exported;
  return { ...exported, ...Object.fromEntries(hooks.map((hook) => [hook, () => {}])) };
}

function createIsolate(
  { manifest, route, reply }: Plugin<unknown>,
  { calls, clock, stop }: {
    readonly calls: IsolatedCalls;
    readonly clock: Clock;
    readonly stop: () => Promise<void>;
  },
): Isolate {
  async function ask<V>(
    question: Question,
    read: (ending: AnswerFrame) => Outcome<V>,
  ): Promise<Answer<V>> {
    const startedMs = clock.monotonic();
    const ending = await calls.ask(question);
    const outcome = ending.kind === "fault" ? ending : tellFault(ending) ?? read(ending);
    return { ...outcome, tookMs: tookSince(startedMs, clock.monotonic()) };
  }

  return {
    manifest,
    hasRoute: route !== undefined,
    hasReply: reply !== undefined,
    route: ({ message, facts, memory }) =>
      ask({ hook: "route", subject: message, facts, memory }, (answer) => {
        const read = readVerdict(answer.verdict);
        if (read.kind === "junk") return faultOutcome("not_a_verdict", read.text);
        return keepMemory(read.verdict, answer.memory);
      }),
    reply: ({ reply, facts, memory }) =>
      ask({ hook: "reply", subject: reply, facts, memory }, (answer) => {
        const read = readReplyVerdict(answer.verdict);
        return read.kind === "junk"
          ? faultOutcome("not_a_verdict", read.text)
          : { ...read, memory };
      }),
    stop,
  };
}

function tellFault({ fault, text }: AnswerFrame): FaultOutcome | null {
  return fault === null ? null : faultOutcome(fault, cleanWords(text));
}
