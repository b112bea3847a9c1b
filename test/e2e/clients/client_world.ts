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
  /** The lives of the latest messages as the hub tells them, newest first. */
  traces(last: number): Promise<readonly MessageTrace[]>;
}

const PEOPLE = 12;
/** The hub ends orderly when its poll has come back: a short one makes that quick. */
const HOLD_MS = 1_000;
/** Many messages are written here before the first answer is sent; WeChat's usual ten would not do for their answers. */
const SENDS_PER_INBOUND = 100;

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
    settings: { holdMs: HOLD_MS, budget: SENDS_PER_INBOUND },
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
        args: [
          ...["--token", bot.token, "--allow-senders", "open"],
          ...["--sends-per-inbound", String(SENDS_PER_INBOUND)],
        ],
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
        // Until WeChat has seen that the hub's poll is gone, it would hand the next message to nobody.
        await waitFor(() => simulator.bots().every(({ polls }) => polls === 0), {
          what: "the end of the hub's polls",
        });
        meanwhile();
        await startHub(port);
      },
      async traces(last) {
        const { messages } = await hub().admin<{ messages: readonly MessageSummary[] }>(
          "GET",
          `/hub/messages?last=${last}`,
        );
        return await Promise.all(
          messages.map(({ id }) => hub().admin<MessageTrace>("GET", `/hub/messages/${id}`)),
        );
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
