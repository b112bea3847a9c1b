/** Where a command reads and writes: the only place of the product that touches standard input and output. */

export interface Terminal {
  /** One line of what was asked for, to standard output. */
  print(line: string): void;
  /** One line about it, to standard error. */
  note(line: string): void;
  /** The next line that is typed, without its end; `null` when there is none to come. */
  readLine(): Promise<string | null>;
  /** The value in the environment. */
  env(name: string): string | undefined;
  /** Whether a person reads standard error. */
  readonly isInteractive: boolean;
  /** Whether a person can type. */
  readonly canAsk: boolean;
  /** The working directory. */
  readonly directory: string;
  /** The person's own directory; `null` when it is not known. */
  readonly home: string | null;
}

export function createTerminal(): Terminal {
  const stdin = createLineReader(Deno.stdin.readable);
  return {
    print: (line) => write(Deno.stdout, line),
    note: (line) => write(Deno.stderr, line),
    readLine: stdin,
    env: (name) => Deno.env.get(name),
    isInteractive: Deno.stderr.isTerminal(),
    canAsk: Deno.stdin.isTerminal(),
    directory: Deno.cwd(),
    home: Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? null,
  };
}

function write(to: { writeSync(bytes: Uint8Array): number }, line: string): void {
  let bytes = new TextEncoder().encode(`${line}\n`);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
  } catch (error) {
    // Whoever read has gone, as `head` does: there is nobody left to write for.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Reads nothing before the first call. */
function createLineReader(input: ReadableStream<Uint8Array>): () => Promise<string | null> {
  let reader: ReadableStreamDefaultReader<string> | null = null;
  let rest = "";
  return async function readLine() {
    reader ??= input.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .getReader();
    while (!rest.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) {
        const last = rest;
        rest = "";
        return last === "" ? null : last;
      }
      rest += value;
    }
    const end = rest.indexOf("\n");
    const line = rest.slice(0, end).replace(/\r$/, "");
    rest = rest.slice(end + 1);
    return line;
  };
}
