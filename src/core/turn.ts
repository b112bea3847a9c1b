/**
 * Who may use the last sends of a turn, and what becomes of the text that waits for its end. A turn is one message of the
 * person and what is answered to it. Pure. Times are milliseconds since 1970.
 */
import type { ClientId, ReplyId, SendId } from "./ids.ts";

export type SendRank =
  /** The hub's own words. */
  | "hub"
  /** A reply that comes while the turn goes on. */
  | "reply"
  /** A notice of a script's, which nobody waits for. */
  | "push"
  /** What an agent says of its work before it answers. Text leaves with the answer, or at the end of the turn. */
  | "progress"
  /** What leaves at the end of a turn. */
  | "released";

/** What waits in a conversation, and whether more may come. */
export interface Turn {
  /** Whether a client holds a message of the conversation that it has not acknowledged. */
  readonly hasOpenDelivery: boolean;
  readonly lastInboundAtMs: number | null;
  readonly sendsSinceInbound: number;
  /** Those of them that were the hub's own words. */
  readonly hubSends: number;
  /** Those of them that were notices or progress. */
  readonly minorSends: number;
  /** The clients that were given the person's newest message or still work on one before it. */
  readonly audience: readonly ClientId[];
  /** How many sends each client has had of them for its answers, also as part of another's. */
  readonly heard: ReadonlyMap<ClientId, number>;
  /** `null`: none was ever given. */
  readonly lastReplyAtMs: number | null;
  /** Replies' sends that have not left, oldest first. */
  readonly waiting: readonly WaitingSend[];
}

export interface WaitingSend {
  readonly send: SendId;
  readonly reply: ReplyId;
  /** Who wrote it. */
  readonly client: ClientId;
  readonly clientName: string;
  readonly rank: SendRank;
  /** JSON text. */
  readonly content: string;
  readonly plannedAtMs: number;
  /** Whether it waits for the end of the turn; else it is planned. */
  readonly isHeld: boolean;
  /** Whether it must leave as it is: it was put together before, or it left and nobody knows whether it arrived. */
  readonly isFixed: boolean;
  /** Whether its client waits for the person's answer and does nothing more before. */
  readonly isQuestion: boolean;
}

/** How often a turn that goes on is looked at, and how long after its last reply one that was acknowledged may still go on. */
export const TURN_LOOK_MS = 5_000;

export interface TurnLimits {
  /** Sends WeChat takes for one message of the person. */
  readonly sendsPerInbound: number;
  /** Those of them that are kept for the end of the turn. */
  readonly keptForAnswer: number;
  /** Those of them that are kept for the hub's own words. */
  readonly keptForHub: number;
  /**
   * A client that has acknowledged nothing works, but after so long without a reply the person no longer waits for what is
   * there, milliseconds.
   */
  readonly turnQuietMs: number;
  /** The longest that text is kept for the end of a turn, milliseconds. */
  readonly turnMaxMs: number;
}

export function isTurnOver(
  turn: Turn,
  { limits, nowMs }: { readonly limits: TurnLimits; readonly nowMs: number },
): boolean {
  const beganMs = turn.lastInboundAtMs ?? 0;
  const lastMs = Math.max(beganMs, turn.lastReplyAtMs ?? 0);
  const quietMs = turn.hasOpenDelivery ? limits.turnQuietMs : TURN_LOOK_MS;
  if (turn.waiting.at(-1)?.isQuestion === true) return true;
  if (nowMs < lastMs) return true; // the clock was set back: how long ago it was is not known any more
  const oldest = turn.waiting.find(({ isHeld }) => isHeld);
  const heldSinceMs = Math.max(beganMs, oldest?.plannedAtMs ?? nowMs);
  return nowMs - lastMs >= quietMs || nowMs - heldSinceMs >= limits.turnMaxMs;
}

/** Sends that are kept for what must not be crowded out. */
interface Reserve {
  /** For the end of the turn. */
  readonly final: number;
  /** For the hub's own words. */
  readonly hub: number;
}

/** One send at least is for whoever comes first. */
function reserveOf({ sendsPerInbound, keptForAnswer, keptForHub }: TurnLimits): Reserve {
  const final = Math.min(keptForAnswer, sendsPerInbound - 1);
  return { final, hub: Math.min(keptForHub, sendsPerInbound - 1 - final) };
}

/** Answers that one message of the person can get of its clients while the turn goes on. */
export function answersPerMessage(limits: TurnLimits): number {
  const { final, hub } = reserveOf(limits);
  return limits.sendsPerInbound - final - hub;
}

/**
 * Whether so many are left that nobody has to ask who may use them. `others` are the clients besides its own that may have
 * to be heard.
 */
export function hasPlenty(
  sendsLeft: number,
  { rank, others }: { readonly rank: SendRank; readonly others: number },
  limits: TurnLimits,
): boolean {
  const { final, hub } = reserveOf(limits);
  switch (rank) {
    case "hub":
      return sendsLeft > final;
    case "reply":
      return sendsLeft > final + hub + others;
    case "push": {
      const minorMax = limits.sendsPerInbound - sendsLeft;
      return sendsLeft > final + hub + others && isWithinHalf(minorMax, sendsLeft);
    }
    case "progress":
      return false;
    case "released":
      return sendsLeft > hub;
  }
}

/** Whether one more notice is within half of what was left when there were none. */
function isWithinHalf(minorSends: number, sendsLeft: number): boolean {
  return 2 * (minorSends + 1) <= sendsLeft + minorSends;
}

/** Clients whose first answer of the turn has not left. */
function unheardIn({ audience, heard }: Turn): readonly ClientId[] {
  return audience.filter((client) => !heard.has(client));
}

/** Sends that text may use once the hub's own words have theirs. */
function sendsForText(turn: Turn, limits: TurnLimits): number {
  const left = limits.sendsPerInbound - turn.sendsSinceInbound;
  return Math.max(0, left - Math.max(0, reserveOf(limits).hub - turn.hubSends));
}

/**
 * Sends that what waited may use at the turn's end: not what answers to a new message or clients that are still to be heard
 * need, but one if there is any.
 */
export function sendsForEnd(turn: Turn, limits: TurnLimits): number {
  const forText = sendsForText(turn, limits);
  const forOthers = Math.max(Math.ceil(forText / 2), unheardIn(turn).length);
  return Math.min(forText, Math.max(1, forText - forOthers));
}

/**
 * What is put together at the turn's end. An answer that waits for no turn's end but for its call to get through is none of
 * it: with the rank of what is released it would go behind answers that are given after it.
 */
export function waitingForEnd(turn: Turn, limits: TurnLimits): readonly WaitingSend[] {
  const isOld = isFromBefore(turn);
  const held = turn.waiting.filter((one) => one.isHeld && !isOld(one));
  const leavesAlone = (one: WaitingSend) =>
    !one.isHeld && one.rank === "reply" && !isOld(one) &&
    !held.some(({ client }) => client === one.client) &&
    admitInTurn(turn, one, limits) === "send";
  return turn.waiting.filter((one) => !leavesAlone(one));
}

/** Whether it was given before the person's newest message. */
function isFromBefore({ lastInboundAtMs }: Turn): (one: WaitingSend) => boolean {
  return ({ plannedAtMs }) => plannedAtMs < (lastInboundAtMs ?? 0);
}

export type TurnAdmission = "send" | "wait_for_end" | "wait_for_person";

/** Who may use the last sends. `client` wrote it; `null`: the hub. */
export function admitInTurn(
  turn: Turn,
  { rank, client }: { readonly rank: SendRank; readonly client: ClientId | null },
  limits: TurnLimits,
): TurnAdmission {
  const left = limits.sendsPerInbound - turn.sendsSinceInbound;
  const forText = sendsForText(turn, limits);
  const { final } = reserveOf(limits);
  const unheard = unheardIn(turn);
  const otherwise = forText > 0 ? "wait_for_end" : "wait_for_person";
  switch (rank) {
    case "hub":
      if (left > final || (left > 0 && turn.waiting.length === 0)) return "send";
      return left > 0 ? "wait_for_end" : "wait_for_person";
    case "reply": {
      // A first answer has its place; where there are more clients than places the first to answer have them.
      const kept = unheard.some((one) => one === client) ? final : final + unheard.length;
      return forText > kept ? "send" : otherwise;
    }
    case "push":
    case "progress": {
      const isFree = forText > final + unheard.length && isWithinHalf(turn.minorSends, left);
      return isFree ? "send" : otherwise;
    }
    case "released":
      return forText > 0 ? "send" : "wait_for_person";
  }
}

/**
 * Whose turn it is when `head` would be next: of the answers that are planned that of the client with the fewest sends in
 * the turn, of those the oldest. A client's answer does not pass an older one that waits for the end of the turn, but for
 * one of this turn and text from before it. `null`: none may leave now.
 */
export function fairestIn(turn: Turn, head: SendId): WaitingSend | null {
  const first = turn.waiting.find(({ send }) => send === head);
  if (first === undefined || first.isFixed || first.rank !== "reply") return first ?? null;
  const answers = turn.waiting.filter(({ rank }) => rank === "reply");
  const held = answers.filter(({ isHeld }) => isHeld);
  const isOld = isFromBefore(turn);
  const isBlocked = (one: WaitingSend) =>
    held.some((other) =>
      other.client === one.client && other.send < one.send && (isOld(one) || !isOld(other))
    );
  const sends = ({ client }: WaitingSend) => turn.heard.get(client) ?? 0;
  return answers.filter((one) => !one.isHeld && !one.isFixed && !isBlocked(one))
    .toSorted((a, b) => sends(a) - sends(b))[0] ?? null;
}
