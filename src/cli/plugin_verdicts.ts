/** `plugin verdicts`: how often a plugin gave which answer lately; for `keywords`, how often each rule won. */
import type { VerdictCounts } from "../hub.ts";
import { PLUGIN } from "../text/plugins.ts";
import { say } from "../text/say.ts";
import { type Call, OK, show } from "./command.ts";
import { numberOption } from "./options.ts";
import { withHub } from "./reach.ts";
import { columns, fit } from "./table.ts";
import { timeText } from "./times.ts";
import { kindText } from "./trace_lines.ts";

const LAST = { min: 1, max: 2_000 };
const LAST_BY_DEFAULT = 1_000;
const REASON_WIDTH = 80;

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const [id = ""] = call.params;
  const last = numberOption(call, "last", LAST) ?? LAST_BY_DEFAULT;
  const path = `/hub/plugins/${encodeURIComponent(id)}/verdicts?last=${last}`;
  const answer = await withHub(call, (api) => api.ask("GET", path));
  const { messages, sinceMs, verdicts } = answer as unknown as VerdictCounts;
  const time = sinceMs === null ? "-" : timeText(sinceMs);
  show(call, answer ?? {}, [
    say(call.lang, PLUGIN.counted, { id, messages, time }),
    ...columns(
      verdicts.map(({ count, kind, reason, newest }) => [
        String(count),
        kindText(kind, call.lang),
        fit(reason, REASON_WIDTH),
        say(call.lang, PLUGIN.newestOf, { newest }),
      ]),
    ),
  ]);
  return OK;
}
