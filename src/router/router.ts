/**
 * Takes the oldest undecided message of each conversation, has it decided and performs the decision in one store step.
 * Conversations are worked on side by side, the messages of one strictly one after the other.
 */
import type { AccountId, ClientId, ConversationId, MessageId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { createBackoff } from "../lib/backoff.ts";
import { type Clock, sleep } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import type { PluginHost } from "../plugin/host.ts";
import type { DecisionInput, Store } from "../store/store.ts";
import { CHAT_TEXT } from "../text/chat.ts";
import { say } from "../text/say.ts";
import { decide, type Decided } from "./chain.ts";
import { LANE_BACKOFF, type LaneStation, startLanes } from "./lanes.ts";
import type { CodeBook } from "./pairing.ts";
import type { SenderPolicy } from "./policy.ts";
import type { WordsPolicy } from "./presence_words.ts";
import type { Background, Scene } from "./views.ts";

export interface RouterPorts extends Background {
  readonly store: Pick<Store, "heads" | "readForDecision" | "settle" | "park" | "clients">;
  /** Read anew for each decision, so that a reload may replace it. */
  readonly host: PluginHost;
  readonly policy: SenderPolicy;
  /** Requests that the owner approves by their code; without it no text is a code. */
  readonly pairing?: CodeBook;
  /** What the hub says about agents that are busy or away; nothing without it. */
  readonly words?: WordsPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** These clients have something of the conversation to fetch. */
  onDelivered(clients: readonly ClientId[], conversation: ConversationId): void;
  /** The account has sends of the hub's own. */
  onSends(account: AccountId): void;
  /** The message is decided, or parked. */
  onSettled?(message: MessageId): void;
  /** Told of each decision once it is on disk, with what it was made on. */
  onDecided?(input: DecisionInput, made: MadeDecision): void;
}

export interface MadeDecision extends Pick<Scene, "clients" | "nowMs"> {
  readonly decided: Decided;
}

export type Router = LaneStation;

export function startRouter(ports: RouterPorts): Router {
  return startLanes(ports, {
    faultEvent: "router.look_failed",
    async look(lanes, signal) {
      const heads = await ports.store.heads({ skip: lanes.busy, limit: lanes.free });
      for (const { conversation, message } of heads) {
        lanes.begin(conversation, () => settleMessage(message, ports, signal));
      }
    },
  });
}

/** How often one message was tried, in this life of the hub. */
interface Tries {
  decided: number;
  /** Settlements that failed one after the other. */
  failed: number;
  /** Decisions that named a client which had gone. */
  gone: number;
  lastError: string;
}

/** Tries until the message is settled or parked, or the hub stops. Never rejects. */
async function settleMessage(
  message: MessageId,
  ports: RouterPorts,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, log } = ports;
  const backoff = createBackoff({ ...LANE_BACKOFF, random });
  const tries: Tries = { decided: 0, failed: 0, gone: 0, lastError: "" };
  while (!signal.aborted) {
    try {
      const ended = await tryOnce(message, { ...ports, tries });
      if (ended === "again") continue;
      ports.onSettled?.(message);
      return;
    } catch (error) {
      tries.lastError = errorText(error);
      log.error("router.step_failed", { message, error: tries.lastError });
      await sleep(clock, backoff.next(), signal);
    }
  }
}

/** Rejects when a step of the store failed. */
async function tryOnce(
  message: MessageId,
  ports: RouterPorts & { readonly tries: Tries },
): Promise<"ended" | "again"> {
  const { store, clock, lang, tries } = ports;
  const nowMs = clock.now();
  const park = async (reason: string) => {
    await store.park(message, { why: "settle_failed", reason, atMs: nowMs });
    return "ended" as const;
  };
  if (tries.gone > LIMITS.redecisionsMax) return park(say(lang, CHAT_TEXT.clientsGone));
  if (tries.failed >= LIMITS.settleTriesMax) {
    // If this fails too, it is the store that cannot write, and the message gets its tries again.
    tries.failed = 0;
    return park(say(lang, CHAT_TEXT.settleFailed, { text: tries.lastError }));
  }
  const input = await store.readForDecision(message);
  if (input === null) return "ended";
  const clients = await store.clients();
  tries.failed += 1;
  const attempt = input.message.attempt + tries.decided++;
  const numbered = { ...input, message: { ...input.message, attempt } };
  const decided = await decide(numbered, { ...ports, clients, nowMs });
  const settled = await store.settle({ message, ...decided, atMs: clock.now() });
  if (settled.kind === "client_gone") {
    tries.failed = 0;
    tries.gone += 1;
    return "again";
  }
  if (settled.kind === "settled") {
    ports.onDecided?.(numbered, { clients, nowMs, decided });
    const { decision } = decided;
    if (decision.kind === "answer" && decision.approves !== undefined) {
      ports.pairing?.noteApproved(decision.approves.pairing);
    }
    if (settled.woken.length > 0) ports.onDelivered(settled.woken, input.message.conversation);
    if (settled.hasSends) ports.onSends(input.account.id);
  }
  return "ended";
}
