/** Conversations in work: side by side up to a limit, each by one worker at a time. */
import type { ConversationId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { createBackoff } from "../lib/backoff.ts";
import { type Bell, createBell } from "../lib/bell.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import { startTask } from "../lib/task.ts";

export interface Lanes {
  /** The conversations in work. */
  readonly busy: ReadonlySet<ConversationId>;
  /** How many more may be begun. */
  readonly free: number;
  /** Begins `work`, which never rejects; rings the bell when it has ended, since there may be more to do. */
  begin(conversation: ConversationId, work: () => Promise<void>): void;
}

/** A station that works in lanes, from start to stop. */
export interface LaneStation {
  /** Ring it when there may be work. */
  readonly bell: Bell;
  /** Finishes what has been begun, then ends. */
  stop(): Promise<void>;
}

/** Between two tries of what the store did not do. */
export const LANE_BACKOFF = { firstMs: 100, maxMs: 10_000 };

/** Calls `look` at the start and at each ring while lanes are free; a look that fails is logged as `faultEvent` and repeated. */
export function startLanes(
  { clock, random, log }: { readonly clock: Clock; readonly random: Random; readonly log: Log },
  { faultEvent, look }: {
    readonly faultEvent: string;
    readonly look: (lanes: Lanes, signal: AbortSignal) => Promise<void>;
  },
): LaneStation {
  const bell = createBell(clock);
  const lanes = createLanes(bell);
  const stopping = new AbortController();
  const task = startTask({
    bell,
    clock,
    backoff: createBackoff({ ...LANE_BACKOFF, random }),
    async step() {
      if (lanes.free > 0) await look(lanes, stopping.signal);
    },
    onFault: (error) => log.error(faultEvent, { error: errorText(error) }),
  });
  return {
    bell,
    async stop() {
      stopping.abort();
      await task.stop();
      await lanes.idle();
    },
  };
}

function createLanes(bell: Bell): Lanes & { idle(): Promise<void> } {
  const running = new Map<ConversationId, Promise<void>>();
  return {
    get busy() {
      return new Set(running.keys());
    },
    get free() {
      return LIMITS.conversationsInParallel - running.size;
    },
    begin(conversation, work) {
      const ended = work().finally(() => {
        running.delete(conversation);
        bell.ring();
      });
      running.set(conversation, ended);
    },
    async idle() {
      await Promise.all(running.values());
    },
  };
}
