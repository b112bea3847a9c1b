/**
 * The port through which the router asks plugins, whoever runs them. A host never rejects: whatever a plugin does wrong is
 * a fault, which is data. It asks no plugin on its own and keeps nothing between calls.
 */
import type { Json } from "../lib/json.ts";
import type { Context, InboundView, Manifest, ReplyVerdict, ReplyView, Verdict } from "./api.ts";

/** What every plugin asked about one message is shown; the host adds configuration, memory and the signal. */
export type Facts = Omit<Context, "config" | "memory" | "signal">;

/** A plugin's small JSON object for one conversation. */
export type Memory = { readonly [key: string]: Json };

export interface LoadedPlugin {
  readonly id: string;
  readonly version: string;
  readonly source: "shipped" | "user";
  readonly onFault: "next" | "park";
  readonly hasRoute: boolean;
  readonly hasReply: boolean;
}

/** What went wrong with one call. */
export type Fault =
  | "threw"
  | "too_late"
  | "not_a_verdict"
  | "memory_too_large"
  | "unavailable";

export type Answer<V> =
  | {
    readonly kind: "verdict";
    readonly verdict: V;
    readonly memory: Memory;
    readonly tookMs: number;
  }
  | {
    readonly kind: "fault";
    readonly fault: Fault;
    readonly text: string;
    readonly tookMs: number;
  };

export interface PluginHost {
  /** All loaded plugins in the order they are asked. A reload replaces the list; a decision uses one list throughout. */
  readonly plugins: readonly LoadedPlugin[];
  /** Asks one plugin's `route`. Bounded by the plugin's deadline; never rejects. */
  route(
    plugin: LoadedPlugin,
    call: { readonly message: InboundView; readonly facts: Facts; readonly memory: Memory },
  ): Promise<Answer<Verdict>>;
  /** Asks one plugin's `reply`. Bounded by the plugin's deadline; never rejects. */
  reply(
    plugin: LoadedPlugin,
    call: { readonly reply: ReplyView; readonly facts: Facts; readonly memory: Memory },
  ): Promise<Answer<ReplyVerdict>>;
  /** Ends whatever the host runs. No call may follow. */
  close(): Promise<void>;
}

export type { Manifest };
