/**
 * Plugins that are replaced while messages are decided: real files, real processes and real time, because what is tested is
 * that a file's save, a process's start and a message's way do not get in each other's way.
 */
import { join } from "node:path";
import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../src/lib/clock.ts";
import { isObject, textMember } from "../../src/lib/json.ts";
import { silentLog } from "../../src/lib/log.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { createIsolation } from "../../src/plugin/isolation.ts";
import { createLivingHost } from "../../src/plugin/living_host.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import type { MessageSummary, MessageTrace } from "../../src/store/trace.ts";
import { type HubProcess, startHubProcess } from "../fake/hub_process.ts";
import { FACTS } from "../fake/living_world.ts";
import { type PlainAgent, startPlainAgent } from "../fake/plain_agent.ts";
import { inboundView } from "../fake/plugin_views.ts";

const IS_LONG = Deno.env.get("FAULT") === "long";
const SECONDS = IS_LONG ? 30 : 5;
const MESSAGES_PER_SECOND = IS_LONG ? 200 : 100;
const PEOPLE = 10;
const RELOADS = IS_LONG ? 1_000 : 15;
const SETTLE_MS = 60_000;

/** A version that tells its number from two files; it does not load when they do not belong together. */
function good(version: number): Readonly<Record<string, string>> {
  return {
    "part.ts": `export const part = ${version};`,
    "plugin.ts": `import { part } from "./part.ts";
if (part !== ${version}) throw new Error("half of a save");
export default {
  manifest: { id: "turner", api: 1, version: "${version}", deadlineMs: 10_000 },
  async route() {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { kind: "route", to: ["ann"], reason: "version " + part };
  },
};`,
  };
}

const BROKEN: readonly Readonly<Record<string, string>>[] = [
  { "plugin.ts": "export default { broken(" },
  { "part.ts": "export const other = 1;" },
  { "plugin.ts": `throw new Error("at the top");` },
  {
    "plugin.ts":
      `export default { manifest: { id: "turner", api: 1, version: "bad" }, route() { throw new Error("always"); } };`,
  },
];

async function save(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(folder, `.${name}`), text);
    await Deno.rename(join(folder, `.${name}`), join(folder, name));
  }
}

Deno.test("reloads under load lose nothing, keep the order and mix no versions", async () => {
  const data = await Deno.makeTempDir({ prefix: "ilink-hub-reload-" });
  const folder = join(data, "plugins", "turner");
  const simulator = await startSimulator({
    clock: systemClock,
    random: systemRandom,
    settings: { holdMs: 1_000 },
  });
  const bot = simulator.bind({ owner: simulator.addPerson().id });
  await save(folder, good(1));
  const hub = await startHubProcess({
    data,
    upstreamUrl: simulator.baseUrl,
    args: ["--allow-senders", "open", "--token", bot.token],
  });
  const token = await hub.register("ann");
  await hub.register("bob");
  const agent = startPlainAgent({ url: hub.url, token, name: "ann", answer: () => null });
  try {
    const [said] = await Promise.all([write(simulator), reload(folder)]);
    await waitFor(() => Promise.resolve(agent.received.length >= said), SETTLE_MS);
    checkReceived(agent, said);
    checkVersions(await allTraces(hub, said), said);
    const { plugins } = await hub.admin<{ plugins: readonly { id: string; state: string }[] }>(
      "GET",
      "/hub/plugins",
    );
    assertEquals(plugins.find(({ id }) => id === "turner")?.state, "running");
  } finally {
    // The hub's end answers the poll that the agent waits for.
    const [_, code] = await Promise.all([agent.stop(), hub.end("SIGTERM")]);
    assertEquals(code, 0, "the hub ends cleanly");
    await simulator.close();
    await Deno.remove(data, { recursive: true });
  }
});

/** Everybody in turn, at the given rate; gives how many messages were written. */
async function write(simulator: Simulator): Promise<number> {
  const people = Array.from({ length: PEOPLE }, () => simulator.addPerson().id);
  const startedAt = performance.now();
  let said = 0;
  while (said < SECONDS * MESSAGES_PER_SECOND) {
    const due = Math.floor((performance.now() - startedAt) * MESSAGES_PER_SECOND / 1_000);
    for (; said < due; said++) {
      const person = people[said % PEOPLE];
      if (person !== undefined) simulator.say({ person, what: `message ${said}` });
    }
    await pause(10);
  }
  return said;
}

/** One save each second, every other one broken. */
async function reload(folder: string): Promise<void> {
  for (let second = 1; second < SECONDS; second++) {
    await pause(1_000);
    const broken = BROKEN[(second >> 1) % BROKEN.length];
    await save(folder, second % 2 === 0 || broken === undefined ? good(second) : broken);
  }
}

function checkReceived(agent: PlainAgent, said: number): void {
  const numbers = agent.received.map(({ text }) => Number(text.split(" ")[1]));
  const missing = Array.from({ length: said }, (_, number) => number)
    .filter((number) => !numbers.includes(number));
  assertEquals(missing, []);
  assertEquals(numbers.length, said, "each once");
  const newest = new Map<string, number>();
  for (const [at, { from }] of agent.received.entries()) {
    const number = numbers[at] ?? 0;
    assert(number > (newest.get(from) ?? -1), `message ${number} of ${from} came out of order`);
    newest.set(from, number);
  }
}

/** Each was decided by the plugin, by the version that the trace names, and no broken one was ever asked. */
function checkVersions(traces: readonly MessageTrace[], said: number): void {
  assertEquals(traces.length, said);
  const versions = new Set<string>();
  for (const { id, trace } of traces) {
    const step = trace?.steps.find(({ plugin }) => plugin === "turner");
    assert(step !== undefined, `message ${id} was decided without the plugin`);
    const { outcome } = step;
    assert(outcome.kind === "verdict", `message ${id}: ${JSON.stringify(outcome)}`);
    const reason = isObject(outcome.verdict) ? textMember(outcome.verdict, "reason") : "";
    assertEquals(reason, `version ${step.version}`, `message ${id}`);
    versions.add(step.version);
  }
  assert(versions.size >= SECONDS / 2 - 1, `only the versions ${[...versions]} decided anything`);
}

async function allTraces(hub: HubProcess, said: number): Promise<MessageTrace[]> {
  const traces: MessageTrace[] = [];
  for (let before = ""; traces.length < said;) {
    const { messages } = await hub.admin<{ messages: readonly MessageSummary[] }>(
      "GET",
      `/hub/messages?last=100${before}`,
    );
    const oldest = messages.at(-1);
    if (oldest === undefined) break;
    traces.push(
      ...await Promise.all(
        messages.map(({ id }) => hub.admin<MessageTrace>("GET", `/hub/messages/${id}`)),
      ),
    );
    before = `&before=${oldest.id}`;
  }
  return traces;
}

Deno.test("memory and processes stay the same over many reloads", async () => {
  const data = await Deno.realPath(await Deno.makeTempDir({ prefix: "ilink-hub-reload-" }));
  const folder = join(data, "plugins");
  const never = () => Promise.reject(new Error("nothing is decided for a look here"));
  let runs = 0;
  const living = createLivingHost({
    ...{ folder, dataDirectory: data, shippedFolder: "", isSafe: false, isWatching: true },
    settings: { order: [], disabled: [], shadow: [], config: {} },
    isolation: createIsolation({ clock: systemClock, random: systemRandom, log: silentLog }),
    rehearsal: { recent: () => Promise.resolve([]), tryText: never, replay: never },
    ...{ env: () => undefined, clock: systemClock, random: systemRandom, log: silentLog },
    onNews: ({ kind }) => void (runs += kind === "runs" ? 1 : 0),
  });
  await living.start();
  let processesMax = 0;
  let heapAtFirst = 0;
  try {
    for (let count = 1; count <= RELOADS; count++) {
      await save(join(folder, "turner"), good(count));
      await waitFor(() => Promise.resolve(runs >= count), SETTLE_MS);
      const plugin = living.host.plugins.find(({ id }) => id === "turner");
      assert(plugin !== undefined, `reload ${count}: it is not asked`);
      const call = { message: inboundView("hello"), facts: FACTS, memory: {} };
      const answer = await living.host.route(plugin, call);
      assert(answer.kind === "verdict" && plugin.version === `${count}`, JSON.stringify(answer));
      assertEquals(answer.verdict.reason, `version ${count}`);
      processesMax = Math.max(processesMax, await countChildren());
      if (count === Math.floor(RELOADS / 3)) heapAtFirst = Deno.memoryUsage().heapUsed;
    }
    const grown = Deno.memoryUsage().heapUsed - heapAtFirst;
    const perReload = grown / (RELOADS * 2 / 3);
    assert(grown < 16e6, `the heap grew by ${grown} bytes, ${perReload} for each reload`);
    // The version that runs, the one that takes its place or leaves, and the spare, each for a moment two.
    assert(processesMax <= 5, `${processesMax} processes at once`);
    const copies = [...Deno.readDirSync(join(data, "plugin-versions", "turner"))];
    assert(copies.length <= 3, `${copies.length} copies on the disk`);
  } finally {
    await living.close();
    assertEquals(await countChildren(), 0, "no process is left");
    await Deno.remove(data, { recursive: true });
  }
});

/** Processes whose parent this one is. */
async function countChildren(): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(parent) === Deno.pid && state !== "Z") count += 1;
  }
  return count;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Looks every 20 ms; gives up silently at the limit, so that the checks behind it say what is missing. */
async function waitFor(isDone: () => Promise<boolean>, limitMs: number): Promise<void> {
  const endAt = performance.now() + limitMs;
  while (performance.now() < endAt && !(await isDone())) await pause(20);
}
