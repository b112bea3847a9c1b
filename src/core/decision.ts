/** The router's answer to one message, all verdicts considered; a value that can be repeated, replayed and explained. */
import type { ClientId, PairingId } from "./ids.ts";
import type { Json } from "../lib/json.ts";
import type { Pin } from "./pin.ts";

/** Why a message is kept, visible and undecided. */
export type ParkReason =
  | "body_unreadable"
  | "client_queue_full"
  | "client_removed"
  | "conversation_queue_full"
  | "handed_out_too_often"
  | "message_unreadable"
  | "no_client"
  | "plugin_fault"
  | "settle_failed";

/** Why a message is forgotten on purpose. */
export type DropReason =
  | "duplicate"
  | "group_not_allowed"
  | "plugin"
  | "sender_not_allowed";

/** What becomes of the conversation's binding. */
export type BindingChange =
  | { readonly kind: "keep" }
  | { readonly kind: "bind"; readonly client: ClientId }
  | { readonly kind: "unbind" };

export type Decision =
  | {
    readonly kind: "deliver";
    readonly to: readonly [ClientId, ...ClientId[]];
    /** Replaces the text the clients see; `null` leaves the message as it came. */
    readonly text: string | null;
    /** One line to the person, sent before the clients answer. */
    readonly say: string | null;
    readonly binding: BindingChange;
    /** Messages of this conversation that wait for other clients move to the first of `to`. */
    readonly moveWaiting: boolean;
    readonly reason: string;
  }
  | {
    readonly kind: "answer";
    readonly text: string;
    readonly binding: BindingChange;
    /** Messages of this conversation that wait move to the client of `binding`. */
    readonly moveWaiting: boolean;
    readonly reason: string;
    /** A request that the owner approves with the message, and the name its client gets. */
    readonly approves?: { readonly pairing: PairingId; readonly name: string };
  }
  | {
    readonly kind: "park";
    readonly why: ParkReason;
    readonly say: string | null;
    readonly reason: string;
  }
  | { readonly kind: "drop"; readonly why: DropReason; readonly reason: string };

/** One plugin's part in a decision, for the trace. */
export interface TraceStep {
  readonly plugin: string;
  readonly version: string;
  readonly tookMs: number;
  /** The verdict as the plugin gave it, or what went wrong instead. */
  readonly outcome:
    | { readonly kind: "verdict"; readonly verdict: Json }
    | { readonly kind: "fault"; readonly fault: string; readonly text: string };
}

/** What the plugins were shown besides the message. */
export interface StateSeen {
  readonly binding: string | null;
  /** When it was made; given with a binding. */
  readonly boundAtMs?: number;
  /** Plugin id -> its memory of the conversation, as it was before; not given when there was none, or too much to keep. */
  readonly memories?: { readonly [plugin: string]: { readonly [key: string]: Json } };
  readonly clients: readonly { readonly name: string; readonly state: string }[];
  /** Whose replies waited for an answer; not given when there were none. */
  readonly pins?: readonly (Omit<Pin, "client"> & { readonly client: string })[];
}

/** All that explains one decision. Kept with the message. */
export interface Trace {
  /** Milliseconds since 1970 at which the decision was made. */
  readonly decidedAtMs: number;
  readonly steps: readonly TraceStep[];
  readonly seen: StateSeen;
  readonly decision: Json;
  /** What plugins said that were asked for the record alone, after the decision. */
  readonly shadow?: readonly TraceStep[];
}
