/**
 * What the command line hands to the hub and gets back: hub.ts exports `startHub(options: HubOptions): Promise<Hub>` for
 * `serve`, and `openHub(options: HubOptions): Promise<ClosedHub>` for commands on a data directory where no hub runs.
 */
import type { AlertAct, AlertKind } from "../core/alert.ts";
import type { AdminToken } from "../core/admin_token.ts";
import type { LoginDesk, LoginView } from "../core/login.ts";
import type { Health } from "../core/status.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import type { Settings } from "../config.ts";

/** An opened data directory. Whoever opened it holds its lock and gives it up after the hub has stopped. */
export interface DataDirectory {
  readonly path: string;
  /** From `database-url`, else `hub.db` in the directory. */
  readonly databasePath: string;
  /** 32 bytes: encrypts bot tokens at rest. */
  readonly sealingKey: Uint8Array;
  /** 32 bytes: signs cursors and virtual context tokens. */
  readonly signingKey: Uint8Array;
  readonly adminToken: AdminToken;
}

export interface HubOptions {
  readonly settings: Settings;
  readonly dataDirectory: DataDirectory;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The environment, for the secrets that the configuration of plugins refers to. */
  readonly env: (name: string) => string | undefined;
  /** What the terminal shows besides the log. Called at once; must not throw. */
  readonly onEvent: (event: HubEvent) => void;
}

export type HubEvent =
  /** A login moved on, whoever started it. */
  | { readonly kind: "login"; readonly view: LoginView }
  /** An account was connected, or WeChat refused its token. */
  | {
    readonly kind: "account";
    readonly name: string;
    readonly state: "active" | "logged_out";
  }
  /**
   * A user's plugin changed while the hub runs: a new version `runs`; it was `refused`, and what ran before goes on; it was
   * `tripped` by its faults; or its file is `gone`.
   */
  | {
    readonly kind: "plugin";
    readonly news: "runs" | "refused" | "tripped" | "gone";
    readonly id: string;
    readonly file: string;
    /** Why, for its author; "" for `runs`. */
    readonly text: string;
  }
  /** The owner is told that something is wrong, is still wrong, or is over. */
  | {
    readonly kind: "alert";
    readonly act: AlertAct;
    readonly alert: AlertKind;
    readonly title: string;
    /** Lines for a person; the one-time link is not among them. */
    readonly text: string;
  };

/** A hub at work. While it has no account, or one is logged out, it shows fresh QR codes through `onEvent` by itself. */
export interface Hub {
  /** Where it listens; the port is the real one where 0 was asked for. */
  readonly address: { readonly hostname: string; readonly port: number };
  /** The base URL for clients: `public-url`, else of `address`. No trailing slash. */
  readonly url: string;
  readonly login: LoginDesk;
  /** What there is, for the line that says the hub is ready. */
  count(): Promise<{ readonly accounts: number; readonly clients: number }>;
  health(): Health;
  /** Ends it in order: polls and sends in flight first. Resolves when the store is closed. */
  stop(): Promise<void>;
}

/** The store and the admin API of a data directory, with nothing polling, sending or listening. */
export interface ClosedHub {
  /** Answers one request of the admin API, as a running hub would. Logins work; they end with the hub. */
  fetch(request: Request): Promise<Response>;
  stop(): Promise<void>;
}
