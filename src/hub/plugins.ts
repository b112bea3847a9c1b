/** Builds the plugins' part of the hub: who is asked, the isolation of the user's, and deciding for a look. */
import { fileURLToPath } from "node:url";
import type { Settings } from "../config.ts";
import type { HubEvent, HubOptions } from "../config/launch.ts";
import type { ClientStates } from "../core/client.ts";
import type { PluginDesk } from "../core/plugin_desk.ts";
import type { PluginFacts } from "../core/status.ts";
import { createIsolation } from "../plugin/isolation.ts";
import { createLivingHost, type LivingHost } from "../plugin/living_host.ts";
import { createRehearsal } from "../router/rehearsal.ts";
import { isObject } from "../lib/json.ts";
import type { Store } from "../store/store.ts";
import type { Lang } from "../text/say.ts";

/** Nothing of a user's is loaded before `start`. */
export function createPlugins(options: HubOptions, around: {
  readonly store: Store;
  readonly states: ClientStates;
  readonly lang: Lang;
  /** Whether changes of the plugins folder are followed. */
  readonly isWatching: boolean;
}): LivingHost {
  const { settings, clock, random, log, version, dataDirectory, env, onEvent } = options;
  const { store, states, lang, isWatching } = around;
  const policy = { senders: settings.allowSenders, groups: settings.allowGroups };
  return createLivingHost({
    folder: settings.pluginsDirectory,
    shippedFolder: fileURLToPath(new URL("plugins", Deno.mainModule)),
    dataDirectory: dataDirectory.path,
    settings: {
      order: settings.pluginsOrder,
      disabled: settings.pluginsDisabled,
      shadow: settings.pluginsShadow,
      config: settings.pluginsConfig,
    },
    isSafe: settings.safe,
    isWatching,
    isolation: createIsolation({ clock, random, log }),
    rehearsal: createRehearsal({
      ...{ store, states, lang, version, policy, clock },
      limits: settings,
      startedAtMs: clock.now(),
    }),
    ...{ env, clock, random, log },
    onNews: ({ kind, id, file, logText }): void => {
      // What a service says is kept like its log.
      const event: HubEvent = { kind: "plugin", news: kind, id, file, text: logText };
      onEvent(event);
    },
  });
}

/** What commands to the hub begin with, as the owner set it for the commands plugin; `null` where it cannot be told. */
export function commandPrefixOf({ pluginsConfig }: Pick<Settings, "pluginsConfig">): string | null {
  const config = pluginsConfig["commands"] ?? {};
  const prefix = isObject(config) ? config["prefix"] ?? "/" : null;
  return typeof prefix === "string" && prefix !== "" ? prefix : null;
}

/** As `status` shows them. */
export function pluginFacts(desk: PluginDesk): PluginFacts[] {
  return desk.list().map(({ id, version, source, problem }) => ({
    ...{ id, version, source },
    problem: problem === "" ? null : problem,
  }));
}
