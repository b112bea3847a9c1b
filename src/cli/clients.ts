/** `clients`: who is registered and what each is doing. */
import type { ClientView } from "../core/status.ts";
import { DONE } from "../text/done.ts";
import { CLIENT_STATE, LOOK } from "../text/look.ts";
import { type Lang, say } from "../text/say.ts";
import { type Call, OK, show } from "./command.ts";
import { withHub } from "./reach.ts";
import { columns } from "./table.ts";
import { ageText, agoText } from "./times.ts";

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const answer = await withHub(call, (api) => api.ask("GET", "/hub/clients"));
  const { clients } = answer as unknown as { readonly clients: readonly ClientView[] };
  const lines = clients.length === 0
    ? [DONE.noClients[call.lang]]
    : columns(clients.map((client) => clientRow(client, call.clock.now(), call.lang)));
  show(call, answer ?? {}, lines);
  return OK;
}

/** One client's line. */
export function clientRow(client: ClientView, nowMs: number, lang: Lang): string[] {
  const { name, state, label, waiting, oldestWaitingAtMs, unanswered, lastCallAtMs } = client;
  const { dialect, extensions, markdown, overflow, progress } = client.settings;
  const speaks = [
    ...(dialect === "ilink" ? [] : [say(lang, LOOK.dialect, { dialect })]),
    ...(extensions === "off" ? [] : [LOOK.extensions[lang]]),
    ...(markdown === "plain" ? [] : [LOOK.markdown[lang]]),
    ...(overflow === "wait" ? [] : [LOOK.overflow[lang]]),
    ...(progress === "typing" ? [] : [say(lang, LOOK.progress, { progress })]),
  ];
  const waits = oldestWaitingAtMs === null || waiting === 0
    ? say(lang, LOOK.waiting, { count: waiting })
    : say(lang, LOOK.waitingSince, {
      count: waiting,
      age: ageText(nowMs - oldestWaitingAtMs, lang),
    });
  return [
    name,
    CLIENT_STATE[state][lang],
    say(lang, LOOK.lastCall, { when: agoText(lastCallAtMs, nowMs, lang) }),
    unanswered === 0 ? waits : `${waits}, ${say(lang, LOOK.unanswered, { count: unanswered })}`,
    [label, ...speaks].filter((text) => text !== "").join(", "),
  ];
}
