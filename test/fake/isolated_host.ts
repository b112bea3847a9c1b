/** A host whose plugins all run isolated, each in a process of its own, started when it is first asked. */
import { dirname } from "node:path";
import type { Json } from "../../src/plugin/api.ts";
import type { LoadedPlugin, PluginHost } from "../../src/plugin/host.ts";
import type { Isolate, Isolation } from "../../src/plugin/isolate.ts";
import { settle } from "./fake_clock.ts";

/** What the host needs to know of a plugin before it runs. */
export interface IsolatedFile {
  /** Absolute path. */
  readonly file: string;
  readonly config: Json;
  readonly info: LoadedPlugin;
}

/** Starts the plugin in the file. Throws when it is refused. */
export async function startIsolated(
  isolation: Isolation,
  { file, config }: { readonly file: string; readonly config: Json },
): Promise<Isolate> {
  const root = dirname(file);
  const started = await isolation.start({ entry: file, root, config, granted: {}, onLog() {} });
  if (started.kind === "refused") throw new Error(started.text);
  return started.isolate;
}

/** Tells with what the router must know. */
export function infoOf({ manifest, hasRoute, hasReply }: Isolate): LoadedPlugin {
  const { id, version, onFault = "next" } = manifest;
  return { id, version, source: "user", onFault, hasRoute, hasReply };
}

export interface IsolatedHost extends PluginHost {
  /** Resolves when every plugin that was asked has been started, and asked. */
  started(): Promise<void>;
}

/** `close` ends the isolation. */
export function createIsolatedHost(
  isolation: Isolation,
  files: readonly IsolatedFile[],
): IsolatedHost {
  const running = new Map<string, Promise<Isolate>>();

  function find({ id }: LoadedPlugin): Promise<Isolate> | null {
    const found = files.find(({ info }) => info.id === id);
    if (found === undefined) return null;
    const isolate = running.get(id) ?? startIsolated(isolation, found);
    running.set(id, isolate);
    return isolate;
  }

  const UNKNOWN = {
    kind: "fault",
    fault: "unavailable",
    text: "no such plugin",
    tookMs: 0,
  } as const;

  return {
    plugins: files.map(({ info }) => info),
    route: async (plugin, call) => await (await find(plugin))?.route(call) ?? UNKNOWN,
    reply: async (plugin, call) => await (await find(plugin))?.reply(call) ?? UNKNOWN,
    close: () => isolation.close(),
    async started() {
      await Promise.all(running.values());
      await settle();
    },
  };
}
