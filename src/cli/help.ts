/** Help pages, made from the command table and the settings table. */
import { type SettingName, SETTINGS } from "../config.ts";
import { HELP } from "../text/commands.ts";
import { type Lang, say } from "../text/say.ts";
import { SETTING_HELP } from "../text/settings.ts";
import type { Command } from "./command.ts";
import { COMMANDS, GLOBAL_OPTIONS } from "./commands.ts";
import { columns } from "./table.ts";

/** What `ilink-hub help` shows. */
export function overview(lang: Lang, version: string): string[] {
  const rows = COMMANDS.map(({ words, params, summary }) => [
    `  ${words}${params === "" ? "" : ` ${params}`}`,
    summary[lang],
  ]);
  return [
    say(lang, HELP.tagline, { version }),
    "",
    `${HELP.usage[lang]}: ilink-hub COMMAND [OPTIONS]`,
    "",
    `${HELP.commands[lang]}:`,
    ...columns(rows),
    "",
    HELP.more[lang],
  ];
}

/** What `ilink-hub help COMMAND` shows. */
export function commandHelp(command: Command, lang: Lang): string[] {
  const form = ["ilink-hub", command.words, command.params, "[OPTIONS]"].filter((part) => part);
  return [
    `${command.summary[lang]}.`.replace(/\.$/, lang === "zh" ? "。" : "."),
    "",
    `${HELP.usage[lang]}: ${form.join(" ")}`,
    "",
    `${HELP.options[lang]}:`,
    ...columns(optionRows(command, lang)),
    "",
    `${HELP.examples[lang]}:`,
    ...command.examples.map((example) => `  ilink-hub ${example}`),
  ];
}

function optionRows(command: Command, lang: Lang): string[][] {
  const own = Object.entries({ ...command.options, ...GLOBAL_OPTIONS })
    .filter(([name]) => name !== "version")
    .map(([name, { placeholder, help }]) => [
      `  --${name}${placeholder === null ? "" : ` ${placeholder}`}`,
      help[lang],
    ]);
  const names: readonly SettingName[] = [...command.settings, "data", "lang"];
  return [...names.flatMap((name) => settingRow(name, lang)), ...own];
}

/** A setting as a flag; none for those that have no flag. */
function settingRow(name: SettingName, lang: Lang): string[][] {
  const { flag, kind, env, byDefault, isSecret } = SETTINGS[name];
  if (flag === null) return [];
  const isYesNo = kind.schema["type"] === "boolean";
  const notes = [
    ...(byDefault === null || byDefault === false ? [] : [
      say(lang, HELP.byDefault, { value: byDefault === true ? HELP.on[lang] : `${byDefault}` }),
    ]),
    say(lang, HELP.env, { name: env }),
  ];
  const form = isYesNo ? "" : ` ${isSecret ? "SECRET" : shortForm(kind.wanted)}`;
  // What is on without a flag can only be switched off by one.
  const word = byDefault === true ? `no-${flag}` : flag;
  return [[`  --${word}${form}`, `${SETTING_HELP[name][lang]} (${notes.join(", ")})`]];
}

/** The form without its example. */
function shortForm(wanted: string): string {
  return wanted.replace(/ \(.*\)$/, "").replaceAll(" | ", "|");
}
