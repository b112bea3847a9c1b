/**
 * An experiment: some of the people get the new agent. A person always gets the same one, since the choice is made of the
 * person's key and the experiment's name and of nothing else; a raised percentage moves nobody back.
 *
 * Configuration: `{ "experiment": "spring", "percent": 20, "a": "claude", "b": "claude-next" }`
 */
import type { Json, Plugin } from "ilink-hub/plugin";

interface Config {
  readonly experiment: string;
  readonly percent: number;
  readonly a: string;
  readonly b: string;
}

function configure(raw: Json): Config {
  const given = raw !== null && typeof raw === "object" && !Array.isArray(raw) ? raw : {};
  const { experiment = "ab", percent, a, b } = given;
  if (typeof percent !== "number" || percent < 0 || percent > 100) {
    throw new Error(`percent is ${JSON.stringify(percent)}, want 0 to 100`);
  }
  if (typeof a === "string" && typeof b === "string") {
    return { experiment: String(experiment), percent, a, b };
  }
  throw new Error(`a is ${JSON.stringify(a)}, b ${JSON.stringify(b)}, want names of agents`);
}

/** 0 to 99.99, spread evenly over the people. */
async function placeOf(person: string, experiment: string): Promise<number> {
  const bytes = new TextEncoder().encode(`${experiment}\n${person}`);
  const digest = new DataView(await crypto.subtle.digest("SHA-256", bytes));
  return (digest.getUint32(0) % 10_000) / 100;
}

const plugin: Plugin<Config> = {
  manifest: { id: "ab", api: 1, version: "1.0.0" },
  configure,
  async route({ sender }, { config: { experiment, percent, a, b } }) {
    const isB = await placeOf(sender.key, experiment) < percent;
    return { kind: "route", to: [isB ? b : a], reason: `${experiment}: ${isB ? "b" : "a"}` };
  },
};
export default plugin;
