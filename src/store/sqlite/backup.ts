/**
 * A copy of the database while the hub works. The driver copies without letting go of its thread, so a worker does it, on a
 * connection of its own; and it does it in one go, since a copy in parts starts again at every write.
 */
import { HubError } from "../../core/error.ts";
import { errorText } from "../../lib/log.ts";
import { Database } from "./database.ts";
import { markCopy } from "./epoch.ts";
import { touchPrivate } from "./private_file.ts";

/** Given as text, so that it works however the hub is packed. */
const WORKER = `
import { backup, DatabaseSync } from "node:sqlite";
self.onmessage = async ({ data: { from, to } }) => {
  try {
    const db = new DatabaseSync(from, { readOnly: true, timeout: 5000 });
    try {
      await backup(db, to, { rate: 2 ** 31 - 1 });
    } finally {
      db.close();
    }
    self.postMessage({ error: null });
  } catch (error) {
    self.postMessage({ error: String(error?.message ?? error) });
  }
};`;

const WORKER_URL = `data:text/javascript,${encodeURIComponent(WORKER)}`;

/** Throws `USAGE` when there is something at `to`, `DATA_DIRECTORY_UNUSABLE` when the copy cannot be written. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  if (isThere(to)) {
    throw new HubError("USAGE", `Cannot write a backup to ${to}: there is something already`, {
      hint: "Name a file that does not exist",
    });
  }
  const part = `${to}.part`;
  try {
    touchPrivate(part);
    await runWorker(from, part);
    markFile(part);
    Deno.renameSync(part, to);
  } catch (error) {
    if (isThere(part)) Deno.removeSync(part);
    throw new HubError(
      "DATA_DIRECTORY_UNUSABLE",
      `Cannot write a backup to ${to}: ${errorText(error)}`,
      { cause: error, hint: "The directory must exist and be writable, with room for a copy" },
    );
  }
}

function runWorker(from: string, to: string): Promise<void> {
  const worker = new Worker(WORKER_URL, { type: "module" });
  const ended = new Promise<void>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ readonly error: string | null }>) =>
      data.error === null ? resolve() : reject(new Error(data.error));
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  });
  worker.postMessage({ from, to });
  return ended.finally(() => worker.terminate());
}

function markFile(path: string): void {
  const copy = new Database(path, { busyMs: 0 });
  try {
    markCopy(copy);
  } finally {
    copy.close();
  }
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
