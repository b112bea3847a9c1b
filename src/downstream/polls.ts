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

/** As its keeper sees it. */
interface Poll extends OpenPoll {
  /** No longer told of new messages. */
  retire(): void;
  /** Held no longer than an empty answer needs. */
  hasten(): void;
}

interface PollOptions {
  readonly clock: Clock;
  readonly bells: BellBoard<ClientId>;
  readonly emptyAnswerAfterMs: number;
}

export function createOpenPolls(
  options: PollOptions & { readonly pollsPerClient: number },
): OpenPolls {
  const pollsOf = new Map<ClientId, readonly Poll[]>();
  let isDraining = false;

  function hasten(client: ClientId): void {
    for (const poll of pollsOf.get(client) ?? []) poll.hasten();
  }

  function forget(client: ClientId, ended: Poll): void {
    const rest = (pollsOf.get(client) ?? []).filter((poll) => poll !== ended);
    if (rest.length === 0) pollsOf.delete(client);
    else pollsOf.set(client, rest);
  }

  return {
    open({ client, holdMs, exchange }) {
      const older = pollsOf.get(client) ?? [];
      if (older.length >= options.pollsPerClient) return null;
      for (const poll of older) poll.retire();
      const onEnd = (ended: Poll) => forget(client, ended);
      const poll = createPoll(options, { client, holdMs, exchange, onEnd });
      pollsOf.set(client, [...older, poll]);
      if (isDraining) poll.hasten();
      return poll;
    },
    countOf: (client) => pollsOf.get(client)?.length ?? 0,
    hasten,
    drain() {
      isDraining = true;
      for (const client of pollsOf.keys()) hasten(client);
    },
  };
}

function createPoll(
  { clock, bells, emptyAnswerAfterMs }: PollOptions,
  { client, holdMs, exchange, onEnd }: {
    readonly client: ClientId;
    readonly holdMs: number;
    readonly exchange: Exchange;
    readonly onEnd: (poll: Poll) => void;
  },
): Poll {
  const openedAtMs = clock.monotonic();
  let isClosed = false;
  let isDue = false;
  let isRung = false;
  let waiter: ((event: PollEvent) => void) | null = null;

  function take(): PollEvent | null {
    if (isClosed) return "closed";
    if (isDue) return "due";
    if (!isRung) return null;
    isRung = false;
    return "rung";
  }
  function wake(): void {
    const resolve = waiter;
    const event = resolve === null ? null : take();
    if (resolve === null || event === null) return;
    waiter = null;
    resolve(event);
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

  let cancelTimer = clock.after(holdMs, onDue);
  let stopListening = bells.listen(client, onRing);
  exchange.onEnd(() => {
    isClosed = true;
    wake();
  });

  const poll: Poll = {
    next() {
      return new Promise((resolve) => {
        waiter = resolve;
        wake();
      });
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
      onEnd(poll);
    },
  };
  return poll;
}
