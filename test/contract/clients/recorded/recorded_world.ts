/** The whole hub behind its real server, over a database file, with a simulated WeChat, all under one fake clock. */
import { createHash } from "node:crypto";
import { type HttpServer, startServer } from "../../../../src/http/server.ts";
import type { Log } from "../../../../src/lib/log.ts";
import { HubError } from "../../../../src/core/error.ts";
import type { ClientId, MessageId } from "../../../../src/core/ids.ts";
import type { Simulator } from "../../../../src/simulator/simulator.ts";
import type { BotEntry } from "../../../../src/simulator/world.ts";
import type { MessageTrace } from "../../../../src/store/trace.ts";
import { createFakeClock, type FakeClock, settle } from "../../../fake/fake_clock.ts";
import { createFakeRandom } from "../../../fake/fake_random.ts";
import { createFakeUpstream, type FakeUpstream, OWNER } from "../../../fake/fake_upstream.ts";
import { lastingPort } from "../../../fake/lasting_port.ts";
import { type MortalHub, startMortalHub } from "../../../fake/mortal_hub.ts";
import type { CdnFetch } from "./recorded_media.ts";
import { makeQuickFolder } from "../../../fake/quick_folder.ts";

export interface RecordedWorld extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly upstream: FakeUpstream;
  readonly simulator: Simulator;
  /** The same over restarts. */
  readonly port: number;
  /** The hub that runs now. */
  readonly hub: () => MortalHub;
  /** The only client's. */
  readonly client: ClientId;
  readonly token: string;
  readonly cdn: CdnFetch;
  /** Every line of the log of every hub, as text. */
  readonly logged: readonly string[];
  /** A person who has not written yet. */
  newcomer(): string;
  /** Lets time pass until it is so; fails when it is not within `withinMs` (two minutes). */
  until(isSo: () => boolean, what: string, withinMs?: number): Promise<void>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  /** What comes of `promise` while time passes. */
  meanwhile<T>(promise: Promise<T>): Promise<T>;
  /** What the person was sent, oldest first, once it is `count` messages. */
  answersTo(person: string, count: number): Promise<readonly BotEntry[]>;
  restart(how: "in_order" | "killed"): Promise<void>;
  /** WeChat's owner logs the hub in again. */
  login(): Promise<void>;
  /** The lives of all messages, oldest first. */
  traces(): Promise<readonly MessageTrace[]>;
  /** All that the database holds, byte for byte. */
  databaseBytes(): Promise<string>;
}

/** Clients of one world share its token; the tests of media and order write more than WeChat's ten sends a message. */
const SENDS_PER_INBOUND = "100";
const TOKEN = `vhub_${"5".repeat(64)}`;
/** Sockets get their turns in so small steps of time that nothing is late because time ran ahead. */
const STEP_MS = 100;

/** Settlings of the event loop. */
const RELISTEN_TURNS_MAX = 1_000;

export async function openRecordedWorld(): Promise<RecordedWorld> {
  const directory = await makeQuickFolder();
  const clock = createFakeClock();
  const upstream = await createFakeUpstream({
    clock,
    settings: { budget: Number(SENDS_PER_INBOUND) },
  });
  const { simulator } = upstream;
  const logged: string[] = [];
  const log = recordingLog(logged);
  const random = createFakeRandom(11);
  const path = `${directory}/hub.db`;

  const port = lastingPort();

  async function start() {
    const hub = await startMortalHub({
      ...{ path, clock, random, log, api: upstream.api, crashAt: null },
      flags: { "allow-senders": "open", "sends-per-inbound": SENDS_PER_INBOUND },
    });
    return { hub, server: await listen(hub) };
  }

  /** The runtime may let a port go a few turns after it has said that the server is closed. */
  async function listen(hub: MortalHub, turns = 0): Promise<HttpServer> {
    try {
      return await startServer({
        hostname: "127.0.0.1",
        port,
        downstream: hub.stations.downstream.app,
        admin: { fetch: () => new Response("{}") },
        clock,
        log,
      });
    } catch (error) {
      const isTaken = error instanceof HubError && error.code === "PORT_TAKEN";
      if (!isTaken || turns >= RELISTEN_TURNS_MAX) throw error;
      await settle();
      return await listen(hub, turns + 1);
    }
  }

  let running = await start();

  async function login(): Promise<void> {
    const { token, baseUrl } = upstream.bot();
    const atMs = clock.now();
    await running.hub.store.saveLogin({ userId: OWNER, botId: "b@im.bot", token, baseUrl, atMs });
    await running.hub.stations.upstream.refresh();
  }
  await login();
  const tokenHash = createHash("sha256").update(TOKEN).digest("hex");
  const { id: client } = await running.hub.store.registerClient({
    ...{ name: "recorded", label: "", tokenHash, atMs: clock.now() },
  });

  async function until(isSo: () => boolean, what: string, withinMs = 120_000): Promise<void> {
    const endMs = clock.monotonic() + withinMs;
    await settle();
    while (!isSo()) {
      if (clock.monotonic() >= endMs) throw new Error(`Waited ${withinMs} ms in vain for ${what}`);
      await clock.advance(STEP_MS);
    }
  }
  async function meanwhile<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    void promise.then(() => isDone = true, () => isDone = true);
    await until(() => isDone, "the end of what was begun");
    return await promise;
  }
  async function end(how: "in_order" | "killed"): Promise<void> {
    const { hub, server } = running;
    if (how === "killed") {
      hub.die();
      await server.close();
      // Until WeChat has seen that the poll is gone it would hand the next message to nobody.
      await until(
        () => simulator.bots().every(({ polls }) => polls === 0),
        "the hub's poll to end",
      );
      return;
    }
    await meanwhile(hub.stop());
    await meanwhile(server.drain(5_000));
    await server.close();
  }

  return {
    ...{ clock, upstream, simulator, port, client, logged, until, meanwhile, login },
    token: TOKEN,
    hub: () => running.hub,
    cdn: (url, init) => simulator.fetch(url, init),
    newcomer: () => simulator.addPerson().id,
    async pass(ms) {
      const endMs = clock.monotonic() + ms;
      await until(() => clock.monotonic() >= endMs, "time to pass", ms + STEP_MS);
    },
    async answersTo(person, count) {
      const sent = () => simulator.sent().filter((entry) => entry.person === person);
      await until(() => sent().length >= count, `${count} answers to ${person}`);
      return sent();
    },
    async restart(how) {
      await end(how);
      running = await start();
      await running.hub.stations.upstream.refresh();
    },
    async traces() {
      const { store } = running.hub;
      const summaries = await store.lastMessages({ limit: 1_000, before: null });
      const traces = summaries.toReversed().map(({ id }) => store.trace(id as MessageId));
      return (await Promise.all(traces)).filter((trace) => trace !== null);
    },
    async databaseBytes() {
      let text = "";
      for await (const { name } of Deno.readDir(directory)) {
        text += new TextDecoder("latin1").decode(await Deno.readFile(`${directory}/${name}`));
      }
      return text;
    },
    async [Symbol.asyncDispose]() {
      await end("in_order");
      await simulator.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

function recordingLog(logged: string[]): Log {
  const record = (event: string, fields = {}) =>
    void logged.push(`${event} ${JSON.stringify(fields)}`);
  return { debug: record, info: record, warn: record, error: record };
}
