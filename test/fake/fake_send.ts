/** A send as the store in memory keeps it. */
import { textContent } from "../../src/core/content.ts";
import {
  asId,
  type ClientId,
  type ConversationId,
  type ReplyId,
  type SendId,
} from "../../src/core/ids.ts";
import type { Ledger } from "../../src/core/ledger.ts";
import type { SendState } from "../../src/core/lifecycle.ts";
import type { Turn, WaitingSend } from "../../src/core/turn.ts";

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

export function stateOf(send: FakeSend): SendState {
  return send.states.at(-1) ?? "planned";
}

export function isBlocking(send: FakeSend): boolean {
  const state = stateOf(send);
  return state === "sending" || (state === "unknown" && !send.isSettled);
}

/** A turn whose client still works, with what is planned of its conversation. */
export function turnOf(sends: readonly FakeSend[], ledger: Ledger): Turn {
  const waiting = sends.flatMap((send): WaitingSend[] => {
    if (send.reply === null || stateOf(send) !== "planned") return [];
    return [{
      ...{ send: send.id, reply: send.reply, client: asId<ClientId>(1), clientName: "ann" },
      ...{ rank: "reply", content: JSON.stringify(textContent(send.text)) },
      ...{ plannedAtMs: 0, isHeld: false, isFixed: send.upstreamId !== null, isQuestion: false },
    }];
  });
  return {
    ...{ ...ledger, hasOpenDelivery: true, lastReplyAtMs: null, waiting },
    ...{ hubSends: 0, minorSends: 0, audience: [], heard: new Map() },
  };
}
