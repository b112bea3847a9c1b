/** What the owner may ask about plugins and do with them; the admin API and the command line speak through it. */
import type { Json } from "../lib/json.ts";

/** One plugin, whatever its state. Times are milliseconds since 1970. */
export interface PluginView {
  /** The file's name where the manifest could not be read. */
  readonly id: string;
  readonly version: string;
  readonly source: "shipped" | "user";
  /** File name in the plugins folder; "" for shipped ones. */
  readonly file: string;
  /**
   * - `running`: asked about messages
   * - `shadow`: asked, recorded, not applied
   * - `disabled`: switched off by the owner
   * - `tripped`: switched off by the hub after repeated faults
   * - `refused`: no version of it could be started; the problem says why
   */
  readonly state: "running" | "shadow" | "disabled" | "tripped" | "refused";
  /** For a person: why it is not running, or why the newest file is not the version that runs; "" when all is well. */
  readonly problem: string;
  /** SHA-256 (hex) of the version that runs, "" without one. */
  readonly hash: string;
  readonly loadedAtMs: number | null;
  readonly asked: PermissionWords;
  readonly granted: PermissionWords;
  readonly calls: number;
  readonly faults: number;
}

export interface PermissionWords {
  readonly net: readonly string[];
  readonly read: readonly string[];
}

/** One message through the whole chain, nothing kept. */
export interface TryOutcome {
  readonly decision: Json;
  /** As the steps of a stored trace. */
  readonly steps: Json;
}

export interface ReplayRow {
  readonly message: number;
  readonly text: string;
  /** Where it went, and where it would go now, in words. */
  readonly before: string;
  readonly after: string;
  readonly hasFault: boolean;
  readonly tookMs: number;
}

export interface ReplayOutcome {
  readonly messages: number;
  readonly changed: readonly ReplayRow[];
  readonly faults: number;
  readonly slowest: readonly ReplayRow[];
}

/** Every method that names a plugin throws `PLUGIN_UNKNOWN` for an unknown one. */
export interface PluginDesk {
  list(): readonly PluginView[];
  /** Grants what the plugin's present file asks for; bound to its hash. */
  grant(id: string): Promise<PluginView>;
  /** Goes back to the version before the one that runs. */
  rollback(id: string): Promise<PluginView>;
  /** Lets a shadowed plugin decide from now on. */
  promote(id: string): Promise<PluginView>;
  /** Lets a tripped plugin be asked again. */
  reset(id: string): Promise<PluginView>;
  /** Lines the plugin wrote, oldest first, numbered; those after `after`. */
  logs(
    id: string,
    after: number,
  ): readonly { readonly number: number; readonly atMs: number; readonly line: string }[];
  /** Decides a made-up message as if it had come now. `state` replaces binding and memories where given. */
  tryText(given: {
    readonly text: string;
    /** Sender key or alias; "" is the account's owner. */
    readonly as: string;
    readonly state: Json;
    /** Path of a file that stands in for the plugin of its id, or joins the user's plugins; `null`: none. */
    readonly candidate: string | null;
  }): Promise<TryOutcome>;
  /** Decides stored messages again on their stored state, oldest first, and compares. */
  replay(given: {
    readonly sinceMs: number;
    readonly limit: number;
    readonly candidate: string | null;
  }): Promise<ReplayOutcome>;
}
