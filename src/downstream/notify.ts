/** `msg/notifystart` and `msg/notifystop`: answered here; WeChat hears of the hub's own start and stop only. */
import { writeOk } from "../wire/ret.ts";
import { type Endpoint, succeed } from "./call.ts";
import type { PollMemory } from "./poll_memory.ts";
import type { Presence } from "./presence.ts";

export function createNotifyStart(memory: PollMemory): Endpoint {
  return ({ client }) => {
    memory.noteRestart(client.id);
    return Promise.resolve(succeed(writeOk()));
  };
}

export function createNotifyStop(presence: Pick<Presence, "noteLeft">): Endpoint {
  return ({ client }) => {
    presence.noteLeft(client.id);
    return Promise.resolve(succeed(writeOk()));
  };
}
