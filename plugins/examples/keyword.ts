/** Words choose the agent. Configuration: `{ "office": ["invoice", "发票"], "garden": ["rose"] }`. */
import type { Json, Plugin } from "ilink-hub/plugin";

interface Rule {
  readonly agent: string;
  readonly words: readonly string[];
}

function configure(raw: Json): readonly Rule[] {
  const want = `want { "AGENT": ["word", ...] }`;
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) {
    throw new Error(`The configuration is ${JSON.stringify(raw)}, ${want}`);
  }
  return Object.entries(raw).map(([agent, words]) => {
    if (!Array.isArray(words)) throw new Error(`${agent} is ${JSON.stringify(words)}, ${want}`);
    return { agent, words: words.map((word) => String(word).toLowerCase()) };
  });
}

const plugin: Plugin<readonly Rule[]> = {
  manifest: { id: "keyword", api: 1, version: "1.0.0" },
  configure,
  route(message, { config }) {
    const text = message.text.toLowerCase();
    for (const { agent, words } of config) {
      const word = words.find((word) => text.includes(word));
      if (word !== undefined) return { kind: "route", to: [agent], reason: `it says "${word}"` };
    }
    return { kind: "pass" };
  },
};
export default plugin;
