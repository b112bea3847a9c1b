/**
 * Notices changes below a folder. The system's events are quick and miss cases (the folder is made later, or made anew, or
 * lies on a network), so that the folder is looked through every few seconds as well.
 */
import { join } from "node:path";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import { createTurns } from "../lib/turns.ts";

export interface Watch {
  /** Resolves when the last call of `onChange` has ended. */
  stop(): Promise<void>;
}

/** The system's events about a folder and what lies in it; `close` ends them. */
export type FolderEvents = AsyncIterable<unknown> & { close(): void };

/** An editor saves in several moves; they are over when nothing more happens for so long. */
const QUIET_MS = 200;
/** What never comes to rest is looked at nevertheless. */
const UNREST_MAX_MS = 2_000;
const LOOK_EVERY_MS = 5_000;
/** Installed packages change through the plugin beside them. */
const PASSED_BY = /^\.|^node_modules$/;

/** Calls `onChange` soon after the start and for each change from then on, one call after the other. */
export function startWatch(options: {
  /** It need not be there yet. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Must not reject. */
  readonly onChange: () => Promise<void>;
  /** Throws where the system cannot watch. */
  readonly watchFolder?: (folder: string) => FolderEvents;
}): Watch {
  const { folder, clock, log, onChange } = options;
  const watchFolder = options.watchFolder ?? ((path) => Deno.watchFs(path, { recursive: true }));
  const turns = createTurns();
  let events: { readonly of: string; readonly close: () => void } | null = null;
  let seen: string | null = null;
  let unrestSinceMs: number | null = null;
  let cancelQuiet = () => {};
  let cancelLook = () => {};
  let isStopped = false;

  function stir(): void {
    if (isStopped) return;
    const nowMs = clock.monotonic();
    unrestSinceMs ??= nowMs;
    cancelQuiet();
    const leftMs = UNREST_MAX_MS - (nowMs - unrestSinceMs);
    cancelQuiet = clock.after(Math.max(0, Math.min(QUIET_MS, leftMs)), () => {
      unrestSinceMs = null;
      void turns.take(report);
    });
  }

  /** What is there before it is told of is what later looks compare with. */
  async function report(): Promise<void> {
    seen = (await survey(folder)).entries;
    await onChange();
  }

  /** Follows the folder that is there now; a folder made anew is another one. */
  function follow(identity: string): void {
    if (events?.of === identity) return;
    events?.close();
    events = null;
    if (identity === "") return;
    try {
      events = { of: identity, close: listen(watchFolder(folder)) };
    } catch (error) {
      log.warn("plugins_not_watched", { folder, error: errorText(error) });
      events = { of: identity, close: () => {} };
    }
  }

  /** Gives what ends it; a stream that has ended by itself cannot be closed. */
  function listen(stream: FolderEvents): () => void {
    let hasEnded = false;
    async function read(): Promise<void> {
      try {
        for await (const _ of stream) stir();
      } catch (error) {
        log.warn("plugins_not_watched", { folder, error: errorText(error) });
      }
      hasEnded = true;
    }
    void read();
    return () => {
      if (!hasEnded) stream.close();
    };
  }

  async function look(): Promise<void> {
    const { identity, entries } = await survey(folder);
    if (isStopped) return;
    follow(identity);
    if (seen !== entries) stir();
    cancelLook = clock.after(LOOK_EVERY_MS, () => void turns.take(look));
  }

  void turns.take(look);
  return {
    async stop() {
      isStopped = true;
      cancelQuiet();
      cancelLook();
      await turns.idle();
      events?.close();
      cancelLook();
    },
  };
}

/** Which folder it is ("": there is none), and what can be seen of all that lies in it without opening anything. */
async function survey(
  folder: string,
): Promise<{ readonly identity: string; readonly entries: string }> {
  try {
    const { dev, ino } = await Deno.stat(folder);
    return { identity: `${dev} ${ino}`, entries: (await entriesOf(folder)).join("\n") };
  } catch {
    return { identity: "", entries: "" }; // not there, or gone while it was looked at: the next look sees
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  const entries: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (PASSED_BY.test(name)) continue;
    const path = join(folder, name);
    if (isDirectory) {
      entries.push(...await entriesOf(path));
      continue;
    }
    const { mtime, size, ino } = await Deno.lstat(path);
    entries.push(`${path} ${mtime?.getTime()} ${size} ${ino}`);
  }
  return entries.sort();
}
