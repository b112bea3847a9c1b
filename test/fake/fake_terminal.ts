/** A terminal whose lines are kept, with an environment and a keyboard of the test's own. */
import type { Terminal } from "../../src/cli/terminal.ts";

export interface FakeTerminal extends Terminal {
  readonly printed: readonly string[];
  readonly noted: readonly string[];
  /** Types a line; `null` is the end of the input. */
  type(line: string | null): void;
}

export function createFakeTerminal(given: {
  readonly env?: Readonly<Record<string, string>>;
  readonly directory?: string;
  readonly home?: string;
} = {}): FakeTerminal {
  const printed: string[] = [];
  const noted: string[] = [];
  const typed: (string | null)[] = [];
  const readers: ((line: string | null) => void)[] = [];
  return {
    printed,
    noted,
    print: (line) => void printed.push(line),
    note: (line) => void noted.push(line),
    readLine() {
      const line = typed.shift();
      if (line !== undefined) return Promise.resolve(line);
      return new Promise((resolve) => readers.push(resolve));
    },
    type(line) {
      const reader = readers.shift();
      if (reader === undefined) typed.push(line);
      else reader(line);
    },
    env: (name) => given.env?.[name],
    isInteractive: false,
    canAsk: true,
    directory: given.directory ?? "/nowhere",
    home: given.home ?? null,
  };
}
