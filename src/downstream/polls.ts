/**
 * The open polls of each client. The newest is told of new messages; an older one ends at its own deadline, because a client
 * that polls twice has usually given up on the first. Nothing here knows what a poll answers with.
 */
import type { ClientId } from "../core/ids.ts";
import type { BellBoard } from "../lib/bell_board.ts";
import type { Clock } from "../lib/clock.ts";
import type { Exchange } from "./exchange.ts";

export interface OpenPolls {
  /** `null` when the client has as many open as it may. */
  open(poll: {
    readonly client: ClientId;
    readonly holdMs: number;
    readonly exchange: Exchange;
  }): OpenPoll | null;
  countOf(client: ClientId): number;
  /** The client's open polls are held no longer than an empty answer needs. */
  hasten(client: ClientId): void;
  /** From now on all polls are held no longer than an empty answer needs. */
  drain(): void;
}

export interface OpenPoll {
  /** What happened since the last call, or happens next: the client left, the hold is over, or there may be something new. */
  next(): Promise<PollEvent>;
  isClosed(): boolean;
  /** To be called when the poll is answered, or cannot be. */
  end(): void;
}

export type PollEvent = "closed" | "due" | "rung";

interface Entry {
  readonly retire: () => void;
  readonly hasten: () => void;
}

export function createOpenPolls(options: {
  readonly clock: Clock;
  readonly bells: BellBoard<ClientId>;
  readonly pollsPerClient: number;
  readonly emptyAnswerAfterMs: number;
}): OpenPolls {
  const { clock, bells, pollsPerClient, emptyAnswerAfterMs } = options;
  const pollsOf = new Map<ClientId, readonly Entry[]>();
  let isDraining = false;

  function hasten(client: ClientId): void {
    for (const entry of pollsOf.get(client) ?? []) entry.hasten();
  }

  function forget(client: ClientId, entry: Entry): void {
    const rest = (pollsOf.get(client) ?? []).filter((other) => other !== entry);
    if (rest.length === 0) pollsOf.delete(client);
    else pollsOf.set(client, rest);
  }

  return {
    open({ client, holdMs, exchange }) {
      const older = pollsOf.get(client) ?? [];
      if (older.length >= pollsPerClient) return null;
      for (const entry of older) entry.retire();
      const poll = createPoll({ clock, bells, client, holdMs, emptyAnswerAfterMs, exchange });
      const entry: Entry = poll;
      pollsOf.set(client, [...older, entry]);
      if (isDraining) poll.hasten();
      return {
        next: poll.next,
        isClosed: poll.isClosed,
        end() {
          poll.end();
          forget(client, entry);
        },
      };
    },
    countOf: (client) => pollsOf.get(client)?.length ?? 0,
    hasten,
    drain() {
      isDraining = true;
      for (const client of pollsOf.keys()) hasten(client);
    },
  };
}

function createPoll(options: {
  readonly clock: Clock;
  readonly bells: BellBoard<ClientId>;
  readonly client: ClientId;
  readonly holdMs: number;
  readonly emptyAnswerAfterMs: number;
  readonly exchange: Exchange;
}): Entry & Pick<OpenPoll, "next" | "isClosed" | "end"> {
  const { clock, bells, client, emptyAnswerAfterMs, exchange } = options;
  const openedAtMs = clock.monotonic();
  let isClosed = false;
  let isDue = false;
  let isRung = false;
  let waiter: (() => void) | null = null;

  function wake(): void {
    waiter?.();
    waiter = null;
  }
  function onDue(): void {
    isDue = true;
    wake();
  }
  function onRing(): void {
    stopListening = bells.listen(client, onRing);
    isRung = true;
    wake();
  }

  let cancelTimer = clock.after(options.holdMs, onDue);
  let stopListening = bells.listen(client, onRing);
  exchange.onEnd(() => {
    isClosed = true;
    wake();
  });

  return {
    async next() {
      if (!isClosed && !isDue && !isRung) await new Promise<void>((resolve) => waiter = resolve);
      if (isClosed) return "closed";
      if (isDue) return "due";
      isRung = false;
      return "rung";
    },
    isClosed: () => isClosed,
    retire: () => stopListening(),
    hasten() {
      cancelTimer();
      const ageMs = clock.monotonic() - openedAtMs;
      cancelTimer = clock.after(Math.max(0, emptyAnswerAfterMs - ageMs), onDue);
    },
    end() {
      cancelTimer();
      stopListening();
    },
  };
}
