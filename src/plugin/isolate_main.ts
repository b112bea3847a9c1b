/**
 * The main thread of a plugin's process. Nothing of the plugin runs on it: it starts the worker in which the plugin lives,
 * carries the hub's lines from standard input to the worker, and ends the process when that takes too much memory, works
 * although nobody asks, or when the hub has gone, however it went. The worker writes to standard output itself, which it
 * could not be kept from anyway.
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
}

/** Why the process ended itself. */
export const EXIT = { hubGone: 0, workerGone: 70, tooMuchMemory: 77, worksUnasked: 78 } as const;

const NEVER_NEEDED = ["env", "run", "write", "ffi", "sys", "import"] as const;

/** Longer than any call may take: what works later than this after the last one does so unasked. */
const QUIET_MS = 15_000;
const QUIET_CHECK_MS = 5_000;
const UNASKED_CPU_SHARE_MAX = 0.25;

/** The collector, where the runtime was told to show it (see spawn.ts). */
const { gc: collect } = globalThis as {
  gc?: (how: { readonly type: "major"; readonly flavor: "last-resort" }) => void;
};

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
      const line = JSON.stringify({ kind: "ready", id: opening.id, problem });
      Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
      continue;
    }
    worker.onmessage = () => Deno.exit(EXIT.workerGone);
    worker.onerror = (event) => {
      event.preventDefault();
      Deno.exit(EXIT.workerGone);
    };
    watchMemory(opening);
    watchQuiet(worker, () => performance.now() - askedAtMs > QUIET_MS);
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

/**
 * While nobody asks, memory that the last calls needed is given back, and what the plugin left running must not take the
 * machine from the hub.
 */
function watchQuiet(worker: Worker, isQuiet: () => boolean): void {
  let usedMs: number | null = null;
  setInterval(async () => {
    const usedBeforeMs = usedMs;
    usedMs = isQuiet() ? await processorMs() : null;
    if (usedMs === null) return;
    if (usedBeforeMs === null) {
      collect?.({ type: "major", flavor: "last-resort" });
      worker.postMessage('{"kind":"rest"}');
    } else if (usedMs - usedBeforeMs > QUIET_CHECK_MS * UNASKED_CPU_SHARE_MAX) {
      Deno.exit(EXIT.worksUnasked);
    }
  }, QUIET_CHECK_MS);
}

async function processorMs(): Promise<number> {
  const { user, system } = (await import("node:process")).default.cpuUsage();
  return (user + system) / 1_000;
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
