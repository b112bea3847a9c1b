/** What the page shows of the hub, read from its store as it is on disk. */
import { asId, type MessageId } from "../../core/ids.ts";
import type { RunningHub } from "../../hub.ts";
import type { AgentSwitch } from "./agents.ts";
import type { Scene } from "./scene.ts";

/** Cards on the page. */
const LIVES_MAX = 30;

export function createHubView(
  hub: Pick<RunningHub, "store" | "states">,
  agents: readonly AgentSwitch[],
): Pick<Scene, "agents" | "lives"> {
  return {
    async agents() {
      const clients = await hub.store.clients();
      return clients.map(({ id, name, label, waiting }) => {
        const state = hub.states.stateOf(id);
        const isOn = agents.find(({ persona }) => persona.name === name)?.isOn ?? null;
        // What a busy client is working on does not wait, though it is not acknowledged yet.
        return { name, label, state, waiting: waiting - (state === "busy" ? 1 : 0), isOn };
      });
    },
    async lives() {
      const newest = await hub.store.lastMessages({ limit: LIVES_MAX, before: null });
      const lives = await Promise.all(
        newest.map(({ id }) => hub.store.trace(asId<MessageId>(id))),
      );
      return lives.filter((life) => life !== null);
    },
  };
}
