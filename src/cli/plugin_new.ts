/** `plugin new`: a folder with a plugin that works, its fixture, and all that an editor needs to know the types. */
import { join, relative } from "node:path";
import { HubError } from "../core/error.ts";
import { errorText } from "../lib/log.ts";
import { PLUGIN } from "../text/plugins.ts";
import { say } from "../text/say.ts";
import { type Call, OK, show } from "./command.ts";
import { usageError } from "./fail.ts";
import { choiceOption } from "./options.ts";
import { filesOf, PLUGIN_FILE, TEMPLATE_NAMES } from "./plugin_templates.ts";

const SHIPPED = ["commands", "quote", "keywords", "affinity"];

/** Runs the command. Nothing that is there is overwritten. */
export function run(call: Call): Promise<number> {
  const { lang, terminal, settings } = call;
  const [id = ""] = call.params;
  if (!/^[a-z0-9-]{1,40}$/.test(id) || id === "hub") {
    throw usageError(say(lang, PLUGIN.nameWanted, { name: id }), null);
  }
  const template = choiceOption(call, "template", TEMPLATE_NAMES) ?? "command";
  const folder = join(settings.pluginsDirectory, id);
  const written = Object.entries(filesOf(id, template)).map(([name, text]) => {
    const path = join(folder, name);
    writeNew(path, text, call);
    return relative(terminal.directory, path);
  });
  const shown = relative(terminal.directory, folder);
  show(call, { id, template, folder, files: written }, [
    ...written.map((path) => say(lang, PLUGIN.madeFile, { path })),
    ...(SHIPPED.includes(id) ? [say(lang, PLUGIN.replacesShipped, { id })] : []),
    say(lang, PLUGIN.next, { path: join(shown, PLUGIN_FILE), folder: shown }),
  ]);
  return Promise.resolve(OK);
}

function writeNew(path: string, text: string, { lang }: Call): void {
  try {
    Deno.mkdirSync(join(path, ".."), { recursive: true });
    Deno.writeTextFileSync(path, text, { createNew: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new HubError("PLUGIN_INVALID", say(lang, PLUGIN.exists, { path }), {
        hint: PLUGIN.existsHint[lang],
      });
    }
    throw new HubError("PLUGIN_INVALID", `Cannot write ${path}: ${errorText(error)}`, {
      cause: error,
    });
  }
}
