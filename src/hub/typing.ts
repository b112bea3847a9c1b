/** Joins WeChat's bubbles with the clients for which they show. */
import { type ClientStates, isThere } from "../core/client.ts";
import type { AccountId, ClientId } from "../core/ids.ts";
import type { Upstream } from "../upstream/accounts.ts";
import { createLive, type LivePorts, type UpstreamLive } from "../upstream/live.ts";
import { createTypingTurns, type TypingTurns } from "./typing_turns.ts";

export interface Typing {
  readonly live: UpstreamLive;
  /** `null`: the owner leaves the bubble to the clients. */
  readonly turns: TypingTurns | null;
}

/** Whether WeChat has had too much of an account, or swallows what it sends. */
export function restsNow({ coolDownUntilMs, suspects }: ReturnType<Upstream["facts"]>): boolean {
  return coolDownUntilMs !== null || suspects !== null;
}

export function createTyping(ports: Omit<LivePorts, "isThere" | "isResting">, around: {
  readonly owner: "hub" | "client";
  /** Asked only while the stations run. */
  readonly states: () => ClientStates;
  readonly isResting: (account: AccountId) => boolean;
}): Typing {
  const isClientThere = (client: ClientId) => isThere(around.states().stateOf(client));
  const live = createLive({ ...ports, isThere: isClientThere, isResting: around.isResting });
  const turns = around.owner === "client"
    ? null
    : createTypingTurns({ isThere: isClientThere, turn: (change) => live.turn(change) });
  return { live, turns };
}
