/** A reply that was pinned: the next short answer of the person who got it goes to the client that gave it. */
import type { ClientId, ReplyId } from "./ids.ts";

export interface Pin {
  readonly client: ClientId;
  readonly reply: ReplyId;
  /** When the reply began to be sent, milliseconds since 1970; `null` while it waits for that. */
  readonly askedAtMs: number | null;
  /** How long it is open from then on. */
  readonly forMs: number;
}

/** Whether a message that came then can be the answer. */
export function isOpen({ askedAtMs, forMs }: Pin, atMs: number): boolean {
  return askedAtMs !== null && askedAtMs <= atMs && atMs < askedAtMs + forMs;
}

/** Whether no later message can be the answer. */
export function isOver({ askedAtMs, forMs }: Pin, atMs: number): boolean {
  return askedAtMs !== null && atMs >= askedAtMs + forMs;
}
