/** The steps of station 8, upstream/sender. Part of the store port; `store.ts` says what holds for every step. */
import type { AccountId, ConversationId, ReplyId, SendId } from "../core/ids.ts";
import type { Ledger } from "../core/ledger.ts";
import type { DeferReason } from "../core/lifecycle.ts";
import type { SendGate } from "../core/send_gate.ts";
import type { Group } from "../core/send_groups.ts";
import type { SendRank, Turn } from "../core/turn.ts";
import type { LearnedWindow } from "../core/window.ts";

export interface SendSteps {
  /** What was being sent when the hub died: `sending` becomes `unknown`, unsettled. Called once at start. */
  recoverSends(): Promise<number>;
  /**
   * The next planned send of each conversation of the account: the hub's own words before replies, then oldest first.
   * Conversations in `skip`, with a send in flight or with an unsettled `unknown` have none.
   */
  nextSends(call: {
    readonly account: AccountId;
    readonly skip: ReadonlySet<ConversationId>;
    readonly limit: number;
  }): Promise<readonly SendJob[]>;
  /** Marks it `sending` and counts it in the ledger; the call may be made once this resolves. */
  beginSend(
    send: SendId,
    begun: { readonly upstreamId: string; readonly atMs: number },
  ): Promise<void>;
  /**
   * Records how a call ended. `back` returns it to `planned` uncounted: it did not reach WeChat. `gate` and
   * `learned` replace the account's.
   */
  endSend(
    send: SendId,
    ended: SendEnd & {
      readonly atMs: number;
      readonly gate?: SendGate;
      readonly learned?: LearnedWindow;
    },
  ): Promise<void>;
  /** Whether the account sends at all, as it was last told. */
  sendGate(account: AccountId): Promise<SendGate>;
  /** What the account's sends have shown of its window. */
  learnedWindow(account: AccountId): Promise<LearnedWindow>;
  /**
   * All planned sends of the conversation wait, or with `through` those that were planned up to that one, or the `hub`'s own
   * words alone; `untilMs` is when they become planned by themselves.
   */
  deferSends(
    conversation: ConversationId,
    deferred: {
      readonly reason: DeferReason;
      readonly untilMs: number | null;
      readonly through?: SendId;
      readonly whose?: "all" | "hub";
      readonly atMs: number;
    },
  ): Promise<void>;
  /**
   * Plans deferred sends whose time has come, but for those that wait for the end of a turn, and ends those planned before
   * `expireBeforeMs` (0 unless given). No wait is longer than `waitMaxMs`: what is due later was deferred before the clock was
   * set back, and its time has come. Says how many there are to look at, and when the next ones are due, milliseconds since
   * 1970.
   */
  resumeSends(
    nowMs: number,
    limits?: { readonly expireBeforeMs?: number; readonly waitMaxMs?: number },
  ): Promise<{ readonly resumed: number; readonly nextDueAtMs: number | null }>;
  /** Conversations of the account with sends that wait for the end of a turn which has to be looked at. */
  heldConversations(call: {
    readonly account: AccountId;
    readonly nowMs: number;
  }): Promise<readonly ConversationId[]>;
  /** What waits in the conversation, and who of its clients was heard and is still at work. */
  turn(conversation: ConversationId): Promise<Turn>;
  /** The turn goes on; it is looked at again at `untilMs`. */
  holdTurn(conversation: ConversationId, untilMs: number): Promise<void>;
  /**
   * Plans the groups, what is merged into a carrier being ended as `merged`, and lets the rest wait for the person. Nothing
   * happens when any of them has left or ended meanwhile.
   */
  releaseSends(call: {
    readonly conversation: ConversationId;
    readonly groups: readonly Group[];
    readonly rest: { readonly sends: readonly SendId[]; readonly reason: DeferReason };
    readonly atMs: number;
  }): Promise<void>;
  /** Puts what is merged into its planned carrier, which leaves as it would have. `false`: one has left or ended meanwhile. */
  mergeSends(call: {
    readonly conversation: ConversationId;
    readonly group: Group;
    readonly atMs: number;
  }): Promise<boolean>;
  /**
   * Plans a text of the hub's own about answers that wait for the person, as one about the message decided last; the same at
   * most once for each. Says whether it did.
   */
  tellUnsent(told: {
    readonly conversation: ConversationId;
    readonly text: string;
    readonly atMs: number;
  }): Promise<boolean>;
  /** Unsettled `unknown` sends of the account. */
  unknownSends(
    account: AccountId,
  ): Promise<readonly { readonly send: SendId; readonly attempt: number }[]>;
  /** Settles an `unknown`: shown as such for ever, or planned once more, marked as a repeat with the same upstream id. */
  settleUnknown(send: SendId, how: "show" | "repeat"): Promise<void>;
  /** Whom calls that are no sends (typing) go to; `null` when the conversation is not known. */
  conversationAddress(conversation: ConversationId): Promise<ConversationAddress | null>;
}

export interface ConversationAddress {
  readonly account: AccountId;
  /** WeChat's id of the person or group. */
  readonly to: string;
  /** The newest of the conversation; "" when there is none. */
  readonly contextToken: string;
}

export interface SendJob {
  readonly send: SendId;
  readonly reply: ReplyId | null;
  readonly conversation: ConversationId;
  /** WeChat's id of the person or group. */
  readonly to: string;
  /** The newest of the conversation; "" when there is none. */
  readonly contextToken: string;
  /** JSON text of the message's content. */
  readonly content: string;
  /** The id of an earlier try that a repeat must use again; `null` for the first. */
  readonly upstreamId: string | null;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly ledger: Ledger;
  /** Whether WeChat has ever given an id to a send of this account. */
  readonly showsIds: boolean;
  readonly rank: SendRank;
  /** Clients besides the send's own that may answer in the turn; not counted (0) before its first send. */
  readonly others: number;
  /** Whether nothing else of the conversation is planned or waits for the end of the turn. */
  readonly isAlone: boolean;
}

export type SendEnd =
  /** `wireId` null: `unconfirmed`, or `suspect` when this account has shown ids. */
  | { readonly kind: "sent"; readonly wireId: string | null }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string }
  | { readonly kind: "back"; readonly reason: string }
  /** What is planned behind it in the conversation waits with it, as after `deferSends`; `raw` is what WeChat said. */
  | {
    readonly kind: "deferred";
    readonly reason: DeferReason;
    readonly untilMs: number | null;
    readonly raw?: string;
  };
