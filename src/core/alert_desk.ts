/** What the owner may see of alerts and do with them; the admin API and the command line speak through it. */
import type { AlertAct, AlertKind } from "./alert.ts";

export type ChannelKind = "webhook" | "bark" | "serverchan" | "ntfy" | "mail";

/** Times are milliseconds since 1970. Holds no secret. */
export interface ChannelView {
  readonly name: string;
  readonly kind: ChannelKind;
  /** Where it leads, without what is secret of it: a host. */
  readonly target: string;
  /** Notices that were taken, and those given up. */
  readonly delivered: number;
  readonly failed: number;
  /** Notices that wait to be sent or to be tried again. */
  readonly waiting: number;
  readonly lastDeliveredAtMs: number | null;
  /** What went wrong last, for a person; "" when the last one was taken. */
  readonly problem: string;
}

/** A trouble of which the owner was told and not yet that it is over. */
export interface OpenAlert {
  readonly kind: AlertKind;
  readonly subject: string;
  readonly title: string;
  /** When it was first seen. */
  readonly sinceMs: number;
  readonly tellings: number;
}

export interface TestOutcome {
  readonly channel: string;
  /** Why it was not taken, for a person; "" when it was. */
  readonly problem: string;
}

export interface AlertDesk {
  channels(): readonly ChannelView[];
  /** What is wrong now, as far as the owner was told; the oldest first. */
  open(): readonly OpenAlert[];
  /** How often the owner was told what, since the hub started. */
  told(): readonly { readonly kind: AlertKind; readonly act: AlertAct; readonly count: number }[];
  /** Sends a test notice over one channel, or all: once, without trying again. Throws `CHANNEL_UNKNOWN`. */
  test(name: string | null): Promise<readonly TestOutcome[]>;
}
