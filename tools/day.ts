/**
 * Plays the simulated day (test/fake/day_script.ts) and writes docs/A_DAY.md and its Chinese twin: what happened hour by hour,
 * and what each side saw of what went wrong. `test/fault` plays it again and compares.
 */
import { type Books, readBooks } from "../test/fake/day_books.ts";
import { DAY, playDay } from "../test/fake/day_script.ts";
import { type NoticeSeen, withDay } from "../test/fake/day_world.ts";
import { type FaultRow, faultRows, type HourRow, hourRows } from "./day_rows.ts";
import {
  ABOUT,
  ACT,
  BEGINS,
  CALLED,
  type DayLang,
  ENDS,
  FAULT,
  FAULTS_HEAD,
  FAULTS_HEADING,
  FAULTS_NOTE,
  HIDDEN,
  HOURS_HEAD,
  HOURS_HEADING,
  HOURS_NOTE,
  HUB_WORDS,
  IN_HAND,
  KIND,
  LATE,
  NO_ANSWERS,
  PUSHED,
  REPEATED,
  SOON,
  TITLE,
  TOLD,
  TOTAL,
  WROTE,
} from "./day_words.ts";

export const DAY_DOCUMENTS: Readonly<Record<DayLang, string>> = {
  en: "docs/A_DAY.md",
  zh: "docs/A_DAY.zh-CN.md",
};

export interface PlayedDay {
  readonly books: Books;
  /** Sends that waited at the end of each hour. */
  readonly waiting: readonly number[];
}

if (import.meta.main) {
  const played = await runDay();
  for (const lang of ["en", "zh"] as const) {
    const url = new URL(`../${DAY_DOCUMENTS[lang]}`, import.meta.url);
    Deno.writeTextFileSync(url, dayText(played, lang));
  }
}

/** Plays the day from its beginning. */
export async function runDay(): Promise<PlayedDay> {
  let played: PlayedDay | null = null;
  await withDay(DAY, async (world) => {
    const waiting = await playDay(world);
    played = { books: await readBooks(world), waiting };
  });
  if (played === null) throw new Error("The day was not played");
  return played;
}

/** The whole document. */
export function dayText({ books, waiting }: PlayedDay, lang: DayLang): string {
  const hours = hourRows(books, waiting);
  const parts = [
    `# ${TITLE[lang]}`,
    ABOUT[lang].join("\n"),
    `## ${HOURS_HEADING[lang]}`,
    HOURS_NOTE[lang],
    tableOf(HOURS_HEAD[lang], [...hours.map((row) => hourCells(row, lang)), totals(hours, lang)]),
    `## ${FAULTS_HEADING[lang]}`,
    FAULTS_NOTE[lang],
    tableOf(FAULTS_HEAD[lang], faultRows(books).map((row) => faultCells(row, lang))),
  ];
  return `${parts.join("\n\n")}\n`;
}

function hourCells(row: HourRow, lang: DayLang): string[] {
  const happened = [
    ...row.begun.map(({ name, fromMs }) => ({ words: BEGINS, name, atMs: fromMs })),
    ...row.ended.map(({ name, toMs }) => ({ words: ENDS, name, atMs: toMs })),
  ].toSorted((a, b) => a.atMs - b.atMs);
  return [
    clockText(row.fromMs),
    happened.map(({ words, name, atMs }) =>
      fill(words[lang], { time: clockText(DAY.startMs + atMs), what: FAULT[name][lang] })
    ).join("; "),
    row.repeats === 0 ? `${row.messages}` : `${row.messages} + ${row.repeats}`,
    ...[row.delivered, row.answers, row.calls, row.shown, row.merged, row.waiting].map(String),
    noticesText(row.notices, lang),
  ];
}

function totals(rows: readonly HourRow[], lang: DayLang): string[] {
  const sum = (countOf: (row: HourRow) => number) =>
    String(rows.reduce((total, row) => total + countOf(row), 0));
  return [
    TOTAL[lang],
    "",
    `${sum(({ messages }) => messages)} + ${sum(({ repeats }) => repeats)}`,
    sum(({ delivered }) => delivered),
    sum(({ answers }) => answers),
    sum(({ calls }) => calls),
    sum(({ shown }) => shown),
    sum(({ merged }) => merged),
    String(rows.at(-1)?.waiting ?? 0),
    sum(({ notices }) => notices.length),
  ];
}

function faultCells(row: FaultRow, lang: DayLang): string[] {
  const { fault, messages, repeats, deliveredMs, soon, late, hidden, latestMs } = row;
  const time = [fault.fromMs, fault.toMs].map((atMs) => clockText(DAY.startMs + atMs)).join("–");
  const say = (count: number, text: string, more: Readonly<Record<string, string>> = {}) =>
    count === 0 ? [] : [fill(text, { count: String(count), ...more })];
  const people = [
    fill(WROTE[lang], { count: String(messages) }),
    ...say(repeats, REPEATED[lang]),
    ...(deliveredMs === null ? [] : [fill(IN_HAND[lang], { time: spanText(deliveredMs) })]),
  ];
  const seen = [
    ...say(soon, SOON[lang]),
    ...say(late, LATE[lang], { time: spanText(latestMs) }),
    ...say(hidden, HIDDEN[lang]),
    ...say(row.hubWords, HUB_WORDS[lang]),
  ];
  return [
    `${time} ${FAULT[fault.name][lang]}`,
    people.join("; "),
    seen.length === 0 ? NO_ANSWERS[lang] : seen.join("; "),
    [
      ...[...row.told].map(([code, count]) => fill(TOLD[lang], { code, count: String(count) })),
      ...row.pushes.map(({ state, reason }) => fill(PUSHED[lang], { state, reason })),
    ].join("; "),
    fill(CALLED[lang], { count: String(row.calls) }),
    noticesText(row.notices, lang),
  ];
}

function noticesText(notices: readonly NoticeSeen[], lang: DayLang): string {
  return notices.map(({ act, kind, subject, atMs }) => {
    const what = fill(ACT[act][lang], { kind: KIND[kind]?.[lang] ?? kind, subject });
    return `${clockText(atMs)} ${what}`;
  }).join("; ");
}

/** Hours and minutes of the day. */
function clockText(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 16);
}

/** A length of time, rounded up. */
function spanText(ms: number): string {
  if (ms < 60_000) return `${Math.ceil(ms / 1_000)} s`;
  const minutes = Math.ceil(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}
