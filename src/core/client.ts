/** A client: one downstream program, holder of one virtual token. */
import type { ClientId } from "./ids.ts";

export interface Client {
  readonly id: ClientId;
  /** Unique among the clients there are; 1 to 64 characters, see `checkClientName`. */
  readonly name: string;
  /** Text for people, else "". */
  readonly label: string;
  readonly settings: ClientSettings;
  readonly createdAtMs: number;
  /** When it last called, to the minute, milliseconds since 1970; `null` if never. */
  readonly lastSeenAtMs: number | null;
  /** Deliveries that are not acknowledged. */
  readonly waiting: number;
}

export interface ClientSettings {
  /** Messages in one answer at most. 1, since agents save the cursor before they work through a batch. */
  readonly batch: number;
  /** What acknowledges: the cursor, or, for a client that never echoes one, its next poll. */
  readonly acknowledgeBy: "cursor" | "next_poll";
  /** What becomes of a delivery that was received and not answered when the client restarts. */
  readonly onUnanswered: "show" | "redeliver";
  /** What it speaks: iLink, or the shapes of one program that was written from something else. */
  readonly dialect: Dialect;
  /** Whether it gets the hub's own members beside iLink's (`ilink_hub_ext`); only in iLink itself. */
  readonly extensions: "on" | "off";
  /** Whether Markdown becomes what WeChat shows (tables as lists, links with their address) or leaves as it came. */
  readonly markdown: "plain" | "keep";
  /** What becomes of the parts of a long answer that the person's budget does not hold. */
  readonly overflow: "wait" | "file";
  /**
   * What becomes of notices that a tool is at work. `typing`: they show the bubble. `merge`: one line before the answer.
   * `forward`: each is a send.
   */
  readonly progress: "drop" | "typing" | "merge" | "forward";
}

export const DIALECTS = ["ilink", "edgecrab", "legacy"] as const;
export type Dialect = typeof DIALECTS[number];

/** What the setting may be; the first is the default. */
export const MARKDOWN = ["plain", "keep"] as const satisfies ClientSettings["markdown"][];
/** What the setting may be; the first is the default. */
export const OVERFLOW = ["wait", "file"] as const satisfies ClientSettings["overflow"][];
/** What the setting may be; the first is the default. */
export const PROGRESS = [
  "typing",
  "drop",
  "merge",
  "forward",
] as const satisfies ClientSettings["progress"][];

export const DEFAULT_CLIENT_SETTINGS: ClientSettings = {
  batch: 1,
  acknowledgeBy: "cursor",
  onUnanswered: "show",
  dialect: "ilink",
  extensions: "off",
  markdown: "plain",
  overflow: "wait",
  progress: "typing",
};

/** `agent`: takes messages and answers; what is called a client is one of these. `push`: a script, which only speaks. */
export type ClientRole = "agent" | "push";

/**
 * `polling`: a poll is open. `busy`: it took a message and has not come back; agents do not poll while they work. `away`: it
 * has not called for a while, or said that it stops. `new`: it has never called.
 */
export type ClientState = "polling" | "busy" | "away" | "new";

/** Whether a client of this state gets to a message by itself. */
export function isThere(state: ClientState): boolean {
  return state === "polling" || state === "busy";
}

/** Who is there right now. Kept by the downstream station, read by whoever decides or shows. */
export interface ClientStates {
  stateOf(client: ClientId): ClientState;
  /** To the millisecond while the hub runs; `null` when it has not called since the hub started. */
  lastCallAtMs(client: ClientId): number | null;
  /** How long it has been at work on what it took, milliseconds; `null` when it holds nothing. Absent when no hub runs. */
  workingMs?(client: ClientId): number | null;
  /** How often it presented ids made for another client, or by nobody, since the hub started; absent when none runs. */
  foreignIds?(client: ClientId): number;
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,63}$/u;

/** Whether `name` can name a client: letters of any script, digits, `_`, `-`, `.`; it starts with a letter or digit. */
export function isClientName(name: string): boolean {
  return NAME.test(name);
}
