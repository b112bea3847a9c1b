/** `simulate`: the fake WeChat alone, for trying and for testing. */
import { HubError } from "../core/error.ts";
import { parseJson } from "../lib/json.ts";
import { errorText } from "../lib/log.ts";
import { readSettings } from "../simulator/control_input.ts";
import { BURSTS, type Settings } from "../simulator/settings.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { DONE } from "../text/done.ts";
import { WRONG } from "../text/errors.ts";
import { say } from "../text/say.ts";
import { type Call, OK, show, textOption } from "./command.ts";
import { usageError } from "./fail.ts";
import { choiceOption, numberOption } from "./options.ts";
import { nextStopSignal } from "./signals.ts";

const PORTS = { min: 0, max: 65_535 };

/** Runs until it is told to stop. */
export async function run(call: Call): Promise<number> {
  const port = numberOption(call, "port", PORTS) ?? 0;
  const controlPort = numberOption(call, "control-port", PORTS);
  const token = textOption(call, "token");
  const settings = settingsOf(call);
  const simulator = await startSimulator({
    clock: call.clock,
    random: call.random,
    port,
    controlPort,
    settings,
    bots: token === null ? [] : [{ token, ...idOf(token) }],
  }).catch((error: unknown) => {
    const message = `Cannot start the simulator: ${errorText(error)}`;
    throw new HubError("PORT_TAKEN", message, { cause: error, hint: "Choose other ports" });
  });
  const stop = nextStopSignal();
  const { baseUrl, controlUrl } = simulator;
  show(call, { url: baseUrl, controlUrl, token }, [
    say(call.lang, DONE.simulating, { url: baseUrl }),
    ...(controlUrl === null ? [] : [say(call.lang, DONE.simulatingControl, { url: controlUrl })]),
    ...(token === null ? [] : [say(call.lang, DONE.simulatingToken, { token })]),
  ]);
  await stop;
  await simulator.close();
  return OK;
}

/** What `--burst` says, and over it what `--settings` says. Throws `USAGE`. */
function settingsOf(call: Call): Partial<Settings> {
  const burst = choiceOption(call, "burst", ["second", "minute", "five_minutes"]);
  const given = textOption(call, "settings");
  try {
    return {
      ...(burst === null ? {} : BURSTS[burst]),
      ...(given === null ? {} : readSettings(parseJson(given))),
    };
  } catch (error) {
    const places = { name: "--settings", seen: given ?? "", problem: errorText(error) };
    const hint = say(call.lang, WRONG.helpOf, { command: "simulate" });
    throw usageError(say(call.lang, WRONG.valueBecause, places), hint);
  }
}

/** A bot's id stands in its token, before the colon. */
function idOf(token: string): { readonly id?: string } {
  const [_, id] = /^([^:]+@im\.bot):/.exec(token) ?? [];
  return id === undefined ? {} : { id };
}
