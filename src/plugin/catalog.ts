/** The shipped plugins with their configuration, and the order in which all plugins are asked. */
import { LIMITS } from "../core/limits.ts";
import type { Json, Plugin } from "./api.ts";
import type { LoadedPlugin } from "./host.ts";
import { SHIPPED_FIRST, SHIPPED_LAST } from "./shipped.ts";
import { messageOf } from "./wording.ts";

/** The owner's settings about plugins. */
export interface PluginSettings {
  /** Ids to ask first, in this order; the others follow in their usual one. */
  readonly order: readonly string[];
  /** Ids, or names of files, that are not asked. Their configuration stays where it is. */
  readonly disabled: readonly string[];
  /** Ids, or names of files, that are asked for the record alone. */
  readonly shadow: readonly string[];
  /** Id -> what its `configure` gets. */
  readonly config: { readonly [id: string]: unknown };
}

/** A plugin that runs in this process. */
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

/** Why a plugin, or a setting about plugins, is not in force; for the owner. */
export interface PluginProblem {
  /** The plugin's id, or the setting's name. */
  readonly about: string;
  readonly text: string;
}

export interface ShippedPlugins {
  readonly plugins: readonly ReadyPlugin[];
  readonly problems: readonly PluginProblem[];
}

/** Shipped plugins by the configuration of their ids, in their usual order; one that refuses it is a problem instead. */
export function readyShipped(configs: ReadonlyMap<string, unknown>): ShippedPlugins {
  const problems: PluginProblem[] = [];
  const plugins = [...SHIPPED_FIRST, ...SHIPPED_LAST].flatMap((plugin): ReadyPlugin[] => {
    const { id, version, onFault = "next", deadlineMs = LIMITS.pluginDeadlineMs } = plugin.manifest;
    const hasRoute = plugin.route !== undefined;
    const hasReply = plugin.reply !== undefined;
    const info: LoadedPlugin = { id, version, source: "shipped", onFault, hasRoute, hasReply };
    if (!configs.has(id)) return [];
    const raw = (configs.get(id) ?? null) as Json;
    try {
      const config = plugin.configure === undefined ? raw : plugin.configure(raw);
      return [{ info, file: "shipped", plugin, config, deadlineMs, unavailable: null }];
    } catch (error) {
      const text = `Cannot configure the plugin "${id}" (shipped): ${messageOf(error)}`;
      problems.push({ about: id, text });
      return [];
    }
  });
  return { plugins, problems };
}

/** What has its place by its id, and among the user's by its file. */
export interface Placed {
  readonly id: string;
  /** Name in the plugins folder; "" for shipped ones. */
  readonly file: string;
}

/**
 * In the order in which they are asked: the first shipped ones, the user's by file name, the last shipped ones; those that
 * `ids` names before all others, in its order. A user's plugin with the id of a shipped one stands in its place.
 */
export function arrange<T extends Placed>(plugins: readonly T[], ids: readonly string[]): T[] {
  const rank = ({ id }: T): number => {
    const first = SHIPPED_FIRST.findIndex(({ manifest }) => manifest.id === id);
    if (first >= 0) return first - SHIPPED_FIRST.length;
    return SHIPPED_LAST.findIndex(({ manifest }) => manifest.id === id) + 1;
  };
  const usual = plugins.toSorted((a, b) => rank(a) - rank(b) || (a.file < b.file ? -1 : 1));
  const named = ids.flatMap((id) => usual.filter((plugin) => plugin.id === id));
  return [...new Set([...named, ...usual])];
}

/** One for each name in the settings that no plugin has. */
export function unknownNames(
  plugins: readonly Placed[],
  settings: PluginSettings,
): PluginProblem[] {
  const ids = plugins.map(({ id }) => id);
  const names = [...ids, ...plugins.map(({ file }) => file)];
  const { order, disabled, shadow, config } = settings;
  const find = (setting: string, wanted: readonly string[], known: readonly string[]) =>
    wanted.filter((name) => !known.includes(name)).map((name) => ({
      about: setting,
      text: `${setting} names "${name}", want one of the plugins there are: ${
        [...new Set(ids)].join(", ")
      }`,
    }));
  return [
    ...find("plugins.order", order, ids),
    ...find("plugins.disabled", disabled, names),
    ...find("plugins.shadow", shadow, names),
    ...find("plugins.config", Object.keys(config), ids),
  ];
}
