/** Counts what moves from one state to another. */
import type { AccountId } from "../../core/ids.ts";
import type { InboxState, SendState } from "../../core/lifecycle.ts";
import type { Step } from "./group.ts";

interface Move<State> {
  /** `null`: it is new. */
  readonly from: State | null;
  /** `null`: it is gone. */
  readonly to: State | null;
  /** How many; 1 unless given. */
  readonly count?: number;
}

export function countMessages(step: Step, account: AccountId, move: Move<InboxState>): void {
  const { from, to, count = 1 } = move;
  if (from !== null) step.count({ kind: "message", account, state: from }, -count);
  if (to !== null) step.count({ kind: "message", account, state: to }, count);
}

export function countSends(step: Step, account: AccountId, move: Move<SendState>): void {
  const { from, to, count = 1 } = move;
  if (from !== null) step.count({ kind: "send", account, state: from }, -count);
  if (to !== null) step.count({ kind: "send", account, state: to }, count);
}
