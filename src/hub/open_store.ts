/** The store of a data directory, with its keys and the disk it is on. */
import type { HubOptions } from "../config/launch.ts";
import { seal, unseal } from "../lib/seal.ts";
import { createDisk, type Disk } from "../store/disk.ts";
import { openStore } from "../store/sqlite/open.ts";
import type { Store } from "../store/store.ts";

/** The disk under the database. */
export function openDisk({ dataDirectory: { databasePath }, random, log }: HubOptions): Disk {
  return createDisk({ databasePath, random, log });
}

/** Throws what the store throws when it is opened. */
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
