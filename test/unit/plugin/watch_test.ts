import { join } from "node:path";
import { assert, assertEquals } from "@std/assert";
import { type Log, silentLog } from "../../../src/lib/log.ts";
import { type FolderEvents, startWatch } from "../../../src/plugin/watch.ts";
import { createFakeClock, type FakeClock, settle } from "../../fake/fake_clock.ts";

interface Watched {
  readonly folder: string;
  readonly clock: FakeClock;
  readonly seen: { changes: number; opened: number; closed: number };
  /** The system tells of something. */
  event(): void;
  /** The stream of events ends by itself. */
  end(): void;
  /** Lets time and the file system's own go on. */
  pass(ms: number): Promise<void>;
}

/** A stream of events that the test makes; as the system's, it cannot be closed once it has ended. */
function createEvents(onClose: () => void) {
  let isOpen = true;
  let wake = () => {};
  let waiting = 0;
  async function* read(): AsyncGenerator<null> {
    while (isOpen) {
      if (waiting > 0) {
        waiting -= 1;
        yield null;
      } else await new Promise<void>((resolve) => wake = resolve);
    }
  }
  const end = () => {
    isOpen = false;
    wake();
  };
  const events: FolderEvents = {
    [Symbol.asyncIterator]: read,
    close() {
      assert(isOpen, "closed twice");
      onClose();
      end();
    },
  };
  return {
    events,
    end,
    event() {
      waiting += 1;
      wake();
    },
  };
}

async function withWatch(
  use: (watched: Watched) => Promise<void>,
  { watchFails = false, log = silentLog }: { watchFails?: boolean; log?: Log } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "ilink-hub-watch-" });
  const clock = createFakeClock();
  const seen = { changes: 0, opened: 0, closed: 0 };
  let stream = createEvents(() => {});
  const watch = startWatch({
    ...{ folder, clock, log },
    onChange() {
      seen.changes += 1;
      return Promise.resolve();
    },
    watchFolder() {
      if (watchFails) throw new Error("too many watches");
      seen.opened += 1;
      stream = createEvents(() => seen.closed += 1);
      return stream.events;
    },
  });
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      await files();
      await clock.advance(Math.min(100, ms - passed));
    }
    await files();
  }
  try {
    await pass(1_000);
    assertEquals(seen.changes, 1, "it looks once at its start");
    seen.changes = 0;
    const event = () => stream.event();
    await use({ folder, clock, seen, event, end: () => stream.end(), pass });
  } finally {
    await watch.stop();
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    assertEquals(clock.pending, 0, "no timer is left");
  }
}

/** Lets file operations that were begun end. */
async function files(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) {
    await Deno.stat("/");
    await settle();
  }
}

Deno.test("events in quick succession are one change, told when it is quiet", async () => {
  await withWatch(async ({ seen, event, pass }) => {
    for (let count = 0; count < 5; count++) {
      event();
      await pass(150);
    }
    assertEquals(seen.changes, 0);
    await pass(200);
    assertEquals(seen.changes, 1);
  });
});

Deno.test("what never comes to rest is told of nevertheless", async () => {
  await withWatch(async ({ seen, event, pass }) => {
    for (let count = 0; count < 30; count++) {
      event();
      await pass(100);
    }
    assertEquals(seen.changes, 1);
  });
});

Deno.test("a change without an event is found by looking", async () => {
  await withWatch(async ({ folder, seen, pass }) => {
    await pass(6_000);
    assertEquals(seen.changes, 0);
    await Deno.writeTextFile(join(folder, "a.ts"), "1");
    await pass(6_000);
    assertEquals(seen.changes, 1);
    await pass(12_000);
    assertEquals(seen.changes, 1, "and told once");
  });
});

Deno.test("a folder that is made anew is followed, though its events ended by themselves", async () => {
  await withWatch(async ({ folder, seen, end, event, pass }) => {
    await Deno.remove(folder, { recursive: true });
    end();
    await pass(6_000);
    await Deno.mkdir(folder);
    await pass(6_000);
    assertEquals(seen.opened, 2);
    seen.changes = 0;
    event();
    await pass(300);
    assertEquals(seen.changes, 1);
  });
});

Deno.test("where the system cannot watch, it says so once and looks", async () => {
  const lines: string[] = [];
  const log: Log = { ...silentLog, warn: (event) => void lines.push(event) };
  await withWatch(async ({ folder, seen, pass }) => {
    await Deno.writeTextFile(join(folder, "a.ts"), "1");
    await pass(11_000);
    assertEquals(seen.changes, 1);
  }, { watchFails: true, log });
  assertEquals(lines, ["plugins_not_watched"]);
});
