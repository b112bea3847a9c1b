/** `status`: what is true of the hub right now. */
import type { OpenAlert } from "../core/alert_desk.ts";
import type { PluginFacts, StatusView } from "../core/status.ts";
import { ALERT_LOOK } from "../text/alerts.ts";
import { HEALTH, INBOX_STATE, LOOK } from "../text/look.ts";
import { type Lang, say, type Sentence } from "../text/say.ts";
import { scriptRow } from "./push_key.ts";
import { accountLines } from "./accounts.ts";
import { clientRow } from "./clients.ts";
import { SEND_STATE } from "../text/send_reasons.ts";
import { type Call, OK, show } from "./command.ts";
import { withHub } from "./reach.ts";
import { columns } from "./table.ts";
import { ageText, bytesText } from "./times.ts";

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const answer = await withHub(call, (api) => api.ask("GET", "/hub/status"));
  const status = answer as unknown as StatusView;
  show(call, status, statusLines(status, { lang: call.lang, data: call.settings.data }));
  return OK;
}

/** The whole page. */
export function statusLines(
  status: StatusView,
  { lang, data }: { readonly lang: Lang; readonly data: string },
): string[] {
  const { version, startedAtMs, nowMs, health, disk } = status;
  const word = health.state === "ok" ? "ok" : health.reason;
  return [
    ...(startedAtMs === null ? [say(lang, LOOK.notRunning, { version, data })] : [
      say(lang, LOOK.running, { version, age: ageText(nowMs - startedAtMs, lang) }),
      say(lang, LOOK.health, { health: HEALTH[word][lang] }),
    ]),
    ...(status.alerts.length === 0 ? [] : section(
      LOOK.alerts,
      columns(status.alerts.map((one) => alertRow(one, nowMs, lang))),
      lang,
    )),
    ...section(LOOK.accounts, accountLines(status.accounts, nowMs, lang), lang),
    ...section(
      LOOK.clients,
      columns(status.clients.map((one) => clientRow(one, nowMs, lang))),
      lang,
    ),
    ...(status.scripts.length === 0 ? [] : section(
      LOOK.scripts,
      columns(status.scripts.map((one) => scriptRow(one, nowMs, lang))),
      lang,
    )),
    ...section(LOOK.plugins, columns(status.plugins.map((one) => pluginRow(one, lang))), lang),
    "",
    say(lang, LOOK.messages, { counts: inboxCounts(status.messages, lang) }),
    say(lang, LOOK.sends, { counts: sendCounts(status.sends, lang) }),
    say(lang, LOOK.disk, {
      database: bytesText(disk.databaseBytes),
      free: disk.freeBytes === null ? say(lang, LOOK.unknown) : bytesText(disk.freeBytes),
    }),
  ];
}

function alertRow({ title, sinceMs, tellings }: OpenAlert, nowMs: number, lang: Lang): string[] {
  return [
    title,
    say(lang, ALERT_LOOK.told, { age: ageText(nowMs - sinceMs, lang), count: tellings }),
  ];
}

function section(title: Sentence, lines: readonly string[], lang: Lang): string[] {
  const shown = lines.length === 0 ? [LOOK.none[lang]] : lines;
  return ["", `${title[lang]}:`, ...shown.map((line) => `  ${line}`)];
}

function pluginRow({ id, version, source, problem }: PluginFacts, lang: Lang): string[] {
  // The lines behind the first show the source; `plugin list --json` has them.
  const first = problem?.split("\n")[0] ?? "";
  const notes = first === "" ? "" : say(lang, LOOK.problem, { problem: first });
  return [id, version, LOOK[source][lang], notes];
}

function inboxCounts(counts: Readonly<Record<string, number>>, lang: Lang): string {
  const words: Readonly<Record<string, Sentence>> = INBOX_STATE;
  return countsText(
    Object.entries(counts).map(([state, count]) => [words[state]?.[lang] ?? state, count]),
    lang,
  );
}

function sendCounts(counts: Readonly<Record<string, number>>, lang: Lang): string {
  const words: Readonly<Record<string, Sentence>> = SEND_STATE;
  return countsText(
    Object.entries(counts).map(([state, count]) => [words[state]?.[lang] ?? state, count]),
    lang,
  );
}

function countsText(counts: readonly (readonly [string, number])[], lang: Lang): string {
  const there = counts.filter(([_, count]) => count > 0);
  if (there.length === 0) return LOOK.none[lang];
  return there.map(([state, count]) => `${state} ${count}`).join(", ");
}
