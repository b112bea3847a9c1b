/** A real inline host around plugins written in a test. */
import type { Plugin, Verdict } from "../../src/plugin/api.ts";
import { type ReadyPlugin, readyShipped } from "../../src/plugin/catalog.ts";
import type { PluginHost } from "../../src/plugin/host.ts";
import { createInlineHost } from "../../src/plugin/inline_host.ts";
import type { ShadowHost } from "../../src/plugin/roster.ts";
import { SHIPPED_IDS } from "../../src/plugin/shipped.ts";
import type { Clock } from "../../src/lib/clock.ts";

type Hooks = Pick<Plugin, "route" | "reply"> & {
  readonly onFault?: "next" | "park";
  readonly deadlineMs?: number;
};

/** The plugins are asked in the order in which they stand. */
export function hostOf(clock: Clock, plugins: Readonly<Record<string, Hooks>>): PluginHost {
  const ready = Object.entries(plugins).map((
    [id, { onFault = "next", deadlineMs = 250, ...hooks }],
  ): ReadyPlugin => ({
    info: {
      id,
      version: "1.0.0",
      source: "user",
      onFault,
      hasRoute: hooks.route !== undefined,
      hasReply: hooks.reply !== undefined,
    },
    file: `${id}.ts`,
    plugin: { manifest: { id, api: 1, version: "1.0.0" }, ...hooks },
    config: null,
    deadlineMs,
    unavailable: null,
  }));
  return createInlineHost({ plugins: ready, clock });
}

export const NO_SHADOWS: ShadowHost = {
  shadows: [],
  route: ({ id }) => Promise.reject(new Error(`nobody should ask ${id}`)),
};

/** A hook that always gives this answer, which may be none. */
export function answering(verdict: unknown): { route(): Verdict } {
  return { route: () => verdict as Verdict };
}

/** The shipped plugins alone, without configuration. */
export function shippedHost(clock: Clock): PluginHost {
  const { plugins } = readyShipped(new Map(SHIPPED_IDS.map((id) => [id, null])));
  return createInlineHost({ plugins, clock });
}
