/** The port behind which the channels stand: one way to reach the owner besides WeChat. */
import type { ChannelKind } from "../core/alert_desk.ts";
import type { Clock } from "../lib/clock.ts";
import type { Notice } from "./notice.ts";

export interface Channel {
  readonly name: string;
  readonly kind: ChannelKind;
  /** Where it leads, without what is secret of it: a host. */
  readonly target: string;
  /** Tries once. Never rejects; `signal` ends it early. */
  send(notice: Notice, signal: AbortSignal): Promise<Delivery>;
}

export type Delivery =
  | { readonly kind: "taken" }
  /** `text` is for a person and holds no secret. */
  | { readonly kind: "failed"; readonly text: string; readonly isWorthRepeating: boolean };

/** What channels stand on. */
export interface ChannelPorts {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
}

export const TAKEN: Delivery = { kind: "taken" };

/** Time for one try: a phone's push service answers within a second or not at all. */
export const CHANNEL_TRY_MS = 15_000;
