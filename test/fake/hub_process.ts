/** The real hub in a process of its own, as a user runs it: started, asked over its admin API, ended or killed. */
import { TextLineStream } from "./text_line_stream.ts";

export interface HubProcess {
  readonly url: string;
  readonly adminToken: string;
  readonly pid: number;
  /** An admin call; rejects on anything but a 2xx answer. */
  admin<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Registers a client and returns its token. */
  register(name: string): Promise<string>;
  /** Ends the process with the signal and resolves with its exit code. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number>;
}

export interface HubProcessOptions {
  readonly data: string;
  readonly upstreamUrl: string;
  /** 0 takes any free port. */
  readonly port?: number;
  readonly adminToken?: string;
  /** Further arguments of `serve`. */
  readonly args?: readonly string[];
}

const ROOT = new URL("../../", import.meta.url);

/** The command that runs the hub from source; what it logs is shown with HUB_LOG=1. */
export function hubCommand(args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--frozen", "--no-prompt", new URL("main.ts", ROOT).pathname, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: Deno.env.has("HUB_LOG") ? "inherit" : "null",
  });
}

/** Resolves once the hub says that it is ready; rejects when it ends before. */
export async function startHubProcess(options: HubProcessOptions): Promise<HubProcess> {
  const adminToken = options.adminToken ?? "admin-token-of-a-test";
  const child = hubCommand([
    ...["serve", "--json", "--data", options.data],
    ...["--addr", `127.0.0.1:${options.port ?? 0}`],
    ...["--ilink-base-url", options.upstreamUrl, "--admin-token", adminToken],
    ...["--plugins", `${options.data}/plugins`, "--log-level", "error"],
    ...(options.args ?? []),
  ]).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const reader = lines.getReader();
  const first = await reader.read();
  if (first.done) {
    throw new Error(`The hub ended with ${(await child.status).code} before it was ready`);
  }
  const { url }: { url: string } = JSON.parse(first.value);
  const drained = (async () => {
    while (!(await reader.read()).done);
  })();

  async function admin<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: { "content-type": "application/json", authorization: `Bearer ${adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
    return JSON.parse(text);
  }

  return {
    url,
    adminToken,
    pid: child.pid,
    admin,
    async register(name) {
      const { token } = await admin<{ token: string }>("POST", "/hub/register", {
        name,
        label: "",
      });
      return token;
    },
    async end(signal) {
      child.kill(signal);
      const { code } = await child.status;
      await drained;
      return code;
    },
  };
}
