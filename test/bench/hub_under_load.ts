/** The hub that a load test talks to: one of our own in a process of its own, or any other by its URL. */
import { TextLineStream } from "./text_line_stream.ts";

export interface HubUnderLoad {
  readonly url: string;
  readonly adminToken: string;
  /** Resident memory in MiB; `null` where it cannot be asked. */
  residentMib(): number | null;
  stop(): Promise<void>;
}

/** Another hub, already running against the simulator whose address was printed. */
export function otherHub(url: string, adminToken: string, pid: number | null): HubUnderLoad {
  return { url, adminToken, residentMib: () => residentMib(pid), stop: () => Promise.resolve() };
}

/** Starts our own hub on a fresh data directory and resolves once it says that it is ready. */
export async function startOwnHub(options: {
  readonly upstreamUrl: string;
  readonly botToken: string;
}): Promise<HubUnderLoad> {
  const data = await Deno.makeTempDir({ prefix: "ilink-hub-bench-" });
  const adminToken = crypto.randomUUID();
  const root = new URL("../../", import.meta.url);
  const main = new URL("main.ts", root).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--frozen", "--no-prompt", main],
      ...["serve", "--json", "--data", data, "--addr", "127.0.0.1:0"],
      ...["--ilink-base-url", options.upstreamUrl, "--token", options.botToken],
      ...["--admin-token", adminToken, "--allow-senders", "open", "--log-level", "warn"],
      ...["--plugins", `${data}/plugins`],
    ],
    cwd: root.pathname,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const reader = lines.getReader();
  const first = await reader.read();
  if (first.done) throw new Error("The hub ended before it was ready");
  const ready: { url: string } = JSON.parse(first.value);
  const drained = (async () => {
    while (!(await reader.read()).done);
  })();
  return {
    url: ready.url,
    adminToken,
    residentMib: () => residentMib(child.pid),
    async stop() {
      child.kill("SIGTERM");
      await child.status;
      await drained;
      await Deno.remove(data, { recursive: true });
    },
  };
}

function residentMib(pid: number | null): number | null {
  if (pid === null) return null;
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kib === undefined ? null : Math.round(Number(kib) / 102.4) / 10;
  } catch {
    return null; // not Linux, or the process has ended
  }
}

/** Registers a client and returns its token. */
export async function register(hub: HubUnderLoad, name: string): Promise<string> {
  const response = await fetch(`${hub.url}/hub/register`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${hub.adminToken}` },
    body: JSON.stringify({ name, label: name }),
  });
  const body: { token?: string; vtoken?: string } = await response.json();
  const token = body.token ?? body.vtoken;
  if (token === undefined) {
    throw new Error(`Cannot register ${name}: HTTP ${response.status} ${JSON.stringify(body)}`);
  }
  return token;
}
