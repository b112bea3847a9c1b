/** The steps about messages that wait for a busy client. Part of the store port; `store.ts` says what holds for every step. */
import type { AccountId, ClientId, ConversationId, MessageId } from "../core/ids.ts";
import type { Ledger } from "../core/ledger.ts";

/** Messages of one conversation that wait for one client, of which the hub has said nothing. */
export interface UntoldWait {
  readonly client: ClientId;
  readonly account: AccountId;
  readonly conversation: ConversationId;
  /** The newest of them. */
  readonly message: MessageId;
  readonly ledger: Ledger;
}

export interface WaitingSteps {
  /**
   * Where the oldest message that waits for one of the clients has done so since before `queuedBeforeMs`, milliseconds since
   * 1970, and the hub has said nothing about any that waits there. Not of accounts that are logged out.
   */
  untoldWaits(call: {
    readonly clients: readonly ClientId[];
    readonly queuedBeforeMs: number;
  }): Promise<readonly UntoldWait[]>;
  /**
   * Plans a text of the hub's own about a message that waits. `false`, and nothing happens, when it waits for the client no
   * more or something was said about it.
   */
  tellWait(told: {
    readonly client: ClientId;
    readonly message: MessageId;
    readonly text: string;
    readonly atMs: number;
  }): Promise<boolean>;
}
