/**
 * Says once that a message waits because its agent is busy with another one, when it has waited for a while. It looks at due
 * times only: a message costs nothing more on its way. What was said stands in the store beside the message, so that no
 * restart says it again.
 */
import type { ClientStates } from "../core/client.ts";
import type { AccountId } from "../core/ids.ts";
import type { LedgerLimits } from "../core/ledger.ts";
import type { TurnLimits } from "../core/turn.ts";
import { createBackoff } from "../lib/backoff.ts";
import { createBell } from "../lib/bell.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import { startTask } from "../lib/task.ts";
import type { Store } from "../store/store.ts";
import { PRESENCE_TEXT } from "../text/presence.ts";
import { type Lang, say } from "../text/say.ts";
import { LANE_BACKOFF } from "./lanes.ts";
import { canSpareSend } from "./presence_words.ts";

export interface WaitingWordsPorts {
  readonly store: Pick<Store, "clients" | "untoldWaits" | "tellWait">;
  readonly states: Pick<ClientStates, "stateOf">;
  readonly limits: LedgerLimits & TurnLimits;
  readonly lang: Lang;
  /** How long a message waits before it is said; 0: never. */
  readonly afterMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Whether the account's sends wait for something; what is said later may not be true any more. */
  readonly isResting: (account: AccountId) => boolean;
  /** The account has sends of the hub's own. */
  onSends(account: AccountId): void;
}

export interface WaitingWords {
  /** A message was queued, or a client took one and lets others wait. */
  noteQueued(): void;
  stop(): Promise<void>;
}

/** The time between two looks while messages come. */
const LOOK_EVERY_MS = 1_000;

export function startWaitingWords(ports: WaitingWordsPorts): WaitingWords {
  const { clock, random, log, afterMs } = ports;
  const bell = createBell(clock);
  /** When the newest message will have waited long enough; milliseconds since 1970. */
  let lookUntilMs = 0;
  const task = startTask({
    bell,
    clock,
    backoff: createBackoff({ ...LANE_BACKOFF, random }),
    async step() {
      const nowMs = clock.now();
      if (lookUntilMs > nowMs) bell.ringAt(Math.min(lookUntilMs, nowMs + LOOK_EVERY_MS));
      if (afterMs > 0) await look(ports, nowMs);
    },
    onFault: (error) => log.error("waiting_words.look_failed", { error: errorText(error) }),
  });
  return {
    noteQueued() {
      if (afterMs === 0) return;
      lookUntilMs = clock.now() + afterMs;
      bell.ringAt(lookUntilMs);
    },
    stop: () => task.stop(),
  };
}

async function look(ports: WaitingWordsPorts, nowMs: number): Promise<void> {
  const { store, states, limits, lang, afterMs } = ports;
  // One that works on its only message lets nobody wait.
  const busy = (await store.clients())
    .filter(({ id, waiting }) => waiting > 1 && states.stateOf(id) === "busy");
  if (busy.length === 0) return;
  const clients = busy.map(({ id }) => id);
  const waits = await store.untoldWaits({ clients, queuedBeforeMs: nowMs - afterMs });
  for (const { client, account, message, ledger } of waits) {
    const name = busy.find(({ id }) => id === client)?.name;
    if (name === undefined || ports.isResting(account)) continue;
    if (!canSpareSend(ledger, { limits, nowMs })) continue;
    const text = say(lang, PRESENCE_TEXT.queued, { name });
    if (await store.tellWait({ client, message, text, atMs: nowMs })) ports.onSends(account);
  }
}
