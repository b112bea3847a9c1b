/**
 * Who may use the last sends of a turn, and what becomes of the text that waits for its end. A turn is one message of the
 * person and what is answered to it. Pure. Times are milliseconds since 1970.
 */
import type { SendId } from "./ids.ts";
import { ITEM_TEXT, itemsOf, textContent, textOfItems } from "./content.ts";
import { isObject, tryParseJson } from "../lib/json.ts";

export type SendRank =
  /** The hub's own words. */
  | "hub"
  /** A reply that comes while the turn goes on. */
  | "reply"
  /** A notice of a script's, which nobody waits for. */
  | "push"
  /** What an agent says of its work before it answers. */
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
  /** `null`: none was ever given. */
  readonly lastReplyAtMs: number | null;
  /** Replies' sends that have not left, oldest first. */
  readonly waiting: readonly WaitingSend[];
}

export interface WaitingSend {
  readonly send: SendId;
  /** Name of the client that wrote it. */
  readonly client: string;
  /** JSON text. */
  readonly content: string;
  /** Whether it has been put together once; it is not taken apart again. */
  readonly isReleased: boolean;
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
  { heldSinceMs, limits, nowMs }: {
    readonly heldSinceMs: number;
    readonly limits: TurnLimits;
    readonly nowMs: number;
  },
): boolean {
  const lastMs = Math.max(turn.lastInboundAtMs ?? 0, turn.lastReplyAtMs ?? 0);
  const quietMs = turn.hasOpenDelivery ? limits.turnQuietMs : TURN_LOOK_MS;
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

/** Whether so many are left that nobody has to ask who may use them. */
export function hasPlenty(sendsLeft: number, rank: SendRank, limits: TurnLimits): boolean {
  const { final, hub } = reserveOf(limits);
  switch (rank) {
    case "hub":
      return sendsLeft > final;
    case "reply":
    case "push":
    case "progress":
      return sendsLeft > final + hub;
    case "released":
      return sendsLeft > hub;
  }
}

/** Sends that text at the turn's end may use. */
export function sendsForEnd(turn: Turn, limits: TurnLimits): number {
  const left = limits.sendsPerInbound - turn.sendsSinceInbound;
  return Math.max(0, left - Math.max(0, reserveOf(limits).hub - turn.hubSends));
}

export type TurnAdmission = "send" | "wait_for_end" | "wait_for_person";

/** Who may use the last sends. */
export function admitInTurn(turn: Turn, rank: SendRank, limits: TurnLimits): TurnAdmission {
  const forEnd = sendsForEnd(turn, limits);
  const { final } = reserveOf(limits);
  switch (rank) {
    case "hub": {
      const left = limits.sendsPerInbound - turn.sendsSinceInbound;
      if (left > final || (left > 0 && turn.waiting.length === 0)) return "send";
      return left > 0 ? "wait_for_end" : "wait_for_person";
    }
    case "reply":
    case "push":
    case "progress":
      if (forEnd > final) return "send";
      return forEnd > 0 ? "wait_for_end" : "wait_for_person";
    case "released":
      return forEnd > 0 ? "send" : "wait_for_person";
  }
}

/** One send that leaves at the end of a turn. */
export interface Group {
  readonly carrier: SendId;
  /** JSON text that replaces the carrier's; `null` leaves it. */
  readonly content: string | null;
  /** What leaves with it, oldest first. */
  readonly merged: readonly SendId[];
}

/**
 * Puts what waits together into as few sends as there may be. Where that is too many the newest leaves, since it is the answer,
 * then the oldest first; the rest goes on waiting.
 */
export function groupWaiting(
  waiting: readonly WaitingSend[],
  { textMax, slots }: { readonly textMax: number; readonly slots: number },
): { readonly groups: readonly Group[]; readonly rest: readonly SendId[] } {
  const runs: Run[] = [];
  for (const one of waiting.toReversed()) {
    const text = one.isReleased ? null : plainText(one.content);
    const run = runs.at(-1);
    const member = { ...one, text: text ?? "" };
    const joined = run === undefined ? null : { ...run, members: [member, ...run.members] };
    if (text !== null && joined?.isText === true && textOf(joined).length <= textMax) {
      runs[runs.length - 1] = joined;
    } else {
      runs.push({ isText: text !== null, members: [member] });
    }
  }
  const inOrder = runs.toReversed();
  const leaving = slots === 0
    ? []
    : inOrder.length <= slots
    ? inOrder
    : [...inOrder.slice(0, slots - 1), ...inOrder.slice(-1)];
  return {
    groups: leaving.flatMap((run) => toGroup(run)),
    rest: inOrder.filter((run) => !leaving.includes(run))
      .flatMap(({ members }) => members.map(({ send }) => send)),
  };
}

interface Run {
  readonly isText: boolean;
  readonly members: readonly (WaitingSend & { readonly text: string })[];
}

function toGroup(run: Run): readonly Group[] {
  const [carrier, ...merged] = run.members;
  if (carrier === undefined) return [];
  const content = merged.length === 0 ? null : JSON.stringify(textContent(textOf(run)));
  return [{ carrier: carrier.send, content, merged: merged.map(({ send }) => send) }];
}

/** Who wrote what is said where several did. */
function textOf({ members }: Run): string {
  const isOfSeveral = new Set(members.map(({ client }) => client)).size > 1;
  return members.map(({ client, text }) => isOfSeveral ? `[${client}]\n${text}` : text).join(
    "\n\n",
  );
}

/** `null` where there is more than text. */
function plainText(content: string): string | null {
  const read = tryParseJson(content);
  if (!isObject(read)) return null;
  const items = itemsOf(read);
  const isText = items.length > 0 && items.every(({ type }) => type === ITEM_TEXT);
  return isText ? textOfItems(items) : null;
}
