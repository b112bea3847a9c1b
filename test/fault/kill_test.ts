/**
 * The promise under `kill -9`: 20 people on 2 accounts write while the hub's process is killed at random moments and
 * started again. Real processes and real time, because what is tested is what the disk holds when a process is gone.
 */
import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../src/lib/clock.ts";
import { fraction, systemRandom } from "../../src/lib/random.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import type { MessageSummary, MessageTrace } from "../../src/store/trace.ts";
import { type HubProcess, startHubProcess } from "../fake/hub_process.ts";
import { lastingPort } from "../fake/lasting_port.ts";
import { type PlainAgent, startPlainAgent } from "../fake/plain_agent.ts";

const IS_LONG = Deno.env.get("FAULT") === "long";
const MESSAGES = IS_LONG ? 500 : 120;
const KILLS = IS_LONG ? 30 : 6;
const PEOPLE_PER_ACCOUNT = 10;
const AGENTS = ["ann", "bob", "cy", "dora"] as const;
/** Between two messages of the whole crowd, milliseconds. */
const PACE_MS = 15;
/** How long the hub runs between two kills at most. */
const LIFE_MAX_MS = 1_200;
/** Everything must be there so long after the last message. */
const SETTLE_MS = 60_000;

interface Scene {
  readonly simulator: Simulator;
  readonly agents: ReadonlyMap<string, PlainAgent>;
  /** Text -> the agent that must receive it. */
  readonly said: ReadonlyMap<string, string>;
  readonly hub: HubProcess;
}

for (const mode of ["ack", "dup", "tencent"] as const) {
  Deno.test(`kill -9 loses nothing that was read, WeChat in mode ${mode}`, async () => {
    const data = await Deno.makeTempDir({ prefix: "ilink-hub-kill-" });
    const simulator = await startSimulator({
      clock: systemClock,
      random: systemRandom,
      settings: { mode, holdMs: 500, repeatMinMs: 300, repeatMaxMs: 1_500 },
    });
    try {
      await runScene(simulator, data);
    } finally {
      await simulator.close();
      await Deno.remove(data, { recursive: true });
    }
  });
}

async function runScene(simulator: Simulator, data: string): Promise<void> {
  const port = lastingPort();
  const start = () =>
    startHubProcess({
      data,
      upstreamUrl: simulator.baseUrl,
      port,
      args: ["--allow-senders", "open"],
    });
  let hub = await start();
  const people = await logIn(simulator, hub);
  const agents = new Map<string, PlainAgent>();
  for (const name of AGENTS) {
    const token = await hub.register(name);
    const answer = ({ text }: { text: string }) => `${name} read ${text}`;
    agents.set(name, startPlainAgent({ url: hub.url, token, name, answer }));
  }
  try {
    const said = new Map<string, string>();
    const writing = write(simulator, people, said);
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(50 + fraction(systemRandom) * LIFE_MAX_MS);
      await hub.end("SIGKILL");
      hub = await start();
    }
    await writing;
    const scene = { simulator, agents, said, hub };
    await waitUntil(() => missing(scene).length === 0, SETTLE_MS);
    await checkReceived(scene);
    await checkReplies(scene);
  } finally {
    // The hub's end answers the polls that the agents wait for.
    const [code] = await Promise.all([
      hub.end("SIGTERM"),
      ...[...agents.values()].map((agent) => agent.stop()),
    ]);
    assertEquals(code, 0, "the hub ends cleanly");
  }
}

/** Two accounts by QR code; gives the people of each bot. */
async function logIn(
  simulator: Simulator,
  hub: HubProcess,
): Promise<readonly { readonly bot: string; readonly person: string }[]> {
  const people: { bot: string; person: string }[] = [];
  for (const owner of ["owner1@im.wechat", "owner2@im.wechat"]) {
    simulator.addPerson({ id: owner });
    const before = simulator.codes().length;
    await hub.admin("POST", "/hub/login");
    await waitUntil(() => simulator.codes().length > before, 10_000);
    const code = simulator.codes().at(-1);
    assert(code !== undefined);
    simulator.scan(code.qrcode, owner);
    const bot = simulator.confirm(code.qrcode);
    await waitFor(async () => {
      const login = await hub.admin<{ step: string } | null>("GET", "/hub/login");
      return login?.step === "done";
    }, 10_000);
    for (let index = 0; index < PEOPLE_PER_ACCOUNT; index++) {
      people.push({ bot: bot.id, person: simulator.addPerson().id });
    }
  }
  return people;
}

/** Everybody writes in turn, each message to an agent by name. */
async function write(
  simulator: Simulator,
  people: readonly { readonly bot: string; readonly person: string }[],
  said: Map<string, string>,
): Promise<void> {
  for (let count = 0; count < MESSAGES; count++) {
    const from = people[count % people.length];
    const agent = AGENTS[count % AGENTS.length];
    if (from === undefined || agent === undefined) throw new Error("nobody to write");
    const text = `message ${count}`;
    said.set(text, agent);
    simulator.say({ ...from, what: `@${agent} ${text}` });
    await pause(PACE_MS);
  }
}

/** Texts that neither reached their agent nor were lost between WeChat and the killed process. */
function missing(scene: Scene): string[] {
  const lost = lostTexts(scene);
  return [...scene.said].filter(([text, agent]) =>
    !lost.has(text) && !scene.agents.get(agent)?.received.some((one) => one.text === text)
  ).map(([text]) => text);
}

/** What was in an answer on the wire at a kill; WeChat does not repeat it in mode `tencent`. */
function lostTexts(scene: Scene): Set<string> {
  return new Set(scene.simulator.lostOnWire().map((one) => one.text.replace(/^@\w+ /, "")));
}

function checkReceived(scene: Scene): void {
  assertEquals(missing(scene), []);
  if (scene.simulator.settings().mode === "tencent") {
    const answers = new Set(scene.simulator.lostOnWire().map((one) => `${one.bot} ${one.atMs}`));
    assert(
      answers.size <= KILLS * 2,
      `${answers.size} answers were lost at ${KILLS} kills of 2 accounts`,
    );
  } else {
    assertEquals(scene.simulator.lostOnWire().length, 0);
  }
  for (const [name, agent] of scene.agents) {
    assertEquals(agent.repeated, [], `${name} saw an acknowledged message again`);
    checkOrder(name, agent);
  }
}

/** Each person's messages arrive in the order of writing; a repeat is no breach. */
function checkOrder(name: string, agent: PlainAgent): void {
  const newest = new Map<string, number>();
  const seen = new Set<string>();
  for (const { from, text } of agent.received) {
    if (seen.has(text)) continue;
    seen.add(text);
    const count = Number(text.split(" ")[1]);
    assert(count > (newest.get(from) ?? -1), `${name} got ${text} of ${from} out of order`);
    newest.set(from, count);
  }
}

/** Every reply that was answered with `ret:0` has a state; none reached a phone twice. */
async function checkReplies(scene: Scene): Promise<void> {
  const states = new Map<string, string>();
  await waitFor(async () => {
    states.clear();
    for (const trace of await allTraces(scene.hub)) {
      for (const reply of trace.replies) states.set(reply.text, reply.state);
    }
    return [...states.values()].every((state) =>
      !["accepted", "planned", "sending"].includes(state)
    );
  }, SETTLE_MS);
  for (const agent of scene.agents.values()) {
    for (const text of agent.accepted.values()) {
      assert(states.has(text), `the reply "${text}" was accepted and has no state`);
    }
  }
  const shown = new Map<string, number>();
  for (const entry of scene.simulator.sent()) {
    shown.set(entry.text, (shown.get(entry.text) ?? 0) + 1);
  }
  for (const [text, state] of states) {
    const count = shown.get(text) ?? 0;
    assert(count <= 1, `"${text}" reached WeChat ${count} times`);
    if (state === "sent") assertEquals(count, 1, `"${text}" is called sent`);
    if (state === "refused" || state === "deferred") {
      assertEquals(count, 0, `"${text}" is ${state}`);
    }
  }
}

async function allTraces(hub: HubProcess): Promise<readonly MessageTrace[]> {
  const summaries: MessageSummary[] = [];
  for (let before = ""; summaries.length < MESSAGES * 4;) {
    const page = await hub.admin<{ messages: readonly MessageSummary[] }>(
      "GET",
      `/hub/messages?last=200${before}`,
    );
    const oldest = page.messages.at(-1);
    if (oldest === undefined) break;
    summaries.push(...page.messages);
    before = `&before=${oldest.id}`;
  }
  return await Promise.all(
    summaries.map(({ id }) => hub.admin<MessageTrace>("GET", `/hub/messages/${id}`)),
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function waitUntil(isDone: () => boolean, limitMs: number): Promise<void> {
  await waitFor(() => Promise.resolve(isDone()), limitMs);
}

/** Looks every 50 ms; gives up silently at the limit, so that the checks behind it say what is missing. */
async function waitFor(isDone: () => Promise<boolean>, limitMs: number): Promise<void> {
  const endAt = performance.now() + limitMs;
  while (performance.now() < endAt && !(await isDone())) await pause(50);
}
