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

/** What is to be said of the plugin's answers. Asked twice in the same order, each time with an empty memory. */
export async function findAnswerFaults(
  plugin: BenchedPlugin,
  { version, lang }: { readonly version: string; readonly lang: Lang },
): Promise<Finding[]> {
  const questions = [
    ...(plugin.hasRoute ? MESSAGES.map((message) => ({ message })) : []),
    ...(plugin.hasReply ? REPLIES.map((reply) => ({ reply })) : []),
  ].map((about) => questionOf({ ...about, state: STATE }, version));
  const first = await askAll(plugin, questions);
  const second = await askAll(plugin, questions);
  const asked = questions.map((question, at) => ({
    text: textOf(question),
    answers: [first[at], second[at]].filter((answer) => answer !== undefined),
  }));
  const faults = asked.flatMap(({ text, answers }) =>
    answers.slice(0, 1).flatMap((answer) =>
      answer.kind === "verdict"
        ? []
        : [say(lang, PLUGIN.faulted, { text, fault: answer.fault, detail: answer.text })]
    )
  );
  const unlike = asked.flatMap(({ text, answers }) => {
    const [one = "", two = ""] = answers.map((answer) => JSON.stringify(saidBy(answer)));
    return one === two ? [] : [say(lang, PLUGIN.differs, { text, first: one, second: two })];
  });
  const slowest = Math.max(...[...first, ...second].map(({ tookMs }) => tookMs));
  const places = { count: questions.length, ms: Math.round(slowest * 10) / 10 };
  return [
    ...failures("answers", faults, lang),
    ...failures("determinism", unlike, lang),
    ...(faults.length + unlike.length > 0
      ? []
      : [{ part: "answers", result: "ok", text: say(lang, PLUGIN.sameTwice, places) } as const]),
  ];
}

async function askAll(plugin: BenchedPlugin, questions: readonly Question[]): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (const question of questions) answers.push(await plugin.ask(question));
  return answers;
}

/** What counts: how long it took may differ. */
function saidBy(answer: Answered): unknown {
  return {
    ...answerAsJson(answer),
    ...(answer.kind === "verdict" ? { memory: answer.memory } : {}),
  };
}

function failures(part: Finding["part"], texts: readonly string[], lang: Lang): Finding[] {
  const more = texts.length - SHOWN_MAX;
  const shown = texts.slice(0, SHOWN_MAX);
  const rest = more > 0 ? [say(lang, PLUGIN.andMore, { count: more })] : [];
  return [...shown, ...rest].map((text) => ({ part, result: "failed", text }));
}

function textOf(question: Question): string {
  const { text, parts } = question.hook === "route" ? question.message : question.reply;
  const shown = text === "" ? parts.map(({ kind }) => `[${kind}]`).join("") : text;
  return shown.length > 30 ? `${shown.slice(0, 30)}…` : shown;
}
