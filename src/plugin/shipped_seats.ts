/** Seats for the shipped plugins, which run in this process. */
import type { PluginView } from "../core/plugin_desk.ts";
import type { Clock } from "../lib/clock.ts";
import type { ReadyPlugin } from "./catalog.ts";
import { NOTHING_GRANTED } from "./grants.ts";
import { createInlineHost } from "./inline_host.ts";
import type { Seat } from "./roster.ts";
import { createTally } from "./tally.ts";

export interface ShippedSeat {
  readonly seat: Seat;
  view(state: "running" | "disabled"): PluginView;
}

export function createShippedSeats(
  { plugins, clock }: { readonly plugins: readonly ReadyPlugin[]; readonly clock: Clock },
): ShippedSeat[] {
  const host = createInlineHost({ plugins, clock });
  const loadedAtMs = clock.now();
  return plugins.map(({ info }) => {
    const tally = createTally(clock);
    return {
      seat: {
        info,
        route: (call) => host.route(info, call),
        reply: (call) => host.reply(info, call),
        note: (answer) => void tally.note(answer.kind === "fault"),
        stop: () => Promise.resolve(),
      },
      view: (state) => ({
        ...{ id: info.id, version: info.version, source: "shipped", file: "", state, problem: "" },
        ...{ hash: "", loadedAtMs, asked: NOTHING_GRANTED, granted: NOTHING_GRANTED },
        ...{ calls: tally.calls, faults: tally.faults },
      }),
    };
  });
}

/** A shipped plugin, or a setting about plugins, that is not in force. */
export function viewProblem(id: string, problem: string): PluginView {
  return {
    ...{ id, version: "", source: "shipped", file: "", state: "refused", problem, hash: "" },
    ...{ loadedAtMs: null, asked: NOTHING_GRANTED, granted: NOTHING_GRANTED, calls: 0, faults: 0 },
  };
}
