/**
 * What of a conversation leaves next while its turn goes on, what waits for the turn's end, and what leaves then. `core/turn.ts`
 * and `core/send_groups.ts` decide; here their facts are read and their decisions performed.
 */
import type { AccountId, ConversationId, ReplyId, SendId } from "../core/ids.ts";
import { type Admission, admit } from "../core/ledger.ts";
import { LIMITS } from "../core/limits.ts";
import { groupWaiting, isText, joinToNext, withNote } from "../core/send_groups.ts";
import {
  admitInTurn,
  fairestIn,
  hasPlenty,
  isTurnOver,
  type SendRank,
  sendsForEnd,
  type Turn,
  TURN_LOOK_MS,
  type TurnAdmission,
  type TurnLimits,
  waitingForEnd,
  type WaitingSend,
} from "../core/turn.ts";
import type { Clock } from "../lib/clock.ts";
import type { SendJob, SendSteps } from "../store/store.ts";
import { type Lang, say } from "../text/say.ts";
import { UNSENT } from "../text/upstream.ts";

export interface TurnKeeperPorts {
  readonly store: Pick<
    SendSteps,
    "turn" | "mergeSends" | "heldConversations" | "holdTurn" | "releaseSends" | "tellUnsent"
  >;
  readonly clock: Clock;
  /** Of the hub's words to people. */
  readonly lang: Lang;
  readonly settings: Parameters<typeof admit>[1] & TurnLimits & { readonly spacingMs: number };
  /** Called when sends wait until this time, milliseconds since 1970. */
  readonly onDeferredUntil: (atMs: number) => void;
}

/** A send with what leaves as part of it. */
export interface LoadedJob extends SendJob {
  /** Replies whose ends are told with its own. */
  readonly riders: readonly ReplyId[];
}

export type TurnAnswer =
  | { readonly kind: "send"; readonly job: LoadedJob }
  | Extract<Admission, { kind: "defer" }> & {
    /** What was planned later is still to be looked at; not given: all of the conversation waits. */
    readonly through?: SendId;
    /** `hub`: its own words alone wait, for answers that are still to be looked at. */
    readonly whose?: "hub";
  };

export class TurnKeeper {
  readonly #account: AccountId;
  readonly #ports: TurnKeeperPorts;

  constructor(account: AccountId, ports: TurnKeeperPorts) {
    this.#account = account;
    this.#ports = ports;
  }

  /** What leaves instead of or with the job, or what its conversation waits for. */
  async admit(job: SendJob, nowMs: number): Promise<TurnAnswer> {
    const { store, settings } = this.#ports;
    const { ledger, rank } = job;
    const admission = admit(ledger, settings, nowMs);
    if (admission.kind === "defer") return admission;
    const left = settings.sendsPerInbound - ledger.sendsSinceInbound;
    const isFree = ledger.lastInboundAtMs === null || hasPlenty(left, job, settings);
    const isAlone = job.isAlone || rank === "hub";
    if (isFree && isAlone) return { kind: "send", job: { ...job, riders: [] } };
    const turn = await store.turn(job.conversation);
    const next = fairestIn(turn, job.send);
    switch (isFree && next !== null ? "send" : admitNext(turn, { rank, next, settings })) {
      case "wait_for_person":
        return { kind: "defer", reason: "budget", untilMs: null };
      case "wait_for_end": {
        const untilMs = nowMs + TURN_LOOK_MS;
        if (rank === "hub") return { kind: "defer", reason: "budget", untilMs, whose: rank };
        return {
          kind: "defer",
          reason: "turn",
          untilMs,
          through: turn.waiting.at(-1)?.send ?? job.send,
        };
      }
    }
    const loaded = next === null ? { ...job, riders: [] } : await this.#load(job, next, turn);
    return { kind: "send", job: loaded };
  }

  async #load(job: SendJob, next: WaitingSend, turn: Turn): Promise<LoadedJob> {
    const { store, clock, settings } = this.#ports;
    const { send, reply, content } = next;
    const chosen = send === job.send
      ? { ...job, riders: [] }
      : { ...job, send, reply, content, upstreamId: null, riders: [] };
    const isPaced = settings.spacingMs > 0;
    const group = joinToNext(turn, next, { textMax: LIMITS.sendTextMax, isPaced });
    if (group === null || group.content === null) return chosen;
    const { conversation } = job;
    const isMerged = await store.mergeSends({ conversation, group, atMs: clock.now() });
    if (!isMerged) return chosen;
    const riders = turn.waiting.filter((one) => group.merged.includes(one.send))
      .map((one) => one.reply);
    return { ...chosen, content: group.content, riders };
  }

  /** Tells the person once a turn that there is more, where only a new message of theirs lets it leave. */
  async tellUnsent({ conversation, ledger, rank }: SendJob, nowMs: number): Promise<void> {
    const { store, lang, settings } = this.#ports;
    const isAwaited = rank === "reply" || rank === "released";
    if (!isAwaited || ledger.sendsSinceInbound >= settings.sendsPerInbound) return;
    await store.tellUnsent({ conversation, text: say(lang, UNSENT.more), atMs: nowMs });
  }

  /** Lets go what waited for the end of a turn that is over; `isBusy`: with a send in flight. */
  async endTurns(isBusy: (conversation: ConversationId) => boolean): Promise<void> {
    const { store, clock, lang, settings, onDeferredUntil } = this.#ports;
    const nowMs = clock.now();
    const held = await store.heldConversations({ account: this.#account, nowMs });
    for (const conversation of held) {
      if (isBusy(conversation)) continue; // what is being begun must not change
      const turn = await store.turn(conversation);
      if (!isTurnOver(turn, { limits: settings, nowMs })) {
        await store.holdTurn(conversation, nowMs + TURN_LOOK_MS);
        onDeferredUntil(nowMs + TURN_LOOK_MS);
        continue;
      }
      const slots = sendsForEnd(turn, settings);
      const waiting = waitingForEnd(turn, settings);
      const textMax = LIMITS.sendTextMax;
      const sinceMs = turn.lastInboundAtMs ?? 0;
      const grouped = groupWaiting(waiting, { textMax, slots, sinceMs });
      const noteOf = (count: number) => say(lang, UNSENT.behind, { count });
      await store.releaseSends({
        ...{ conversation, groups: withNote(grouped, { waiting, textMax, noteOf }), atMs: nowMs },
        rest: { sends: grouped.rest, reason: "budget" },
      });
    }
  }
}

/** `next` is `null` for the hub's own words, and where each of the answers has to wait for an older one. */
function admitNext(
  turn: Turn,
  { rank, next, settings }: {
    readonly rank: SendRank;
    readonly next: WaitingSend | null;
    readonly settings: TurnLimits;
  },
): TurnAdmission {
  if (next === null && rank !== "hub") return "wait_for_end";
  // It leaves with the answer, or at the end of the turn with what else waits.
  if (next?.rank === "progress" && isText(next)) return "wait_for_end";
  return admitInTurn(turn, { rank, client: next?.client ?? null }, settings);
}
