/** A simulated WeChat, the real hub, one client from npm, and people who write to it. */
import { systemClock } from "../../../src/lib/clock.ts";
import { systemRandom } from "../../../src/lib/random.ts";
import { type SayGiven, type Simulator, startSimulator } from "../../../src/simulator/simulator.ts";
import type { BotEntry } from "../../../src/simulator/world.ts";
import type { MessageSummary, MessageTrace } from "../../../src/store/trace.ts";
import { type HubProcess, startHubProcess } from "../../fake/hub_process.ts";
import type { ClientFromNpm } from "./clients_from_npm.ts";
import type { NpmClient } from "./npm_client.ts";
import { waitFor } from "./wait.ts";

export interface ClientWorld {
  readonly simulator: Simulator;
  /** The id of the next person who has not written yet. */
  newcomer(): string;
  say(person: string, what: SayGiven["what"]): string;
  /** What the person sees of the bot, once it is `count` messages. */
  answers(person: string, count: number): Promise<readonly BotEntry[]>;
  /** What the client's present process was given, oldest first. */
  received(): readonly { readonly text: string; readonly quoted: string | null }[];
  /** The client's process that runs; a `token` of its own makes it another client. */
  client(): NpmClient;
  startClient(token?: string): Promise<NpmClient>;
  hub(): HubProcess;
  /** Ends the hub, lets `meanwhile` happen, and starts it again under the same address. */
  restartHub(signal: "SIGTERM" | "SIGKILL", meanwhile: () => void): Promise<void>;
  /** The life of the newest message. */
  newestTrace(): Promise<MessageTrace>;
}

const PEOPLE = 12;
/** The hub ends orderly when its poll has come back: a short one makes that quick. */
const HOLD_MS = 1_000;

/** Builds the world, lets `act` live in it, and ends every process of it. */
export async function withClientWorld(
  kind: ClientFromNpm,
  act: (world: ClientWorld) => Promise<void>,
): Promise<void> {
  const packages = await kind.install();
  const folder = await Deno.makeTempDir({ prefix: "ilink-hub-npm-client-" });
  const simulator = await startSimulator({
    clock: systemClock,
    random: systemRandom,
    bots: [{}],
    settings: { holdMs: HOLD_MS },
  });
  const [bot] = simulator.bots();
  const running: { hub: HubProcess | null; client: NpmClient | null } = { hub: null, client: null };
  try {
    if (bot === undefined) throw new Error("the simulator has no bot");
    const people = [bot.owner];
    while (people.length < PEOPLE) people.push(simulator.addPerson().id);
    const newcomers = [...people];

    const startHub = async (port: number) => {
      running.hub = await startHubProcess({
        data: `${folder}/hub`,
        upstreamUrl: simulator.baseUrl,
        port,
        args: ["--token", bot.token, "--allow-senders", "open"],
      });
    };
    const hub = () => present(running.hub);
    await startHub(0);
    const ownToken = await hub().register("npm");

    await act({
      simulator,
      newcomer: () => present(newcomers.shift()),
      say: (person, what) => simulator.say({ person, what }),
      async answers(person, count) {
        const seen = () => simulator.sent().filter((entry) => entry.person === person);
        await waitFor(() => seen().length >= count, {
          what: () => `${count} answers, seen: ${seen().map(({ text }) => text).join(", ")}`,
        });
        return seen();
      },
      received: () => present(running.client).events.filter((event) => event.kind === "received"),
      client: () => present(running.client),
      async startClient(token = ownToken) {
        const started = await kind.start(packages, {
          hubUrl: hub().url,
          token,
          cdnUrl: `${simulator.baseUrl}/c2c`,
          stateFolder: `${folder}/${token === ownToken ? "client" : "other"}`,
          people,
        });
        if (token === ownToken) running.client = started;
        return started;
      },
      hub,
      async restartHub(signal, meanwhile) {
        const port = Number(new URL(hub().url).port);
        await hub().end(signal);
        running.hub = null;
        meanwhile();
        await startHub(port);
      },
      async newestTrace() {
        const { messages: [newest] } = await hub().admin<{ messages: readonly MessageSummary[] }>(
          "GET",
          "/hub/messages?last=1",
        );
        return await hub().admin("GET", `/hub/messages/${present(newest).id}`);
      },
    });
  } finally {
    await running.client?.kill();
    await running.hub?.end("SIGTERM");
    await simulator.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("there is none");
  return value;
}
