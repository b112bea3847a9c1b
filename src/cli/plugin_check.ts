/** `plugin check`: everything about one plugin's file that can be known before it sees a message. */
import { join, resolve } from "node:path";
import { LIMITS } from "../core/limits.ts";
import type { PluginBench } from "../hub/plugin_bench.ts";
import type { Json } from "../lib/json.ts";
import { CHECK_PART, CHECKED, PLUGIN } from "../text/plugins.ts";
import { type Lang, say } from "../text/say.ts";
import { type Call, FAILED, OK, show } from "./command.ts";
import { permissionWords } from "./plugin_list.ts";
import { findAnswerFaults } from "./plugin_sample.ts";
import { checkTypes } from "./plugin_types.ts";
import { columns } from "./table.ts";

export interface Finding {
  readonly part: keyof typeof CHECK_PART;
  readonly result: keyof typeof CHECKED;
  readonly text: string;
}

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const file = fileOf(resolve(call.terminal.directory, call.params[0] ?? ""));
  const bench = await call.openPluginBench({ ...call, env: call.terminal.env });
  const findings: Finding[] = [];
  try {
    const [loading, types] = await Promise.all([
      checkLoaded(call, { file, bench }),
      checkTypes(file),
    ]);
    findings.push(...loading, typesFinding(types, call.lang));
  } finally {
    await bench.close();
  }
  const isGood = findings.every(({ result }) => result !== "failed");
  show(call, { file, isGood, findings }, findingLines(findings, call.lang));
  return isGood ? OK : FAILED;
}

/** Of a folder its `plugin.ts`. */
function fileOf(path: string): string {
  try {
    return Deno.statSync(path).isDirectory ? join(path, "plugin.ts") : path;
  } catch {
    return path; // not there, or not ours to see: loading it says so
  }
}

interface Loading {
  readonly file: string;
  readonly bench: PluginBench;
}

async function checkLoaded(
  call: Call,
  { file, bench }: { readonly file: string; readonly bench: PluginBench },
): Promise<Finding[]> {
  const { lang, settings } = call;
  const configOf = (id: string) => (settings.pluginsConfig[id] ?? null) as Json;
  const loaded = await bench.load(file, configOf);
  if (loaded.kind === "refused") return [finding("load", "failed", loaded.text)];
  const { plugin } = loaded;
  const { id, version, deadlineMs = LIMITS.pluginDeadlineMs, permissions = {} } = plugin.manifest;
  const hooks = [plugin.hasRoute ? "route" : "", plugin.hasReply ? "reply" : ""].filter(Boolean);
  const places = { id, version, hooks: hooks.join(", "), deadline: deadlineMs };
  const { net = [], read = [] } = permissions;
  const words = permissionWords({ net, read }, lang).join(", ");
  const configWords = configOf(id) === null ? PLUGIN.configNone : PLUGIN.configAccepted;
  const answers = await findAnswerFaults(plugin, call);
  await plugin.stop();
  return [
    finding("load", "ok", say(lang, PLUGIN.loads, places)),
    finding("configuration", "ok", say(lang, configWords, { id })),
    ...(words === ""
      ? []
      : [finding("permissions", "note", say(lang, PLUGIN.permissionsAsked, { words }))]),
    ...answers,
  ];
}

function finding(part: Finding["part"], result: Finding["result"], text: string): Finding {
  return { part, result, text };
}

function typesFinding(check: Awaited<ReturnType<typeof checkTypes>>, lang: Lang): Finding {
  switch (check.kind) {
    case "fits":
      return finding("types", "ok", say(lang, PLUGIN.typesFit, { version: check.version }));
    case "wrong":
      return finding("types", "failed", check.text);
    case "no_deno":
      return finding("types", "note", PLUGIN.noDeno[lang]);
  }
}

function findingLines(findings: readonly Finding[], lang: Lang): string[] {
  const rows = findings.map(({ part, result, text }) => [
    CHECKED[result][lang],
    CHECK_PART[part][lang],
    text.split("\n", 1).join(""),
  ]);
  return columns(rows).flatMap((line, at) => {
    const [_, ...rest] = findings[at]?.text.split("\n") ?? [];
    return [line, ...rest.map((more) => `      ${more}`)];
  });
}
