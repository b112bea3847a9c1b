/** What the admin API may see, from the options that a hub is opened with. */
import type { AdminPort } from "../admin/port.ts";
import type { HubOptions } from "../config/launch.ts";
import { virtualBotId } from "../core/tokens.ts";
import { cdnPathOf } from "../downstream/cdn.ts";
import type { LivingHost } from "../plugin/living_host.ts";
import type { Disk } from "../store/disk.ts";
import type { Store } from "../store/store.ts";
import { langOf } from "./opening.ts";
import { pluginFacts } from "./plugins.ts";

/** The part of the admin port that is the same with and without a running hub. */
export function adminPortOf(
  options: HubOptions,
  { store, disk, plugins }: {
    readonly store: Store;
    readonly disk: Disk;
    readonly plugins: LivingHost;
  },
): Pick<
  AdminPort,
  | "version"
  | "lang"
  | "store"
  | "token"
  | "clock"
  | "random"
  | "log"
  | "plugins"
  | "pluginDesk"
  | "disk"
  | "botIdOf"
  | "cdnPathOf"
  | "allowedSenders"
  | "sendLimits"
> {
  const { settings, version, clock, random, log, dataDirectory } = options;
  return {
    ...{ version, lang: langOf(options), store, clock, random, log },
    token: dataDirectory.adminToken,
    plugins: () => pluginFacts(plugins.desk),
    pluginDesk: plugins.desk,
    disk: () => disk.facts(),
    botIdOf: (client) => virtualBotId(dataDirectory.signingKey, client),
    cdnPathOf: (client) => settings.cdnProxy ? cdnPathOf(dataDirectory.signingKey, client) : null,
    allowedSenders: settings.allowSenders,
    sendLimits: settings,
  };
}
