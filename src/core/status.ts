/** What the hub says about itself. Times are milliseconds since 1970, `null` where it has not happened. Holds no secret. */
import type { AlertAct, AlertKind } from "./alert.ts";
import type { OpenAlert } from "./alert_desk.ts";
import type { ClientSettings, ClientState } from "./client.ts";
import type { GateFacts } from "./send_gate.ts";
import type { WindowView } from "./window.ts";

/** Whether the hub can do its job, as `/health` says it to anyone. */
export type Health =
  | { readonly state: "ok" }
  /** Nothing is broken; somebody has to do something first. */
  | { readonly state: "waiting"; readonly reason: "no_account" }
  | { readonly state: "failing"; readonly reason: HealthReason };

export type HealthReason =
  | "disk_low"
  | "logged_out"
  | "poll_stuck"
  | "stopping"
  | "store_failing"
  | "upstream_unreachable";

/** What an account's poller and sender say of this moment. */
export interface AccountFacts extends GateFacts {
  /**
   * - `polling`: a poll is open
   * - `retrying`: the last poll failed; it is tried again
   * - `paused`: the hub does not poll on purpose, such as for a full disk
   * - `logged_out`: WeChat refused the token; a login is needed
   * - `stopped`: nobody polls, such as when no hub runs
   */
  readonly state: "polling" | "retrying" | "paused" | "logged_out" | "stopped";
  /** Why it is not `polling`, for a person; "" otherwise. */
  readonly reason: string;
  /** Since when it is in this state. */
  readonly sinceMs: number;
  readonly lastPollAtMs: number | null;
  /** How long the poll in hand has lasted, by the monotonic clock, which no jump of the other moves; absent: nobody polls. */
  readonly stepMs?: number;
}

export interface AccountView extends AccountFacts {
  readonly name: string;
  /** Name of its default client; `null` without one. */
  readonly defaultClient: string | null;
  /** WeChat id of the person who scanned; `null` with a bare token: nobody knows, and everyone is allowed. */
  readonly userId: string | null;
  readonly lastInboundAtMs: number | null;
  /** Messages that are not decided yet. */
  readonly unsettled: number;
  /** Answers that wait for the person, the window or a login. */
  readonly deferred: number;
  readonly oldestDeferredAtMs: number | null;
  /** How long WeChat takes answers in the conversation in which a person wrote last. */
  readonly window: WindowView;
  /** Sends left there until the person writes again, of those one message allows. */
  readonly budget: { readonly left: number; readonly of: number };
  /** Messages that people quoted although the hub does not know them, as of another program's; `null`: none of late. */
  readonly secondPoller: { readonly count: number; readonly sinceMs: number } | null;
}

export interface ClientView {
  readonly name: string;
  readonly label: string;
  readonly state: ClientState;
  readonly lastCallAtMs: number | null;
  readonly createdAtMs: number;
  /** Messages that it has not acknowledged. */
  readonly waiting: number;
  readonly oldestWaitingAtMs: number | null;
  /** Messages that it received and left unanswered when it restarted. */
  readonly unanswered: number;
  /** How often it presented ids of the hub's making that are not its own, since the hub started. */
  readonly foreignIds: number;
  readonly settings: ClientSettings;
}

/** A script, which only speaks. */
export interface ScriptView {
  readonly name: string;
  readonly createdAtMs: number;
  /** When it last gave a notice. */
  readonly lastUsedAtMs: number | null;
  /** Notices that have not left. */
  readonly waiting: number;
}

export interface PluginFacts {
  readonly id: string;
  /** "" where it could not be loaded. */
  readonly version: string;
  readonly source: "shipped" | "user";
  /** What the owner should know or do about it, such as why it does not run; `null` when all is well. */
  readonly problem: string | null;
}

export interface DiskFacts {
  readonly databaseBytes: number;
  /** Room left where the data directory is; `null` where the system does not say. */
  readonly freeBytes: number | null;
}

export interface StatusView {
  readonly version: string;
  /** `null` when no hub runs and the data directory was read directly. */
  readonly startedAtMs: number | null;
  readonly nowMs: number;
  readonly health: Health;
  readonly accounts: readonly AccountView[];
  readonly clients: readonly ClientView[];
  readonly scripts: readonly ScriptView[];
  readonly plugins: readonly PluginFacts[];
  /** Messages by state. */
  readonly messages: Readonly<Record<string, number>>;
  /** Sends by state. */
  readonly sends: Readonly<Record<string, number>>;
  readonly disk: DiskFacts;
  /** What is wrong, as the owner was told. */
  readonly alerts: readonly OpenAlert[];
  /** How often the owner was told what, since the hub started. */
  readonly alertsTold: readonly {
    readonly kind: AlertKind;
    readonly act: AlertAct;
    readonly count: number;
  }[];
}
