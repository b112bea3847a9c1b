/**
 * Splits by the script a message is written in. Configuration: `{ "Han": "qwen", "Cyrillic": "masha", "other": "claude" }`,
 * with Unicode's names of scripts. Japanese is told by its kana, since it is written in Han characters as well.
 */
import type { Json, Plugin } from "ilink-hub/plugin";

interface Rule {
  readonly script: string;
  readonly pattern: RegExp;
  readonly agent: string;
}

const OTHER = "other";

function configure(raw: Json): readonly Rule[] {
  const want = `want { "Han": "AGENT", "other": "AGENT" }`;
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) {
    throw new Error(`The configuration is ${JSON.stringify(raw)}, ${want}`);
  }
  return Object.entries(raw).map(([script, agent]) => {
    if (typeof agent !== "string") throw new Error(`${script} is no agent's name, ${want}`);
    // An unknown script makes no pattern: RegExp says so, and the owner reads it.
    const source = script === OTHER ? String.raw`\p{L}` : String.raw`\p{Script=${script}}`;
    return { script, pattern: new RegExp(source, "gu"), agent };
  });
}

const plugin: Plugin<readonly Rule[]> = {
  manifest: { id: "language", api: 1, version: "1.0.0" },
  configure,
  route({ text }, { config }) {
    const letters = text.match(/\p{L}/gu)?.length ?? 0;
    const share = ({ pattern }: Rule) => (text.match(pattern)?.length ?? 0) / letters;
    const kana = config.find(({ script, pattern }) => script === "Hiragana" && pattern.test(text));
    const main = config.filter(({ script }) => script !== OTHER).find((rule) => share(rule) > 0.5);
    const rule = kana ?? main ?? config.find(({ script }) => script === OTHER);
    if (letters === 0 || rule === undefined) return { kind: "pass" };
    return { kind: "route", to: [rule.agent], reason: `written in ${rule.script}` };
  },
};
export default plugin;
