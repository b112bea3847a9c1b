/** What can be seen of one message's life; the shape behind `trace`, the admin API and the demo page. Holds no secret. */
import type { Trace } from "../core/decision.ts";
import type { DeliveryState, InboxState, ReplyState, SendState } from "../core/lifecycle.ts";
import type { Part } from "../core/message.ts";
import type { Json } from "../lib/json.ts";

/** Times are milliseconds since 1970; `null` where it has not happened. */
export interface MessageSummary {
  readonly id: number;
  readonly account: string;
  readonly sender: { readonly key: string; readonly alias: string };
  readonly isGroup: boolean;
  /** The message's text; "" for media, and for what could not be read. */
  readonly text: string;
  readonly parts: readonly Part[];
  readonly receivedAtMs: number;
  readonly state: InboxState;
  /** Why it was parked or dropped, the fixed word first, then what more is known: "no_client: ..."; "" otherwise. */
  readonly reason: string;
  readonly settledAtMs: number | null;
  /** The message this one repeats; `null` when it is none. */
  readonly duplicateOf: number | null;
  /** How often it was received again. */
  readonly duplicates: number;
}

export interface MessageTrace extends MessageSummary {
  /** The newest decision; `null` before there is one. */
  readonly trace: Trace | null;
  readonly deliveries: readonly DeliveryTrace[];
  readonly replies: readonly ReplyTrace[];
  /** The hub's own words to the person. */
  readonly hubSends: readonly SendTrace[];
}

/** How often a plugin gave which answer about the newest decided messages. */
export interface VerdictCounts {
  /** Decided messages that were looked at. */
  readonly messages: number;
  /** When the oldest of them was decided; `null` when there are none. */
  readonly sinceMs: number | null;
  /** The most frequent first, 200 at most. */
  readonly verdicts: readonly VerdictCount[];
}

export interface VerdictCount {
  /** The verdict's kind, or `fault`. */
  readonly kind: string;
  /** As it was given, or the fault's name. */
  readonly reason: string;
  readonly count: number;
  /** The newest message it was given about. */
  readonly newest: number;
}

export interface DeliveryTrace {
  readonly client: string;
  readonly state: DeliveryState;
  readonly reason: string;
  readonly queuedAtMs: number;
  readonly handedOutAtMs: number | null;
  readonly handOuts: number;
  readonly acknowledgedAtMs: number | null;
  /** Received by the client, which then restarted without having answered. */
  readonly isUnanswered: boolean;
}

export interface ReplyTrace {
  readonly id: number;
  readonly client: string;
  readonly state: ReplyState;
  readonly text: string;
  readonly parts: readonly Part[];
  readonly acceptedAtMs: number;
  /** What the reply hooks did. */
  readonly steps: Json;
  readonly sends: readonly SendTrace[];
}

export interface SendTrace {
  readonly id: number;
  readonly state: SendState;
  readonly reason: string;
  readonly text: string;
  readonly attempts: number;
  /** Whether a second try may have reached the person twice. */
  readonly isRepeat: boolean;
  readonly plannedAtMs: number;
  readonly beganAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Digits WeChat gave. */
  readonly wireId: string | null;
}
