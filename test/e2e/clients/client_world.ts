/** A simulated WeChat, the real hub, one client from npm, and people who write to it. */
import { systemClock } from "../../../src/lib/clock.ts";
import { systemRandom } from "../../../src/lib/random.ts";
import { type Simulator, startSimulator } from "../../../src/simulator/simulator.ts";
import type { BotView } from "../../../src/simulator/views.ts";
import type { BotEntry } from "../../../src/simulator/world.ts";
import type { MessageSummary, MessageTrace } from "../../../src/store/trace.ts";
import { type HubProcess, startHubProcess } from "../../fake/hub_process.ts";
import { lastingPort } from "../../fake/lasting_port.ts";
import type { ClientFromNpm } from "./clients_from_npm.ts";
import type { NpmClient } from "./npm_client.ts";
import { waitFor } from "./wait.ts";

interface Scene {
  readonly kind: ClientFromNpm;
  readonly simulator: Simulator;
  readonly bot: BotView;
  /** Everybody whom the client lets write to it. */
  readonly people: readonly string[];
  /** For all that hub and client keep. */
  readonly folder: string;
}

export interface ClientWorld extends Scene {
  /** The client's virtual token. */
  readonly token: string;
  /** Those who have not written yet. */
  readonly newcomers: string[];
  /** The process that runs. */
  hub: HubProcess;
  /** Every process of the client, oldest first. */
  readonly clients: NpmClient[];
}

export const CLIENT_NAME = "npm";
const PEOPLE = 13;
/** The hub ends orderly when its poll has come back: a short one makes that quick. */
const HOLD_MS = 1_000;
/** Many messages are written here before the first answer is sent; WeChat's usual ten would not do for their answers. */
const SENDS_PER_INBOUND = 100;

/** Builds the world, lets `act` live in it, and ends every process of it. */
export async function withClientWorld(
  kind: ClientFromNpm,
  act: (world: ClientWorld) => Promise<void>,
): Promise<void> {
  await kind.install();
  await using endings = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "ilink-hub-npm-client-" });
  endings.defer(() => Deno.remove(folder, { recursive: true }));
  const simulator = await startSimulator({
    clock: systemClock,
    random: systemRandom,
    bots: [{}],
    settings: { holdMs: HOLD_MS, budget: SENDS_PER_INBOUND },
  });
  endings.defer(() => simulator.close());
  const bot = present(simulator.bots()[0]);
  const people = [bot.owner];
  while (people.length < PEOPLE) people.push(simulator.addPerson().id);
  const scene: Scene = { kind, simulator, bot, people, folder };

  const hub = await startHub(scene, lastingPort());
  const token = await hub.register(CLIENT_NAME);
  const world: ClientWorld = { ...scene, token, newcomers: [...people], hub, clients: [] };
  endings.defer(async () => {
    await Promise.all(world.clients.map((client) => client.kill()));
    await world.hub.end("SIGTERM");
  });
  await startClient(world);
  await act(world);
}

async function startHub(scene: Scene, port: number): Promise<HubProcess> {
  return await startHubProcess({
    data: `${scene.folder}/hub`,
    upstreamUrl: scene.simulator.baseUrl,
    port,
    args: [
      ...["--token", scene.bot.token, "--allow-senders", "open"],
      // Fifty answers to one person in a row are paced like any others; a test need not wait for that.
      ...["--sends-per-inbound", String(SENDS_PER_INBOUND), "--spacing-seconds", "0"],
    ],
  });
}

/** Starts the client, again or for the first time; with another token it keeps nothing in common with the others. */
export async function startClient(
  world: ClientWorld,
  token: string = world.token,
): Promise<NpmClient> {
  const client = await world.kind.start({
    hubUrl: world.hub.url,
    token,
    owner: { name: CLIENT_NAME, token: world.token, adminToken: world.hub.adminToken },
    cdnUrl: `${world.simulator.baseUrl}/c2c`,
    stateFolder: `${world.folder}/client-${token.slice(-8)}`,
    people: world.people,
  });
  world.clients.push(client);
  return client;
}

/** Ends the hub, lets `meanwhile` happen, and starts it again under the same address. */
export async function restartHub(
  world: ClientWorld,
  options: { readonly signal: "SIGTERM" | "SIGKILL"; readonly meanwhile: () => void },
): Promise<void> {
  const port = Number(new URL(world.hub.url).port);
  await world.hub.end(options.signal);
  // Until WeChat has seen that the hub's poll is gone, it would hand the next message to nobody.
  await waitFor(() => world.simulator.bots().every(({ polls }) => polls === 0), {
    what: "the end of the hub's polls",
  });
  options.meanwhile();
  world.hub = await startHub(world, port);
}

export function newcomer(world: ClientWorld): string {
  return present(world.newcomers.shift());
}

/** What the person sees of the bot, once it is `count` messages. */
export async function answersTo(
  person: string,
  options: { readonly world: ClientWorld; readonly count: number },
): Promise<readonly BotEntry[]> {
  const { world, count } = options;
  const seen = () => world.simulator.sent().filter((entry) => entry.person === person);
  try {
    await waitFor(() => seen().length >= count, { what: `${count} answers` });
  } catch (cause) {
    const texts = seen().map(({ text }) => text).join(", ");
    const life = JSON.stringify((await readTraces(world.hub, 1))[0]);
    throw new Error(`There are only ${seen().length} answers: ${texts}; ${life}`, { cause });
  }
  return seen();
}

/** What the client was given, oldest first. */
export function received(
  world: ClientWorld,
): readonly { readonly text: string; readonly quoted: string | null }[] {
  return world.clients.flatMap(({ events }) => events).filter((event) => event.kind === "received");
}

/** The lives of the latest messages as the hub tells them, newest first. */
export async function readTraces(hub: HubProcess, last: number): Promise<readonly MessageTrace[]> {
  const { messages } = await hub.admin<{ messages: readonly MessageSummary[] }>(
    "GET",
    `/hub/messages?last=${last}`,
  );
  return await Promise.all(
    messages.map(({ id }) => hub.admin<MessageTrace>("GET", `/hub/messages/${id}`)),
  );
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("There is none");
  return value;
}
