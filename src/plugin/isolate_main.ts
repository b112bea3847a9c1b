/**
 * The main thread of a plugin's process. Nothing of the plugin runs on it: it starts the worker in which the plugin lives,
 * carries lines between the hub (standard input and output) and the worker, and ends the process when that takes too much
 * memory, works although nobody asks, or when the hub has gone, however it went.
 *
 * It imports nothing, because this file's text alone is what the runtime is given to run (see spawn.ts).
 */

/** The first line the hub writes; all others are the worker's. */
export interface Opening {
  /** Carried by the answer when the worker cannot be started. */
  readonly id: string;
  /** The worker's program. */
  readonly program: string;
  /** Absolute paths that the worker may read, and hosts that it may connect to. It may do nothing else. */
  readonly read: readonly string[];
  readonly net: readonly string[];
  /** Resident memory of the whole process, looked at every `checkMs`. */
  readonly residentBytesMax: number;
  readonly checkMs: number;
  /** A longer line of the worker is dropped. */
  readonly lineCharsMax: number;
}

/** Why the process ended itself. */
export const EXIT = { hubGone: 0, workerGone: 70, tooMuchMemory: 77, worksUnasked: 78 } as const;

const NEVER_NEEDED = ["env", "run", "write", "ffi", "sys", "import"] as const;

/** Longer than any call may take: what works later than this after the last one does so unasked. */
const QUIET_MS = 15_000;
const CPU_CHECK_MS = 5_000;
const CPU_SHARE_MAX = 0.25;

/** Runs until the process ends. */
export async function hostPlugin(): Promise<never> {
  let askedAtMs = performance.now();
  let worker: Worker | null = null;
  for await (const line of readLines()) {
    askedAtMs = performance.now();
    if (worker !== null) {
      worker.postMessage(line);
      continue;
    }
    const opening: Opening = JSON.parse(line);
    try {
      worker = startWorker(opening);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      write(JSON.stringify({ kind: "ready", id: opening.id, problem }));
      continue;
    }
    worker.onmessage = ({ data }) => {
      if (typeof data !== "string") Deno.exit(EXIT.workerGone);
      if (data.length <= opening.lineCharsMax) write(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      Deno.exit(EXIT.workerGone);
    };
    watchMemory(opening);
    watchProcessor(() => performance.now() - askedAtMs > QUIET_MS);
  }
  Deno.exit(EXIT.hubGone);
}

/** Rights can only be given up: afterwards the worker has what it was granted, and this thread nothing. */
function startWorker({ program, read, net }: Opening): Worker {
  for (const name of NEVER_NEEDED) Deno.permissions.revokeSync({ name });
  const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const denied = { env: false, run: false, write: false, ffi: false, sys: false, import: false };
  const permissions = { ...denied, read: listOrNone(read), net: listOrNone(net) };
  const worker = new Worker(url, { type: "module", deno: { permissions } });
  for (const name of ["read", "net"] as const) Deno.permissions.revokeSync({ name });
  return worker;
}

function listOrNone(names: readonly string[]): string[] | false {
  return names.length === 0 ? false : [...names];
}

function watchMemory({ residentBytesMax, checkMs }: Opening): void {
  setInterval(() => {
    if (Deno.memoryUsage().rss > residentBytesMax) Deno.exit(EXIT.tooMuchMemory);
  }, checkMs);
}

/** What a plugin leaves running after its answer must not take the machine from the hub. */
function watchProcessor(isQuiet: () => boolean): void {
  let usedBeforeMs: number | null = null;
  setInterval(async () => {
    if (!isQuiet()) {
      usedBeforeMs = null;
      return;
    }
    // Costs memory, which a process that is asked all the time does not need to spend.
    const { cpuUsage } = (await import("node:process")).default;
    const { user, system } = cpuUsage();
    const usedMs = (user + system) / 1_000;
    const before = usedBeforeMs;
    usedBeforeMs = usedMs;
    if (before !== null && usedMs - before > CPU_CHECK_MS * CPU_SHARE_MAX) {
      Deno.exit(EXIT.worksUnasked);
    }
  }, CPU_CHECK_MS);
}

/** A line of its own, whatever the plugin may have written past this thread before. */
function write(line: string): void {
  let bytes = new TextEncoder().encode(`\n${line}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

async function* readLines(): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  let rest = "";
  while (true) {
    const count = await Deno.stdin.read(buffer);
    if (count === null) return;
    const text = decoder.decode(buffer.subarray(0, count), { stream: true });
    const lines = text.split("\n");
    const last = lines.pop() ?? "";
    for (const [at, line] of lines.entries()) yield at === 0 ? rest + line : line;
    rest = lines.length === 0 ? rest + last : last;
  }
}

if (import.meta.main) await hostPlugin();
