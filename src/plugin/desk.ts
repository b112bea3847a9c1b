/** What the owner may see of the plugins and do with them. */
import { HubError } from "../core/error.ts";
import type { PluginDesk, PluginView } from "../core/plugin_desk.ts";
import { type Candidate, type CandidatePorts, startCandidate } from "./candidate.ts";
import { arrange, type PluginSettings } from "./catalog.ts";
import type { SeatPlaced } from "./choose.ts";
import type { PluginHost } from "./host.ts";
import type { Rehearsal } from "./rehearsal.ts";
import { hostOf } from "./roster.ts";
import type { UserPlugin } from "./user_plugin.ts";

export interface DeskPorts {
  readonly rehearsal: Rehearsal;
  readonly settings: Pick<PluginSettings, "order">;
  readonly candidate: CandidatePorts;
  /** All plugins: those that are asked first, in their order; an id that was taken gives way to the file's name. */
  views(): readonly PluginView[];
  /** The user's plugin that `views` shows under this id. */
  findUser(id: string): UserPlugin | undefined;
  promote(plugin: UserPlugin): Promise<void>;
  /** Those who are asked now, kept from being stopped until the returned function is called. */
  hold(): { readonly placed: readonly SeatPlaced[]; readonly release: () => void };
}

export function createDesk(ports: DeskPorts): PluginDesk {
  const { rehearsal } = ports;

  async function change(
    id: string,
    action: (plugin: UserPlugin) => Promise<void>,
  ): Promise<PluginView> {
    const plugin = findUser(id, ports);
    await action(plugin);
    return ports.views().find(({ file }) => file === plugin.file) ?? plugin.view;
  }

  return {
    list: () => ports.views(),
    grant: (id) => change(id, (plugin) => plugin.grant()),
    rollback: (id) => change(id, (plugin) => plugin.rollback()),
    promote: (id) => change(id, (plugin) => ports.promote(plugin)),
    reset: (id) => change(id, (plugin) => plugin.reset()),
    logs(id, after) {
      const plugin = ports.findUser(id);
      if (plugin === undefined && !ports.views().some((view) => view.id === id)) throw unknown(id);
      return plugin?.linesAfter(after) ?? [];
    },
    tryText: ({ candidate, ...given }) =>
      withHost(candidate, ports, (host) => rehearsal.tryText(given, host)),
    replay: ({ candidate, ...given }) =>
      withHost(candidate, ports, (host) => rehearsal.replay(given, host)),
  };
}

/** Lets `use` ask those who are asked now, with the candidate among them. */
async function withHost<T>(
  path: string | null,
  ports: DeskPorts,
  use: (host: PluginHost) => Promise<T>,
): Promise<T> {
  const { placed, release } = ports.hold();
  let candidate: Candidate | null = null;
  try {
    if (path !== null) candidate = await startCandidate(path, ports.candidate);
    const seats = candidate === null ? placed : replace(placed, candidate, ports.settings.order);
    return await use(hostOf(seats.map(({ seat }) => seat)));
  } finally {
    await candidate?.end();
    release();
  }
}

/** The candidate in the place of the plugin with its id, else among the user's by its file's name. */
function replace(
  placed: readonly SeatPlaced[],
  { id, file, seat }: SeatPlaced,
  order: readonly string[],
): SeatPlaced[] {
  const before = placed.find((one) => one.id === id);
  const others = placed.filter((one) => one !== before);
  return arrange([...others, { id, file: before?.file || file, seat }], order);
}

function findUser(id: string, ports: DeskPorts): UserPlugin {
  const plugin = ports.findUser(id);
  if (plugin !== undefined) return plugin;
  if (!ports.views().some((view) => view.id === id)) throw unknown(id);
  throw new HubError("PLUGIN_INVALID", `Cannot change the plugin "${id}": it is not a user's`, {
    hint:
      "Shipped plugins are switched off with plugins.disabled, or replaced by a file of their id",
  });
}

function unknown(id: string): HubError {
  return new HubError("PLUGIN_UNKNOWN", `Cannot find a plugin "${id}"`, {
    hint: "ilink-hub plugin list shows the plugins",
  });
}
