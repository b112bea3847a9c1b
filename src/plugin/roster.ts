/**
 * Who is asked, as one list that a reload replaces whole. A decision that has begun goes on with the list it began with; what
 * a list holds is stopped once nobody asks from it any more.
 */
import type { Clock } from "../lib/clock.ts";
import type { ReplyVerdict, Verdict } from "./api.ts";
import type { Answer, LoadedPlugin, PluginHost } from "./host.ts";

export type RouteCall = Parameters<PluginHost["route"]>[1];
export type ReplyCall = Parameters<PluginHost["reply"]>[1];

/** One version of one plugin that can be asked. */
export interface Seat {
  readonly info: LoadedPlugin;
  /** As in `PluginHost`. */
  route(call: RouteCall): Promise<Answer<Verdict>>;
  /** As in `PluginHost`. */
  reply(call: ReplyCall): Promise<Answer<ReplyVerdict>>;
  /** Told of each answer about live traffic, at once. */
  note(answer: Answer<unknown>): void;
  /** Ends what runs it. Called once, when nobody asks any more. */
  stop(): Promise<void>;
}

/** A plugin that is asked about a message after it was decided, for the record alone. */
export interface Shadow {
  readonly plugin: LoadedPlugin;
  /** The ids that would be asked before it. */
  readonly after: readonly string[];
}

export interface ShadowHost {
  readonly shadows: readonly Shadow[];
  /** Asks one shadow. As in `PluginHost`. */
  route(plugin: LoadedPlugin, call: RouteCall): Promise<Answer<Verdict>>;
}

/** The list in force. */
export interface Roll {
  readonly seats: readonly Seat[];
  readonly shadows: readonly { readonly seat: Seat; readonly after: readonly string[] }[];
}

export interface Roster {
  readonly host: PluginHost;
  readonly shadowHost: ShadowHost;
  readonly current: Roll;
  /** Decisions that begin from now on use this list. */
  replace(roll: Roll): void;
  /** Stops the seat as soon as no list that is in use holds it. */
  retire(seat: Seat): void;
  /** Keeps the current list in use until the returned function is called. */
  hold(): { readonly roll: Roll; readonly release: () => void };
}

/** A list in use: each has `LoadedPlugin`s of its own, by which a call finds the list that its decision began with. */
interface Used {
  readonly roll: Roll;
  readonly plugins: readonly LoadedPlugin[];
  readonly shadows: readonly Shadow[];
  readonly seats: ReadonlyMap<LoadedPlugin, Seat>;
  holders: number;
}

export function createRoster(
  { clock, close, onStopFailed }: {
    readonly clock: Clock;
    readonly close: () => Promise<void>;
    readonly onStopFailed: (error: unknown) => void;
  },
): Roster {
  let current = use({ seats: [], shadows: [] });
  const inUse = new Set([current]);
  const leaving = new Set<Seat>();
  const listOf = new WeakMap<LoadedPlugin, Used>();

  function stopUnheld(): void {
    for (const seat of leaving) {
      if ([...inUse].some(({ seats }) => [...seats.values()].includes(seat))) continue;
      leaving.delete(seat);
      seat.stop().catch(onStopFailed);
    }
  }

  /** Between two questions of one decision only promises run: a list that nobody asks from when a timer fires is done. */
  function leaveWhenIdle(used: Used): void {
    if (used === current || used.holders > 0) return;
    clock.after(0, () => {
      if (used === current || used.holders > 0) return;
      inUse.delete(used);
      stopUnheld();
    });
  }

  function holding(used: Used): () => void {
    used.holders += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      used.holders -= 1;
      leaveWhenIdle(used);
    };
  }

  async function ask<V>(
    plugin: LoadedPlugin,
    hook: (seat: Seat) => Promise<Answer<V>>,
  ): Promise<Answer<V>> {
    const used = listOf.get(plugin) ?? current;
    const seat = used.seats.get(plugin);
    if (seat === undefined) return unknownPlugin(plugin);
    const release = holding(used);
    try {
      const answer = await hook(seat);
      seat.note(answer);
      return answer;
    } finally {
      release();
    }
  }

  return {
    host: {
      get plugins() {
        return current.plugins;
      },
      route: (plugin, call) => ask(plugin, (seat) => seat.route(call)),
      reply: (plugin, call) => ask(plugin, (seat) => seat.reply(call)),
      close,
    },
    shadowHost: {
      get shadows() {
        return current.shadows;
      },
      route: (plugin, call) => ask(plugin, (seat) => seat.route(call)),
    },
    get current() {
      return current.roll;
    },
    replace(roll) {
      const before = current;
      current = use(roll);
      inUse.add(current);
      for (const plugin of current.seats.keys()) listOf.set(plugin, current);
      leaveWhenIdle(before);
    },
    retire(seat) {
      leaving.add(seat);
      stopUnheld();
    },
    hold() {
      const used = current;
      return { roll: used.roll, release: holding(used) };
    },
  };
}

function use(roll: Roll): Used {
  const seats = new Map<LoadedPlugin, Seat>();
  const seated = (seat: Seat): LoadedPlugin => {
    const plugin = { ...seat.info };
    seats.set(plugin, seat);
    return plugin;
  };
  return {
    roll,
    plugins: roll.seats.map(seated),
    shadows: roll.shadows.map(({ seat, after }) => ({ plugin: seated(seat), after })),
    seats,
    holders: 0,
  };
}

/** Asks these seats and tells them nothing of it: for decisions that are made for a look. */
export function hostOf(seats: readonly Seat[]): PluginHost {
  const used = use({ seats, shadows: [] });
  return {
    plugins: used.plugins,
    route: (plugin, call) =>
      used.seats.get(plugin)?.route(call) ?? Promise.resolve(unknownPlugin(plugin)),
    reply: (plugin, call) =>
      used.seats.get(plugin)?.reply(call) ?? Promise.resolve(unknownPlugin(plugin)),
    close: () => Promise.resolve(),
  };
}

function unknownPlugin({ id }: LoadedPlugin): Extract<Answer<never>, { kind: "fault" }> {
  return { kind: "fault", fault: "unavailable", text: `no plugin "${id}" is loaded`, tookMs: 0 };
}

/** Stands in the list for a plugin that must not be passed by and cannot be asked. */
export function blockedSeat(
  { id, version, hasRoute, hasReply }: Omit<LoadedPlugin, "source" | "onFault">,
  why: () => string,
): Seat {
  const fault = () =>
    Promise.resolve({ kind: "fault", fault: "unavailable", text: why(), tookMs: 0 } as const);
  return {
    info: { id, version, source: "user", onFault: "park", hasRoute, hasReply },
    route: fault,
    reply: fault,
    note() {},
    stop: () => Promise.resolve(),
  };
}
