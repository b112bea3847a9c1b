/**
 * Says in front of each answer who gives it, as soon as there is more than one agent.
 *
 * Configuration: `{ "form": "[{name}] " }`, where `{label}` stands for the agent's label as well.
 */
import type { Json, Plugin } from "ilink-hub/plugin";

/** The longest text that an edit may have. */
const TEXT_MAX = 10_000;

function configure(raw: Json): string {
  const { form = "[{name}] ", ...rest } =
    raw !== null && typeof raw === "object" && !Array.isArray(raw) ? raw : {};
  if (typeof form === "string" && form.includes("{") && Object.keys(rest).length === 0) return form;
  throw new Error(`The configuration is ${JSON.stringify(raw)}, want { "form": "[{name}] " }`);
}

const plugin: Plugin<string> = {
  manifest: { id: "label", api: 1, version: "1.0.0" },
  configure,
  reply({ client, text }, { config, clients }) {
    if (clients.length < 2 || text === "") return { kind: "pass" };
    const label = clients.find(({ name }) => name === client)?.label || client;
    const front = config.replaceAll("{name}", client).replaceAll("{label}", label);
    const labelled = front + text;
    if (text.startsWith(front) || labelled.length > TEXT_MAX) return { kind: "pass" };
    return { kind: "edit", text: labelled, reason: "more than one agent may answer" };
  },
};
export default plugin;
