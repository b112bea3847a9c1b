/**
 * The load: people write to a simulated WeChat, clients answer through the hub, WeChat sees the answers. Only public
 * interfaces are used, so any hub that serves iLink and knows `/use NAME` can be measured.
 */
import type { Simulator } from "../../src/simulator/simulator.ts";
import { type PlainAgent, startPlainAgent } from "../fake/plain_agent.ts";
import { type HubUnderLoad, register } from "./hub_under_load.ts";

export interface LoadResult {
  readonly clients: number;
  readonly people: number;
  readonly roundTrips: number;
  readonly roundTripsPerSecond: number;
  /** From WeChat's answer written to the client's answer read, milliseconds, at `paceRate` messages a second. */
  readonly addedP50Ms: number;
  readonly addedP99Ms: number;
  readonly residentMib: number | null;
}

export interface LoadOptions {
  readonly simulator: Simulator;
  readonly hub: HubUnderLoad;
  readonly clients: number;
  readonly people: number;
  readonly seconds: number;
  /** Messages a second while the latency is measured. */
  readonly paceRate: number;
}

/** A reply takes longer than this only when something is broken. */
const ANSWER_WITHIN_MS = 30_000;

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { simulator, hub } = options;
  const saidAt = new Map<string, number>();
  const addedMs: number[] = [];
  const agents: PlainAgent[] = [];
  const answered = new Map<string, () => void>();
  const unwatch = simulator.watch((event) => {
    if (event.kind !== "message" || event.entry.by !== "bot") return;
    const done = answered.get(event.entry.person);
    answered.delete(event.entry.person);
    done?.();
  });

  /** Writes as this person and resolves when an answer is on their phone. */
  async function ask(person: string, text: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const limit = setTimeout(() => reject(new Error(`No answer to ${person}`)), ANSWER_WITHIN_MS);
    answered.set(person, resolve);
    saidAt.set(simulator.say({ person, what: text }), performance.now());
    await promise;
    clearTimeout(limit);
  }

  try {
    const prefix = `c${options.clients}x`;
    for (let index = 0; index < options.clients; index++) {
      const name = `${prefix}${index}`;
      agents.push(startPlainAgent({
        url: hub.url,
        token: await register(hub, name),
        name,
        answer: ({ text }) => `echo ${text}`,
        onReceived({ wireId }) {
          const at = saidAt.get(wireId);
          saidAt.delete(wireId);
          if (at !== undefined) addedMs.push(performance.now() - at);
        },
      }));
    }
    const people = Array.from({ length: options.people }, () => simulator.addPerson().id);
    await Promise.all(
      people.map((person, index) => ask(person, `/use ${prefix}${index % options.clients}`)),
    );

    const roundTrips = await saturate({ people, ask, seconds: options.seconds });
    addedMs.length = 0;
    await pace({ people, ask, seconds: options.seconds, rate: options.paceRate });
    addedMs.sort((a, b) => a - b);
    return {
      clients: options.clients,
      people: options.people,
      roundTrips,
      roundTripsPerSecond: Math.round(roundTrips / options.seconds),
      addedP50Ms: percentile(addedMs, 0.5),
      addedP99Ms: percentile(addedMs, 0.99),
      residentMib: hub.residentMib(),
    };
  } finally {
    unwatch();
    await Promise.all(agents.map((agent) => agent.stop()));
  }
}

interface Phase {
  readonly people: readonly string[];
  readonly ask: (person: string, text: string) => Promise<void>;
  readonly seconds: number;
}

/** Everyone writes again as soon as the answer is there; gives the number of answers in time. */
async function saturate(phase: Phase): Promise<number> {
  const endAt = performance.now() + phase.seconds * 1_000;
  let count = 0;
  await Promise.all(phase.people.map(async (person) => {
    for (let turn = 0; performance.now() < endAt; turn++) {
      await phase.ask(person, `turn ${turn}`);
      if (performance.now() < endAt) count += 1;
    }
  }));
  return count;
}

/** Writes at a steady rate, as far as people are free. */
async function pace(phase: Phase & { readonly rate: number }): Promise<void> {
  const free = [...phase.people];
  const open = new Set<Promise<void>>();
  const startAt = performance.now();
  const total = phase.rate * phase.seconds;
  for (let sent = 0; sent < total; sent++) {
    const waitMs = startAt + (sent * 1_000) / phase.rate - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const person = free.shift();
    if (person === undefined) continue;
    const turn = phase.ask(person, `paced ${sent}`).then(() => {
      free.push(person);
      open.delete(turn);
    });
    open.add(turn);
  }
  await Promise.all(open);
}

function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return Math.round(value * 100) / 100;
}
