/** `serve`: opens the data directory, starts the hub, says when it is ready, and ends it in order. */
import type { Hub, HubEvent } from "../config/launch.ts";
import { HubError } from "../core/error.ts";
import { sleep } from "../lib/clock.ts";
import { urlHost } from "../lib/url_host.ts";
import { LOGIN, SERVE } from "../text/serve.ts";
import { say } from "../text/say.ts";
import { type Call, OK, show } from "./command.ts";
import {
  openDataDirectory,
  type OpenedDirectory,
  readRunningHub,
  type RunningHub,
} from "./data_directory.ts";
import { askHealth } from "./http_call.ts";
import { createLog } from "./logging.ts";
import { createLoginTeller } from "./login_words.ts";
import { createNotifier } from "./notify_systemd.ts";
import { nextStopSignal } from "./signals.ts";

/** How long a command that holds the data directory for a moment, or a hub that is stopping, is waited for. */
const PATIENCE_MS = 3_000;
const LOOK_AGAIN_MS = 100;

/** Runs until it is told to stop. */
export async function run(call: Call): Promise<number> {
  const directory = await openWhenFree(call);
  try {
    warn(call, directory);
    const log = await createLog(call.settings, call.terminal);
    const notifier = createNotifier({ env: call.terminal.env, clock: call.clock, log });
    try {
      const { startHub } = await call.loadHub();
      const hub = await startHub({
        settings: call.settings,
        dataDirectory: directory,
        version: call.version,
        clock: call.clock,
        random: call.random,
        log,
        env: (name) => call.terminal.env(name),
        onEvent: createEventTeller(call),
      });
      const told = nextStopSignal();
      directory.announce({ pid: Deno.pid, url: `http://${urlHost(hub.address)}` });
      await sayReady(call, hub);
      notifier.ready();
      await told;
      call.terminal.note(SERVE.stopping[call.lang]);
      notifier.stopping();
      await hub.stop();
    } finally {
      await notifier.close();
    }
  } finally {
    directory.release();
  }
  call.terminal.note(SERVE.stopped[call.lang]);
  return OK;
}

/** Throws `DATA_DIRECTORY_LOCKED` when another hub uses it, and what opening it throws. */
async function openWhenFree(call: Call): Promise<OpenedDirectory> {
  const { clock, random, settings, terminal } = call;
  const deadlineMs = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    const opened = openDataDirectory(settings, { random, directory: terminal.directory });
    if (opened !== null) return opened;
    const running = readRunningHub(settings.data);
    if (clock.monotonic() > deadlineMs || (running !== null && await isServing(running.url))) {
      throw lockedBy(running, settings.data);
    }
    await sleep(clock, LOOK_AGAIN_MS);
  }
}

/** Whether a hub answers there and is not about to end. */
async function isServing(url: string): Promise<boolean> {
  const answer = await askHealth(url);
  return answer !== null && !answer.text.includes('"stopping"');
}

function lockedBy(running: RunningHub | null, data: string): HubError {
  const who = running === null ? "another program" : `process ${running.pid} at ${running.url}`;
  return new HubError(
    "DATA_DIRECTORY_LOCKED",
    `Cannot use the data directory ${data}: ${who} uses it`,
    { hint: "Stop that hub first, or choose another directory with --data" },
  );
}

/** What the owner should know of the settings in force. */
function warn({ settings, lang, terminal }: Call, directory: OpenedDirectory): void {
  if (directory.newAdminToken !== null) {
    const path = `${directory.path}/admin-token`;
    terminal.note(say(lang, SERVE.newAdminToken, { path, token: directory.newAdminToken }));
  }
  if (settings.token !== null && settings.allowSenders.kind === "owner") {
    terminal.note(SERVE.everyone[lang]);
  }
  const { hostname, port } = settings.addr;
  if (!/^(localhost|127\.|::1$)/.test(hostname)) {
    terminal.note(say(lang, SERVE.openAddress, { address: `${hostname}:${port}` }));
  }
  if (settings.safe) terminal.note(SERVE.safe[lang]);
  if (settings.logContent) terminal.note(SERVE.logContent[lang]);
}

const PLUGIN_NEWS = {
  runs: SERVE.pluginRuns,
  refused: SERVE.pluginRefused,
  tripped: SERVE.pluginTripped,
  gone: SERVE.pluginGone,
} as const;

const SAID_ELSEWHERE: readonly string[] = ["logged_out", "plugin_disabled"];

/** Tells the terminal of logins: the first code comes with what scanning it disconnects. */
function createEventTeller({ terminal, lang }: Call): (event: HubEvent) => void {
  const teller = createLoginTeller(terminal, lang);
  let hasWarned = false;
  return (event) => {
    if (event.kind === "account") {
      const words = event.state === "active" ? SERVE.accountActive : SERVE.accountLoggedOut;
      terminal.note(say(lang, words, { name: event.name }));
      return;
    }
    if (event.kind === "plugin") {
      terminal.note(say(lang, PLUGIN_NEWS[event.news], event));
      return;
    }
    if (event.kind === "alert") {
      // Accounts and plugins have said it themselves.
      if (event.act === "repeat" || !SAID_ELSEWHERE.includes(event.alert)) {
        terminal.note(`${event.title}\n${event.text}`);
      }
      return;
    }
    if (event.view.qr !== null && !hasWarned) {
      hasWarned = true;
      terminal.note(LOGIN.before[lang]);
    }
    void teller.tell(event.view);
    // A service that reads its terminal would be stopped in the background: the digits are asked for by `login`.
    if (event.view.step === "code_wanted") terminal.note(LOGIN.cannotAsk[lang]);
  };
}

async function sayReady(call: Call, hub: Hub): Promise<void> {
  const { lang, version, settings } = call;
  const { accounts, clients } = await hub.count();
  const { hostname, port } = hub.address;
  const { url } = hub;
  const { data } = settings;
  const address = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  show(call, { url, address, data, accounts, clients, version }, [
    say(lang, SERVE.ready, { url, data, accounts, clients, version }),
  ]);
  if (accounts === 0) call.terminal.note(SERVE.noAccount[lang]);
}
