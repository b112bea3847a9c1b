/** Puts the demo together, in the order of a message's way: the simulated WeChat, the hub, the agents, the page. */
import type { Settings } from "../../config.ts";
import type { Hub, HubEvent } from "../../config/launch.ts";
import { readSettings } from "../../config/read.ts";
import { HubError } from "../../core/error.ts";
import type { Clock } from "../../lib/clock.ts";
import { isObject, type JsonObject, textMember, tryParseJson } from "../../lib/json.ts";
import { silentLog } from "../../lib/log.ts";
import type { Random } from "../../lib/random.ts";
import { type Simulator, startSimulator } from "../../simulator/simulator.ts";
import type { Lang } from "../../text/say.ts";
import { openDataDirectory } from "../data_directory.ts";
import { callHttp } from "../http_call.ts";
import { type AgentSwitch, createAgentSwitch } from "./agents.ts";
import { createHubView } from "./hub_view.ts";
import { startPageServer } from "./page_server.ts";
import { PERSONAS } from "./personas.ts";
import { createPhone } from "./phone.ts";

export interface DemoOptions {
  /** An empty directory of the demo's own. */
  readonly data: string;
  /** Where each listens; 0 takes any free port. */
  readonly hubPort: number;
  readonly pagePort: number;
  readonly lang: Lang;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Demo {
  readonly pageUrl: string;
  readonly hubUrl: string;
  readonly simulatorUrl: string;
  readonly agents: readonly string[];
  /** Ports that were taken, and which are used instead. */
  readonly taken: readonly TakenPort[];
  /** Ends everything; resolves when nothing listens, polls or writes any more. */
  stop(): Promise<void>;
}

export interface TakenPort {
  readonly port: number;
  readonly other: number;
}

/** Resolves when a message from the phone would be answered. Throws what the hub throws at its start. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  await using parts = new AsyncDisposableStack();
  const { clock, random, lang } = options;
  const taken: TakenPort[] = [];

  const simulator = await startSimulator({ clock, random });
  parts.defer(() => simulator.close());

  const phoneLogin = createPhoneLogin(simulator);
  const { hub, adminToken, release } = await startDemoHub(options, {
    simulatorUrl: simulator.baseUrl,
    taken,
    onEvent: phoneLogin.onEvent,
  });
  parts.defer(release);
  parts.defer(() => hub.stop());
  // Before the hub ends: else it would wait for the poll that the simulated WeChat holds.
  parts.defer(() => simulator.close());

  const agents = await registerAgents({ hub, adminToken, lang, clock });
  bypassProxy();
  for (const agent of agents) agent.turnOn();
  parts.defer(async () => void await Promise.all(agents.map((agent) => agent.turnOff())));

  const account = await phoneLogin.done;
  await askHub({ hub, adminToken }, `PATCH /hub/accounts/${encodeURIComponent(account)}`, {
    defaultClient: PERSONAS[0].name,
  });

  const scene = {
    ...createPhone(simulator),
    ...createHubView(hub, agents),
    async switchAgent(name: string, isOn: boolean) {
      const agent = agents.find(({ persona }) => persona.name === name);
      if (isOn) agent?.turnOn();
      else await agent?.turnOff();
      return agent !== undefined;
    },
  };
  const page = await onPort(
    (port) => startPageServer(scene, { port, clock }),
    { port: options.pagePort, taken, portOf: ({ url }) => Number(new URL(url).port) },
  );
  parts.defer(() => page.stop());

  const ending = parts.move();
  return {
    pageUrl: page.url,
    hubUrl: hub.url,
    simulatorUrl: simulator.baseUrl,
    agents: agents.map(({ persona }) => persona.name),
    taken,
    stop: () => ending.disposeAsync(),
  };
}

/** Listens on the port, or on any free one where it is taken, and notes that. */
async function onPort<T>(
  start: (port: number) => Promise<T>,
  options: {
    readonly port: number;
    readonly taken: TakenPort[];
    readonly portOf: (started: T) => number;
  },
): Promise<T> {
  try {
    return await start(options.port);
  } catch (error) {
    if (!(error instanceof HubError && error.code === "PORT_TAKEN")) throw error;
    const started = await start(0);
    options.taken.push({ port: options.port, other: options.portOf(started) });
    return started;
  }
}

async function startDemoHub(
  options: DemoOptions,
  given: {
    readonly simulatorUrl: string;
    readonly taken: TakenPort[];
    readonly onEvent: (event: HubEvent) => void;
  },
) {
  const { data, clock, random, version } = options;
  const settingsAt = (port: number) => readHubSettings(options, { ...given, port });
  const dataDirectory = openDataDirectory(settingsAt(0), { random, directory: data });
  if (dataDirectory === null) throw new Error(`Cannot use ${data}: somebody else holds its lock`);
  try {
    const { startHub } = await import("../../hub.ts");
    const hub = await onPort((port) =>
      startHub({
        settings: settingsAt(port),
        dataDirectory,
        version,
        clock,
        random,
        log: silentLog,
        onEvent: given.onEvent,
      }), {
      port: options.hubPort,
      taken: given.taken,
      portOf: ({ address }) => address.port,
    });
    dataDirectory.announce({ pid: Deno.pid, url: hub.url });
    return { hub, adminToken: dataDirectory.adminToken.current(), release: dataDirectory.release };
  } catch (error) {
    dataDirectory.release();
    throw error;
  }
}

/** The defaults, whatever this machine's real hub is set to in the environment. */
function readHubSettings(
  { data, lang }: DemoOptions,
  { simulatorUrl, port }: { readonly simulatorUrl: string; readonly port: number },
): Settings {
  const read = readSettings({
    flags: {
      data,
      addr: `127.0.0.1:${port}`,
      "ilink-base-url": simulatorUrl,
      "cdn-base-url": `${simulatorUrl}/c2c`,
      plugins: `${data}/plugins`,
      "chat-lang": lang,
    },
    env: () => undefined,
    file: null,
    place: { directory: data, home: null },
  });
  if (read.kind === "read") return read.settings;
  throw new Error(`The demo's own settings are wrong: ${JSON.stringify(read.problem)}`);
}

/** Scans and confirms the QR code that a hub without an account shows. */
function createPhoneLogin(simulator: Simulator) {
  const person = simulator.addPerson();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  promise.catch(() => {}); // whoever waits for it hears of it; the demo may have ended before
  return {
    /** The account's name. */
    done: promise,
    onEvent(event: HubEvent) {
      if (event.kind !== "login") return;
      const { step, account, reason } = event.view;
      const code = simulator.codes().find(({ status }) => status === "wait");
      if (step === "waiting" && code !== undefined) {
        simulator.scan(code.qrcode, person.id);
        simulator.confirm(code.qrcode);
      }
      if (step === "done") resolve(account ?? "");
      if (step === "failed") reject(new Error(`The simulated login failed: ${reason}`));
    },
  };
}

/** Through the public API, as anyone registers theirs. */
async function registerAgents(given: {
  readonly hub: Hub;
  readonly adminToken: string;
  readonly lang: Lang;
  readonly clock: Clock;
}): Promise<AgentSwitch[]> {
  const { hub, adminToken, lang, clock } = given;
  const agents: AgentSwitch[] = [];
  for (const persona of PERSONAS) {
    const { name, label } = persona;
    const client = await askHub({ hub, adminToken }, "POST /hub/register", {
      name,
      label: label[lang],
    });
    const token = textMember(client, "token");
    agents.push(createAgentSwitch({ persona, baseUrl: hub.url, token, lang, clock }));
  }
  return agents;
}

/** The agents call this machine, where a proxy from the environment would not find it. */
function bypassProxy(): void {
  for (const name of ["NO_PROXY", "no_proxy"]) Deno.env.set(name, "127.0.0.1");
}

/** One call of the hub's admin API. */
async function askHub(
  { hub, adminToken }: { readonly hub: Hub; readonly adminToken: string },
  call: string,
  body: object,
): Promise<JsonObject> {
  const [method = "", path = ""] = call.split(" ");
  const { status, text } = await callHttp({
    method,
    url: hub.url + path,
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = tryParseJson(text);
  if (status >= 200 && status < 300 && isObject(answer)) return answer;
  throw new Error(`${call} was answered with ${status} ${text}`);
}
