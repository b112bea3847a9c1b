/** The steps about messages that wait for a client that is busy or away. Part of the store port; `store.ts` says what holds for every step. */
import type { AccountId, ClientId, ConversationId, MessageId } from "../core/ids.ts";
import type { Ledger } from "../core/ledger.ts";
import type { DecisionInput, Settlement } from "./steps.ts";

/** Messages of one conversation that wait for one client, of which the hub has said nothing. */
export interface UntoldWait {
  readonly client: ClientId;
  readonly account: AccountId;
  readonly conversation: ConversationId;
  /** The newest of them. */
  readonly message: MessageId;
  readonly ledger: Ledger;
  /** Of the plugins and the hub, by id. */
  readonly memories: DecisionInput["memories"];
}

export interface WaitingSteps {
  /**
   * Where the oldest message that waits for one of the clients, and for nobody else, was queued in that time (milliseconds
   * since 1970), and the hub has said nothing about any that waits there. Not where sends wait too, nor of accounts that are
   * logged out.
   */
  untoldWaits(call: {
    readonly clients: readonly ClientId[];
    /** 0 unless given. */
    readonly fromMs?: number;
    readonly toMs: number;
  }): Promise<readonly UntoldWait[]>;
  /**
   * Plans a text of the hub's own about a message that waits, and keeps what is remembered of it. `false`, and nothing happens, when it waits for the client no
   * more or something was said about it.
   */
  tellWait(told: {
    readonly client: ClientId;
    readonly message: MessageId;
    readonly text: string;
    /** As in a settlement; none unless given. */
    readonly memories?: Settlement["memories"];
    readonly atMs: number;
  }): Promise<boolean>;
}
