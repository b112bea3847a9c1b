/** Puts the demo together, in the order of a message's way: the simulated WeChat, the hub, the agents, the page. */
import type { HubEvent } from "../../config/launch.ts";
import type { Clock } from "../../lib/clock.ts";
import { textMember } from "../../lib/json.ts";
import type { Random } from "../../lib/random.ts";
import { type Simulator, startSimulator } from "../../simulator/simulator.ts";
import type { Lang } from "../../text/say.ts";
import { type AgentSwitch, createAgentSwitch } from "./agents.ts";
import { createHubView } from "./hub_view.ts";
import { type DemoHub, startDemoHub } from "./own_hub.ts";
import { startPageServer } from "./page_server.ts";
import { PERSONAS } from "./personas.ts";
import { createPhone } from "./phone.ts";
import { onPort, type TakenPort } from "./ports.ts";

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

/** Resolves when a message from the phone would be answered. Throws what the hub throws at its start. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  await using parts = new AsyncDisposableStack();
  const { clock, random, lang } = options;
  const taken: TakenPort[] = [];

  const simulator = await startSimulator({ clock, random });
  parts.defer(() => simulator.close());

  const phoneLogin = createPhoneLogin(simulator);
  const hub = await startDemoHub({
    ...options,
    port: options.hubPort,
    simulatorUrl: simulator.baseUrl,
    taken,
    onEvent: phoneLogin.onEvent,
  });
  parts.defer(() => hub.stop());
  // Before the hub ends: else it would wait for the poll that the simulated WeChat holds.
  parts.defer(() => simulator.close());

  const agents = await registerAgents(hub, { lang, clock });
  bypassProxy();
  for (const agent of agents) agent.turnOn();
  parts.defer(async () => void await Promise.all(agents.map((agent) => agent.turnOff())));

  const account = await phoneLogin.done;
  await hub.ask("PATCH", `/hub/accounts/${encodeURIComponent(account)}`, {
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
async function registerAgents(
  hub: DemoHub,
  { lang, clock }: { readonly lang: Lang; readonly clock: Clock },
): Promise<AgentSwitch[]> {
  const agents: AgentSwitch[] = [];
  for (const persona of PERSONAS) {
    const { name, label } = persona;
    const client = await hub.ask("POST", "/hub/register", { name, label: label[lang] });
    const token = textMember(client, "token");
    agents.push(createAgentSwitch({ persona, baseUrl: hub.url, token, lang, clock }));
  }
  return agents;
}

/** The agents call this machine, where a proxy from the environment would not find it. */
function bypassProxy(): void {
  for (const name of ["NO_PROXY", "no_proxy"]) Deno.env.set(name, "127.0.0.1");
}
