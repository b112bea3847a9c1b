/** `plugin logs`: what a plugin wrote with `console`, and with `--follow` what it goes on writing. */
import { sleep } from "../lib/clock.ts";
import { HubError } from "../core/error.ts";
import { PLUGIN } from "../text/plugins.ts";
import { say } from "../text/say.ts";
import { type Call, OK } from "./command.ts";
import { type AdminApi, withHub } from "./reach.ts";
import { timeText } from "./times.ts";

interface Line {
  readonly number: number;
  readonly atMs: number;
  readonly line: string;
}

const LOOK_AGAIN_MS = 500;

/** Runs the command; with `--follow` until the process is ended or the hub is gone. */
export async function run(call: Call): Promise<number> {
  const [id = ""] = call.params;
  const isFollowing = call.options["follow"] === true;
  return await withHub(call, async (api) => {
    if (isFollowing && !api.isRunning) {
      throw new HubError("HUB_UNREACHABLE", PLUGIN.followNeedsHub[call.lang]);
    }
    let last = await printAfter(call, api, { id, after: 0 });
    if (last === 0 && !isFollowing && !call.isJson) {
      call.terminal.note(say(call.lang, PLUGIN.noLines, { id }));
    }
    while (isFollowing) {
      await sleep(call.clock, LOOK_AGAIN_MS);
      last = await printAfter(call, api, { id, after: last });
    }
    return OK;
  });
}

/** Prints the lines behind `after`; gives the number of the last one there is. */
async function printAfter(
  call: Call,
  api: AdminApi,
  { id, after }: { readonly id: string; readonly after: number },
): Promise<number> {
  const path = `/hub/plugins/${encodeURIComponent(id)}/logs?after=${after}`;
  const answer = await api.ask("GET", path);
  const { lines } = answer as unknown as { readonly lines: readonly Line[] };
  for (const line of lines) {
    // A plugin's words must not move the cursor.
    const words = `${timeText(line.atMs)}  ${line.line.replaceAll(/\p{Cc}/gu, "")}`;
    call.terminal.print(call.isJson ? JSON.stringify(line) : words);
  }
  return lines.at(-1)?.number ?? after;
}
