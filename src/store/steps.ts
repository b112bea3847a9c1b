/**
 * The steps of a message's life, in its order: polled, decided, fetched by its client, answered, sent. Part of the store
 * port; `store.ts` says what holds for every step.
 */
import type { Account } from "../core/account.ts";
import type { ClientRole } from "../core/client.ts";
import type { Decision, ParkReason, Trace, TraceStep } from "../core/decision.ts";
import type {
  AccountId,
  ClientId,
  ConversationId,
  DeliveryId,
  DeliverySeq,
  MessageId,
  ReplyId,
} from "../core/ids.ts";
import type { Ledger } from "../core/ledger.ts";
import type { ReplyState } from "../core/lifecycle.ts";
import type { Inbound, RawInbound } from "../core/message.ts";
import type { Pin } from "../core/pin.ts";
import type { Json } from "../lib/json.ts";

// ─── 1 upstream/poller ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface PollSteps {
  /**
   * Stores one answer of WeChat: every message (`received`, or `dropped: duplicate`, or `parked` when unreadable), the newest
   * context tokens, the ledgers' new turns, and the cursor. A duplicate renews the token, never the budget. Of the sends that
   * waited for the person the hub's own words become planned, and replies wait for the end of the new turn. When the login has changed meanwhile the messages are kept and the cursor is not.
   */
  ingest(batch: {
    readonly account: AccountId;
    readonly generation: number;
    readonly messages: readonly RawInbound[];
    /** The bytes of a body that could not be read, kept as a parked row; `null` otherwise. */
    readonly unreadableBody: Uint8Array | null;
    /** "" keeps the old one. */
    readonly cursor: string;
    /**
     * When the poll before was answered; what is new now was written later. Sends begun since then count for the new turn,
     * since WeChat counts them so. Absent or `null`: not known, the messages' own time decides.
     */
    readonly lastPollAtMs?: number | null;
    readonly atMs: number;
  }): Promise<{ readonly stored: number; readonly duplicates: number; readonly parked: number }>;
  /** Undecided messages of the account. */
  unsettledCount(account: AccountId): Promise<number>;
}

// ─── 2-4 router ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface RouteSteps {
  /** The oldest undecided message of each conversation, oldest first, without the conversations in `skip`. */
  heads(call: {
    readonly skip: ReadonlySet<ConversationId>;
    readonly limit: number;
  }): Promise<readonly { readonly conversation: ConversationId; readonly message: MessageId }[]>;
  /** All that deciding one message needs, as committed; `null` when it is not undecided any more. */
  readForDecision(message: MessageId): Promise<DecisionInput | null>;
  /**
   * Performs a decision: deliveries, binding, plugin memory, the hub's own words as planned sends, the trace, and the
   * message's end. Repeating it for a settled message does nothing. Where a queue is full the delivery is parked instead.
   */
  settle(settlement: Settlement): Promise<Settled>;
  /** Parks an undecided message without looking at anything else. */
  park(
    message: MessageId,
    parked: { readonly why: ParkReason; readonly reason: string; readonly atMs: number },
  ): Promise<void>;
  /** Adds what shadows said to the message's trace. Nothing happens when it has none. */
  recordShadow(message: MessageId, steps: readonly TraceStep[]): Promise<void>;
  /** A parked message becomes undecided again; the owner asked. Throws `MESSAGE_UNKNOWN` when it is not parked. */
  unpark(message: MessageId): Promise<void>;
}

export interface DecisionInput {
  readonly message: {
    readonly id: MessageId;
    readonly conversation: ConversationId;
    readonly inbound: Inbound;
    readonly receivedAtMs: number;
    /** 1 at the first decision. */
    readonly attempt: number;
  };
  readonly account: Pick<Account, "id" | "name" | "userId" | "defaultClient">;
  readonly sender: { readonly key: string; readonly alias: string };
  readonly binding: { readonly client: ClientId; readonly boundAtMs: number } | null;
  /** Who wrote what the message quotes, by id, then time within 10 s, then text; `null` without a quote or a match. */
  readonly quoted: { readonly client: ClientId; readonly match: "id" | "time" | "text" } | null;
  readonly memories: Readonly<Record<string, { readonly [key: string]: Json }>>;
  /** Replies that wait for this person's short answer, also those that are not asked yet or over. */
  readonly pins: readonly Pin[];
  /** The conversation's previous decided message; `null` when there is none. */
  readonly last: { readonly message: MessageId; readonly trace: Trace } | null;
  readonly ledger: Ledger;
}

export interface Settlement {
  readonly message: MessageId;
  readonly decision: Decision;
  /** Kept as the explanation. */
  readonly trace: Trace;
  /** Plugin id -> its memory for this conversation, as it is to be from now on. */
  readonly memories: Readonly<Record<string, { readonly [key: string]: Json }>>;
  /** Replies whose pins end with this message, answered or over. */
  readonly endedPins?: readonly ReplyId[];
  readonly atMs: number;
}

export type Settled =
  | {
    readonly kind: "settled";
    /** Clients with something new to fetch. */
    readonly woken: readonly ClientId[];
    /** Whether sends were planned. */
    readonly hasSends: boolean;
  }
  | { readonly kind: "already_settled" }
  /** A client or request that the decision names has gone; decide again. */
  | { readonly kind: "client_gone" };

/** What it takes to decide a message once more, for a look. Nothing here changes anything. */
export interface Rehearsals {
  /** Messages that have a decision and came at `sinceMs` (milliseconds since 1970) or later: the newest, oldest first. */
  decidedMessages(call: {
    readonly sinceMs: number;
    readonly limit: number;
  }): Promise<readonly MessageId[]>;
  /**
   * A decided message with what is known of its conversation today, and the decision's trace, which holds what was true then.
   * `last` is always `null`. `null` when the message is gone.
   */
  readDecided(
    message: MessageId,
  ): Promise<{ readonly input: DecisionInput; readonly trace: Trace } | null>;
  /**
   * What a message of this person would be decided on; `person` is a sender key or alias, "" the oldest account's owner.
   * `null` when nobody of that name has written.
   */
  readForTry(person: string): Promise<TryInput | null>;
}

export type TryInput =
  & Pick<DecisionInput, "account" | "sender" | "binding" | "memories" | "pins" | "last" | "ledger">
  & {
    readonly conversation: ConversationId;
    /** WeChat's id of the person. */
    readonly from: string;
  };

// ─── 5-6 downstream ────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ClientSideSteps {
  /**
   * Acknowledges what `acknowledged` covers and hands out what comes next, oldest first, each under a new number. What was
   * handed out and not acknowledged is handed out again, so a repeat loses nothing. Without anything to write, writes nothing.
   */
  handOut(call: HandOutCall): Promise<HandedOut>;
  /** Takes a reply durably. A repeat (same client, send id and digest) gives the first one's answer. */
  accept(reply: GivenReply): Promise<Accepted>;
  /** What has become of a reply. */
  replyOutcome(reply: ReplyId): Promise<ReplyOutcome>;
  /**
   * Notes the digits a client was answered with when they are not WeChat's: a quote of the reply is translated to them.
   * Best effort; without it the client counts as knowing WeChat's digits.
   */
  noteAnswered(reply: ReplyId, wireId: string): Promise<void>;
  /** Where a message came from; `null` when it is not kept any more. */
  originOf(message: MessageId): Promise<Origin | null>;
  /** The conversation with this person (or group) whose message was last delivered to the client; `null`: never. */
  conversationFor(
    client: ClientId,
    to: string,
  ): Promise<{ readonly account: AccountId; readonly conversation: ConversationId } | null>;
}

export interface HandOutCall {
  readonly client: ClientId;
  /**
   * `through`: the client presents this number (ignored when beyond what was handed out). `written`: the client is taken
   * by its polls, all that was fully written counts. `none`: an empty, foreign or outdated cursor, or a look in between.
   */
  readonly acknowledged:
    | { readonly kind: "through"; readonly seq: DeliverySeq }
    | { readonly kind: "written" }
    | { readonly kind: "none" };
  /** Numbers whose answers were fully written since the last call. */
  readonly written: readonly DeliverySeq[];
  /** Whether the client announced a new start since its last poll. */
  readonly hasRestarted: boolean;
  /** How many messages at most; 0 only acknowledges. */
  readonly batch: number;
  readonly atMs: number;
}

export interface HandedOut {
  readonly acknowledged: number;
  /** Deliveries parked because they were handed out too often. */
  readonly parked: number;
  readonly deliveries: readonly HandedOutDelivery[];
  /** The number the answer's cursor carries: of the last delivery, else of the newest acknowledged one (0: none yet). */
  readonly seq: DeliverySeq;
}

export interface HandedOutDelivery {
  readonly id: DeliveryId;
  readonly seq: DeliverySeq;
  readonly message: MessageId;
  readonly conversation: ConversationId;
  /** The message's source text, untouched. */
  readonly raw: string;
  /** What replaces its text; `null` leaves it. */
  readonly text: string | null;
  /** Digits by which this client knows the quoted message, when it knows it by other digits than the quote's. */
  readonly quotedWireId: string | null;
}

export interface Origin {
  /** The account's name. */
  readonly account: string;
  readonly sender: { readonly key: string; readonly alias: string };
}

export interface GivenReply {
  readonly client: ClientId;
  /** Wire `client_id`; "" when the client gave none, which makes every call a reply of its own. */
  readonly sendId: string;
  /** SHA-256 (hex) of the request's `msg` without its context token. */
  readonly digest: string;
  /** JSON text of the `msg`. */
  readonly content: string;
  /**
   * From a context token of the hub's making; `null` when the token is missing, foreign or unreadable. Without a message it
   * answers none.
   */
  readonly answers:
    | { readonly conversation: ConversationId; readonly message: MessageId | null }
    | null;
  /** `to_user_id` as the client gave it; "" when missing. It picks the conversation only when `answers` does not. */
  readonly to: string;
  /** The client asks: how long the person's short answer is its own once this is sent. It asks nothing without it. */
  readonly pinnedForMs?: number | null;
  readonly atMs: number;
}

export type Accepted =
  | { readonly kind: "accepted"; readonly reply: ReplyId; readonly conversation: ConversationId }
  | { readonly kind: "repeat"; readonly reply: ReplyId; readonly outcome: ReplyOutcome }
  /** No message of this person was ever delivered to the client. */
  | { readonly kind: "no_conversation" }
  /** Too many unsent replies in this conversation. */
  | { readonly kind: "full" };

export interface ReplyOutcome {
  readonly state: ReplyState;
  /** Digits WeChat gave to the reply's first send; `null` while or when there are none. */
  readonly wireId: string | null;
  /** The raw word or text behind the state, else "". */
  readonly reason: string;
}

// ─── 7 router/reply ────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ReplySteps {
  /** Accepted replies that are not shaped yet, oldest first, without the conversations in `skip`. */
  acceptedReplies(
    limit: number,
    skip?: ReadonlySet<ConversationId>,
  ): Promise<readonly AcceptedReply[]>;
  /** What reply hooks are shown of the conversation, as committed; only read when there are such hooks. */
  readForReply(reply: ReplyId): Promise<ReplyInput>;
  /** Ends the shaping of a reply. Repeating it does nothing. */
  plan(planned: {
    readonly reply: ReplyId;
    /** JSON texts of the contents to send in order; none stops the reply. */
    readonly contents: readonly string[];
    /** "reply" unless given. */
    readonly rank?: "reply" | "push" | "progress";
    /** What the reply hooks did, for the trace. */
    readonly steps: Json;
    /**
     * The person's next short answer is the client's, for so long from when the reply begins to be sent. It replaces the
     * client's earlier pin; without it that one stays. Counts only when something is sent.
     */
    readonly pinnedForMs?: number | null;
    readonly atMs: number;
  }): Promise<void>;
}

export type ReplyInput = Pick<
  DecisionInput,
  "account" | "binding" | "memories" | "last" | "ledger"
>;

export interface AcceptedReply {
  readonly id: ReplyId;
  readonly client: { readonly id: ClientId; readonly name: string; readonly role: ClientRole };
  readonly account: { readonly id: AccountId; readonly name: string };
  readonly conversation: ConversationId;
  readonly sender: { readonly key: string; readonly alias: string };
  readonly content: string;
  /** As its client gave it; `null` when it asks nothing. */
  readonly pinnedForMs: number | null;
}
