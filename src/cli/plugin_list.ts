/** `plugin list`: every plugin in the order they are asked, and what is wrong with it. */
import type { PermissionWords, PluginView } from "../core/plugin_desk.ts";
import { LOOK } from "../text/look.ts";
import { PLUGIN, PLUGIN_STATE } from "../text/plugins.ts";
import { type Lang, say } from "../text/say.ts";
import { type Call, OK, show } from "./command.ts";
import { withHub } from "./reach.ts";
import { columns } from "./table.ts";

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const answer = await withHub(call, (api) => api.ask("GET", "/hub/plugins"));
  const { plugins } = answer as unknown as { readonly plugins: readonly PluginView[] };
  const lines = plugins.length === 0
    ? [PLUGIN.none[call.lang]]
    : columns(plugins.map((plugin) => pluginRow(plugin, call.lang)));
  show(call, answer ?? {}, lines);
  return OK;
}

function pluginRow(plugin: PluginView, lang: Lang): string[] {
  const { id, version, source, state, calls, faults, problem } = plugin;
  const words = missingWords(plugin, lang).join(", ");
  // A problem says as well what was not granted.
  const note = words === "" || problem !== ""
    ? inOneLine(problem)
    : say(lang, PLUGIN.notGranted, { words, id });
  const notes = [
    ...(calls === 0 ? [] : [say(lang, PLUGIN.calls, { count: calls })]),
    ...(faults === 0 ? [] : [say(lang, PLUGIN.faults, { count: faults })]),
    ...(note === "" ? [] : [note]),
  ];
  return [id, version, LOOK[source][lang], PLUGIN_STATE[state][lang], notes.join("; ")];
}

/** What is wrong, and where: the lines between show the source, and `--json` has them. */
function inOneLine(problem: string): string {
  const [first = "", ...rest] = problem.split("\n").map((line) => line.trim());
  return [first, ...rest.filter((line) => line.startsWith("at ")).slice(0, 1)].join(" ");
}

/** What it asks for and has not got. */
export function missingWords(
  { asked, granted }: Pick<PluginView, "asked" | "granted">,
  lang: Lang,
): string[] {
  const had = permissionWords(granted, lang);
  return permissionWords(asked, lang).filter((word) => !had.includes(word));
}

/** Each permission in words. */
export function permissionWords({ net, read }: PermissionWords, lang: Lang): string[] {
  return [
    ...net.map((word) => say(lang, PLUGIN.net, { word })),
    ...read.map((word) => say(lang, PLUGIN.read, { word })),
  ];
}
