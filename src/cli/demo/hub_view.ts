/** What the page shows of the hub, read from its store as it is on disk. */
import type { Hub } from "../../config/launch.ts";
import type { Client, ClientStates } from "../../core/client.ts";
import type { MessageId } from "../../core/ids.ts";
import { asId } from "../../core/ids.ts";
import type { AgentSwitch } from "./agents.ts";
import type { Life, Scene } from "./scene.ts";

/** The part of a running hub that the demo looks into. */
export interface DemoHub extends Hub {
  readonly store: {
    lastMessages(call: { readonly limit: number; readonly before: null }): Promise<readonly Life[]>;
    trace(message: MessageId): Promise<Life | null>;
    clients(): Promise<readonly Client[]>;
  };
  readonly states: ClientStates;
}

/** Cards on the page. */
const LIVES_MAX = 30;

export function createHubView(
  hub: DemoHub,
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
