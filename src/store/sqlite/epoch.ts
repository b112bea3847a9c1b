/**
 * The epoch: the word that says to which history of the database a client's number belongs. After a roll-back numbers are
 * given a second time, and an old cursor would acknowledge what its client never got; so the epoch is renewed.
 *
 * How a roll-back is noticed:
 * - A copy made by the hub carries no epoch, so that it gets one of its own when it is opened.
 * - Beside the database lies a small file with the epoch and a count that grows in both when the database is opened and when
 *   it is closed. A database that counted less than the file is an older one; without the file it was put there by hand.
 * - Where file and database were rolled back together, a client shows it: a cursor of this epoch with a number that was never
 *   given. Numbers up to the newest one given are the same in both histories, so nothing was harmed before.
 *
 * The file is also the lock that keeps a second hub from the database; a crash gives it up.
 */
import { isObject, tryParseJson } from "../../lib/json.ts";
import { errorText, type Log } from "../../lib/log.ts";
import { type Random, randomHex } from "../../lib/random.ts";
import type { Database } from "./database.ts";
import { atFile, databaseError } from "./faults.ts";
import type { Step } from "./group.ts";
import { readMeta, writeMeta } from "./meta.ts";

export const MEMORY_PATH = ":memory:";

const EPOCH_BYTES = 8;
const EPOCH_KEY = "epoch";
const OPENINGS_KEY = "openings";

/** Takes the epoch out of a copy. */
export function markCopy(db: Database): void {
  writeMeta(db, EPOCH_KEY, "");
}

/** The file beside the database, held locked; `null` for a database in memory. */
export class EpochFile {
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Throws `DATABASE_LOCKED` while another hub holds it, and what the file system refuses. */
  static take(databasePath: string): EpochFile | null {
    if (databasePath === MEMORY_PATH) return null;
    const file = openFile(databasePath);
    if (file.tryLockSync(true)) return new EpochFile(file);
    file.close();
    throw databaseError("DATABASE_LOCKED", databasePath);
  }

  /** `null` when there is nothing to read, as after a crash in the middle of the first writing. */
  read(): { readonly epoch: string; readonly openings: number } | null {
    const bytes = new Uint8Array(256);
    this.#file.seekSync(0, Deno.SeekMode.Start);
    const length = this.#file.readSync(bytes) ?? 0;
    const written = tryParseJson(new TextDecoder().decode(bytes.subarray(0, length)));
    if (!isObject(written)) return null;
    const { epoch, openings } = written;
    return typeof epoch === "string" && typeof openings === "number" ? { epoch, openings } : null;
  }

  write(epoch: string, openings: number): void {
    this.#file.truncateSync(0);
    this.#file.seekSync(0, Deno.SeekMode.Start);
    this.#file.writeSync(new TextEncoder().encode(`${JSON.stringify({ epoch, openings })}\n`));
  }

  release(): void {
    // A child that is being started holds a copy of the file for a moment; closing ours alone would leave the lock with it.
    this.#file.unlockSync();
    this.#file.close();
  }
}

export class Epoch {
  readonly #file: EpochFile | null;
  readonly #random: Random;
  readonly #log: Log;
  #word: string;
  #openings: number;

  /** Reads the database's epoch, or renews it. Nothing else may use the database yet. */
  constructor(
    db: Database,
    options: { readonly file: EpochFile | null; readonly random: Random; readonly log: Log },
  ) {
    this.#file = options.file;
    this.#random = options.random;
    this.#log = options.log;
    const stored = readMeta(db, EPOCH_KEY) ?? "";
    this.#openings = Number(readMeta(db, OPENINGS_KEY) ?? 0);
    this.#word = this.#isContinued(stored) ? stored : this.#mint();
    writeMeta(db, EPOCH_KEY, this.#word);
    this.#count(db);
  }

  get word(): string {
    return this.#word;
  }

  /** Gives the database a new epoch, since a client has shown that it was rolled back. */
  renew(step: Step): void {
    const word = this.#mint();
    writeMeta(step.db, EPOCH_KEY, word);
    step.afterCommit(() => {
      this.#word = word;
      this.#log.warn("database_was_rolled_back");
      this.#writeFile();
    });
  }

  /** Notes an orderly end; the last thing done with the database. */
  close(db: Database): void {
    this.#count(db);
  }

  #isContinued(stored: string): boolean {
    if (stored === "") return false;
    if (this.#file === null) return true;
    const seen = this.#file.read();
    return seen !== null && seen.epoch === stored && seen.openings <= this.#openings;
  }

  /** The database counts first: a crash between the two leaves the file behind it, which is no roll-back. */
  #count(db: Database): void {
    this.#openings += 1;
    writeMeta(db, OPENINGS_KEY, String(this.#openings));
    this.#writeFile();
  }

  #mint(): string {
    return randomHex(this.#random, EPOCH_BYTES);
  }

  #writeFile(): void {
    try {
      this.#file?.write(this.#word, this.#openings);
    } catch (error) {
      // A file that is behind costs a renewal at worst.
      this.#log.warn("epoch_file_not_written", { error: errorText(error) });
    }
  }
}

function openFile(databasePath: string): Deno.FsFile {
  const options = { read: true, write: true, create: true, mode: 0o600 };
  return atFile(databasePath, () => Deno.openSync(`${databasePath}.epoch`, options));
}
