/** What a hub and a command on a data directory open in the same way. */
import type { AdminPort } from "../admin/port.ts";
import type { HubOptions } from "../config/launch.ts";
import type { ClientStates } from "../core/client.ts";
import { seal, unseal } from "../lib/seal.ts";
import { urlHost } from "../lib/url_host.ts";
import type { LivingHost } from "../plugin/living_host.ts";
import { createDisk, type Disk } from "../store/disk.ts";
import { openStore } from "../store/sqlite/open.ts";
import type { Store } from "../store/store.ts";
import type { Lang } from "../text/say.ts";
import { pluginFacts } from "./plugins.ts";

/** Without a running hub nobody is served; who has ever called is away. */
export async function statesAtRest(store: Store): Promise<ClientStates> {
  const known = (await store.clients()).filter(({ lastSeenAtMs }) => lastSeenAtMs !== null);
  const haveCalled = new Set(known.map(({ id }) => id));
  return {
    stateOf: (client) => haveCalled.has(client) ? "away" : "new",
    lastCallAtMs: () => null,
  };
}

export function langOf({ settings }: HubOptions): Lang {
  return settings.chatLang ?? settings.lang ?? "zh";
}

/** The base URL for clients: what the owner says, else where it listens. */
export function urlOf(
  { settings }: HubOptions,
  listening: { readonly hostname: string; readonly port: number },
): string {
  return settings.publicUrl ?? `http://${urlHost(listening)}`;
}

export function openDisk({ dataDirectory: { databasePath }, random, log }: HubOptions): Disk {
  return createDisk({ databasePath, random, log });
}

export function openHubStore(
  { dataDirectory, clock, random, log }: HubOptions,
  disk: Disk,
): Promise<Store> {
  const { databasePath, sealingKey, signingKey } = dataDirectory;
  return openStore({
    path: databasePath,
    clock,
    random,
    log,
    signKey: signingKey,
    freeRoom: () => disk.freeBallast(),
    sealer: {
      seal: (plain) => seal(sealingKey, plain, random),
      unseal: (sealed) => unseal(sealingKey, sealed),
    },
  });
}

/** The part of the admin port that is the same with and without a running hub. */
export function adminPortOf(
  { version, clock, random, log, dataDirectory }: HubOptions,
  { store, disk, plugins }: {
    readonly store: Store;
    readonly disk: Disk;
    readonly plugins: LivingHost;
  },
): Pick<
  AdminPort,
  "version" | "store" | "token" | "clock" | "random" | "log" | "plugins" | "pluginDesk" | "disk"
> {
  return {
    ...{ version, store, clock, random, log },
    token: dataDirectory.adminToken,
    plugins: () => pluginFacts(plugins.desk),
    pluginDesk: plugins.desk,
    disk: () => disk.facts(),
  };
}
