/** Messages as people write them, on which a plugin is tried twice: it must answer each, and both times alike. */
import type { BenchedPlugin, Question } from "../hub/plugin_bench.ts";
import { PLUGIN } from "../text/plugins.ts";
import { type Lang, say } from "../text/say.ts";
import type { Finding } from "./plugin_check.ts";
import { answerAsJson, type Answered } from "./plugin_compare.ts";
import { questionOf } from "./plugin_fixture.ts";

/** Faults shown one by one. */
const SHOWN_MAX = 3;

const MESSAGES = [
  "hello",
  "你好，今天天气怎么样？",
  "/help",
  "@claude what is new?",
  "",
  "👍🏽",
  "x".repeat(5_000),
  { parts: [{ kind: "image", bytes: 48_213 }] },
  { parts: [{ kind: "voice", text: "call me back" }], text: "call me back" },
  { text: "yes", quote: { client: "claude", match: "id", text: "Shall I?" } },
  { text: "hello all", isGroup: true },
];
const REPLIES = ["Done.", "| a | b |\n|---|---|\n| 1 | 2 |", "", "x".repeat(5_000)];
const STATE = {
  clients: [
    "claude",
    { name: "pi", label: "pool", state: "busy", waiting: 2 },
    { name: "qwen", label: "pool", state: "away" },
  ],
  binding: "pi",
  defaultClient: "claude",
};

interface Sample {
  readonly text: string;
  readonly first: Answered;
  readonly second: Answered;
}

/** What is to be said of the plugin's answers. Asked twice in the same order, each time with an empty memory. */
export async function findAnswerFaults(
  plugin: BenchedPlugin,
  { version, lang }: { readonly version: string; readonly lang: Lang },
): Promise<Finding[]> {
  const samples = await askTwice(plugin, version);
  const denied = samples.filter(({ first }) => isDenied(first, plugin));
  const faults = samples.filter((sample) => isFault(sample.first) && !denied.includes(sample));
  const unlike = samples.filter(({ first, second }) => saidBy(first) !== saidBy(second));
  const times = samples.flatMap(({ first, second }) => [first.tookMs, second.tookMs]);
  const ms = Math.round(Math.max(...times) * 10) / 10;
  const well = { count: samples.length, ms };
  return [
    ...tell({ part: "answers", result: "note" }, {
      texts: denied.map((sample) => faultWords(sample, lang)),
      lang,
    }),
    ...tell({ part: "answers", result: "failed" }, {
      texts: faults.map((sample) => faultWords(sample, lang)),
      lang,
    }),
    ...tell({ part: "determinism", result: "failed" }, {
      texts: unlike.map((sample) => unlikeWords(sample, lang)),
      lang,
    }),
    ...(denied.length + faults.length + unlike.length > 0 ? [] : [
      {
        part: "answers",
        result: "ok",
        text: say(lang, PLUGIN.sameTwice, well),
      } as const,
    ]),
  ];
}

async function askTwice(plugin: BenchedPlugin, version: string): Promise<Sample[]> {
  const questions = [
    ...(plugin.hasRoute ? MESSAGES.map((message) => ({ message })) : []),
    ...(plugin.hasReply ? REPLIES.map((reply) => ({ reply })) : []),
  ].map((about) => questionOf({ ...about, state: STATE }, version));
  const first: Answered[] = [];
  for (const question of questions) first.push(await plugin.ask(question));
  const samples: Sample[] = [];
  for (const [at, answer] of first.entries()) {
    const question = questions[at];
    if (question === undefined) continue;
    const second = await plugin.ask(question);
    samples.push({ text: textOf(question), first: answer, second });
  }
  return samples;
}

function isFault(answer: Answered): boolean {
  return answer.kind === "fault";
}

/** It needs what it asks for and has not got here: that is no fault of its own. */
function isDenied(answer: Answered, { manifest: { permissions } }: BenchedPlugin): boolean {
  return permissions !== undefined && answer.kind === "fault" &&
    /Requires \w+ access/.test(answer.text);
}

/** What counts: how long it took may differ. */
function saidBy(answer: Answered): string {
  const memory = answer.kind === "verdict" ? { memory: answer.memory } : {};
  return JSON.stringify({ ...answerAsJson(answer), ...memory });
}

function faultWords({ text, first }: Sample, lang: Lang): string {
  if (first.kind === "verdict") return "";
  return say(lang, PLUGIN.faulted, { text, fault: first.fault, detail: first.text });
}

function unlikeWords({ text, first, second }: Sample, lang: Lang): string {
  return say(lang, PLUGIN.differs, { text, first: saidBy(first), second: saidBy(second) });
}

/** The first few of the texts, and how many more there are. */
function tell(
  finding: Omit<Finding, "text">,
  { texts, lang }: { readonly texts: readonly string[]; readonly lang: Lang },
): Finding[] {
  const more = texts.length - SHOWN_MAX;
  const rest = more > 0 ? [say(lang, PLUGIN.andMore, { count: more })] : [];
  return [...texts.slice(0, SHOWN_MAX), ...rest].map((text) => ({ ...finding, text }));
}

function textOf(question: Question): string {
  const { text, parts } = question.hook === "route" ? question.message : question.reply;
  const shown = text === "" ? parts.map(({ kind }) => `[${kind}]`).join("") : text;
  return shown.length > 30 ? `${shown.slice(0, 30)}…` : shown;
}
