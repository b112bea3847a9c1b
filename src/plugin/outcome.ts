/** What one call came to, before its time is added: the same whoever ran the plugin. */
import { LIMITS } from "../core/limits.ts";
import { isObject } from "../lib/json.ts";
import type { Fault, Memory } from "./host.ts";
import { cutText, messageOf } from "./wording.ts";

export type Outcome<V> =
  | { readonly kind: "verdict"; readonly verdict: V; readonly memory: Memory }
  | FaultOutcome;

export interface FaultOutcome {
  readonly kind: "fault";
  readonly fault: Fault;
  readonly text: string;
}

/** The text is cut to what a trace keeps. */
export function faultOutcome(fault: Fault, text: string): FaultOutcome {
  return { kind: "fault", fault, text: cutText(text, LIMITS.verdictReasonMax) };
}

/** The verdict with what the plugin left in its memory, as it will be read from the store: JSON, and not too much of it. */
export function keepMemory<V>(verdict: V, memory: unknown): Outcome<V> {
  let kept: unknown;
  let bytes: number;
  try {
    const text = JSON.stringify(memory);
    bytes = new TextEncoder().encode(text).length;
    kept = JSON.parse(text);
  } catch (error) {
    return faultOutcome("not_a_verdict", `its memory is not JSON: ${messageOf(error)}`);
  }
  if (!isObject(kept)) return faultOutcome("not_a_verdict", "its memory is no JSON object");
  if (bytes > LIMITS.pluginMemoryBytesMax) {
    const want = `want at most ${LIMITS.pluginMemoryBytesMax}`;
    return faultOutcome("memory_too_large", `its memory takes ${bytes} bytes as JSON, ${want}`);
  }
  return { kind: "verdict", verdict, memory: kept };
}

/** Milliseconds since `startedMs`, to the microsecond. */
export function tookSince(startedMs: number, nowMs: number): number {
  return Math.round((nowMs - startedMs) * 1_000) / 1_000;
}
