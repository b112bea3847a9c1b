/** The states of messages, deliveries and sends, and the allowed moves of a send, in one place. */

export type InboxState = "received" | "routed" | "parked" | "dropped";

export type DeliveryState = "waiting" | "handed_out" | "acknowledged" | "parked";

/**
 * One upstream call.
 * - `planned`: to be sent
 * - `sending`: the call is being made
 * - `sent`: WeChat gave it an id
 * - `unconfirmed`: accepted without an id by an account that never showed one
 * - `suspect`: accepted without an id by an account that shows them
 * - `deferred`: kept for later; the reason says what it waits for
 * - `refused`: WeChat said no
 * - `unknown`: the call was begun and its end was not seen
 * - `expired`: kept too long
 * - `merged`: went out as part of another send
 */
export type SendState =
  | "planned"
  | "sending"
  | "sent"
  | "unconfirmed"
  | "suspect"
  | "deferred"
  | "refused"
  | "unknown"
  | "expired"
  | "merged";

/** What a deferred send waits for. */
export type DeferReason =
  /** All answers to the person's last message are used up. */
  | "budget"
  /** The person has not written for too long. */
  | "window"
  /** WeChat has ended the conversation's context early. */
  | "stale"
  /** WeChat said: too many. */
  | "throttle"
  /** WeChat takes sends and seems to hide them. */
  | "suspect"
  | "logged_out"
  /** The end of the turn, when it leaves with what else waits. */
  | "turn";

const MOVES: Readonly<Record<SendState, readonly SendState[]>> = {
  planned: ["sending", "deferred", "expired", "merged"],
  sending: ["sent", "unconfirmed", "suspect", "refused", "unknown", "deferred", "planned"],
  deferred: ["planned", "expired", "merged"],
  unknown: ["planned", "sent"],
  sent: [],
  unconfirmed: [],
  suspect: [],
  refused: [],
  expired: [],
  merged: [],
};

export function canMove(from: SendState, to: SendState): boolean {
  return MOVES[from].includes(to);
}

/** Whether nothing more will happen to a send in this state by itself. `unknown` ends when it is settled. */
export function hasEnded(state: SendState): boolean {
  return MOVES[state].length === 0;
}

/** A reply's state is that of its sends; before there are any it is `accepted`. */
export type ReplyState = SendState | "accepted" | "stopped";

/** Whether what becomes of a reply is still being found out; otherwise it has ended, or waits for somebody. */
export function isUnderWay(state: ReplyState): boolean {
  return state === "accepted" || state === "planned" || state === "sending";
}

/** The least settled state of a reply's sends speaks for the reply: a person asks whether all of it arrived. */
const LOUDEST: readonly SendState[] = [
  "sending",
  "planned",
  "unknown",
  "refused",
  "expired",
  "deferred",
  "suspect",
  "unconfirmed",
  "merged",
  "sent",
];

/** Derives a reply's state from the states of its sends. */
export function replyState(sends: readonly SendState[]): ReplyState {
  return LOUDEST.find((state) => sends.includes(state)) ?? "accepted";
}
