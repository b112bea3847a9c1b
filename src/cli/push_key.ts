/** `push-key add|list|remove`: scripts that may send notices. */
import type { ScriptView } from "../core/status.ts";
import { isObject, textMember } from "../lib/json.ts";
import { DONE } from "../text/done.ts";
import { LOOK } from "../text/look.ts";
import { type Lang, say } from "../text/say.ts";
import { type Call, OK, show } from "./command.ts";
import { withHub } from "./reach.ts";
import { columns } from "./table.ts";
import { agoText, timeText } from "./times.ts";

/** `push-key add NAME` */
export async function add(call: Call): Promise<number> {
  const [name = ""] = call.params;
  const answer = await withHub(
    call,
    (api) => api.ask("POST", "/hub/push-keys", { name }),
    { mayCreate: true },
  );
  show(call, answer ?? {}, isObject(answer) ? keyLines(answer, call.lang) : []);
  return OK;
}

/** `push-key list` */
export async function list(call: Call): Promise<number> {
  const { lang, clock } = call;
  const answer = await withHub(call, (api) => api.ask("GET", "/hub/push-keys"));
  const { scripts } = answer as unknown as { readonly scripts: readonly ScriptView[] };
  const rows = scripts.map((script) => [
    ...scriptRow(script, clock.now(), lang),
    say(lang, LOOK.created, { time: timeText(script.createdAtMs) }),
  ]);
  show(call, answer ?? {}, rows.length === 0 ? [DONE.noScripts[lang]] : columns(rows));
  return OK;
}

/** `push-key remove NAME` */
export async function remove(call: Call): Promise<number> {
  const [name = ""] = call.params;
  const path = `/hub/push-keys/${encodeURIComponent(name)}`;
  const answer = await withHub(call, (api) => api.ask("DELETE", path));
  show(call, answer ?? {}, [say(call.lang, DONE.pushKeyRemoved, { name })]);
  return OK;
}

/** One script's line. */
export function scriptRow(
  { name, lastUsedAtMs, waiting }: ScriptView,
  nowMs: number,
  lang: Lang,
): string[] {
  return [
    name,
    say(lang, LOOK.lastUsed, { when: agoText(lastUsedAtMs, nowMs, lang) }),
    say(lang, LOOK.waiting, { count: waiting }),
  ];
}

/** The key, and a line that can be pasted. */
function keyLines(answer: Parameters<typeof textMember>[0], lang: Lang): string[] {
  const key = textMember(answer, "key");
  const url = textMember(answer, "url");
  return [
    key,
    DONE.pushKeyAdded[lang],
    `curl -H "Authorization: Bearer ${key}" -d "${DONE.pushSample[lang]}" ${url}`,
  ];
}
