/** `plugin try`: one text through the whole chain as if it had come now; explained, with nothing kept and nothing sent. */
import { resolve } from "node:path";
import { parseJsonc } from "../config/jsonc.ts";
import type { TryOutcome } from "../core/plugin_desk.ts";
import { HubError } from "../core/error.ts";
import type { Json } from "../lib/json.ts";
import { errorText } from "../lib/log.ts";
import { LOOK } from "../text/look.ts";
import { PLUGIN } from "../text/plugins.ts";
import { say } from "../text/say.ts";
import { type Call, OK, show, textOption } from "./command.ts";
import { withHub } from "./reach.ts";
import { outcomeText, type Step, stepLines } from "./trace_lines.ts";

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const [text = ""] = call.params;
  const body = {
    text,
    as: textOption(call, "as") ?? "",
    state: readState(call),
    candidate: candidateOption(call),
  };
  const answer = await withHub(call, (api) => api.askPatiently("/hub/plugins/try", body));
  const { decision, steps } = answer as unknown as TryOutcome;
  show(call, answer ?? {}, [
    ...stepLines(steps as unknown as readonly Step[], call.lang),
    say(call.lang, LOOK.decided, { decision: outcomeText(decision, call.lang) }),
  ]);
  return OK;
}

/** Where the candidate's file lies on this machine; `null` without one. */
export function candidateOption(call: Call): string | null {
  const path = textOption(call, "candidate");
  return path === null ? null : resolve(call.terminal.directory, path);
}

function readState(call: Call): Json {
  const name = textOption(call, "state");
  if (name === null) return null;
  const path = resolve(call.terminal.directory, name);
  const refuse = (text: string) =>
    new HubError("USAGE", say(call.lang, PLUGIN.stateUnreadable, { path, text }));
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    throw refuse(errorText(error));
  }
  const parsed = parseJsonc(text);
  if (parsed.kind === "value") return parsed.value;
  throw refuse(`${parsed.line}:${parsed.column} ${parsed.text}`);
}
