/**
 * The lines between the hub and a plugin's process, one JSON object each. The hub writes an opening (see isolate_main.ts), a
 * load, then calls and pings; the process writes `ready`, `answer` and `log` and nothing else, each with the id that the hub
 * drew for what it belongs to. Whatever comes from there is the plugin's word: the ids keep it from speaking of anything it
 * was not asked, and its members are checked by whoever uses them.
 */
import { LIMITS } from "../core/limits.ts";
import { isObject, type Json } from "../lib/json.ts";
import type { InboundView, ReplyView } from "./api.ts";
import type { Facts, Fault, Memory } from "./host.ts";

export interface LoadFrame {
  readonly id: string;
  /** Where the plugin is, and the folder that is left out where its places are told. */
  readonly url: string;
  readonly rootUrl: string;
  readonly config: Json;
}

/** One question to a plugin. */
export type Question =
  & { readonly facts: Facts; readonly memory: Memory }
  & (
    | { readonly hook: "route"; readonly subject: InboundView }
    | { readonly hook: "reply"; readonly subject: ReplyView }
  );

/** What a process says. */
export type ChildFrame =
  | {
    readonly kind: "ready";
    readonly id: string;
    /** Its default export, functions left out; not given when there is none. */
    readonly exported?: Json;
    /** Names of its functions. */
    readonly hooks: readonly string[];
    /** Why it cannot be used; `null` when nothing is wrong. */
    readonly problem: string | null;
  }
  | AnswerFrame
  | { readonly kind: "log"; readonly id: string; readonly line: string };

export interface AnswerFrame {
  readonly kind: "answer";
  readonly id: string;
  readonly fault: ToldFault | null;
  /** Of the fault. */
  readonly text: string;
  /** `undefined`: the hook answered nothing. */
  readonly verdict: Json | undefined;
  readonly memory: Json | undefined;
}

/** The faults that a process tells itself; the others are found by the hub. */
const TOLD_FAULTS = ["threw", "not_a_verdict", "memory_too_large"] as const satisfies Fault[];
type ToldFault = typeof TOLD_FAULTS[number];

const WORKER_LIMITS = {
  answerCharsMax: LIMITS.pluginAnswerCharsMax,
  memoryBytesMax: LIMITS.pluginMemoryBytesMax,
  /** Errors of the runtime show lines of the source. */
  problemCharsMax: 4_000,
  logLineMax: LIMITS.pluginLogLineMax,
  logLinesPerCall: 20,
  logBurst: LIMITS.pluginLogBurst,
  logPerSecond: LIMITS.pluginLogPerSecond,
};

export function writeLoad(load: LoadFrame): string {
  return JSON.stringify({ kind: "load", ...load, limits: WORKER_LIMITS });
}

/** Asks the worker whether it is free to answer; it does so with an empty answer. */
export function writePing(id: string): string {
  return JSON.stringify({ kind: "ping", id });
}

export function writeCall(question: Question, call: {
  readonly id: string;
  readonly deadlineMs: number;
}): string {
  const { hook, subject, facts, memory } = question;
  const head = `{"kind":"${hook}","id":"${call.id}","deadlineMs":${call.deadlineMs}`;
  return `${head},"subject":${jsonOf(subject)},"facts":${jsonOf(facts)},"memory":${
    JSON.stringify(memory)
  }}`;
}

/** One message is shown to many plugins: what does not differ between them is written once. */
const written = new WeakMap<object, string>();

function jsonOf(value: object): string {
  const known = written.get(value);
  if (known !== undefined) return known;
  const json = JSON.stringify(value);
  written.set(value, json);
  return json;
}

/** What the line says; `null` when it is no frame. Never throws. */
export function readFrame(line: string): ChildFrame | null {
  const frame = parseLine(line);
  if (!isObject(frame)) return null;
  const { kind, id } = frame;
  if (typeof id !== "string") return null;
  if (kind === "answer") return readAnswer(frame, id);
  if (kind === "log") return { kind, id, line: textOf(frame["line"]) };
  if (kind !== "ready") return null;
  const { exported, hooks, problem } = frame;
  return {
    kind,
    id,
    ...(exported === undefined ? {} : { exported }),
    hooks: Array.isArray(hooks) ? hooks.filter((hook) => typeof hook === "string") : [],
    problem: problem === undefined ? null : textOf(problem),
  };
}

function readAnswer(frame: { readonly [key: string]: Json }, id: string): AnswerFrame {
  const fault = TOLD_FAULTS.find((told) => told === frame["fault"]) ?? null;
  const { verdict, memory } = frame;
  return { kind: "answer", id, fault, text: textOf(frame["text"]), verdict, memory };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Any spelling of `__proto__` in JSON has two underscores in a row or an escaped character. */
const MAY_NAME_PROTO = /__|\\u00/;

function parseLine(line: string): Json {
  if (!line.startsWith("{")) return null;
  try {
    return MAY_NAME_PROTO.test(line) ? JSON.parse(line, withoutProto) : JSON.parse(line);
  } catch {
    return null; // not JSON, or nested too deep: no frame
  }
}

/** A member of that name would be harmless here and could become a prototype wherever it is copied later. */
function withoutProto(key: string, value: unknown): unknown {
  return key === "__proto__" ? undefined : value;
}
