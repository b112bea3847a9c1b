/** Which plugins there are, in the order they are asked, each with its configuration; and what is wrong with the rest. */
import { LIMITS } from "../core/limits.ts";
import type { Clock } from "../lib/clock.ts";
import type { Json, Plugin } from "./api.ts";
import type { LoadedPlugin } from "./host.ts";
import { loadUserPlugins, type PluginProblem, type UserPlugin } from "./load.ts";
import { SHIPPED_FIRST, SHIPPED_LAST } from "./shipped.ts";
import { messageOf } from "./wording.ts";

/** The owner's settings about plugins. */
export interface PluginSettings {
  /** Ids to ask first, in this order; the others follow in their usual one. */
  readonly order: readonly string[];
  /** Ids that are not asked. Their configuration stays where it is. */
  readonly disabled: readonly string[];
  /** Id -> what its `configure` gets. */
  readonly config: { readonly [id: string]: unknown };
}

export interface ReadyPlugin {
  readonly info: LoadedPlugin;
  /** Where it came from: a file's name in the plugins folder, or `shipped`. */
  readonly file: string;
  readonly plugin: Plugin<unknown>;
  /** What `configure` made of the configuration. */
  readonly config: unknown;
  readonly deadlineMs: number;
  /** Why it cannot be asked; `null` when it can. */
  readonly unavailable: string | null;
}

export interface Catalog {
  readonly plugins: readonly ReadyPlugin[];
  readonly problems: readonly PluginProblem[];
}

const SHIPPED = [...SHIPPED_FIRST, ...SHIPPED_LAST];

interface Candidate {
  readonly source: LoadedPlugin["source"];
  readonly file: string;
  readonly plugin: Plugin<unknown>;
}

/**
 * The shipped plugins and those in `directory` (`null`: none). Order: commands, quote, the user's by file name, keywords,
 * affinity; a user's plugin with the id of a shipped one takes its place. A plugin whose configuration is refused is left
 * out, unless messages must not go past it (`onFault: "park"`): then it stays, unavailable, and they are parked.
 */
export async function loadCatalog(options: {
  readonly directory: string | null;
  readonly settings: PluginSettings;
  readonly clock: Clock;
}): Promise<Catalog> {
  const { directory, settings, clock } = options;
  const users = directory === null
    ? { found: [], problems: [] }
    : await loadUserPlugins(directory, clock);
  const problems: PluginProblem[] = [...users.problems];
  // Run from its source, the hub may find its own plugins in the folder.
  const found = users.found.filter(({ plugin }) => !SHIPPED.includes(plugin));
  const candidates = arrange(dropRepeats(found, problems));
  problems.push(...unknownIds(candidates, settings));
  const plugins = order(candidates, settings.order)
    .filter(({ plugin }) => !settings.disabled.includes(plugin.manifest.id))
    .flatMap((candidate) => prepare(candidate, settings.config, problems));
  return { plugins, problems };
}

/** Of two files with one id the first is taken. */
function dropRepeats(found: readonly UserPlugin[], problems: PluginProblem[]): UserPlugin[] {
  const byId = new Map<string, UserPlugin>();
  for (const user of found) {
    const { id } = user.plugin.manifest;
    const first = byId.get(id);
    if (first === undefined) byId.set(id, user);
    else {
      const text = `Cannot load the plugin ${user.file}: ${first.file} has the id "${id}" already`;
      problems.push({ file: user.file, text });
    }
  }
  return [...byId.values()];
}

function arrange(users: readonly UserPlugin[]): Candidate[] {
  const shipped = (plugins: readonly Plugin<unknown>[]) =>
    plugins.map((plugin): Candidate => {
      const user = users.find((user) => user.plugin.manifest.id === plugin.manifest.id);
      return user === undefined
        ? { source: "shipped", file: "shipped", plugin }
        : { source: "user", ...user };
    });
  const first = shipped(SHIPPED_FIRST);
  const last = shipped(SHIPPED_LAST);
  const placed = new Set([...first, ...last].map(({ plugin }) => plugin));
  const between = users.filter(({ plugin }) => !placed.has(plugin))
    .map((user): Candidate => ({ source: "user", ...user }));
  return [...first, ...between, ...last];
}

function order(candidates: readonly Candidate[], ids: readonly string[]): Candidate[] {
  const named = ids.flatMap((id) => candidates.filter(({ plugin }) => plugin.manifest.id === id));
  return [...new Set([...named, ...candidates])];
}

function unknownIds(
  candidates: readonly Candidate[],
  settings: PluginSettings,
): PluginProblem[] {
  const known = candidates.map(({ plugin }) => plugin.manifest.id);
  const named = {
    "plugins.order": settings.order,
    "plugins.disabled": settings.disabled,
    "plugins.config": Object.keys(settings.config),
  };
  return Object.entries(named).flatMap(([setting, ids]) =>
    ids.filter((id) => !known.includes(id)).map((id) => ({
      file: setting,
      text: `${setting} names "${id}", want one of the loaded plugins: ${known.join(", ")}`,
    }))
  );
}

function prepare(
  { source, file, plugin }: Candidate,
  configs: PluginSettings["config"],
  problems: PluginProblem[],
): ReadyPlugin[] {
  const { id, version, onFault = "next", deadlineMs = LIMITS.pluginDeadlineMs } = plugin.manifest;
  const info: LoadedPlugin = {
    id,
    version,
    source,
    onFault,
    hasRoute: plugin.route !== undefined,
    hasReply: plugin.reply !== undefined,
  };
  const ready = { info, file, plugin, deadlineMs };
  const raw = (configs[id] ?? null) as Json;
  try {
    const config = plugin.configure === undefined ? raw : plugin.configure(raw);
    return [{ ...ready, config, unavailable: null }];
  } catch (error) {
    const text = `Cannot configure the plugin "${id}" (${file}): ${messageOf(error)}`;
    problems.push({ file, text });
    return onFault === "park" ? [{ ...ready, config: null, unavailable: text }] : [];
  }
}
