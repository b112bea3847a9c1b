/**
 * Writes what is made from tables in the code: the tables between the markers of docs/OPERATIONS.md, and the schema of the
 * configuration file. `test/tidy` compares.
 */
import { SETTING_NAMES, type SettingName, SETTINGS } from "../src/config.ts";
import { settingsSchema } from "../src/config/schema.ts";
import { COMMANDS } from "../src/cli/commands.ts";
import { SETTING_HELP } from "../src/text/settings.ts";

export const OPERATIONS = "docs/OPERATIONS.md";
export const SCHEMA = "docs/settings.schema.json";

const ROOT = new URL("../", import.meta.url);

if (import.meta.main) {
  const url = new URL(OPERATIONS, ROOT);
  Deno.writeTextFileSync(url, fillIn(Deno.readTextFileSync(url)));
  Deno.writeTextFileSync(new URL(SCHEMA, ROOT), schemaText());
}

/** The document with its tables as the code has them now. Throws when a marker is missing. */
export function fillIn(text: string): string {
  const tables = { settings: settingsTable(), commands: commandsTable() };
  return Object.entries(tables).reduce((document, [name, table]) => {
    const [start, end] = [`<!-- ${name}: made by deno task docs -->`, `<!-- /${name} -->`];
    const [before, rest] = splitAt(document, start);
    const [_, after] = splitAt(rest, end);
    return `${before}${start}\n\n${table}\n\n${end}${after}`;
  }, text);
}

/** The schema as it stands in the file. */
export function schemaText(): string {
  const explain = (name: string) => SETTING_HELP[name as SettingName].en;
  return `${JSON.stringify(settingsSchema(explain), null, 2)}\n`;
}

function splitAt(text: string, marker: string): [string, string] {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`${OPERATIONS} has no "${marker}"`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}

function settingsTable(): string {
  return tableOf(
    ["in the file", "flag", "environment", "value", "default", "meaning · 含义"],
    SETTING_NAMES.map((name) => {
      const { key, flag, env, kind, byDefault, unit } = SETTINGS[name];
      const value = unit === null ? kind.wanted : `${kind.wanted} ${unit}`;
      return [
        key === null ? "" : code(key),
        flag === null ? "" : code(`--${byDefault === true ? "no-" : ""}${flag}`),
        code(env),
        code(value),
        byDefault === null ? "" : code(defaultText(byDefault)),
        `${SETTING_HELP[name].en} · ${SETTING_HELP[name].zh}`,
      ];
    }),
  );
}

function defaultText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function commandsTable(): string {
  return tableOf(
    ["command", "what it does · 作用"],
    COMMANDS.map(({ words, params, summary }) => [
      code([words, params].filter((part) => part !== "").join(" ")),
      `${summary.en} · ${summary.zh}`,
    ]),
  );
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
