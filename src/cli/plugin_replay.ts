/** `plugin replay`: stored messages decided again, with a candidate or with what runs, and what would be different. */
import type { ReplayOutcome, ReplayRow } from "../core/plugin_desk.ts";
import { LOOK } from "../text/look.ts";
import { PLUGIN } from "../text/plugins.ts";
import { type Lang, say } from "../text/say.ts";
import { type Call, OK, show } from "./command.ts";
import { durationOption, numberOption } from "./options.ts";
import { candidateOption } from "./plugin_try.ts";
import { withHub } from "./reach.ts";
import { columns, fit } from "./table.ts";

const DAY_MS = 86_400_000;
const LIMIT = { min: 1, max: 10_000 };
const LIMIT_BY_DEFAULT = 1_000;
const TEXT_WIDTH = 40;

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const body = {
    sinceMs: call.clock.now() - (durationOption(call, "since") ?? DAY_MS),
    limit: numberOption(call, "limit", LIMIT) ?? LIMIT_BY_DEFAULT,
    candidate: candidateOption(call),
  };
  const answer = await withHub(call, (api) => api.askPatiently("/hub/plugins/replay", body));
  show(call, answer ?? {}, replayLines(answer as unknown as ReplayOutcome, call.lang));
  return OK;
}

/** The whole page. */
export function replayLines(outcome: ReplayOutcome, lang: Lang): string[] {
  const { messages, changed, faults, slowest } = outcome;
  return [
    say(lang, PLUGIN.replayed, { messages, changed: changed.length, faults }),
    ...section(PLUGIN.changed[lang], changed, lang),
    ...section(PLUGIN.slowest[lang], slowest, lang),
  ];
}

function section(title: string, rows: readonly ReplayRow[], lang: Lang): string[] {
  if (rows.length === 0) return [];
  return ["", `${title}:`, ...columns(rows.map((row) => rowOf(row, lang))).map((it) => `  ${it}`)];
}

function rowOf({ message, text, before, after, hasFault, tookMs }: ReplayRow, lang: Lang) {
  const ms = Math.round(tookMs * 10) / 10;
  return [
    String(message),
    fit(text, TEXT_WIDTH),
    before === after
      ? fit(after, TEXT_WIDTH)
      : `${fit(before, TEXT_WIDTH)} → ${fit(after, TEXT_WIDTH)}`,
    say(lang, LOOK.tookMs, { ms }),
    hasFault ? PLUGIN.faultMark[lang] : "",
  ];
}
