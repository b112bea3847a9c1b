/** A living host over a folder of files that the test writes, with a fake clock and a fake isolation. */
import { dirname, join } from "node:path";
import type { PluginView } from "../../src/core/plugin_desk.ts";
import type { Log } from "../../src/lib/log.ts";
import type { InboundView, Verdict } from "../../src/plugin/api.ts";
import type { PluginSettings } from "../../src/plugin/catalog.ts";
import type { Answer, Facts, Memory } from "../../src/plugin/host.ts";
import type { Isolation } from "../../src/plugin/isolate.ts";
import { createLivingHost, type LivingHost } from "../../src/plugin/living_host.ts";
import type { RecordedCall } from "../../src/plugin/recorded.ts";
import type { PluginNews } from "../../src/plugin/plugin_view.ts";
import { createFakeClock, type FakeClock, settle } from "./fake_clock.ts";
import { createFakeIsolation, type FakeIsolation } from "./fake_isolation.ts";
import { createFakeRandom } from "./fake_random.ts";
import { inboundView, NOW_MS } from "./plugin_views.ts";

export interface LivingWorld extends AsyncDisposable {
  readonly living: LivingHost;
  readonly clock: FakeClock;
  readonly isolation: FakeIsolation;
  /** The plugins folder. */
  readonly folder: string;
  readonly data: string;
  readonly news: readonly PluginNews[];
  /** Lines of the log, each with its fields. */
  readonly logged: readonly string[];
  /** Messages on which new versions are tried. */
  recorded: readonly RecordedCall[];
  /** Writes a file as an editor would, and lets what follows from it happen until `isDone`; fails when it never is. */
  save(file: string, text: string, isDone: () => boolean): Promise<void>;
  /** Lets time and files go on until `isDone`; fails when it never is. */
  until(isDone: () => boolean): Promise<void>;
  /** Lets the folder be looked through a few times, and all that follows happen. */
  pass(): Promise<void>;
  view(id: string): PluginView;
  ask(id: string, text?: string, memory?: Memory): Promise<Answer<Verdict>>;
  /** The ids of those who are asked, in order. */
  ids(): readonly string[];
  /** Ends this hub and starts another on the same files. */
  restart(changes?: Partial<LivingSettings>): Promise<void>;
}

export interface LivingSettings extends PluginSettings {
  readonly isSafe: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/** Files and imports take real time, more of it on a busy machine. */
const REAL_MS_MAX = 20_000;
/** 12 s, in which the folder is looked through twice. */
const TURNS_OF_A_LOOK = 60;

const SETTINGS: LivingSettings = {
  ...{ order: [], disabled: [], shadow: [], config: {}, isSafe: false, env: {} },
};

export const FACTS: Facts = {
  ...{ clients: [], binding: null, defaultClient: null, lastDecision: null },
  hub: { version: "0.0.0", uptimeMs: 1, sendsLeft: 10, windowEndsAtMs: null },
  ...{ lang: "en", nowMs: NOW_MS },
};

/** A plugin's source; `manifest` holds what is not usual, `body` what `route` does. */
export function source(
  id: string,
  { body = `return { kind: "pass", reason: "${id}" };`, manifest = "", head = "", more = "" } = {},
): string {
  return `${head}
export default {
  manifest: { id: "${id}", api: 1, version: "1.0.0", ${manifest} },
  route(message, ctx) { ${body} },
  ${more}
};
`;
}

/** A plugin that answers with this reason. */
export function saying(id: string, reason: string, manifest = ""): string {
  return source(id, { body: `return { kind: "pass", reason: "${reason}" };`, manifest });
}

export function recordedCall(text: string): RecordedCall {
  return { message: inboundView(text), facts: FACTS, memories: {} };
}

/** `files` are there from the beginning. The folder is not made where `files` is `null`. */
export async function openLivingWorld(
  files: Readonly<Record<string, string>> | null,
  changes: Partial<LivingSettings> = {},
): Promise<LivingWorld> {
  const base = await Deno.realPath(await Deno.makeTempDir({ prefix: "ilink-hub-living-" }));
  const [folder, data] = [join(base, "plugins"), join(base, "data")];
  await Deno.mkdir(data);
  if (files !== null) await Deno.mkdir(folder);
  for (const [file, text] of Object.entries(files ?? {})) await write(join(folder, file), text);
  const clock = createFakeClock();
  const news: PluginNews[] = [];
  const logged: string[] = [];
  const random = createFakeRandom();
  let settings = { ...SETTINGS, ...changes };
  let living: LivingHost;
  let isolation: FakeIsolation;

  async function start(): Promise<void> {
    isolation = createFakeIsolation(clock);
    living = createLivingHost({
      ...{ folder, settings, isolation: isolation as Isolation, clock, random },
      ...{
        dataDirectory: data,
        shippedFolder: "/shipped",
        isSafe: settings.isSafe,
        isWatching: true,
        log: logTo(logged),
      },
      env: (name) => settings.env[name],
      rehearsal: {
        recent: () => Promise.resolve(world.recorded),
        tryText: async (given, host) => ({
          decision: { kind: "drop", reason: given.text },
          steps: await reasons(
            host.plugins.map((plugin) =>
              host.route(plugin, { message: inboundView(given.text), facts: FACTS, memory: {} })
            ),
          ),
        }),
        replay: () => Promise.resolve({ messages: 0, changed: [], faults: 0, slowest: [] }),
      },
      onNews: (one) => void news.push(one),
    });
    await living.start();
  }

  const world: LivingWorld = {
    ...{ clock, folder, data, news, logged },
    recorded: [],
    get living() {
      return living;
    },
    get isolation() {
      return isolation;
    },
    async save(file, text, isDone) {
      const path = join(folder, file);
      await write(`${path}~`, text);
      await Deno.rename(`${path}~`, path);
      await world.until(isDone);
    },
    async until(isDone) {
      const endAt = performance.now() + REAL_MS_MAX;
      while (!isDone() && performance.now() < endAt) await turnOf(clock);
      if (!isDone()) throw new Error("waited for something that did not come");
    },
    async pass() {
      for (let turn = 0; turn < TURNS_OF_A_LOOK; turn++) await turnOf(clock);
    },
    view(id) {
      const found = living.desk.list().find((view) => view.id === id);
      if (found === undefined) throw new Error(`there is no plugin ${id}`);
      return found;
    },
    ask(id, text = "hello", memory = {}) {
      const plugin = living.host.plugins.find((plugin) => plugin.id === id);
      if (plugin === undefined) throw new Error(`nobody would ask ${id}`);
      const message: InboundView = inboundView(text);
      return living.host.route(plugin, { message, facts: FACTS, memory });
    },
    ids: () => living.host.plugins.map(({ id }) => id),
    async restart(changes = {}) {
      await living.close();
      settings = { ...settings, ...changes };
      await start();
    },
    async [Symbol.asyncDispose]() {
      await living.close();
      await Deno.remove(base, { recursive: true });
    },
  };
  await start();
  return world;
}

/** The words of an answer: the reason of a verdict, or the fault. */
export function wordsOf(answer: Answer<Verdict>): string {
  if (answer.kind === "fault") return `${answer.fault}: ${answer.text}`;
  return answer.verdict.reason ?? "";
}

async function reasons(answers: readonly Promise<Answer<Verdict>>[]): Promise<string[]> {
  return (await Promise.all(answers)).map(wordsOf);
}

/** A moment of fake time, and of the real time that files and imports take. */
async function turnOf(clock: FakeClock): Promise<void> {
  await clock.advance(200);
  for (let turn = 0; turn < 5; turn++) {
    await Deno.stat("/");
    await settle();
  }
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

function logTo(lines: string[]): Log {
  const write = (event: string, fields: object = {}) =>
    void lines.push(`${event} ${JSON.stringify(fields)}`);
  return { debug: write, info: write, warn: write, error: write };
}
