/** The owner's desk over plugins that are loaded once: it shows them; what needs a living host it refuses with words. */
import { HubError } from "../core/error.ts";
import type { PluginDesk, PluginView } from "../core/plugin_desk.ts";
import type { Catalog } from "./catalog.ts";

const NOTHING = { net: [], read: [] };

/** Shows what the catalog holds. Every change throws `PLUGIN_INVALID`. */
export function createCatalogDesk(catalog: Catalog): PluginDesk {
  const refuse = () =>
    Promise.reject(new HubError("PLUGIN_INVALID", "Cannot do this: plugins are loaded once"));
  return {
    list: () => [...catalog.plugins.map(viewReady), ...catalog.problems.map(viewProblem)],
    grant: refuse,
    rollback: refuse,
    promote: refuse,
    reset: refuse,
    logs: () => [],
    tryText: refuse,
    replay: refuse,
  };
}

function viewReady({ info, file, unavailable }: Catalog["plugins"][number]): PluginView {
  const { id, version, source } = info;
  return {
    ...{ id, version, source, hash: "", loadedAtMs: null, asked: NOTHING, granted: NOTHING },
    file: source === "user" ? file : "",
    state: unavailable === null ? "running" : "refused",
    problem: unavailable ?? "",
    calls: 0,
    faults: 0,
  };
}

function viewProblem({ file, text }: Catalog["problems"][number]): PluginView {
  return {
    ...{ id: file, version: "", source: "user", file, state: "refused", problem: text, hash: "" },
    ...{ loadedAtMs: null, asked: NOTHING, granted: NOTHING, calls: 0, faults: 0 },
  };
}
