/** A send as the store in memory keeps it. */
import type { ConversationId, ReplyId, SendId } from "../../src/core/ids.ts";
import type { SendState } from "../../src/core/lifecycle.ts";

export interface FakeSend {
  readonly id: SendId;
  readonly reply: ReplyId | null;
  readonly conversation: ConversationId;
  readonly text: string;
  readonly states: readonly SendState[];
  readonly reason: string;
  readonly wireId: string | null;
  readonly untilMs: number | null;
  readonly upstreamId: string | null;
  readonly isSettled: boolean;
}
