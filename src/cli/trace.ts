/** `trace`: the life of one message, or the newest messages in a line each. */
import type { PluginView } from "../core/plugin_desk.ts";
import { digitsOf, isObject } from "../lib/json.ts";
import type { MessageSummary, MessageTrace } from "../hub.ts";
import { WRONG } from "../text/errors.ts";
import { INBOX_STATE, LOOK } from "../text/look.ts";
import { PLUGIN } from "../text/plugins.ts";
import { type Lang, say } from "../text/say.ts";
import { type Call, OK, show, textOption } from "./command.ts";
import { usageError } from "./fail.ts";
import { numberOption } from "./options.ts";
import { withHub } from "./reach.ts";
import { columns, fit } from "./table.ts";
import { timeText } from "./times.ts";
import { fixtureOf } from "./trace_fixture.ts";
import { traceLines, whatText, whoText } from "./trace_lines.ts";

const LAST = { min: 1, max: 500 };
const LAST_BY_DEFAULT = 20;
const TEXT_WIDTH = 60;

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const [id] = call.params;
  const last = numberOption(call, "last", LAST);
  if (id !== undefined) return await showOne(call, id);
  if (call.options["retry"] === true) {
    const places = {
      command: "trace --retry",
      seen: 0,
      usage: "ilink-hub trace MESSAGE_ID --retry",
    };
    throw usageError(say(call.lang, WRONG.missingParams, places), null);
  }
  const answer = await withHub(
    call,
    (api) => api.ask("GET", `/hub/messages?last=${last ?? LAST_BY_DEFAULT}`),
  );
  const { messages } = answer as unknown as { readonly messages: readonly MessageSummary[] };
  const lines = messages.length === 0
    ? [LOOK.noMessages[call.lang]]
    : columns(messages.map((message) => summaryRow(message, call.lang)));
  show(call, answer ?? {}, lines);
  return OK;
}

async function showOne(call: Call, id: string): Promise<number> {
  const path = `/hub/messages/${encodeURIComponent(id)}`;
  if (call.options["fixture"] === true) return await exportFixture(call, path);
  const answer = await withHub(call, async (api) => {
    if (call.options["retry"] === true) await api.ask("POST", `${path}/retry`);
    return await api.ask("GET", path);
  });
  // The trace of a message that has an id is what the admin API gives here.
  const message = answer as unknown as MessageTrace;
  const isTrace = isObject(answer) && digitsOf(answer["id"]) !== null;
  show(call, answer ?? {}, isTrace ? traceLines(message, call.lang) : []);
  return OK;
}

/** Prints a fixture of the message, to be written to a file beside the plugin. */
async function exportFixture(call: Call, path: string): Promise<number> {
  const [message, listed] = await withHub(call, async (api) => [
    await api.ask("GET", path) as unknown as MessageTrace,
    await api.ask("GET", "/hub/plugins") as unknown as { readonly plugins: readonly PluginView[] },
  ]);
  const wanted = textOption(call, "plugin");
  const fixture = fixtureOf(message, { ...listed, wanted, lang: call.lang });
  call.terminal.print(JSON.stringify(fixture, null, call.isJson ? 0 : 2));
  call.terminal.note(PLUGIN.fixtureNote[call.lang]);
  return OK;
}

function summaryRow(message: MessageSummary, lang: Lang): string[] {
  const state = INBOX_STATE[message.state][lang];
  return [
    String(message.id),
    timeText(message.receivedAtMs),
    fit(`${whoText(message, lang)} → ${message.account}`, 40),
    message.reason === "" ? state : fit(`${state}: ${message.reason}`, 40),
    fit(whatText(message, lang), TEXT_WIDTH),
  ];
}
