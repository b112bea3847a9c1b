/**
 * Room on the disk. Beside the database lies a file that holds nothing: when the disk is full it is removed, so that the batch
 * in hand can still be written. Polling stops long before, while less than a floor is free.
 */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { LIMITS } from "../core/limits.ts";
import type { DiskFacts } from "../core/status.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";

export interface Disk {
  /** Whether there was room for more when it was last looked. */
  hasRoom(): boolean;
  /** Looks again, and puts the ballast back when there is room for it. Called from time to time. */
  look(): void;
  /** Removes the ballast; whether there was any. Then there is no room until the next look says otherwise. */
  freeBallast(): boolean;
  /** What is used and left now. */
  facts(): Promise<DiskFacts>;
}

/** Written in parts of random bytes, so that no file system can store them in less room. */
const PART_BYTES = 64 * 1024;

/** Looks at once. Never throws: what the file system refuses is logged, and counts as room where it does not say. */
export function createDisk(options: {
  /** The ballast lies beside it. */
  readonly databasePath: string;
  readonly random: Random;
  readonly log: Log;
  readonly ballastBytes?: number;
  readonly freeBytesMin?: number;
  /** Asks the system; throws where it does not say. */
  readonly measure?: (directory: string) => number;
}): Disk {
  const { databasePath, random, log } = options;
  const directory = dirname(databasePath);
  const { ballastBytes = LIMITS.ballastBytes, freeBytesMin = LIMITS.freeBytesMin } = options;
  const measure = options.measure ?? measureFree;
  const path = `${databasePath}.ballast`;
  let hasRoom = true;

  function freeBytes(): number | null {
    try {
      return measure(directory);
    } catch {
      return null; // some file systems do not say
    }
  }

  function look(): void {
    const free = freeBytes() ?? Infinity;
    const hadRoom = hasRoom;
    hasRoom = free >= freeBytesMin;
    if (hasRoom !== hadRoom) log.warn(hasRoom ? "disk_has_room" : "disk_low", { freeBytes: free });
    // With the ballast back there must be room still, or it would come and go.
    if (free >= freeBytesMin + ballastBytes && sizeOf(path) < ballastBytes) makeBallast();
  }

  function makeBallast(): void {
    try {
      using file = Deno.openSync(path, { write: true, create: true, truncate: true });
      for (let written = 0; written < ballastBytes; written += PART_BYTES) {
        writeAll(file, random.bytes(Math.min(PART_BYTES, ballastBytes - written)));
      }
    } catch (error) {
      log.warn("ballast_not_made", { error: errorText(error) });
    }
  }

  function freeBallast(): boolean {
    hasRoom = false;
    try {
      Deno.removeSync(path);
      log.warn("ballast_freed");
      return true;
    } catch {
      return false; // it was not there, or cannot be removed: no room either way
    }
  }

  look();
  return {
    hasRoom: () => hasRoom,
    look,
    freeBallast,
    facts: () => Promise.resolve({ databaseBytes: sizeOf(databasePath), freeBytes: freeBytes() }),
  };
}

function measureFree(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0; // not there
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}
