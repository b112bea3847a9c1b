/** The program as a person calls it: a process of its own with the permissions it will have, its words, its exit code. */
import project from "../../deno.json" with { type: "json" };

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const LIMIT_MS = 30_000;
const ROOT = new URL("../../", import.meta.url).pathname;
const [_program, ...RUN] = project.tasks.hub.command.split(" ");

/** Runs one command line to its end. */
export async function runHub(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const running = startHubCommand(args, env);
  return await running.ended;
}

export interface Running {
  /** What it has said so far, both ways. */
  text(): string;
  /** Resolves once the text has been said, so many times in all. */
  said(text: string, times?: number): Promise<void>;
  /** Types a line. */
  type(line: string): Promise<void>;
  kill(signal: Deno.Signal): void;
  readonly ended: Promise<Said>;
}

/** Starts one command line; what was not ended is killed after a while. */
export function startHubCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...RUN, ...args],
    cwd: ROOT,
    env: { LANG: "en_US.UTF-8", LC_ALL: "", LC_MESSAGES: "", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let [out, err] = ["", ""];
  const watchers = new Set<() => void>();
  const reading = [
    read(child.stdout, (text) => out += text),
    read(child.stderr, (text) => err += text),
  ];
  const typing = child.stdin.getWriter();
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);

  async function read(stream: ReadableStream<Uint8Array>, add: (text: string) => void) {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      add(decoder.decode(chunk, { stream: true }));
      for (const watcher of watchers) watcher();
    }
  }

  async function end(): Promise<Said> {
    const { code } = await child.status;
    await Promise.all(reading);
    clearTimeout(limit);
    await typing.close().catch(() => {}); // it has gone
    for (const watcher of watchers) watcher();
    return { code, out, err };
  }

  const ended = end();
  let hasEnded = false;
  void ended.then(() => hasEnded = true);
  return {
    text: () => out + err,
    async said(text, times = 1) {
      while ((out + err).split(text).length <= times) {
        if (hasEnded) throw new Error(`It ended without saying "${text}":\n${out}${err}`);
        await new Promise<void>((resolve) => {
          const watcher = () => {
            watchers.delete(watcher);
            resolve();
          };
          watchers.add(watcher);
          void ended.then(watcher);
        });
      }
    },
    type: (line) => typing.write(new TextEncoder().encode(`${line}\n`)),
    kill: (signal) => child.kill(signal),
    ended,
  };
}
