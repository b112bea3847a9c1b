/** `plugin rollback|promote|reset`. */
import type { PluginView } from "../core/plugin_desk.ts";
import { PLUGIN, PLUGIN_STATE } from "../text/plugins.ts";
import { say } from "../text/say.ts";
import { type Call, OK, show } from "./command.ts";
import { withHub } from "./reach.ts";

/** `plugin rollback NAME` */
export async function rollback(call: Call): Promise<number> {
  const plugin = await change(call, "rollback");
  return showChanged(call, plugin, say(call.lang, PLUGIN.rolledBack, plugin));
}

/** `plugin promote NAME` */
export async function promote(call: Call): Promise<number> {
  const plugin = await change(call, "promote");
  return showChanged(call, plugin, say(call.lang, PLUGIN.promoted, { id: plugin.id }));
}

/** `plugin reset NAME` */
export async function reset(call: Call): Promise<number> {
  const plugin = await change(call, "reset");
  return showChanged(call, plugin, say(call.lang, PLUGIN.reset, { id: plugin.id }));
}

async function change(call: Call, what: "rollback" | "promote" | "reset"): Promise<PluginView> {
  const [id = ""] = call.params;
  const path = `/hub/plugins/${encodeURIComponent(id)}/${what}`;
  return await withHub(call, (api) => api.ask("POST", path)) as unknown as PluginView;
}

function showChanged(call: Call, plugin: PluginView, line: string): number {
  const { id, state, problem } = plugin;
  const words = { id, state: PLUGIN_STATE[state][call.lang] };
  show(call, plugin, [
    line,
    ...(state === "running" ? [] : [say(call.lang, PLUGIN.stateNow, words)]),
    ...(problem === "" ? [] : [problem]),
  ]);
  return OK;
}
