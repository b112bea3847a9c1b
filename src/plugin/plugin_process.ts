/**
 * One process of a plugin, seen from the hub: lines go in, lines come out, bounded in size and in sum, and at some point it
 * ends. It may be blank, waiting for the plugin it will run.
 */
import { LIMITS } from "../core/limits.ts";
import { createAllowance } from "../lib/allowance.ts";
import type { Clock } from "../lib/clock.ts";
import { EXIT } from "./isolate_main.ts";

export interface PluginProcess {
  readonly pid: number;
  /** Never throws; what is written to a process that has ended is lost. */
  write(line: string): void;
  /** Gives each line from now on to `onLine`, which says whether it was waited for. Nothing comes after `kill`. */
  listen(onLine: (line: string) => "awaited" | "stray"): void;
  /** Ends it at once. May be called again. */
  kill(): void;
  /** Resolves when it is gone, with why, after the last line was given. */
  readonly ended: Promise<string>;
}

const LINE_FEED = 10;
const NO_BYTES = new Uint8Array();
/** As much as a pipe holds. */
const READ_BYTES = 64 * 1024;
/**
 * What a line costs that nobody waits for, however short: reading it takes the hub's time. Little for an empty one, since
 * one stands before every honest line.
 */
const STRAY_LINE_BYTES = 256;
const EMPTY_LINE_BYTES = 8;

export function openPluginProcess(child: Deno.ChildProcess, clock: Clock): PluginProcess {
  const stdin = child.stdin.getWriter();
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const stray = createAllowance({
    clock,
    burst: LIMITS.pluginStrayBytes,
    perSecond: LIMITS.pluginStrayBytesPerSecond,
  });
  let onLine: (line: string) => "awaited" | "stray" = () => "stray";
  let isKilled = false;
  let breach: string | null = null;

  function kill(): void {
    isKilled = true;
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  function charge(bytes: number): void {
    if (stray.take(bytes) === "refused") breach ??= "it wrote more than it may";
  }

  async function readAll(): Promise<void> {
    const reader = child.stdout.getReader({ mode: "byob" });
    let buffer = new Uint8Array(READ_BYTES);
    let rest: Uint8Array = NO_BYTES;
    while (true) {
      const { value: chunk } = await reader.read(buffer);
      if (chunk === undefined || chunk.length === 0) return;
      rest = takeLines(chunk, rest);
      buffer = new Uint8Array(chunk.buffer);
    }
  }

  /** Gives what stands behind the last line feed. */
  function takeLines(chunk: Uint8Array, before: Uint8Array): Uint8Array {
    let rest = before;
    let start = 0;
    let emptyLines = 0;
    let end = chunk.indexOf(LINE_FEED);
    for (; end >= 0 && !isKilled && breach === null; end = chunk.indexOf(LINE_FEED, start)) {
      const from = start;
      start = end + 1;
      if (end === from && rest.length === 0) {
        emptyLines += 1;
        continue;
      }
      const part = chunk.subarray(from, end);
      const line = rest.length === 0 ? part : concat(rest, part);
      rest = NO_BYTES;
      if (onLine(decoder.decode(line)) === "stray") {
        charge(Math.max(STRAY_LINE_BYTES, line.length));
      }
    }
    charge(emptyLines * EMPTY_LINE_BYTES);
    // A copy: the chunk's memory is read into again.
    if (start < chunk.length) rest = concat(rest, chunk.subarray(start));
    if (rest.length > LIMITS.pluginLineBytesMax) breach ??= "it wrote a line that is too long";
    if (breach !== null) kill();
    return isKilled ? NO_BYTES : rest;
  }

  async function wait(): Promise<string> {
    await readAll().catch(() => kill());
    const status = await child.status;
    await stdin.abort().catch(() => {});
    return breach ?? tellStatus(status);
  }

  return {
    pid: child.pid,
    write(line) {
      stdin.write(encoder.encode(`${line}\n`)).catch(() => {
        // It ends, and `ended` tells.
      });
    },
    listen: (given) => onLine = given,
    kill,
    ended: wait(),
  };
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function tellStatus({ code, signal }: Deno.CommandStatus): string {
  switch (code) {
    case EXIT.workerGone:
      return "it ended itself";
    case EXIT.tooMuchMemory: {
      const mebibytes = LIMITS.pluginResidentBytesMax / 1024 / 1024;
      return `it took more than ${mebibytes} MiB of memory`;
    }
    case EXIT.worksUnasked:
      return "it went on working while nobody asked";
    default:
      return signal === null ? `exit code ${code}` : `ended by ${signal}`;
  }
}
