/**
 * What `plugin new` writes from: the examples of the repository and the contract, word for word. With `?text` they are
 * modules of their own to the runtime: a plugin that is run from the same file is still read as code.
 */
import ab from "../../plugins/examples/ab.ts?text" with { type: "text" };
import abFixture from "../../plugins/examples/ab.fixture.json" with { type: "text" };
import affinity from "../../plugins/examples/affinity.ts?text" with { type: "text" };
import affinityFixture from "../../plugins/examples/affinity.fixture.json" with { type: "text" };
import command from "../../plugins/examples/command.ts?text" with { type: "text" };
import commandFixture from "../../plugins/examples/command.fixture.json" with { type: "text" };
import keyword from "../../plugins/examples/keyword.ts?text" with { type: "text" };
import keywordFixture from "../../plugins/examples/keyword.fixture.json" with { type: "text" };
import label from "../../plugins/examples/label.ts?text" with { type: "text" };
import labelFixture from "../../plugins/examples/label.fixture.json" with { type: "text" };
import language from "../../plugins/examples/language.ts?text" with { type: "text" };
import languageFixture from "../../plugins/examples/language.fixture.json" with { type: "text" };
import llm from "../../plugins/examples/llm.ts?text" with { type: "text" };
import llmFixture from "../../plugins/examples/llm.fixture.json" with { type: "text" };
import pool from "../../plugins/examples/pool.ts?text" with { type: "text" };
import poolFixture from "../../plugins/examples/pool.fixture.json" with { type: "text" };
import questions from "../../plugins/examples/questions.ts?text" with { type: "text" };
import questionsFixture from "../../plugins/examples/questions.fixture.json" with { type: "text" };
import redact from "../../plugins/examples/redact.ts?text" with { type: "text" };
import redactFixture from "../../plugins/examples/redact.fixture.json" with { type: "text" };
import schedule from "../../plugins/examples/schedule.ts?text" with { type: "text" };
import scheduleFixture from "../../plugins/examples/schedule.fixture.json" with { type: "text" };
import tables from "../../plugins/examples/tables.ts?text" with { type: "text" };
import tablesFixture from "../../plugins/examples/tables.fixture.json" with { type: "text" };
import vision from "../../plugins/examples/vision.ts?text" with { type: "text" };
import visionFixture from "../../plugins/examples/vision.fixture.json" with { type: "text" };
import contract from "../plugin/api.ts?text" with { type: "text" };

interface Template {
  readonly plugin: string;
  readonly fixture: string;
}

const TEMPLATES = {
  command: { plugin: command, fixture: commandFixture },
  keyword: { plugin: keyword, fixture: keywordFixture },
  affinity: { plugin: affinity, fixture: affinityFixture },
  schedule: { plugin: schedule, fixture: scheduleFixture },
  llm: { plugin: llm, fixture: llmFixture },
  pool: { plugin: pool, fixture: poolFixture },
  vision: { plugin: vision, fixture: visionFixture },
  language: { plugin: language, fixture: languageFixture },
  ab: { plugin: ab, fixture: abFixture },
  label: { plugin: label, fixture: labelFixture },
  questions: { plugin: questions, fixture: questionsFixture },
  redact: { plugin: redact, fixture: redactFixture },
  tables: { plugin: tables, fixture: tablesFixture },
} as const satisfies Readonly<Record<string, Template>>;

export type TemplateName = keyof typeof TEMPLATES;

export const TEMPLATE_NAMES = Object.keys(TEMPLATES) as readonly TemplateName[];

/** The contract's types beside a plugin, so that editors and `deno check` know them without a network. */
export const CONTRACT_FILE = "ilink_hub_plugin.d.ts";
export const PLUGIN_FILE = "plugin.ts";

/** The file under which a plugin's name is looked up by editors and by `deno check`. */
export function denoJson(): string {
  const settings = {
    imports: { "ilink-hub/plugin": `./${CONTRACT_FILE}` },
    compilerOptions: { strict: true, noUncheckedIndexedAccess: true },
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** The contract as a file of types; the word it begins with is that of its own comment. */
export function contractText(): string {
  return contract;
}

/** Every file of a new plugin's folder, by name. */
export function filesOf(id: string, template: TemplateName): Readonly<Record<string, string>> {
  const { plugin, fixture } = TEMPLATES[template];
  return {
    [PLUGIN_FILE]: plugin.replace(/id: "[^"]+"/, `id: "${id}"`),
    "plugin.fixture.json": fixture.replace(/"plugin": "[^"]+"/, `"plugin": "${PLUGIN_FILE}"`),
    "deno.json": denoJson(),
    [CONTRACT_FILE]: contractText(),
  };
}
