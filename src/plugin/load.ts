/** Reads the user's plugins from a folder: files, and folders with a `plugin.ts`. They run in this process for now. */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { HubError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { Clock } from "../lib/clock.ts";
import type { Plugin } from "./api.ts";
import { beforeDeadline } from "./deadline.ts";
import { readPlugin } from "./manifest.ts";
import { messageOf } from "./wording.ts";

/** Why a plugin, or a setting about plugins, is not in force; for the owner. */
export interface PluginProblem {
  /** The file's name in the plugins folder, or the setting's name. */
  readonly file: string;
  readonly text: string;
}

export interface UserPlugin {
  readonly file: string;
  readonly plugin: Plugin<unknown>;
}

export interface UserPlugins {
  /** By file name. */
  readonly found: readonly UserPlugin[];
  readonly problems: readonly PluginProblem[];
}

/** Names that are no plugin's: hidden files, what plugins share among themselves, declarations and tests. */
const NOT_A_PLUGIN = /^[._]|\.d\.ts$|[._]test\.[tj]s$/;

/** Loads all that is there, nothing from a folder that is not; what fails is reported and the others go on. */
export async function loadUserPlugins(directory: string, clock: Clock): Promise<UserPlugins> {
  const folder = resolve(directory);
  const found: UserPlugin[] = [];
  const problems: PluginProblem[] = [];
  let files: readonly string[];
  try {
    files = await listPlugins(folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { found, problems };
    const text = `Cannot read the plugins folder ${folder}: ${messageOf(error)}`;
    return { found, problems: [{ file: directory, text }] };
  }
  for (const file of files) {
    try {
      found.push({ file, plugin: readPlugin(await importDefault(folder, file, clock), file) });
    } catch (error) {
      const text = `Cannot load the plugin ${file}: ${messageOf(error)}`;
      problems.push({ file, text: error instanceof HubError ? error.message : text });
    }
  }
  return { found, problems };
}

async function listPlugins(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (NOT_A_PLUGIN.test(name)) continue;
    if (/\.[tj]s$/.test(name)) files.push(name);
    else if (await isFile(join(folder, name, "plugin.ts"))) files.push(`${name}/plugin.ts`);
  }
  return files.sort();
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false; // not there, or not ours to see: either way nothing to load
  }
}

async function importDefault(folder: string, file: string, clock: Clock): Promise<unknown> {
  const loading: Promise<{ readonly default?: unknown }> = import(
    pathToFileURL(join(folder, file)).href
  );
  const afterMs = LIMITS.pluginDeadlineMaxMs;
  const loaded = await beforeDeadline(loading, { clock, afterMs });
  if (loaded.kind === "done") return loaded.value.default;
  throw new Error(`its top level was not done after ${afterMs} ms`);
}
