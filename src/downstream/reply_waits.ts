/** Clients that wait for the id of what they sent: a bounded number of each, for a bounded time. */
import type { ClientId, ReplyId } from "../core/ids.ts";
import type { BellBoard } from "../lib/bell_board.ts";
import type { Clock } from "../lib/clock.ts";
import type { Exchange } from "./exchange.ts";

export interface ReplyWaits {
  start(wait: {
    readonly client: ClientId;
    readonly reply: ReplyId;
    readonly exchange: Exchange;
  }): ReplyWait;
  /** From now on nobody waits. */
  drain(): void;
}

export interface ReplyWait {
  /** The reply may have ended, or the time to wait for that is over. */
  next(): Promise<"rung" | "over">;
  end(): void;
}

export function createReplyWaits(options: {
  readonly clock: Clock;
  readonly bells: BellBoard<ReplyId>;
  readonly waitMs: number;
  readonly waitsPerClient: number;
}): ReplyWaits {
  const { clock, bells, waitMs, waitsPerClient } = options;
  const countOf = new Map<ClientId, number>();
  const open = new Set<() => void>();
  let isDraining = false;

  function count(client: ClientId, step: 1 | -1): number {
    const now = (countOf.get(client) ?? 0) + step;
    if (now === 0) countOf.delete(client);
    else countOf.set(client, now);
    return now;
  }

  return {
    start({ client, reply, exchange }) {
      let isOver = count(client, 1) > waitsPerClient || isDraining;
      let isRung = false;
      let waiter: (() => void) | null = null;
      const wake = () => {
        waiter?.();
        waiter = null;
      };
      const onOver = () => {
        isOver = true;
        wake();
      };
      const onRing = () => {
        stopListening = bells.listen(reply, onRing);
        isRung = true;
        wake();
      };
      let stopListening = bells.listen(reply, onRing);
      const cancelTimer = clock.after(waitMs, onOver);
      exchange.onEnd(onOver);
      open.add(onOver);

      return {
        async next() {
          if (!isRung && !isOver) await new Promise<void>((resolve) => waiter = resolve);
          isRung = false;
          return isOver ? "over" : "rung";
        },
        end() {
          count(client, -1);
          cancelTimer();
          stopListening();
          open.delete(onOver);
        },
      };
    },
    drain() {
      isDraining = true;
      for (const onOver of open) onOver();
    },
  };
}
