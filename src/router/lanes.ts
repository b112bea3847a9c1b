/** Conversations in work: side by side up to a limit, each by one worker at a time. */
import type { ConversationId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Bell } from "../lib/bell.ts";

export interface Lanes {
  /** The conversations in work. */
  readonly busy: ReadonlySet<ConversationId>;
  /** How many more may be begun. */
  readonly free: number;
  /** Begins `work`, which never rejects; rings the bell when it has ended, since there may be more to do. */
  begin(conversation: ConversationId, work: () => Promise<void>): void;
  /** Resolves when all that was begun has ended. */
  idle(): Promise<void>;
}

export function createLanes(bell: Bell): Lanes {
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
