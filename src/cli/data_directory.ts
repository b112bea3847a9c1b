/**
 * The data directory: database, keys, admin token, and the lock that says whether a hub uses it. The lock is the system's,
 * so a crash gives it up; `hub.json` only says where the hub that holds the lock can be reached.
 */
import type { DataDirectory } from "../config/launch.ts";
import { readDatabaseUrl } from "../config/database_url.ts";
import type { Settings } from "../config.ts";
import type { AdminToken } from "../core/admin_token.ts";
import { HubError } from "../core/error.ts";
import { isObject, tryParseJson } from "../lib/json.ts";
import { errorText } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import { mintAdminToken, openKeys, readIfThere, writePrivate } from "./keys.ts";

const LOCK_FILE = "hub.lock";
const ADDRESS_FILE = "hub.json";
const ADMIN_TOKEN_FILE = "admin-token";

export interface OpenedDirectory extends DataDirectory {
  /** The admin token when it was made just now, to be shown once; else `null`. */
  readonly newAdminToken: string | null;
  /** Tells other commands where this hub listens. */
  announce(hub: RunningHub): void;
  /** Gives the lock up. */
  release(): void;
}

export interface RunningHub {
  readonly pid: number;
  readonly url: string;
}

/**
 * Opens and locks the directory; makes it, its keys and its admin token where they are missing. `null` while somebody else
 * holds the lock. Throws `DATA_DIRECTORY_UNUSABLE`, `DATABASE_SCHEME` and what `openKeys` throws.
 */
export function openDataDirectory(
  settings: Settings,
  options: { readonly random: Random; readonly directory: string },
): OpenedDirectory | null {
  const path = settings.data;
  const databasePath = databasePathOf(settings, options.directory);
  const lock = atDirectory(path, () => takeLock(path));
  if (lock === null) return null;
  try {
    return atDirectory(path, () => {
      removeIfThere(`${path}/${ADDRESS_FILE}`); // of a hub that crashed
      const keys = openKeys(path, { masterKey: settings.masterKey, random: options.random });
      const { token, madeNow } = openAdminToken(settings, options.random);
      return {
        path,
        databasePath,
        ...keys,
        adminToken: token,
        newAdminToken: madeNow,
        announce: (hub) => writePrivate(`${path}/${ADDRESS_FILE}`, `${JSON.stringify(hub)}\n`),
        release() {
          removeIfThere(`${path}/${ADDRESS_FILE}`);
          lock.unlockSync(); // also for a child that is being started and holds a copy for a moment
          lock.close();
        },
      };
    });
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Whether there is such a directory; with `false` no hub has ever run there. */
export function hasDataDirectory(path: string): boolean {
  return atDirectory(path, () => statIfThere(path)?.isDirectory ?? false);
}

/** Where the hub that holds the lock listens; `null` while it does not say. */
export function readRunningHub(path: string): RunningHub | null {
  const text = atDirectory(path, () => readIfThere(`${path}/${ADDRESS_FILE}`));
  const written = tryParseJson(text ?? "");
  if (!isObject(written)) return null;
  const { pid, url } = written;
  return typeof pid === "number" && typeof url === "string" ? { pid, url } : null;
}

/** The admin token that the directory keeps; `null` when there is none to read. */
export function readAdminToken(path: string): string | null {
  return atDirectory(path, () => readIfThere(`${path}/${ADMIN_TOKEN_FILE}`))?.trim() ?? null;
}

function takeLock(path: string): Deno.FsFile | null {
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  const file = Deno.openSync(`${path}/${LOCK_FILE}`, {
    read: true,
    write: true,
    create: true,
    mode: 0o600,
  });
  if (file.tryLockSync(true)) return file;
  file.close();
  return null;
}

/** The token in force always stands in the file, so that local commands find it. */
function openAdminToken(
  settings: Settings,
  random: Random,
): { readonly token: AdminToken; readonly madeNow: string | null } {
  const path = `${settings.data}/${ADMIN_TOKEN_FILE}`;
  const fixed = settings.adminToken;
  const kept = readIfThere(path)?.trim() ?? "";
  const madeNow = fixed === null && kept === "" ? mintAdminToken(random) : null;
  let current = fixed ?? madeNow ?? kept;
  if (current !== kept) writePrivate(path, `${current}\n`);
  const token: AdminToken = {
    current: () => current,
    rotate() {
      if (fixed !== null) return Promise.reject(fixedToken());
      const next = mintAdminToken(random);
      writePrivate(path, `${next}\n`);
      current = next;
      return Promise.resolve(next);
    },
  };
  return { token, madeNow };
}

function fixedToken(): HubError {
  return new HubError(
    "USAGE",
    "Cannot rotate the admin token: it is fixed by --admin-token or ILINK_ADMIN_TOKEN",
    { hint: "Change it there and restart the hub, or leave it out and let the hub make one" },
  );
}

function databasePathOf(settings: Settings, directory: string): string {
  const read = readDatabaseUrl(settings.databaseUrl, { data: settings.data, directory });
  if (read.kind === "path") return read.path;
  throw new HubError(
    "DATABASE_SCHEME",
    `Cannot use a database of the kind "${read.scheme}": want sqlite:PATH`,
    { hint: "Write DATABASE_URL=sqlite:PATH, or leave it out to keep it in the data directory" },
  );
}

/** What the file system refuses, as a sentence about the directory. */
function atDirectory<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw new HubError(
      "DATA_DIRECTORY_UNUSABLE",
      `Cannot use the data directory ${path}: ${errorText(error)}`,
      {
        cause: error,
        hint: "Let this user read and write it, or choose another one with --data",
      },
    );
  }
}

function removeIfThere(path: string): void {
  if (statIfThere(path) !== null) Deno.removeSync(path);
}

function statIfThere(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
