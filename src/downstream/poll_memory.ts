/**
 * What the hub remembers of a client between two polls. It lives in memory alone: losing it costs one more hand-out, never a
 * message.
 */
import type { ClientId, DeliverySeq } from "../core/ids.ts";
import type { Cursor } from "./cursor.ts";

export interface PollMemory {
  /** An answer with these numbers was fully written. */
  noteWritten(client: ClientId, seqs: readonly DeliverySeq[]): void;
  noteRestart(client: ClientId): void;
  /** A poll came with this cursor. Says whether the client looks as if it never gave a cursor back. */
  noteCursor(client: ClientId, cursor: Cursor): "cursorless" | "fine";
  /** What the next hand-out has to be told; given back with `restore` when that fails. */
  take(client: ClientId): News;
  restore(client: ClientId, news: News): void;
  forget(client: ClientId): void;
}

export interface News {
  readonly written: readonly DeliverySeq[];
  readonly hasRestarted: boolean;
}

interface Memory {
  news: News;
  /** Whether it has given back a cursor of ours since the hub started. */
  echoes: boolean;
  /** Whether its next poll should bring a cursor of ours: it was given messages. */
  owesCursor: boolean;
  pollsWithoutCursor: number;
}

const NO_NEWS: News = { written: [], hasRestarted: false };

export function createPollMemory(pollsBeforeCursorless: number): PollMemory {
  const memories = new Map<ClientId, Memory>();

  function of(client: ClientId): Memory {
    const known = memories.get(client);
    if (known !== undefined) return known;
    const fresh = { news: NO_NEWS, echoes: false, owesCursor: false, pollsWithoutCursor: 0 };
    memories.set(client, fresh);
    return fresh;
  }

  return {
    noteWritten(client, seqs) {
      const memory = of(client);
      memory.news = { ...memory.news, written: [...memory.news.written, ...seqs] };
      memory.owesCursor = true;
    },
    noteRestart(client) {
      const memory = of(client);
      memory.news = { ...memory.news, hasRestarted: true };
    },
    noteCursor(client, cursor) {
      const memory = of(client);
      if (cursor.kind === "through" || cursor.kind === "outdated") {
        memory.echoes = true;
        memory.owesCursor = false;
        memory.pollsWithoutCursor = 0;
        return "fine";
      }
      if (memory.echoes || !memory.owesCursor) return "fine";
      memory.owesCursor = false;
      memory.pollsWithoutCursor += 1;
      return memory.pollsWithoutCursor >= pollsBeforeCursorless ? "cursorless" : "fine";
    },
    take(client) {
      const memory = of(client);
      const { news } = memory;
      memory.news = NO_NEWS;
      return news;
    },
    restore(client, news) {
      const memory = of(client);
      memory.news = {
        written: [...news.written, ...memory.news.written],
        hasRestarted: news.hasRestarted || memory.news.hasRestarted,
      };
    },
    forget: (client) => void memories.delete(client),
  };
}
