/**
 * Says once that a message waits: its agent has been busy with another one for a while, or turned out to be away after all.
 * It looks at due times only: a message costs nothing more on its way. What was said stands in the store beside the message,
 * so that no restart says it again.
 */
import type { Client } from "../core/client.ts";
import type { AccountId, ClientId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { createBackoff } from "../lib/backoff.ts";
import { createBell } from "../lib/bell.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import { startTask } from "../lib/task.ts";
import type { PluginHost } from "../plugin/host.ts";
import { HUB_ID } from "../plugin/manifest.ts";
import type { Store, UntoldWait } from "../store/store.ts";
import { PRESENCE_TEXT } from "../text/presence.ts";
import { say } from "../text/say.ts";
import { LANE_BACKOFF } from "./lanes.ts";
import {
  awayLine,
  canSpareSend,
  isAbsent,
  policyAt,
  type WordsPolicy,
  type WordsScene,
} from "./presence_words.ts";
import type { Background } from "./views.ts";

export interface WaitingWordsPorts extends Background {
  readonly store: Pick<Store, "clients" | "untoldWaits" | "tellWait">;
  readonly host: Pick<PluginHost, "plugins">;
  readonly words: WordsPolicy;
  /** How long a message waits for a busy client before it is said; 0: never. */
  readonly busyWordsMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The account has sends of the hub's own. */
  onSends(account: AccountId): void;
}

export interface WaitingWords {
  /** A message was queued for these clients, or they took one and let others wait. */
  noteQueued(clients: readonly ClientId[]): void;
  stop(): Promise<void>;
}

/** The time between two looks while messages come, and for a while after. */
const LOOK_EVERY_MS = 2_000;

/** Clients whose queues one look reads, so that it holds up nobody; the rest have the next. */
const QUEUES_MAX = 100;

export function startWaitingWords(ports: WaitingWordsPorts): WaitingWords {
  const { clock, random, log, busyWordsMs, words } = ports;
  const bell = createBell(clock);
  const isSilent = busyWordsMs === 0 && !words.saysAway;
  const lookForMs = LOOK_EVERY_MS + Math.max(busyWordsMs, words.saysAway ? LIMITS.awayAfterMs : 0);
  /** Until when each is looked at, milliseconds since 1970; the next to be looked at first. */
  const noted = new Map<ClientId, number>();
  const task = startTask({
    bell,
    clock,
    backoff: createBackoff({ ...LANE_BACKOFF, random }),
    async step() {
      if (noted.size === 0) return;
      const nowMs = clock.now();
      bell.ringAt(nowMs + LOOK_EVERY_MS);
      await look(noted, ports, nowMs);
    },
    onFault: (error) => log.error("waiting_words.look_failed", { error: errorText(error) }),
  });
  return {
    noteQueued(clients) {
      if (isSilent) return;
      const nowMs = clock.now();
      for (const client of clients) noted.set(client, nowMs + lookForMs);
      bell.ringAt(nowMs + LOOK_EVERY_MS);
    },
    stop: () => task.stop(),
  };
}

async function look(
  noted: Map<ClientId, number>,
  ports: WaitingWordsPorts,
  nowMs: number,
): Promise<void> {
  const { store, busyWordsMs, startedAtMs } = ports;
  const clients = await store.clients();
  const scene: WordsScene = { ...ports, clients, nowMs, words: policyAt(ports.host, ports.words) };
  const { busy, away } = takeTurns(noted, scene, busyWordsMs);
  const waits = [
    ...await waitsFor(busy, { fromMs: 0, toMs: nowMs - busyWordsMs }, store),
    // What waited before the hub began is told with the person's next message.
    ...await waitsFor(away, { fromMs: startedAtMs, toMs: nowMs }, store),
  ];
  for (const wait of waits) {
    const { client, account, message } = wait;
    const line = canSpareSend(wait, scene) ? lineFor(wait, scene) : null;
    if (line === null) continue;
    if (await store.tellWait({ client, message, ...line, atMs: nowMs })) ports.onSends(account);
  }
}

/** Whose queues are read now. Who was looked at goes to the end, or out where the time is over. */
function takeTurns(
  noted: Map<ClientId, number>,
  scene: WordsScene,
  busyWordsMs: number,
): { readonly busy: readonly Client[]; readonly away: readonly Client[] } {
  const clients = new Map(
    scene.clients.filter(({ id }) => noted.has(id)).map((client) => [client.id, client]),
  );
  const taken = { busy: [] as Client[], away: [] as Client[] };
  for (const [id, untilMs] of [...noted]) {
    const client = clients.get(id);
    const why = client === undefined ? null : whyWaiting(client, scene, busyWordsMs);
    if (why !== null && taken.busy.length + taken.away.length >= QUEUES_MAX) continue;
    noted.delete(id);
    if (client !== undefined && scene.nowMs < untilMs) noted.set(id, untilMs);
    if (client !== undefined && why !== null) taken[why].push(client);
  }
  return taken;
}

/** Why what is queued for the client may wait; `null` when there is nothing to say of that. */
function whyWaiting(
  client: Client,
  scene: WordsScene,
  busyWordsMs: number,
): "busy" | "away" | null {
  const { id, waiting } = client;
  const { states, words } = scene;
  // One that works on its only message lets nobody wait; one that began a moment ago may be done in another.
  const isBusy = busyWordsMs > 0 && waiting > 1 && states.stateOf(id) === "busy" &&
    (states.workingMs?.(id) ?? 0) >= busyWordsMs;
  if (isBusy) return "busy";
  return words.saysAway && waiting > 0 && isAbsent(client, scene) ? "away" : null;
}

async function waitsFor(
  clients: readonly Client[],
  queued: { readonly fromMs: number; readonly toMs: number },
  store: WaitingWordsPorts["store"],
): Promise<readonly UntoldWait[]> {
  if (clients.length === 0) return [];
  return await store.untoldWaits({ clients: clients.map(({ id }) => id), ...queued });
}

/** `null` when there is nothing to say any more. */
function lineFor(
  wait: UntoldWait,
  scene: WordsScene,
): Pick<Parameters<Store["tellWait"]>[0], "text" | "memories"> | null {
  const client = scene.clients.find(({ id }) => id === wait.client);
  if (client === undefined) return null;
  if (scene.states.stateOf(client.id) === "busy") {
    return { text: say(scene.lang, PRESENCE_TEXT.queued, { name: client.name }) };
  }
  const away = awayLine([client], wait.memories[HUB_ID] ?? {}, scene);
  return away === null ? null : { text: away.line, memories: { [HUB_ID]: away.memory } };
}
