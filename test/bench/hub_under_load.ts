/** The hub that a load test talks to: one of our own in a process of its own, or any other by its URL. */
import { startHubProcess } from "../fake/hub_process.ts";

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

/** Starts our own hub on a fresh data directory. */
export async function startOwnHub(options: {
  readonly upstreamUrl: string;
  readonly botToken: string;
}): Promise<HubUnderLoad> {
  const data = await Deno.makeTempDir({ prefix: "ilink-hub-bench-" });
  const hub = await startHubProcess({
    data,
    upstreamUrl: options.upstreamUrl,
    args: ["--token", options.botToken, "--allow-senders", "open", "--spacing-seconds", "0"],
  });
  return {
    ...hub,
    residentMib: () => residentMib(hub.pid),
    async stop() {
      await hub.end("SIGTERM");
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

/** Registers a client and returns its token; another hub may name the answer's member differently. */
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
