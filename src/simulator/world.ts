/**
 * The state of the simulated WeChat: people, their bots, the conversations between them, media, QR codes. One plain record;
 * the files beside this one change it, each for its own endpoints.
 */
import type { Clock } from "../lib/clock.ts";
import type { Json, JsonObject } from "../lib/json.ts";
import type { Random } from "../lib/random.ts";
import type { QrStatus } from "../wire/login.ts";
import { type BoundedList, createBoundedList } from "./bounded_list.ts";
import type { ActiveFault } from "./faults.ts";
import type { Endpoint, RequestRecord } from "./exchange.ts";
import type { Settings } from "./settings.ts";

export interface Person {
  /** `...@im.wechat`. */
  readonly id: string;
  readonly name: string;
}

/** One person's ClawBot. A new login gives it another id and token; what waits for it stays. */
export interface Bot {
  /** The person who scanned. */
  readonly owner: Person;
  /** `...@im.bot`. */
  id: string;
  token: string;
  /** False from the moment its token is superseded until the next login. */
  isBound: boolean;
  /** Messages written to it so far. */
  messages: number;
  /** Answers with messages given so far; the newest number is what a cursor holds. */
  answers: number;
  /** Not handed out, or handed out in vain; oldest first. */
  waiting: Waiting[];
  /** Handed out under an answer number that no poll has presented yet. */
  readonly outstanding: Map<number, readonly Waiting[]>;
  /** Held `getupdates` calls, oldest first. */
  readonly polls: Poll[];
  readonly chats: Map<string, Chat>;
  /** When the latest sends were that the throttle let pass; those that count for a burst. */
  sendTimesMs: number[];
  /** Every send is refused until then. */
  throttledUntilMs: number;
  /** Calls of `msg/notifystart` and `msg/notifystop`. */
  readonly notices: BoundedList<"start" | "stop">;
}

/** A message on its way to a bot. */
export interface Waiting {
  readonly message: JsonObject;
  /** Present for the message itself, `null` for its repeat in mode `dup`. */
  readonly entry: PersonEntry | null;
}

/** A `getupdates` that is held open. */
export interface Poll {
  /** False while a fault holds it for a fixed time: then it takes nothing before. */
  readonly isReady: boolean;
  readonly finish: (end: "messages" | "idle" | "stale") => void;
}

/** What a person wrote. */
export interface PersonEntry {
  readonly by: "person";
  /** Grows over all conversations. */
  readonly order: number;
  readonly atMs: number;
  readonly person: string;
  readonly bot: string;
  /** The digits of `message_id`. */
  readonly wireId: string;
  readonly text: string;
  readonly items: readonly Json[];
  /** When it first left in an answer to `getupdates`; `null` before. */
  handedOutAtMs: number | null;
}

/** What the bot sent. */
export interface BotEntry {
  readonly by: "bot";
  readonly order: number;
  readonly atMs: number;
  readonly person: string;
  readonly bot: string;
  readonly wireId: string;
  /** What of it can be seen. */
  readonly text: string;
  /** All of it. */
  readonly items: readonly Json[];
  readonly clientId: string;
  readonly runId: string;
  readonly contextToken: string;
  /** `lost`: WeChat said yes and the person never sees it. */
  readonly outcome: "shown" | "lost";
  /** The `msg` as it came. */
  readonly message: JsonObject;
}

export type Entry = PersonEntry | BotEntry;

/** One person and one bot. */
export interface Chat {
  readonly person: Person;
  readonly entries: BoundedList<Entry>;
  readonly contextTokens: BoundedList<{ readonly token: string; readonly atMs: number }>;
  /** The first id given for each of the latest `client_id`s. */
  readonly sendIds: Map<string, string>;
  /** `null` while the person has never written. */
  lastInboundMs: number | null;
  sendsLeft: number;
  coolDownUntilMs: number;
  ticket: string;
  ticketUntilMs: number;
  typingUntilMs: number;
  readonly typings: BoundedList<{ readonly atMs: number; readonly isOn: boolean }>;
}

/** A message that was handed out for good and that no later poll showed to have arrived. */
export interface LostMessage {
  readonly bot: string;
  readonly person: string;
  readonly wireId: string;
  readonly text: string;
  readonly atMs: number;
}

export interface Media {
  readonly cipher: Uint8Array;
  readonly key: Uint8Array;
}

/** What `getuploadurl` announced, and what became of it. */
export interface Upload {
  readonly filekey: string;
  readonly mediaType: number;
  readonly to: string;
  readonly rawBytes: number;
  readonly rawMd5: string;
  readonly cipherBytes: number;
  readonly keyHex: string;
  /** Why the ciphertext was refused; "" when it was right, `null` before it came. */
  problem: string | null;
  /** The parameter under which it can be downloaded; "" before. */
  param: string;
}

export interface Code {
  readonly qrcode: string;
  readonly madeAtMs: number;
  readonly localTokens: readonly string[];
  status: QrStatus;
  /** The status a caller was last told; a call is held while it has not changed. */
  told: QrStatus;
  scannedBy: Person | null;
  verifyCode: string;
  wrongTries: number;
  /** The other host, once the phone's answer was "ask there". */
  redirectHost: string;
  confirmedAtMs: number;
  /** What `confirmed` carries; empty before. */
  credentials: JsonObject;
  readonly waiters: Set<() => void>;
}

/** What happened, for whoever watches. */
export type WorldEvent =
  | { readonly kind: "message"; readonly entry: Entry }
  | {
    readonly kind: "typing";
    readonly bot: string;
    readonly person: string;
    readonly isOn: boolean;
  }
  | { readonly kind: "qr"; readonly qrcode: string; readonly status: QrStatus }
  | { readonly kind: "request"; readonly endpoint: Endpoint | null; readonly order: number };

export interface World {
  readonly clock: Clock;
  readonly random: Random;
  settings: Settings;
  /** Where bots call, no trailing slash; known once the server listens. */
  baseUrl: string;
  /** Opens the second listener at the first call; gives its `host:port`. */
  openRedirect: () => Promise<string>;
  readonly people: Map<string, Person>;
  /** By owner. */
  readonly bots: Map<string, Bot>;
  /** By every bot id and token ever given. */
  readonly botNames: Map<string, Bot>;
  readonly sent: BoundedList<BotEntry>;
  readonly lost: BoundedList<LostMessage>;
  readonly media: Map<string, Media>;
  mediaBytes: number;
  /** By upload parameter. */
  readonly uploads: Map<string, Upload>;
  readonly codes: Map<string, Code>;
  faults: ActiveFault[];
  readonly requests: BoundedList<RequestRecord>;
  requestCount: number;
  entryCount: number;
  readonly watchers: Set<(event: WorldEvent) => void>;
  /** Cancels each timer that is running. */
  readonly timers: Set<() => void>;
}

/** How much is remembered: enough for any assertion, bounded for a day of load. */
const SENT_MAX = 50_000;
const LOST_MAX = 10_000;
const REQUESTS_MAX = 2_000;

export function createWorld(options: {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Settings;
}): World {
  return {
    ...options,
    baseUrl: "",
    openRedirect: () => Promise.resolve(""),
    people: new Map(),
    bots: new Map(),
    botNames: new Map(),
    sent: createBoundedList(SENT_MAX),
    lost: createBoundedList(LOST_MAX),
    media: new Map(),
    mediaBytes: 0,
    uploads: new Map(),
    codes: new Map(),
    faults: [],
    requests: createBoundedList(REQUESTS_MAX),
    requestCount: 0,
    entryCount: 0,
    watchers: new Set(),
    timers: new Set(),
  };
}

/** Calls `action` once, later, unless the returned function or the end of the world comes first. */
export function later(world: World, delayMs: number, action: () => void): () => void {
  const cancelTimer = world.clock.after(delayMs, () => {
    world.timers.delete(cancel);
    action();
  });
  function cancel(): void {
    world.timers.delete(cancel);
    cancelTimer();
  }
  world.timers.add(cancel);
  return cancel;
}

export function tell(world: World, event: WorldEvent): void {
  for (const watcher of world.watchers) watcher(event);
}
