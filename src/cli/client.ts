/** `client rename|rotate|remove|set`. */
import { DIALECTS, MARKDOWN, OVERFLOW, PROGRESS } from "../core/client.ts";
import { LIMITS } from "../core/limits.ts";
import { isObject, numberMember } from "../lib/json.ts";
import { DONE } from "../text/done.ts";
import { say } from "../text/say.ts";
import { type Call, OK, show, textOption } from "./command.ts";
import { usageError } from "./fail.ts";
import { choiceOption, numberOption } from "./options.ts";
import { withHub } from "./reach.ts";
import { environmentLines } from "./register.ts";
import { timeText } from "./times.ts";

/** `client rename NAME NEW_NAME` */
export async function rename(call: Call): Promise<number> {
  const [name = "", newName = ""] = call.params;
  const answer = await withHub(call, (api) => api.ask("PATCH", pathOf(name), { name: newName }));
  show(call, answer ?? {}, [say(call.lang, DONE.renamed, { name, newName })]);
  return OK;
}

/** `client rotate NAME` */
export async function rotate(call: Call): Promise<number> {
  const [name = ""] = call.params;
  const answer = await withHub(call, (api) => api.ask("POST", `${pathOf(name)}/rotate`));
  const untilMs = isObject(answer) ? numberMember(answer, "oldValidUntilMs") : null;
  show(call, answer ?? {}, [
    ...environmentLines(answer),
    say(call.lang, DONE.rotated, { until: untilMs === null ? "?" : timeText(untilMs) }),
  ]);
  return OK;
}

/** `client remove NAME` */
export async function remove(call: Call): Promise<number> {
  const [name = ""] = call.params;
  const answer = await withHub(call, (api) => api.ask("DELETE", pathOf(name)));
  const parked = isObject(answer) ? numberMember(answer, "parked") ?? 0 : 0;
  show(call, answer ?? {}, [say(call.lang, DONE.clientRemoved, { name, parked })]);
  return OK;
}

/** `client set NAME --label TEXT --batch N ...` */
export async function set(call: Call): Promise<number> {
  const [name = ""] = call.params;
  const label = textOption(call, "label");
  const batch = numberOption(call, "batch", { min: 1, max: LIMITS.batchMax });
  const acknowledgeBy = choiceOption(call, "acknowledge-by", ["cursor", "next_poll"]);
  const onUnanswered = choiceOption(call, "on-unanswered", ["show", "redeliver"]);
  const dialect = choiceOption(call, "dialect", DIALECTS);
  const extensions = choiceOption(call, "extensions", ["on", "off"]);
  const markdown = choiceOption(call, "markdown", MARKDOWN);
  const overflow = choiceOption(call, "overflow", OVERFLOW);
  const progress = choiceOption(call, "progress", PROGRESS);
  const settings = {
    ...(batch === null ? {} : { batch }),
    ...(acknowledgeBy === null ? {} : { acknowledgeBy }),
    ...(onUnanswered === null ? {} : { onUnanswered }),
    ...(dialect === null ? {} : { dialect }),
    ...(extensions === null ? {} : { extensions }),
    ...(markdown === null ? {} : { markdown }),
    ...(overflow === null ? {} : { overflow }),
    ...(progress === null ? {} : { progress }),
  };
  const hasSettings = Object.keys(settings).length > 0;
  if (label === null && !hasSettings) throw usageError(say(call.lang, DONE.nothingToSet), null);
  const change = {
    ...(label === null ? {} : { label }),
    ...(hasSettings ? { settings } : {}),
  };
  const answer = await withHub(call, (api) => api.ask("PATCH", pathOf(name), change));
  show(call, answer ?? {}, [say(call.lang, DONE.clientSet, { name })]);
  return OK;
}

function pathOf(name: string): string {
  return `/hub/clients/${encodeURIComponent(name)}`;
}
