/** Looks after the file: retention in slices, and the room left on the disk. */
import { createBackoff } from "../lib/backoff.ts";
import { createBell } from "../lib/bell.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import { startTask, type Task } from "../lib/task.ts";
import type { Disk } from "./disk.ts";
import type { Upkeep } from "./store.ts";

export interface UpkeepPorts {
  readonly store: Pick<Upkeep, "retain">;
  readonly disk: Pick<Disk, "look" | "hasRoom">;
  readonly settings: { readonly retentionMs: number; readonly databaseBytesMax: number };
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** There is room again after there was none. */
  readonly onRoom: () => void;
}

const RETENTION_EVERY_MS = 10 * 60_000;
const DISK_EVERY_MS = 10_000;
const BACKOFF = { firstMs: 1_000, maxMs: 60_000 };

/** Looks at once, then at intervals. */
export function startUpkeep(ports: UpkeepPorts): Task {
  const tasks = [watchDisk(ports), removeOld(ports)];
  return { stop: async () => void await Promise.all(tasks.map((task) => task.stop())) };
}

function watchDisk(ports: UpkeepPorts): Task {
  const { disk, onRoom } = ports;
  return repeat(ports, {
    everyMs: DISK_EVERY_MS,
    work() {
      const had = disk.hasRoom();
      disk.look();
      if (!had && disk.hasRoom()) onRoom();
      return Promise.resolve();
    },
  });
}

/** Slice after slice, each a step of its own, so that nothing waits longer than for one. */
function removeOld(ports: UpkeepPorts): Task {
  const { store, settings, clock } = ports;
  return repeat(ports, {
    everyMs: RETENTION_EVERY_MS,
    async work(signal) {
      const olderThanMs = clock.now() - settings.retentionMs;
      const slice = { olderThanMs, fileBytesMax: settings.databaseBytesMax };
      while (!signal.aborted && await store.retain(slice) === "more");
    },
  });
}

function repeat(
  { clock, random, log }: UpkeepPorts,
  given: { readonly everyMs: number; readonly work: (signal: AbortSignal) => Promise<void> },
): Task {
  const bell = createBell(clock);
  return startTask({
    bell,
    clock,
    backoff: createBackoff({ ...BACKOFF, random }),
    async step(signal) {
      await given.work(signal);
      bell.ringAt(clock.now() + given.everyMs);
    },
    onFault: (error) => log.error("upkeep_failed", { error: errorText(error) }),
  });
}
