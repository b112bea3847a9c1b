/** `alert list|test`. */
import type { ChannelView, OpenAlert, TestOutcome } from "../core/alert_desk.ts";
import { ALERT_LOOK } from "../text/alerts.ts";
import { type Lang, say } from "../text/say.ts";
import { type Call, FAILED, OK, show } from "./command.ts";
import { withHub } from "./reach.ts";
import { columns } from "./table.ts";
import { ageText } from "./times.ts";

/** `alert list` */
export async function list(call: Call): Promise<number> {
  const { lang, clock } = call;
  const [answer, isRunning] = await withHub(
    call,
    async (api) => [await api.ask("GET", "/hub/alerts"), api.isRunning] as const,
  );
  const { channels, open } = answer as unknown as {
    readonly channels: readonly ChannelView[];
    readonly open: readonly OpenAlert[];
  };
  show(call, answer ?? {}, [
    ...(channels.length === 0
      ? [ALERT_LOOK.noChannels[lang]]
      : columns(channels.map((channel) => channelRow(channel, lang)))),
    "",
    ...(open.length === 0 ? [ALERT_LOOK[isRunning ? "nothingOpen" : "notRunning"][lang]] : [
      ALERT_LOOK.open[lang],
      ...columns(open.map((alert) => openRow(alert, clock.now(), lang))),
    ]),
  ]);
  return OK;
}

/** `alert test [CHANNEL]`: fails when one of the channels did not take it, or there is none. */
export async function test(call: Call): Promise<number> {
  const { lang } = call;
  const [channel = null] = call.params;
  const answer = await withHub(
    call,
    (api) => api.askPatiently("/hub/alerts/test", { channel }),
  );
  const { tests } = answer as unknown as { readonly tests: readonly TestOutcome[] };
  const rows = tests.map(({ channel, problem }) => [
    channel,
    problem === "" ? ALERT_LOOK.taken[lang] : problem,
  ]);
  show(call, answer ?? {}, rows.length === 0 ? [ALERT_LOOK.noChannels[lang]] : columns(rows));
  return tests.length > 0 && tests.every(({ problem }) => problem === "") ? OK : FAILED;
}

function channelRow(channel: ChannelView, lang: Lang): string[] {
  const { name, kind, target, delivered, failed, waiting, problem } = channel;
  const counts = [
    say(lang, ALERT_LOOK.delivered, { count: delivered }),
    say(lang, ALERT_LOOK.failed, { count: failed }),
    say(lang, ALERT_LOOK.waiting, { count: waiting }),
    ...(problem === "" ? [] : [problem]),
  ];
  return [name, kind, target, counts.join(", ")];
}

function openRow({ title, sinceMs, tellings }: OpenAlert, nowMs: number, lang: Lang): string[] {
  const age = ageText(nowMs - sinceMs, lang);
  return [title, say(lang, ALERT_LOOK.told, { age, count: tellings })];
}
