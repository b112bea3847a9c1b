/** Reads the settings for a command: flags, environment, and the configuration file. */
import { SETTINGS, type Settings } from "../config.ts";
import { parseJsonc } from "../config/jsonc.ts";
import { type Given, readEarly, readSettings } from "../config/read.ts";
import { HubError } from "../core/error.ts";
import { errorText } from "../lib/log.ts";
import { WRONG } from "../text/errors.ts";
import { type Lang, say } from "../text/say.ts";
import { settingError } from "./fail.ts";
import type { Terminal } from "./terminal.ts";

const OWN_FILE = "ilink-hub.jsonc";
const CONFIG_ENV = "ILINK_HUB_CONFIG";

/** Throws `CONFIG_INVALID`. */
export function loadSettings(options: {
  readonly flags: Readonly<Record<string, string | boolean>>;
  readonly terminal: Terminal;
  readonly lang: Lang;
}): Settings {
  const { flags, terminal, lang } = options;
  const given: Omit<Given, "file"> = {
    flags,
    env: terminal.env,
    place: { directory: terminal.directory, home: terminal.home },
  };
  const file = readFile(given, lang);
  const read = readSettings({ ...given, file: file?.given ?? null });
  if (read.kind === "refused") throw settingError(read.problem, lang);
  if (file?.isInData && file.data !== read.settings.data) {
    throw new HubError("CONFIG_INVALID", say(lang, WRONG.dataInOwnFile, file.given));
  }
  return read.settings;
}

interface ReadFile {
  readonly given: NonNullable<Given["file"]>;
  /** Whether it was found in the data directory, and in which. */
  readonly isInData: boolean;
  readonly data: string;
}

/** The file of `--config`, which must be there, else the data directory's own, which may be. */
function readFile(given: Omit<Given, "file">, lang: Lang): ReadFile | null {
  const { flags, env, place } = given;
  const data = readEarly("data", given);
  const named = flags["config"] ?? env(CONFIG_ENV) ?? "";
  const ownPath = typeof data === "string" ? `${data}/${OWN_FILE}` : null;
  const path = typeof named === "string" && named !== ""
    ? SETTINGS.data.kind.read(named, place) ?? named
    : ownPath;
  if (path === null) return null;
  const text = readText(path, { isOptional: path === ownPath, lang });
  if (text === null) return null;
  const parsed = parseJsonc(text);
  if (parsed.kind === "broken") {
    throw new HubError("CONFIG_INVALID", say(lang, WRONG.broken, { path, ...parsed }));
  }
  const directory = path.replace(/[/\\][^/\\]*$/, "") || "/";
  return {
    given: { path, value: parsed.value, directory },
    isInData: path === ownPath,
    data: String(data),
  };
}

function readText(
  path: string,
  options: { readonly isOptional: boolean; readonly lang: Lang },
): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (options.isOptional && error instanceof Deno.errors.NotFound) return null;
    // The data directory is a file, or not ours: that is said when it is opened.
    if (options.isOptional && error instanceof Deno.errors.NotADirectory) return null;
    const message = say(options.lang, WRONG.unreadable, { path, text: errorText(error) });
    throw new HubError("CONFIG_INVALID", message, { cause: error });
  }
}
