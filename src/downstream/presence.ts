/** Who is there right now: open polls and last calls, in memory; the last calls are written down about once a minute. */
import type { Client, ClientStates } from "../core/client.ts";
import type { ClientId } from "../core/ids.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { ClientSteps } from "../store/store.ts";

export interface Presence {
  readonly states: ClientStates;
  noteCall(client: ClientId): void;
  /** The client took messages; until it polls again it is at work on them. */
  noteTook(client: ClientId): void;
  notePoll(client: ClientId): void;
  /** The client said that it stops: it is away until it calls again. */
  noteLeft(client: ClientId): void;
  forget(client: ClientId): void;
  /** Writes down what is not written yet, and stops writing. */
  stop(): Promise<void>;
}

/** Ages are of the monotonic clock: a machine that slept has made nobody go away. */
interface Seen {
  readonly atMs: number;
  /** The same by the monotonic clock. */
  readonly monotonicMs: number;
  /** When it took messages and did not come back, by the monotonic clock; `null` when it holds none. */
  readonly tookMonotonicMs: number | null;
  readonly hasLeft: boolean;
}

export function createPresence(options: {
  readonly store: Pick<ClientSteps, "recordSeen">;
  readonly clock: Clock;
  readonly log: Log;
  readonly openPolls: (client: ClientId) => number;
  /** The clients there are at the start: who called before is not new. */
  readonly known: readonly Pick<Client, "id" | "lastSeenAtMs">[];
  readonly limits: {
    readonly awayAfterMs: number;
    readonly busyForMs: number;
    readonly seenFlushMs: number;
  };
}): Presence {
  const { store, clock, log, limits } = options;
  /** By the monotonic clock; `null`: never. A call of a time to come, by a clock that was set back, counts as just made. */
  const seenBefore = new Map(options.known.map(({ id, lastSeenAtMs }) => [
    id,
    lastSeenAtMs === null ? null : clock.monotonic() - Math.max(0, clock.now() - lastSeenAtMs),
  ]));
  const seen = new Map<ClientId, Seen>();
  const unwritten = new Map<ClientId, number>();
  let cancelFlush: (() => void) | null = null;
  let isStopped = false;

  function note(client: ClientId, tookMonotonicMs: number | null, hasLeft = false): void {
    const atMs = clock.now();
    seen.set(client, { atMs, monotonicMs: clock.monotonic(), tookMonotonicMs, hasLeft });
    unwritten.set(client, atMs);
    if (isStopped) return;
    cancelFlush ??= clock.after(limits.seenFlushMs, () => void flush());
  }

  async function flush(): Promise<void> {
    cancelFlush = null;
    const batch = [...unwritten].map(([client, atMs]) => ({ client, atMs }));
    unwritten.clear();
    try {
      if (batch.length > 0) await store.recordSeen(batch);
    } catch (error) {
      // Best effort: the next call of each client writes a newer time.
      log.debug("last_calls_not_written", { clients: batch.length, error: errorText(error) });
    }
  }

  return {
    states: {
      stateOf(client) {
        if (options.openPolls(client) > 0) return "polling";
        const nowMs = clock.monotonic();
        const { monotonicMs, tookMonotonicMs, hasLeft } = seen.get(client) ??
          { monotonicMs: seenBefore.get(client) ?? null, tookMonotonicMs: null, hasLeft: false };
        if (monotonicMs === null) return "new";
        if (hasLeft) return "away";
        if (tookMonotonicMs !== null) {
          return nowMs - tookMonotonicMs < limits.busyForMs ? "busy" : "away";
        }
        return nowMs - monotonicMs < limits.awayAfterMs ? "polling" : "away";
      },
      lastCallAtMs: (client) => seen.get(client)?.atMs ?? null,
      workingMs(client) {
        const { tookMonotonicMs = null } = seen.get(client) ?? {};
        return tookMonotonicMs === null ? null : clock.monotonic() - tookMonotonicMs;
      },
    },
    noteCall: (client) => note(client, seen.get(client)?.tookMonotonicMs ?? null),
    noteTook: (client) => note(client, clock.monotonic()),
    notePoll: (client) => note(client, null),
    noteLeft: (client) => note(client, null, true),
    forget(client) {
      seenBefore.delete(client);
      seen.delete(client);
      unwritten.delete(client);
    },
    async stop() {
      isStopped = true;
      cancelFlush?.();
      await flush();
    },
  };
}
