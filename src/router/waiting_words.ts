/**
 * Says once that a message waits: its agent has been busy with another one for a while, or turned out to be away after all.
 * It looks at due times only: a message costs nothing more on its way. What was said stands in the store beside the message,
 * so that no restart says it again.
 */
import type { Client } from "../core/client.ts";
import type { AccountId } from "../core/ids.ts";
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
  /** A message was queued, or a client took one and lets others wait. */
  noteQueued(): void;
  stop(): Promise<void>;
}

/** The time between two looks while messages come, and for a while after. */
const LOOK_EVERY_MS = 2_000;

export function startWaitingWords(ports: WaitingWordsPorts): WaitingWords {
  const { clock, random, log, busyWordsMs, words } = ports;
  const bell = createBell(clock);
  const isSilent = busyWordsMs === 0 && !words.saysAway;
  const lookForMs = LOOK_EVERY_MS + Math.max(busyWordsMs, words.saysAway ? LIMITS.awayAfterMs : 0);
  /** Milliseconds since 1970. */
  let lookUntilMs = 0;
  const task = startTask({
    bell,
    clock,
    backoff: createBackoff({ ...LANE_BACKOFF, random }),
    async step() {
      const nowMs = clock.now();
      if (nowMs < lookUntilMs) bell.ringAt(nowMs + LOOK_EVERY_MS);
      if (!isSilent) await look(ports, nowMs);
    },
    onFault: (error) => log.error("waiting_words.look_failed", { error: errorText(error) }),
  });
  return {
    noteQueued() {
      if (isSilent) return;
      const nowMs = clock.now();
      lookUntilMs = nowMs + lookForMs;
      bell.ringAt(nowMs + LOOK_EVERY_MS);
    },
    stop: () => task.stop(),
  };
}

async function look(ports: WaitingWordsPorts, nowMs: number): Promise<void> {
  const { store, states, busyWordsMs, startedAtMs } = ports;
  const clients = await store.clients();
  const scene: WordsScene = { ...ports, clients, nowMs, words: policyAt(ports.host, ports.words) };
  // One that works on its only message lets nobody wait; one that began a moment ago may be done in another.
  const busy = clients.filter(({ id, waiting }) =>
    busyWordsMs > 0 && waiting > 1 && states.stateOf(id) === "busy" &&
    (states.workingMs?.(id) ?? 0) >= busyWordsMs
  );
  const away = clients.filter((client) =>
    scene.words.saysAway && client.waiting > 0 && isAbsent(client, scene)
  );
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
