/**
 * The store port: the only place where stations meet. Its methods are the steps of a message's life (`steps.ts`, `send_steps.ts`), who the
 * accounts and clients are, what can be looked at, and upkeep.
 *
 * Every method that writes is one step: all of it is on disk when the promise resolves, none of it when it rejects. Steps of
 * one event-loop turn are committed together; a step that fails does not take the others along. Reads see what is
 * committed. A step may be repeated after a crash; where that matters the method says what a repeat does.
 */
import type { Account } from "../core/account.ts";
import type { Client, ClientSettings } from "../core/client.ts";
import type { AccountId, ClientId, MessageId } from "../core/ids.ts";
import type { Ledger } from "../core/ledger.ts";
import type { InboxState, SendState } from "../core/lifecycle.ts";
import type { ForeignSigns } from "../core/second_poller.ts";
import type { SendGate } from "../core/send_gate.ts";
import type { LearnedWindow } from "../core/window.ts";
import type { PairingSteps } from "./pairing_steps.ts";
import type { ScriptSteps } from "./script_steps.ts";
import type { SendSteps } from "./send_steps.ts";
import type { ClientSideSteps, PollSteps, Rehearsals, ReplySteps, RouteSteps } from "./steps.ts";
import type { MessageSummary, MessageTrace, VerdictCounts } from "./trace.ts";
import type { WaitingSteps } from "./waiting_steps.ts";

export type { ConfirmedPairing, PairingSteps } from "./pairing_steps.ts";
export type { GivenPush, Script, ScriptSteps } from "./script_steps.ts";
export type { ConversationAddress, SendEnd, SendJob, SendSteps } from "./send_steps.ts";
export type {
  Accepted,
  AcceptedReply,
  ClientSideSteps,
  DecisionInput,
  GivenReply,
  HandedOut,
  HandedOutDelivery,
  HandOutCall,
  Origin,
  PollSteps,
  Rehearsals,
  ReplyInput,
  ReplyOutcome,
  ReplySteps,
  RouteSteps,
  Settled,
  Settlement,
  TryInput,
} from "./steps.ts";

export type { UntoldWait, WaitingSteps } from "./waiting_steps.ts";

export interface Store
  extends
    AccountSteps,
    ClientSteps,
    PollSteps,
    RouteSteps,
    Rehearsals,
    ClientSideSteps,
    ReplySteps,
    SendSteps,
    PairingSteps,
    ScriptSteps,
    WaitingSteps,
    Looks,
    Upkeep {
  /**
   * Renewed when a database is created, restored or rolled back; cursors of another epoch acknowledge nothing. Read it for
   * each cursor: a roll-back may be noticed while the hub runs.
   */
  readonly epoch: string;
  /** Waits for the steps in hand, then closes the file. */
  close(): Promise<void>;
}

// ─── Accounts: who the hub is to WeChat ────────────────────────────────────────────────────────────────────────────────

export interface AccountSteps {
  /** All accounts, oldest first. */
  accounts(): Promise<readonly Account[]>;
  /**
   * What the poller and the sender need to call WeChat. `null` when the account has been removed. Throws `KEY_WRONG` when the
   * database was written with another key; a login makes it good.
   */
  credentials(account: AccountId): Promise<AccountCredentials | null>;
  /**
   * Stores a login: the account with this `userId` (or, without one, this bot id) gets the new bot, else a new account is
   * made. Clears upstream cursor and context tokens, raises the generation, sets the state `active`, and plans the sends
   * that waited for the login.
   */
  saveLogin(login: {
    readonly userId: string | null;
    readonly botId: string;
    readonly token: string;
    readonly baseUrl: string;
    readonly atMs: number;
  }): Promise<Account>;
  /** Whether a later login has replaced this token: it is dead. */
  isSpentToken(token: string): Promise<boolean>;
  /** The token of this generation is dead. Nothing happens when a newer login is stored. */
  markLoggedOut(
    account: AccountId,
    seen: { readonly generation: number; readonly atMs: number },
  ): Promise<"marked" | "outdated">;
  /** Throws `ACCOUNT_UNKNOWN`, `CLIENT_UNKNOWN`, or `USAGE` when the name is taken or empty. */
  updateAccount(
    account: AccountId,
    change: { readonly name?: string; readonly defaultClient?: ClientId | null },
  ): Promise<Account>;
  /** Removes credentials and ends the account; its messages stay until retention takes them. */
  removeAccount(account: AccountId): Promise<void>;
}

export interface AccountCredentials {
  readonly account: AccountId;
  readonly generation: number;
  readonly state: Account["state"];
  readonly token: string;
  readonly baseUrl: string;
  /** Upstream cursor; "" at the first poll of a login. It holds the bot token. */
  readonly cursor: string;
}

// ─── Clients: who the hub serves ───────────────────────────────────────────────────────────────────────────────────────

export interface ClientSteps {
  /** All clients that have not been removed, oldest first. Cheap: called for every message. */
  clients(): Promise<readonly Client[]>;
  /** The client whose token has this SHA-256 (hex), also by a rotated token in its grace. Cheap: called for every request. */
  clientByToken(tokenHash: string, nowMs: number): Promise<Client | null>;
  /** Messages parked because there was no client become undecided again. Throws `CLIENT_NAME_TAKEN`. */
  registerClient(client: {
    readonly name: string;
    readonly label: string;
    readonly tokenHash: string;
    readonly atMs: number;
  }): Promise<Client>;
  /** Throws `CLIENT_UNKNOWN`, `CLIENT_NAME_TAKEN`. */
  updateClient(
    client: ClientId,
    change: {
      readonly name?: string;
      readonly label?: string;
      readonly settings?: Partial<ClientSettings>;
    },
  ): Promise<Client>;
  /** The old token stays valid until `oldValidUntilMs`. Throws `CLIENT_UNKNOWN`. */
  rotateToken(
    client: ClientId,
    rotation: { readonly tokenHash: string; readonly oldValidUntilMs: number },
  ): Promise<void>;
  /** Parks its deliveries (`client_removed`), ends its bindings and default roles; accepted replies still go out. */
  removeClient(client: ClientId, atMs: number): Promise<void>;
  /** Notes when clients last called; best effort, a minute's precision is enough. */
  recordSeen(seen: readonly { readonly client: ClientId; readonly atMs: number }[]): Promise<void>;
}

// ─── Looking at it ─────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Looks {
  /** Everything known of one message; `null` when it is not there. */
  trace(message: MessageId): Promise<MessageTrace | null>;
  /** The newest messages, newest first; `before` pages back. */
  lastMessages(call: {
    readonly limit: number;
    readonly before: MessageId | null;
  }): Promise<readonly MessageSummary[]>;
  /** How much of what there is; cheap, for `status` and the metrics. */
  counts(): Promise<StoreCounts>;
  /** How often a plugin gave which answer about the `last` newest decided messages; about 10 ms for each 1,000. */
  verdicts(call: { readonly plugin: string; readonly last: number }): Promise<VerdictCounts>;
}

export interface StoreCounts {
  readonly messages: Readonly<Record<InboxState, number>>;
  /** Sends by state. */
  readonly sends: Readonly<Partial<Record<SendState, number>>>;
  readonly accounts: readonly {
    readonly account: AccountId;
    readonly unsettled: number;
    readonly lastInboundAtMs: number | null;
    readonly deferred: number;
    /** When the oldest deferred send was planned. */
    readonly oldestDeferredAtMs: number | null;
    /** Of the conversation in which a person wrote last; `null`: nobody has. */
    readonly ledger: Ledger | null;
    readonly gate: SendGate;
    readonly learned: LearnedWindow;
    /** Signs of another program on the same bot; `null`: none since the login. */
    readonly foreign: ForeignSigns | null;
  }[];
  readonly clients: readonly {
    readonly client: ClientId;
    readonly waiting: number;
    readonly oldestWaitingAtMs: number | null;
    readonly unanswered: number;
  }[];
}

// ─── Upkeep ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Upkeep {
  /**
   * Removes one slice of what has ended before `olderThanMs` (milliseconds since 1970; what dedupe still looks back on stays),
   * or oldest first while more than `fileBytesMax` of the file are in use. Gives room back to the disk.
   */
  retain(call: {
    readonly olderThanMs: number;
    readonly fileBytesMax: number;
  }): Promise<"more" | "done">;
  /**
   * Writes a consistent copy to `path`, which must not exist; steps go on meanwhile. The copy gets an epoch of its own when
   * it is opened by a hub.
   */
  backup(path: string): Promise<void>;
  /** Whether the last step could be written; the reason for a person otherwise. */
  readonly health: { readonly kind: "ok" } | { readonly kind: "failing"; readonly reason: string };
}
