/** A desk over plugins that the test writes down: states and grants change as they should, nothing is run. */
import { HubError } from "../../src/core/error.ts";
import type {
  PluginDesk,
  PluginView,
  ReplayOutcome,
  TryOutcome,
} from "../../src/core/plugin_desk.ts";

export interface FakePluginDesk extends PluginDesk {
  readonly plugins: PluginView[];
  /** What was asked, in order. */
  readonly tried: Parameters<PluginDesk["tryText"]>[0][];
  readonly replayed: Parameters<PluginDesk["replay"]>[0][];
  /** What is answered. */
  tryOutcome: TryOutcome;
  replayOutcome: ReplayOutcome;
  /** A plugin writes a line. */
  say(id: string, line: string): void;
}

/** A user's plugin that runs, unless `changes` say otherwise. */
export function pluginView(id: string, changes: Partial<PluginView> = {}): PluginView {
  return {
    id,
    version: "1.0.0",
    source: "user",
    file: `${id}.ts`,
    state: "running",
    problem: "",
    hash: "aa".repeat(32),
    loadedAtMs: 0,
    asked: { net: [], read: [] },
    granted: { net: [], read: [] },
    calls: 0,
    faults: 0,
    ...changes,
  };
}

export function createFakePluginDesk(plugins: readonly PluginView[]): FakePluginDesk {
  const lines = new Map<string, { number: number; atMs: number; line: string }[]>();
  const desk: FakePluginDesk = {
    plugins: [...plugins],
    tried: [],
    replayed: [],
    tryOutcome: { decision: { kind: "drop", reason: "nobody said" }, steps: [] },
    replayOutcome: { messages: 0, changed: [], faults: 0, slowest: [] },
    say(id, line) {
      const said = lines.get(id) ?? [];
      said.push({ number: said.length + 1, atMs: 1_000 * said.length, line });
      lines.set(id, said);
    },
    list: () => desk.plugins,
    grant: (id) => change(id, ({ asked }) => ({ granted: asked })),
    rollback: (id) => change(id, () => ({ hash: "bb".repeat(32) })),
    promote: (id) => change(id, () => ({ state: "running" })),
    reset: (id) => change(id, () => ({ state: "running", problem: "" })),
    logs: (id, after) => (lines.get(id) ?? []).filter(({ number }) => number > after),
    tryText(given) {
      desk.tried.push(given);
      return Promise.resolve(desk.tryOutcome);
    },
    replay(given) {
      desk.replayed.push(given);
      return Promise.resolve(desk.replayOutcome);
    },
  };

  function change(
    id: string,
    by: (plugin: PluginView) => Partial<PluginView>,
  ): Promise<PluginView> {
    const at = desk.plugins.findIndex((plugin) => plugin.id === id);
    const plugin = desk.plugins[at];
    if (plugin === undefined) return Promise.reject(new HubError("PLUGIN_INVALID", `No ${id}`));
    return Promise.resolve(desk.plugins[at] = { ...plugin, ...by(plugin) });
  }

  return desk;
}
