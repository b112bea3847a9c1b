/** A process that has loaded one version of one plugin and can be asked. It knows ids; who asks knows none. */
import { LIMITS } from "../core/limits.ts";
import { createAllowance } from "../lib/allowance.ts";
import type { Clock } from "../lib/clock.ts";
import type { Json } from "../lib/json.ts";
import { type Random, randomHex } from "../lib/random.ts";
import type { Permissions } from "./api.ts";
import { beforeDeadline } from "./deadline.ts";
import {
  type AnswerFrame,
  type ChildFrame,
  type Question,
  readFrame,
  writeCall,
  writeLoad,
  writePing,
} from "./frames.ts";
import type { Opening } from "./isolate_main.ts";
import program from "./isolate_worker.js" with { type: "text" };
import type { PluginProcess } from "./plugin_process.ts";
import { cleanWords } from "./wording.ts";

/** What a process is to load; the same for every process of one isolate. */
export interface PluginLoad {
  readonly url: string;
  /** Left out where the plugin's places are told. */
  readonly rootUrl: string;
  readonly config: Json;
  /** Absolute paths and hosts; nothing else can be had. */
  readonly granted: Required<Permissions>;
  readonly onLog: (line: string) => void;
}

export interface IsolateChild {
  readonly pid: number;
  /** Sends a question; its answer comes once, or never. Gives the function that takes it back: no answer comes any more. */
  ask(question: Question, how: {
    readonly deadlineMs: number;
    readonly onAnswer: (answer: AnswerFrame) => void;
  }): () => void;
  /** Whether the plugin's thread is free to answer. Resolves soon, either way. */
  ping(): Promise<"free" | "blocked">;
  /** Ends it at once. */
  kill(): void;
  /** Resolves when it is gone, with why. */
  readonly ended: Promise<string>;
}

export type ChildLoaded =
  | {
    readonly kind: "loaded";
    readonly child: IsolateChild;
    readonly exported: Json | undefined;
    readonly hooks: readonly string[];
    /** Why it cannot be used although it was read. */
    readonly problem: string | null;
  }
  /** It could not be read; its process is ended. For its author. */
  | { readonly kind: "failed"; readonly text: string };

interface Ports {
  readonly clock: Clock;
  readonly random: Random;
}

/** Never rejects. */
export async function loadChild(
  process: PluginProcess,
  load: PluginLoad,
  { clock, random }: Ports,
): Promise<ChildLoaded> {
  const newId = () => randomHex(random, 16);
  const loadId = newId();
  const waiting = new Map<string, (answer: AnswerFrame) => void>();
  const log = boundLog(load.onLog, clock);
  const ready = Promise.withResolvers<Extract<ChildFrame, { kind: "ready" }>>();

  process.listen((line) => {
    const frame = readFrame(line);
    // A line that is no frame was written by the plugin itself, past its console.
    if (frame === null) log(line);
    else if (frame.kind === "answer") return settle(frame);
    else if (frame.id !== loadId) return "stray";
    else if (frame.kind === "log") log(frame.line);
    else ready.resolve(frame);
    return "stray";
  });

  function settle(answer: AnswerFrame): "awaited" | "stray" {
    const onAnswer = waiting.get(answer.id);
    if (!waiting.delete(answer.id)) return "stray";
    onAnswer?.(answer);
    return "awaited";
  }

  process.write(openingLine(loadId, load.granted));
  const { url, rootUrl, config } = load;
  process.write(writeLoad({ id: loadId, url, rootUrl, config }));
  const afterMs = LIMITS.pluginDeadlineMaxMs;
  const failed = process.ended.then((text) => ({ text: `its process ended: ${text}` }));
  const loaded = await beforeDeadline(Promise.race([ready.promise, failed]), { clock, afterMs });
  if (loaded.kind === "late") return fail(`its top level was not done after ${afterMs} ms`);
  if ("text" in loaded.value) return fail(loaded.value.text);
  const { exported, hooks, problem } = loaded.value;
  if (exported === undefined && problem !== null) return fail(cleanWords(problem));

  function fail(text: string): ChildLoaded {
    process.kill();
    return { kind: "failed", text };
  }

  const child: IsolateChild = {
    pid: process.pid,
    ask(question, { deadlineMs, onAnswer }) {
      const id = newId();
      waiting.set(id, onAnswer);
      process.write(writeCall(question, { id, deadlineMs }));
      return () => void waiting.delete(id);
    },
    ping() {
      return new Promise((resolve) => {
        const id = newId();
        const cancel = clock.after(LIMITS.pluginPingMs, () => {
          waiting.delete(id);
          resolve("blocked");
        });
        waiting.set(id, () => {
          cancel();
          resolve("free");
        });
        process.write(writePing(id));
      });
    },
    kill: () => process.kill(),
    ended: process.ended,
  };
  const told = problem === null ? null : cleanWords(problem);
  return { kind: "loaded", child, exported, hooks, problem: told };
}

function openingLine(id: string, { read, net }: Required<Permissions>): string {
  const opening: Opening = {
    ...{ id, program, read, net },
    residentBytesMax: LIMITS.pluginResidentBytesMax,
    checkMs: LIMITS.pluginResidentCheckMs,
  };
  return JSON.stringify(opening);
}

/** The worker holds the plugin to the same bounds and tells what it left out; this is for one that got round them. */
function boundLog(onLog: (line: string) => void, clock: Clock): (line: string) => void {
  const allowance = createAllowance({
    clock,
    burst: 2 * LIMITS.pluginLogBurst,
    perSecond: 2 * LIMITS.pluginLogPerSecond,
  });
  return (line) => {
    if (allowance.take(1) === "taken") onLog(cleanWords(line.slice(0, LIMITS.pluginLogLineMax)));
  };
}
