/** The port to deciding messages for a look, with nothing kept; the router's chain stands behind it. */
import type { ReplayOutcome, TryOutcome } from "../core/plugin_desk.ts";
import type { Json } from "../lib/json.ts";
import type { PluginHost } from "./host.ts";
import type { RecordedCall } from "./recorded.ts";

export interface Rehearsal {
  /** The newest stored messages as plugins were shown them, oldest first. */
  recent(limit: number): Promise<readonly RecordedCall[]>;
  /** Decides a made-up message as if it had come now. As in `PluginDesk`. */
  tryText(
    given: { readonly text: string; readonly as: string; readonly state: Json },
    host: PluginHost,
  ): Promise<TryOutcome>;
  /** Decides stored messages again and compares. As in `PluginDesk`. */
  replay(
    given: { readonly sinceMs: number; readonly limit: number },
    host: PluginHost,
  ): Promise<ReplayOutcome>;
}
