/**
 * Pictures go to an agent that can see. WeChat sends a picture and the question about it as two messages, so what the same
 * person writes soon after goes there too. Configuration: the agent's name, `"vision"` without one.
 */
import type { Plugin } from "ilink-hub/plugin";

const QUESTION_WITHIN_MS = 2 * 60_000;

const plugin: Plugin<string> = {
  manifest: { id: "vision", api: 1, version: "1.0.0" },
  configure(raw) {
    if (raw === null) return "vision";
    if (typeof raw === "string" && raw !== "") return raw;
    throw new Error(`The configuration is ${JSON.stringify(raw)}, want the name of an agent`);
  },
  route(message, { config, memory, nowMs }) {
    if (message.parts.some(({ kind }) => kind === "image" || kind === "video")) {
      memory["seenAtMs"] = nowMs;
      return { kind: "route", to: [config], reason: "there is something to see" };
    }
    const { seenAtMs } = memory;
    const isFollowUp = typeof seenAtMs === "number" && nowMs - seenAtMs <= QUESTION_WITHIN_MS;
    if (!isFollowUp || message.text.startsWith("/")) return { kind: "pass" };
    delete memory["seenAtMs"];
    return { kind: "route", to: [config], reason: "said right after a picture" };
  },
};
export default plugin;
