/**
 * Who begins with an agent's name ("claude, ...") stays with it for a while, without a command. The conversation's memory
 * holds the name; it is kept with the decision, so a crash cannot lose the one without the other.
 */
import type { Plugin } from "ilink-hub/plugin";

const STAY_MS = 30 * 60_000;

const plugin: Plugin = {
  manifest: { id: "affinity-by-name", api: 1, version: "1.0.0" },
  route(message, { clients, memory, nowMs }) {
    const [_, word = "", rest = ""] = /^\s*([^\s,，:：]+)[,，:：]\s*(.*)$/s.exec(message.text) ??
      [];
    const named = clients.find(({ name }) => name.toLowerCase() === word.toLowerCase());
    if (named !== undefined) {
      memory["agent"] = named.name;
      memory["untilMs"] = nowMs + STAY_MS;
      return { kind: "route", to: [named.name], text: rest, reason: "called by its name" };
    }
    const { agent, untilMs } = memory;
    const isThere = clients.some(({ name }) => name === agent);
    if (typeof agent !== "string" || !isThere || Number(untilMs) < nowMs) return { kind: "pass" };
    memory["untilMs"] = nowMs + STAY_MS;
    return { kind: "route", to: [agent], reason: "called by its name a while ago" };
  },
};
export default plugin;
