import type { Clock } from "../../src/lib/clock.ts";

export interface FakeClock extends Clock {
  /** Moves both clocks on, running what falls due in order and letting promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock alone, either way, as a sleep of the machine or an operator does. */
  jump(ms: number): void;
  /** Both clocks move on and nothing runs, as when the process stands still: what fell due is late at the next `advance`. */
  stall(ms: number): void;
  /** How many timers wait. */
  readonly pending: number;
}

/** How often promise callbacks get a turn before and after each timer; chains in the hub are far shorter. */
const SETTLE_TURNS = 20;

export function createFakeClock(startMs = Date.UTC(2026, 0, 5, 9, 0, 0)): FakeClock {
  let wallMs = startMs;
  let monotonicMs = 0;
  let nextId = 0;
  const timers = new Map<number, { readonly atMs: number; readonly action: () => void }>();

  function nextDue(limitMs: number): number | null {
    let found: number | null = null;
    for (const [id, timer] of timers) {
      if (timer.atMs > limitMs) continue;
      const best = found === null ? undefined : timers.get(found);
      if (best === undefined || timer.atMs < best.atMs) found = id;
    }
    return found;
  }

  return {
    now: () => wallMs,
    monotonic: () => monotonicMs,
    after(delayMs, action) {
      const id = nextId++;
      // Whole milliseconds, as the machine's timers and clock have them.
      timers.set(id, { atMs: monotonicMs + Math.trunc(Math.max(0, delayMs)), action });
      return () => void timers.delete(id);
    },
    async advance(ms) {
      const endMs = monotonicMs + ms;
      await settle();
      for (let id = nextDue(endMs); id !== null; id = nextDue(endMs)) {
        const timer = timers.get(id);
        timers.delete(id);
        if (timer === undefined) continue;
        const lateMs = Math.max(0, monotonicMs - timer.atMs);
        wallMs += timer.atMs + lateMs - monotonicMs;
        monotonicMs = timer.atMs + lateMs;
        timer.action();
        await settle();
      }
      wallMs += endMs - monotonicMs;
      monotonicMs = endMs;
      await settle();
    },
    jump(ms) {
      wallMs += ms;
    },
    stall(ms) {
      wallMs += ms;
      monotonicMs += ms;
    },
    get pending() {
      return timers.size;
    },
  };
}

/** Lets everything that waits on promises or on the end of an event-loop turn run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLE_TURNS; turn++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
