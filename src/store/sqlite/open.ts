/** Opens the SQLite store: checks the file, brings it to the newest schema, and puts the steps together. */
import { createHmac } from "node:crypto";
import { HubError } from "../../core/error.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Random } from "../../lib/random.ts";
import type { Store } from "../store.ts";
import { createAccountSteps } from "./accounts.ts";
import { copyDatabase } from "./backup.ts";
import { ClientCache } from "./client_cache.ts";
import { createClientSideSteps } from "./client_side.ts";
import { createClientSteps } from "./clients.ts";
import { Database } from "./database.ts";
import { Epoch, EpochFile, MEMORY_PATH } from "./epoch.ts";
import { noteHistory } from "./foreign_quotes.ts";
import { atFile, explainFault } from "./faults.ts";
import { type CommitMoment, Group } from "./group.ts";
import { createPollSteps } from "./ingest.ts";
import { type QueueLimits, queueLimits } from "./limits.ts";
import { createLooks } from "./looks.ts";
import { migrate } from "./migrations.ts";
import { touchPrivate } from "./private_file.ts";
import { createPairingSteps } from "./pairings.ts";
import { createReplySteps } from "./replies.ts";
import { createRetention } from "./retention.ts";
import { createRouteSteps } from "./route.ts";
import { createScriptSteps } from "./scripts.ts";
import { type Sealer, Secrets } from "./secrets.ts";
import { createSendSteps } from "./sends.ts";
import { createWaitingSteps } from "./waits.ts";

export interface StoreOptions {
  /** The database file, or ":memory:". */
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly sealer: Sealer;
  /** Makes the keys by which plugins know people; with another key everybody is a stranger to them. */
  readonly signKey: Uint8Array;
  /** Called when the disk is full; makes room if it can, and says whether it did. */
  readonly freeRoom?: () => boolean;
  readonly limits?: Partial<QueueLimits>;
  /** Runs the commit of a group; at the end of the event-loop turn unless given. */
  readonly schedule?: (flush: () => void) => void;
  /** For crash tests: called around every commit; what it throws ends the store as a crash of the process would. */
  readonly onCommit?: (commit: number, moment: CommitMoment) => void;
}

/**
 * A commit is on disk when it resolves. The log is carried over in larger parts than by default, since the pages of one minute
 * are mostly the same; after a long backup it is cut back.
 */
const PRAGMAS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA journal_size_limit = 67108864;
PRAGMA cache_size = -16384;`;

/** How long another program's write is waited for; the whole hub stands still meanwhile. */
const BUSY_MS = 1_000;
const KEY_DIGITS = 12;

/**
 * Opens or makes the database. Throws a `HubError`: `DATABASE_LOCKED`, `DATABASE_FOREIGN`, `DATABASE_NEWER`,
 * `DATABASE_CORRUPT`, `DATABASE_READ_ONLY`, `DATABASE_FULL`, `DATA_DIRECTORY_UNUSABLE`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  try {
    return await open(options);
  } catch (error) {
    const isFull = error instanceof HubError && error.code === "DATABASE_FULL";
    if (isFull && options.freeRoom?.()) return await open(options);
    throw error;
  }
}

async function open(options: StoreOptions): Promise<Store> {
  const { path } = options;
  const file = EpochFile.take(path);
  let db: Database | null = null;
  try {
    if (path !== MEMORY_PATH) atFile(path, () => touchPrivate(path));
    db = new Database(path, { busyMs: BUSY_MS });
    const found = await migrate(db, { path });
    db.script(PRAGMAS);
    if (found === "migrated") options.log.info("database_migrated");
    return createStore(db, file, options);
  } catch (error) {
    db?.close();
    file?.release();
    throw explainFault(error, path);
  }
}

function createStore(db: Database, file: EpochFile | null, options: StoreOptions): Store {
  const { path, clock, random, log, sealer, signKey } = options;
  const epoch = new Epoch(db, { file, random, log });
  noteHistory(db, { epoch: epoch.word, atMs: clock.now() });
  const clients = new ClientCache(db);
  const secrets = new Secrets(sealer);
  const limits = queueLimits(options.limits);
  const group = new Group({
    db,
    path,
    log,
    schedule: options.schedule ?? ((flush) => void setImmediate(flush)),
    freeRoom: options.freeRoom ?? (() => false),
    onCommit: options.onCommit ?? (() => {}),
    onEnd: () => file?.release(),
  });
  const parts = { group, clients, secrets, epoch, limits, now: () => clock.now() };
  return {
    ...createAccountSteps(parts),
    ...createClientSteps(parts),
    ...createPollSteps({ ...parts, senderKey: (wechatId) => senderKey(signKey, wechatId) }),
    ...createRouteSteps(parts),
    ...createClientSideSteps(parts),
    ...createReplySteps(parts),
    ...createSendSteps(parts),
    ...createPairingSteps(parts),
    ...createScriptSteps(parts),
    ...createWaitingSteps(parts),
    ...createLooks(parts),
    retain: createRetention({ ...parts, sliceRows: limits.retentionSliceRows }),
    backup(to) {
      if (path !== MEMORY_PATH) return copyDatabase(path, to);
      return Promise.reject(new HubError("USAGE", "Cannot copy a database that is in memory"));
    },
    get epoch() {
      return epoch.word;
    },
    get health() {
      return group.health;
    },
    close() {
      group.close(() => epoch.close(db));
      return Promise.resolve();
    },
  };
}

/** Stable over accounts, and says nothing about the WeChat id to whoever has no key. */
function senderKey(signKey: Uint8Array, wechatId: string): string {
  const digest = createHmac("sha256", signKey).update(`sender ${wechatId}`).digest("hex");
  return `p_${digest.slice(0, KEY_DIGITS)}`;
}
