/**
 * A faithful fake WeChat: the iLink endpoints and the CDN over HTTP, with people, faults and a record of all that happened.
 * It runs inside a test or a demo, or alone with a control API.
 */
import type { Clock } from "../lib/clock.ts";
import type { Random } from "../lib/random.ts";
import { startControl } from "./control.ts";
import { dispatch } from "./dispatch.ts";
import type { Exchange, RequestRecord } from "./exchange.ts";
import { activeFaults, addFault, type Fault } from "./faults.ts";
import { createInProcessFetch, REDIRECT_HOST } from "./in_process.ts";
import { askVerifyCode, confirmCode, expireCode, redirectCode, scanCode } from "./login.ts";
import { plainMedia } from "./media.ts";
import { addPerson, bindBot, findBot, supersede } from "./people.ts";
import { type Say, say } from "./say.ts";
import { listen, type Listener } from "./server.ts";
import { DEFAULT_SETTINGS, type Settings } from "./settings.ts";
import {
  type BotView,
  type ChatView,
  type CodeView,
  type FaultView,
  viewBot,
  viewChat,
  viewCodes,
  viewFault,
} from "./views.ts";
import {
  type BotEntry,
  createWorld,
  type LostMessage,
  type Person,
  type Upload,
  type World,
  type WorldEvent,
} from "./world.ts";

export interface SimulatorOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Where it listens; 127.0.0.1 when absent. */
  readonly hostname?: string;
  /** 0 or absent takes any free port; `null` listens nowhere: only `fetch` reaches it then. */
  readonly port?: number | null;
  /** The same for the control API; absent and `null` mean none. */
  readonly controlPort?: number | null;
  /** Bots that exist from the start, each with its owner. */
  readonly bots?: readonly BotGiven[];
  /** What differs from `DEFAULT_SETTINGS`. */
  readonly settings?: Partial<Settings>;
}

/** Absent members are made up; an owner that does not exist yet is added as a person. */
export interface BotGiven {
  readonly owner?: string;
  readonly id?: string;
  readonly token?: string;
}

/**
 * Every method that names something unknown (person, bot, QR code) throws a `RangeError`. A bot is named by its id, token
 * or owner; where `bot` is absent the only bot is meant, where `person` is absent the bot's owner.
 */
export interface Simulator {
  /** Where bots call, no trailing slash. */
  readonly baseUrl: string;
  /** No trailing slash; `null` when there is no control API. */
  readonly controlUrl: string | null;
  /** Calls an endpoint without a socket, whatever the host of the URL. */
  readonly fetch: typeof fetch;

  settings(): Settings;
  change(changes: Partial<Settings>): void;

  addPerson(given?: { readonly id?: string; readonly name?: string }): Person;
  people(): readonly Person[];
  /** Logs a bot in without a QR code: a new one, or its owner's with another id and token, which ends the old token. */
  bind(given?: BotGiven): BotView;
  /** Ends the bot's token; polls in flight answer -14. */
  unbind(bot?: string): void;
  bots(): readonly BotView[];

  /** Writes to the bot and returns the digits of the message's id. */
  say(given: SayGiven): string;
  chat(given?: { readonly person?: string; readonly bot?: string }): ChatView;
  /** What bots sent and WeChat accepted, oldest first; the latest 50,000. */
  sent(): readonly BotEntry[];
  /**
   * Mode `tencent`: messages that left in an answer which no later poll proved received, since that poll came with an older
   * cursor. An answer still waiting for its first later poll is not in the list.
   */
  lostOnWire(): readonly LostMessage[];
  uploads(): readonly Upload[];
  /** The plain bytes behind an `encrypt_query_param`; `null` when there are none. */
  media(param: string): Uint8Array | null;

  /** Returns the fault's number. */
  addFault(fault: Fault): number;
  removeFault(id: number): void;
  clearFaults(): void;
  /** Those that have not ended. */
  faults(): readonly FaultView[];
  /** Oldest first; the latest 2,000. */
  requests(): readonly RequestRecord[];
  clearRequests(): void;

  /** The latest 100 codes, oldest first. */
  codes(): readonly CodeView[];
  scan(qrcode: string, person: string): void;
  /** From now on the caller has to give these digits. */
  askVerifyCode(qrcode: string, verifyCode: string): void;
  /** Sends the caller to a second listener and returns its `host:port`. */
  redirect(qrcode: string): Promise<string>;
  confirm(qrcode: string): BotView;
  expire(qrcode: string): void;

  /** Calls `watcher` at everything that happens until the returned function is called. */
  watch(watcher: (event: WorldEvent) => void): () => void;
  /** Resets all connections and stops listening. */
  close(): Promise<void>;
}

export interface SayGiven {
  readonly person?: string;
  readonly bot?: string;
  /** A text, or anything WeChat can carry. */
  readonly what: string | Say;
}

/** Starts a simulator; rejects with the listener's error when a port is taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const world = createWorld({
    clock: options.clock,
    random: options.random,
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
  });
  const hostname = options.hostname ?? "127.0.0.1";
  const listeners: Listener[] = [];
  const onExchange = (exchange: Exchange) => void dispatch(world, exchange);

  async function open(port: number, isRedirected: boolean): Promise<string> {
    const listener = await listen({ hostname, port, isRedirected, onExchange });
    listeners.push(listener);
    return `${urlHost(hostname)}:${listener.port}`;
  }

  async function close(): Promise<void> {
    for (const cancel of [...world.timers]) cancel();
    await Promise.all(listeners.map((listener) => listener.close()));
  }

  if (options.port === null) {
    world.baseUrl = "http://simulator.invalid";
    world.openRedirect = () => Promise.resolve(REDIRECT_HOST);
  } else {
    world.baseUrl = `http://${await open(options.port ?? 0, false)}`;
    let redirect: Promise<string> | null = null;
    world.openRedirect = () => redirect ??= open(0, true);
  }
  for (const given of options.bots ?? []) bindBot(world, given);

  const methods = createMethods(world);
  const fetch = createInProcessFetch(onExchange);
  const simulator = { ...methods, baseUrl: world.baseUrl, controlUrl: null, fetch, close };
  if (options.controlPort === null || options.controlPort === undefined) return simulator;
  try {
    const port = options.controlPort;
    const control = await startControl(simulator, { hostname, port });
    listeners.push(control);
    return { ...simulator, controlUrl: `http://${urlHost(hostname)}:${control.port}` };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An address to call where one listens everywhere; IPv6 in brackets. */
function urlHost(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "127.0.0.1";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

function createMethods(
  world: World,
): Omit<Simulator, "baseUrl" | "controlUrl" | "fetch" | "close"> {
  function botName(given: string | undefined): string {
    if (given !== undefined) return given;
    const [only, second] = world.bots.values();
    if (only === undefined || second !== undefined) {
      throw new RangeError(`Name a bot: there are ${world.bots.size}`);
    }
    return only.id;
  }
  function names(given: { readonly person?: string; readonly bot?: string }) {
    const bot = botName(given.bot);
    return { bot, person: given.person ?? findBot(world, bot).owner.id };
  }
  return {
    settings: () => world.settings,
    change(changes) {
      world.settings = { ...world.settings, ...changes };
    },
    addPerson: (given) => addPerson(world, given),
    people: () => [...world.people.values()],
    bind: (given) => viewBot(bindBot(world, given)),
    unbind: (bot) => supersede(findBot(world, botName(bot))),
    bots: () => [...world.bots.values()].map(viewBot),
    say: (given) => say(world, { ...names(given), what: given.what }),
    chat: (given = {}) => viewChat(world, names(given)),
    sent: () => world.sent.items(),
    lostOnWire: () => world.lost.items(),
    uploads: () => [...world.uploads.values()],
    media: (param) => plainMedia(world, param),
    addFault: (fault) => addFault(world, fault),
    removeFault(id) {
      world.faults = world.faults.filter((fault) => fault.id !== id);
    },
    clearFaults() {
      world.faults = [];
    },
    faults: () => activeFaults(world).map(viewFault),
    requests: () => world.requests.items(),
    clearRequests: () => world.requests.clear(),
    codes: () => viewCodes(world),
    scan: (qrcode, person) => scanCode(world, { qrcode, person }),
    askVerifyCode: (qrcode, verifyCode) => askVerifyCode(world, { qrcode, verifyCode }),
    redirect: (qrcode) => redirectCode(world, qrcode),
    confirm: (qrcode) => viewBot(confirmCode(world, qrcode)),
    expire: (qrcode) => expireCode(world, qrcode),
    watch(watcher) {
      world.watchers.add(watcher);
      return () => void world.watchers.delete(watcher);
    },
  };
}
