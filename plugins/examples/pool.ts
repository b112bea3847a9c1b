/**
 * Several agents share the work: who is free gets the message, of those the one with the least to do. The pool is all
 * agents with one label. Configuration: the label, such as `"support"`.
 */
import type { ClientView, Plugin } from "ilink-hub/plugin";

const RANK = { polling: 0, busy: 1, new: 2, away: 2 } as const;

const plugin: Plugin<string> = {
  manifest: { id: "pool", api: 1, version: "1.0.0" },
  configure(raw) {
    if (typeof raw === "string" && raw !== "") return raw;
    throw new Error(`The configuration is ${JSON.stringify(raw)}, want the label of the pool`);
  },
  route(_message, { config, clients }) {
    const [first, ...others] = clients.filter(({ label }) => label === config).toSorted(compare);
    if (first === undefined) return { kind: "pass", reason: `nobody has the label ${config}` };
    return {
      kind: "route",
      to: [first.name, ...others.map(({ name }) => name)],
      // Between this answer and the delivery the first may go away; then the next is taken.
      mode: "first_available",
      reason: `${first.name} is ${first.state}, ${first.waiting} waiting`,
    };
  },
};

function compare(a: ClientView, b: ClientView): number {
  return RANK[a.state] - RANK[b.state] || a.waiting - b.waiting || (a.name < b.name ? -1 : 1);
}

export default plugin;
