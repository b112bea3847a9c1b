/**
 * For whom the bubble shows: a client that is there and has messages of a conversation is at work on them until the poll
 * with which it comes back. Nothing durable, and nothing that a person would miss; a restart begins with no bubble.
 */
import type { ClientId, ConversationId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { QueueLook } from "../downstream/getupdates.ts";

export interface TypingTurns {
  /** The conversation's message, or several, are queued for these clients. */
  routed(clients: readonly ClientId[], conversation: ConversationId): void;
  /** One look of a client at its queue. */
  lookedIn(client: ClientId, look: QueueLook): void;
}

/** What one client has to do. */
interface Work {
  /** Messages that have not ended, by conversation. */
  readonly open: Map<ConversationId, number>;
  taken: readonly ConversationId[];
}

export function createTypingTurns({ isThere, turn }: {
  readonly isThere: (client: ClientId) => boolean;
  readonly turn: (change: {
    readonly client: ClientId;
    readonly conversation: ConversationId;
    readonly isOpen: boolean;
  }) => void;
}): TypingTurns {
  const works = new Map<ClientId, Work>();

  function begin(client: ClientId, conversation: ConversationId, count: (open: number) => number) {
    const work = works.get(client) ?? { open: new Map(), taken: [] };
    if (work.open.size >= LIMITS.typingConversationsMax) return;
    works.set(client, work);
    work.open.set(conversation, count(work.open.get(conversation) ?? 0));
    turn({ client, conversation, isOpen: true });
  }

  function endTaken(client: ClientId, { open, taken }: Work): void {
    for (const conversation of taken) {
      const left = (open.get(conversation) ?? 0) - 1;
      if (left > 0) open.set(conversation, left);
      else if (open.delete(conversation)) turn({ client, conversation, isOpen: false });
    }
  }

  function endAll(client: ClientId): void {
    const work = works.get(client);
    works.delete(client);
    for (const conversation of work?.open.keys() ?? []) {
      turn({ client, conversation, isOpen: false });
    }
  }

  return {
    routed(clients, conversation) {
      for (const client of clients) {
        if (isThere(client)) begin(client, conversation, (open) => open + 1);
      }
    },
    lookedIn(client, { hasEnded, given }) {
      const work = works.get(client);
      if (hasEnded && work !== undefined) {
        endTaken(client, work);
        work.taken = [];
      }
      if (given === null) return;
      // Also what another client was given instead, or was parked.
      if (given.length === 0) return endAll(client);
      for (const conversation of new Set(given)) {
        const count = given.filter((one) => one === conversation).length;
        begin(client, conversation, (open) => Math.max(open, count));
      }
      const now = works.get(client);
      if (now !== undefined) now.taken = given;
    },
  };
}
