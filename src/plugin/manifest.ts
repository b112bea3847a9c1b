/** Checks what a file exports as its plugin. What is wrong is told with the file, the value seen and the value wanted. */
import { z } from "zod";
import { HubError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { Plugin } from "./api.ts";
import { picture } from "./wording.ts";

/** The hub's own memory of a conversation stands under this id. */
export const HUB_ID = "hub";

/** Whoever bears this id is asked what is a command. */
export const COMMANDS_ID = "commands";

const DEADLINE_MAX_MS = LIMITS.pluginDeadlineMaxMs;
const NAMES = z.array(z.string().min(1));
const HOOK = z.custom<unknown>((value) => typeof value === "function").optional();

const PLUGIN = z.object({
  manifest: z.strictObject({
    id: z.string().regex(/^[a-z0-9-]{1,40}$/).refine((id) => id !== HUB_ID),
    api: z.literal(1),
    version: z.string().min(1).max(40),
    deadlineMs: z.int().min(1).max(DEADLINE_MAX_MS).optional(),
    onFault: z.enum(["next", "park"]).optional(),
    permissions: z.strictObject({ net: NAMES.optional(), read: NAMES.optional() }).optional(),
  }),
  configure: HOOK,
  route: HOOK,
  reply: HOOK,
});

/** What each member has to be, by its path. */
const WANTED: Readonly<Record<string, string>> = {
  "": `an object with a manifest and route(), reply() or both`,
  "manifest": `an object with id, api and version`,
  "manifest.id": `1 to 40 lower-case letters, digits and hyphens, and not "${HUB_ID}"`,
  "manifest.api": `1, the version of the contract`,
  "manifest.version": `1 to 40 characters`,
  "manifest.deadlineMs": `a whole number of milliseconds from 1 to ${DEADLINE_MAX_MS}`,
  "manifest.onFault": `"next" or "park"`,
  "manifest.permissions": `an object with net, read or both`,
  "manifest.permissions.net": `a list of hosts`,
  "manifest.permissions.read": `a list of paths`,
  "configure": `a function`,
  "route": `a function`,
  "reply": `a function`,
};

/** The plugin that `file` exports by default. Throws `PLUGIN_INVALID`. */
export function readPlugin(value: unknown, file: string): Plugin<unknown> {
  const { error } = PLUGIN.safeParse(value);
  const [issue] = error?.issues ?? [];
  if (issue !== undefined) throw invalid(file, describe(value, issue));
  const plugin = value as Plugin<unknown>;
  if (plugin.route === undefined && plugin.reply === undefined) {
    throw invalid(file, `it has neither route() nor reply(), want one of them`);
  }
  return plugin;
}

function describe(value: unknown, issue: z.core.$ZodIssue): string {
  if (value === undefined) return `it has no default export, want one: export default plugin`;
  if (issue.code === "unrecognized_keys") {
    const place = issue.path.join(".");
    return `${place} has the unknown ${issue.keys.join(", ")}, want ${WANTED[place]}`;
  }
  const names = issue.path.filter((part) => typeof part === "string");
  const place = names.join(".");
  const seen = picture(valueAt(value, names));
  return `${place === "" ? "its default export" : place} is ${seen}, want ${WANTED[place]}`;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (part, name) => (part as { readonly [key: string]: unknown } | undefined)?.[name],
    value,
  );
}

function invalid(file: string, text: string): HubError {
  return new HubError("PLUGIN_INVALID", `Cannot load the plugin ${file}: ${text}`, {
    hint: `Compare it with src/plugin/api.ts and the shipped plugins`,
  });
}
