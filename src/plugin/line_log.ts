/** The last lines that a plugin wrote, numbered over its life in the hub. */
import { LIMITS } from "../core/limits.ts";
import type { Clock } from "../lib/clock.ts";

export interface Line {
  /** 1 for the first that was ever written. */
  readonly number: number;
  readonly atMs: number;
  readonly line: string;
}

export interface LineLog {
  add(line: string): void;
  /** Those with a higher number, oldest first. */
  after(number: number): readonly Line[];
}

export function createLineLog(clock: Clock): LineLog {
  let lines: Line[] = [];
  let written = 0;
  return {
    add(line) {
      written += 1;
      lines.push({ number: written, atMs: clock.now(), line });
      // Cut rarely, so that a flood of lines costs no copy each.
      if (lines.length > 2 * LIMITS.pluginLinesMax) lines = lines.slice(-LIMITS.pluginLinesMax);
    },
    after: (number) => lines.slice(-LIMITS.pluginLinesMax).filter((line) => line.number > number),
  };
}
