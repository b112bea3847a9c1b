/** `plugin grant`: shows what a plugin asks for beside what it has, and grants it when the owner says so. */
import type { PluginView } from "../core/plugin_desk.ts";
import { PLUGIN } from "../text/plugins.ts";
import { type Lang, say } from "../text/say.ts";
import { type Call, FAILED, OK, show } from "./command.ts";
import { usageError } from "./fail.ts";
import { missingWords, permissionWords } from "./plugin_list.ts";
import { withHub } from "./reach.ts";

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const { lang, terminal } = call;
  const [id = ""] = call.params;
  const path = `/hub/plugins/${encodeURIComponent(id)}`;
  return await withHub(call, async (api) => {
    const plugin = await api.ask("GET", path) as unknown as PluginView;
    const { asked } = plugin;
    const lost = missingWords({ asked: plugin.granted, granted: asked }, lang);
    if (missingWords(plugin, lang).length === 0 && lost.length === 0) {
      const asksNothing = permissionWords(asked, lang).length === 0;
      const words = asksNothing ? PLUGIN.asksNothing : PLUGIN.grantedAlready;
      show(call, plugin, [say(lang, words, { id })]);
      return OK;
    }
    for (const line of differenceLines(plugin, lang)) terminal.note(line);
    if (!await isWanted(call)) {
      terminal.note(PLUGIN.notGrantedNow[lang]);
      return FAILED;
    }
    const granted = await api.ask("POST", `${path}/grant`, { asked });
    show(call, granted ?? {}, [say(lang, PLUGIN.granted, { id })]);
    return OK;
  });
}

/** What is asked for and new, what stays, and what is not asked for any more. */
export function differenceLines(plugin: PluginView, lang: Lang): string[] {
  const { id, version, file, asked, granted } = plugin;
  const fresh = missingWords(plugin, lang);
  const kept = permissionWords(asked, lang).filter((word) => !fresh.includes(word));
  const lost = missingWords({ asked: granted, granted: asked }, lang);
  return [
    say(lang, PLUGIN.permissions, { id, version, file }),
    ...kept.map((word) => `    ${word}`),
    ...fresh.map((word) => `  + ${word}`),
    ...lost.map((word) => `  - ${word}`),
  ];
}

async function isWanted({ options, terminal, lang }: Call): Promise<boolean> {
  if (options["yes"] === true) return true;
  if (!terminal.canAsk) throw usageError(PLUGIN.cannotAsk[lang], null);
  terminal.note(PLUGIN.askGrant[lang]);
  return /^\s*(y|yes|是|好)\s*$/i.test(await terminal.readLine() ?? "");
}
