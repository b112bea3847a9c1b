/** The command line: finds the command, reads the settings, runs it, and tells what went wrong. */
import { systemClock } from "../lib/clock.ts";
import { systemRandom } from "../lib/random.ts";
import { type Call, OK, type Surroundings } from "./command.ts";
import { commandHelp, overview } from "./help.ts";
import { detectLanguage } from "./language.ts";
import { checkCommand, findCommand, parseLine } from "./parse.ts";
import { tell } from "./fail.ts";
import { loadSettings } from "./settings.ts";
import { createTerminal } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** Runs one command line and gives the exit code. */
export async function main(args: readonly string[], world: Surroundings): Promise<number> {
  const { terminal, version } = world;
  const detected = detectLanguage(args, terminal.env);
  const lang = detected ?? "en";
  try {
    const { flags, words } = parseLine(args, lang);
    if (flags["version"] || (words[0] === "version" && words.length === 1)) {
      terminal.print(`ilink-hub ${version}`);
      return OK;
    }
    const wantsHelp = flags["help"] === true || words[0] === "help";
    const found = findCommand(words[0] === "help" ? words.slice(1) : words, lang);
    if (found === null || wantsHelp) {
      const lines = found === null ? overview(lang, version) : commandHelp(found.command, lang);
      for (const line of lines) terminal.print(line);
      return OK;
    }
    const { command, params } = found;
    checkCommand(command, { flags, params }, lang);
    const settings = loadSettings({ flags, terminal, lang });
    const call: Call = {
      ...world,
      command,
      params,
      options: flags,
      // The system's language holds where nobody chose one.
      settings: { ...settings, lang: settings.lang ?? detected },
      lang: settings.lang ?? lang,
      isJson: flags["json"] === true,
    };
    return await (await command.load())(call);
  } catch (error) {
    return tell(terminal, error, { lang, isJson: args.includes("--json") });
  }
}

/** The world as it is. */
export function realWorld(): Surroundings {
  return {
    terminal: createTerminal(),
    clock: systemClock,
    random: systemRandom,
    version: VERSION,
    loadHub: () => import("../hub.ts"),
    openPluginBench: async (ports) =>
      (await import("../hub/plugin_bench.ts")).openPluginBench(ports),
  };
}
