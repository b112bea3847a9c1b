/** An isolation that keeps nothing apart: plugins run in the test's own process. For tests of what stands on the port. */
import { pathToFileURL } from "node:url";
import { HubError } from "../../src/core/error.ts";
import { LIMITS } from "../../src/core/limits.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Json } from "../../src/plugin/api.ts";
import { createPluginBench, type PluginBench } from "../../src/plugin/bench.ts";
import type { LoadedPlugin } from "../../src/plugin/host.ts";
import { createInlineHost } from "../../src/plugin/inline_host.ts";
import type { IsolateStart, Isolation, Started } from "../../src/plugin/isolate.ts";
import { readPlugin } from "../../src/plugin/manifest.ts";

export function createInlineIsolation(clock: Clock): Isolation {
  return {
    start: (given) => startInline(given, clock),
    probe: () => Promise.resolve({ kind: "closed" }),
    close: () => Promise.resolve(),
  };
}

async function startInline({ entry, config }: IsolateStart, clock: Clock): Promise<Started> {
  try {
    const { default: exported } = await import(pathToFileURL(entry).href);
    const plugin = readPlugin(exported, entry);
    const { manifest } = plugin;
    const info: LoadedPlugin = {
      ...{ id: manifest.id, version: manifest.version, source: "user", onFault: "next" },
      hasRoute: plugin.route !== undefined,
      hasReply: plugin.reply !== undefined,
    };
    const host = createInlineHost({
      clock,
      plugins: [{
        ...{ info, plugin, file: entry, unavailable: null },
        config: plugin.configure === undefined ? config : plugin.configure(config as Json),
        deadlineMs: manifest.deadlineMs ?? LIMITS.pluginDeadlineMs,
      }],
    });
    const { hasRoute, hasReply } = info;
    return {
      kind: "started",
      isolate: {
        ...{ manifest, hasRoute, hasReply },
        route: (call) => host.route(info, call),
        reply: (call) => host.reply(info, call),
        stop: () => host.close(),
      },
    };
  } catch (error) {
    const text = error instanceof HubError || error instanceof Error ? error.message : `${error}`;
    return { kind: "refused", text };
  }
}

/** A bench on it. What the environment holds is for references in configurations. */
export function createInlineBench(
  clock: Clock,
  env: Readonly<Record<string, string>> = {},
): PluginBench {
  return createPluginBench({
    isolation: createInlineIsolation(clock),
    secrets: { env: (name) => env[name], readText: (path) => Deno.readTextFile(path) },
  });
}
