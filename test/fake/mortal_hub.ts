/**
 * The hub's stations in this process, under a fake clock, that can die like a killed process: from then on nothing of it
 * runs, calls or answers, and only what its database file holds is left.
 */
import { readSettings } from "../../src/config/read.ts";
import type { Settings } from "../../src/config.ts";
import type { Cdn } from "../../src/core/cdn.ts";
import { startStations, type Stations } from "../../src/hub.ts";
import type { Clock } from "../../src/lib/clock.ts";
import { type Log, silentLog } from "../../src/lib/log.ts";
import type { PluginHost } from "../../src/plugin/host.ts";
import type { Random } from "../../src/lib/random.ts";
import { openStore } from "../../src/store/sqlite/open.ts";
import type { Store } from "../../src/store/store.ts";
import type { UpstreamApi } from "../../src/upstream/api.ts";
import { NO_SHADOWS, shippedHost } from "./plugins.ts";

export interface MortalHub {
  readonly store: Store;
  readonly stations: Stations;
  /** Aborts when it dies. */
  readonly death: AbortSignal;
  /** Ends it as `kill -9` would. */
  die(): void;
  /** Ends it in order. */
  stop(): Promise<void>;
}

export interface MortalHubOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly api: UpstreamApi;
  /** Fails when absent. */
  readonly wechatCdn?: Cdn;
  /** Dies at this commit, just before or just after it is on disk; `null` never. */
  readonly crashAt: { readonly commit: number; readonly moment: "before" | "after" } | null;
  /** Flags of `serve`. What the hub says about agents that are busy or away is off unless they turn it on. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Silent when absent. */
  readonly log?: Log;
  /** The shipped plugins when absent. */
  readonly host?: PluginHost;
}

const NO_CDN: Cdn = { transfer: () => Promise.resolve({ kind: "failed", text: "no CDN" }) };
const KEY = new Uint8Array(32).fill(7);

/** Rejects when it dies before it is there. */
export async function startMortalHub(options: MortalHubOptions): Promise<MortalHub> {
  const { path, random, crashAt, log = silentLog } = options;
  const dying = new AbortController();
  const { promise: death, reject } = Promise.withResolvers<never>();
  death.catch(() => {}); // looked at only while it starts
  dying.signal.addEventListener("abort", () => reject(new Error("died at its start")));
  const clock = mortalClock(options.clock, dying.signal);
  const store = await openStore({
    path,
    clock,
    random,
    log,
    signKey: KEY,
    sealer: { seal: (plain) => plain, unseal: (sealed) => sealed },
    onCommit(commit, moment) {
      if (crashAt === null || commit !== crashAt.commit || moment !== crashAt.moment) return;
      dying.abort();
      throw new Error(`died ${moment} commit ${commit}`);
    },
  });
  const starting = startStations({
    ...{ store, clock, random },
    api: mortalApi(options.api, dying.signal),
    host: options.host ?? shippedHost(clock),
    shadowHost: NO_SHADOWS,
    settings: settingsOf({ "away-words": "false", "busy-words-seconds": "0", ...options.flags }),
    signKey: KEY,
    version: "0.0.0",
    lang: "en",
    wechatCdn: options.wechatCdn ?? NO_CDN,
    log,
    hasRoom: () => true,
    onLoggedOut() {},
  });
  starting.catch(() => {}); // what a dead one says comes too late
  const stations = await Promise.race([starting, death]);
  return {
    store,
    stations,
    death: dying.signal,
    die() {
      dying.abort();
      void store.close();
    },
    async stop() {
      await stations.stop();
      await store.close();
    },
  };
}

function settingsOf(flags: Readonly<Record<string, string>>): Settings {
  const place = { directory: "/", home: "/" };
  const read = readSettings({ flags, env: () => undefined, file: null, place });
  if (read.kind === "read") return read.settings;
  throw new Error(`Wrong flags: ${JSON.stringify(read.problem)}`);
}

/** A clock whose timers never fire again after death. */
function mortalClock(clock: Clock, death: AbortSignal): Clock {
  const running = new Set<() => void>();
  death.addEventListener("abort", () => running.forEach((cancel) => cancel()), { once: true });
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after(delayMs, action) {
      const stop = clock.after(delayMs, () => {
        running.delete(cancel);
        if (!death.aborted) action();
      });
      function cancel(): void {
        running.delete(cancel);
        stop();
      }
      running.add(cancel);
      return cancel;
    },
  };
}

/** Calls are cut off at death, and never come back to a dead caller. */
function mortalApi(api: UpstreamApi, death: AbortSignal): UpstreamApi {
  const call = <Args extends unknown[], Answer>(
    method: (...args: Args) => Promise<Answer>,
  ) =>
  async (...args: Args): Promise<Answer> => {
    const last = args.at(-1) as { readonly signal: AbortSignal };
    const signal = AbortSignal.any([last.signal, death]);
    const cut = [...args.slice(0, -1), { ...last, signal }] as Args;
    const answer = await untilDeath(death, () => method(...cut));
    return answer;
  };
  return {
    getUpdates: call(api.getUpdates),
    sendMessage: call(api.sendMessage),
    getConfig: call(api.getConfig),
    sendTyping: call(api.sendTyping),
    getUploadUrl: call(api.getUploadUrl),
    notify: call(api.notify),
    getQrCode: call(api.getQrCode),
    getQrStatus: call(api.getQrStatus),
  };
}

/** What `work` gives while the process lives; nothing ever after. */
export async function untilDeath<T>(death: AbortSignal, work: () => Promise<T>): Promise<T> {
  const never = new Promise<never>(() => {});
  if (death.aborted) return await never;
  try {
    const value = await work();
    return death.aborted ? await never : value;
  } catch (error) {
    if (death.aborted) return await never;
    throw error;
  }
}
