/**
 * Typing bubbles, one for each conversation. A bubble shows while at least one client has a share in it: because it said
 * so itself, or because it is at work on a message. WeChat is told anew every few seconds, and told when it is over.
 */
import type { AccountId, ClientId, ConversationId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { AccountCredentials, AccountSteps, SendSteps } from "../store/store.ts";
import { TYPING_OFF, TYPING_ON } from "../wire/typing.ts";
import type { UpstreamApi } from "./api.ts";

export interface TypingPorts {
  readonly store:
    & Pick<AccountSteps, "credentials">
    & Pick<SendSteps, "conversationAddress">;
  readonly api: Pick<UpstreamApi, "getConfig" | "sendTyping">;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the client may be at work; one that is not loses its turns' shares. Everybody is when absent. */
  readonly isThere?: (client: ClientId) => boolean;
  /** Whether WeChat has had too much of the account; it is not asked then. Never when absent. */
  readonly isResting?: (account: AccountId) => boolean;
}

interface Part {
  readonly client: ClientId;
  readonly conversation: ConversationId;
}

/** Why one client counts as typing; times of the monotonic clock. */
interface Share {
  /** Until when its own word counts without a renewal. */
  saidUntilMs: number;
  /** `null`: it is at work on nothing. */
  turn: { readonly fromMs: number; readonly untilMs: number } | null;
}

interface Bubble {
  readonly shares: Map<ClientId, Share>;
  /** When WeChat was last told to show it; `null` when it does not show. */
  shownAtMs: number | null;
  isBusy: boolean;
  cancelTimer: () => void;
}

interface Ticket {
  readonly text: string;
  readonly untilMs: number;
}

export class Typing {
  readonly #ports: TypingPorts;
  readonly #bubbles = new Map<ConversationId, Bubble>();
  readonly #tickets = new Map<ConversationId, Ticket>();
  readonly #aborting = new AbortController();
  readonly #working = new Set<Promise<void>>();
  #isStopping = false;

  constructor(ports: TypingPorts) {
    this.#ports = ports;
  }

  /** The client says that it types, which counts for a while, or that it does not, which ends its whole share. */
  say({ client, conversation, on }: Part & { readonly on: boolean }): void {
    if (!on) return this.#endShare({ client, conversation });
    const share = this.#shareOf({ client, conversation });
    if (share === null) return;
    share.saidUntilMs = this.#ports.clock.monotonic() + LIMITS.typingExpiresMs;
    this.#look(conversation);
  }

  /** The client is at work on a message, which shows once it has taken a moment, or has ended its work. */
  turn({ client, conversation, isOpen }: Part & { readonly isOpen: boolean }): void {
    if (!isOpen) return this.#endShare({ client, conversation });
    const share = this.#shareOf({ client, conversation });
    if (share === null) return;
    const nowMs = this.#ports.clock.monotonic();
    const fromMs = share.turn?.fromMs ?? nowMs + LIMITS.typingAfterMs;
    share.turn = { fromMs, untilMs: nowMs + LIMITS.busyForMs };
    const bubble = this.#bubbles.get(conversation);
    if (bubble !== undefined && !bubble.isBusy) this.#lookLater(conversation, bubble);
  }

  /** Cancels what shows, within a moment. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const [conversation, bubble] of this.#bubbles) {
      bubble.shares.clear();
      this.#look(conversation);
    }
    const cancel = this.#ports.clock.after(LIMITS.typingStopMs, () => this.#aborting.abort());
    while (this.#working.size > 0) await Promise.all(this.#working);
    cancel();
    for (const { cancelTimer } of this.#bubbles.values()) cancelTimer();
    this.#bubbles.clear();
  }

  /** `null` where there are too many bubbles, or none any more. */
  #shareOf({ client, conversation }: Part): Share | null {
    let bubble = this.#bubbles.get(conversation);
    if (bubble === undefined) {
      if (this.#isStopping || this.#bubbles.size >= LIMITS.typingConversationsMax) return null;
      bubble = { shares: new Map(), shownAtMs: null, isBusy: false, cancelTimer: () => {} };
      this.#bubbles.set(conversation, bubble);
    }
    const share = bubble.shares.get(client) ?? { saidUntilMs: 0, turn: null };
    if (!this.#isStopping) bubble.shares.set(client, share);
    return share;
  }

  #endShare({ client, conversation }: Part): void {
    const bubble = this.#bubbles.get(conversation);
    if (bubble?.shares.delete(client)) this.#look(conversation);
  }

  /** Brings what WeChat shows in line with who types, one call at a time for each conversation. */
  #look(conversation: ConversationId): void {
    const bubble = this.#bubbles.get(conversation);
    if (bubble === undefined || bubble.isBusy) return;
    bubble.cancelTimer();
    if (this.#nextStatus(bubble) === null) return this.#lookLater(conversation, bubble);
    bubble.isBusy = true;
    const work = this.#work(conversation, bubble)
      .catch((error) => this.#ports.log.debug("typing_failed", { text: errorText(error) }))
      .finally(() => {
        this.#working.delete(work);
        bubble.isBusy = false;
        this.#lookLater(conversation, bubble);
      });
    this.#working.add(work);
  }

  async #work(conversation: ConversationId, bubble: Bubble): Promise<void> {
    while (!this.#aborting.signal.aborted) {
      const status = this.#nextStatus(bubble);
      if (status === null) return;
      // Noted before the call: one that fails is not repeated before the next refresh.
      bubble.shownAtMs = status === TYPING_ON ? this.#ports.clock.monotonic() : null;
      await this.#tell(conversation, status);
    }
  }

  /** What WeChat is to be told now; `null`: nothing. Forgets shares that are over. */
  #nextStatus(bubble: Bubble): number | null {
    const { clock, isThere = () => true } = this.#ports;
    const nowMs = clock.monotonic();
    let isWanted = false;
    for (const [client, share] of bubble.shares) {
      const { turn, saidUntilMs } = share;
      if (turn !== null && (nowMs >= turn.untilMs || !isThere(client))) share.turn = null;
      if (share.turn === null && nowMs >= saidUntilMs) bubble.shares.delete(client);
      isWanted ||= nowMs < saidUntilMs || (share.turn !== null && nowMs >= share.turn.fromMs);
    }
    const { shownAtMs } = bubble;
    if (!isWanted) return shownAtMs === null ? null : TYPING_OFF;
    const isDue = shownAtMs === null || nowMs - shownAtMs >= LIMITS.typingRefreshMs;
    return isDue ? TYPING_ON : null;
  }

  #lookLater(conversation: ConversationId, bubble: Bubble): void {
    bubble.cancelTimer();
    const isDue = this.#nextStatus(bubble) !== null;
    const { shares, shownAtMs } = bubble;
    if (this.#aborting.signal.aborted || (shares.size === 0 && !isDue)) {
      this.#bubbles.delete(conversation);
      return;
    }
    const nowMs = this.#ports.clock.monotonic();
    const changes = [...shares.values()].flatMap(({ saidUntilMs, turn }) =>
      turn === null ? [saidUntilMs] : [saidUntilMs, turn.fromMs, turn.untilMs]
    ).filter((atMs) => atMs > nowMs);
    const refreshMs = shownAtMs === null ? Infinity : shownAtMs + LIMITS.typingRefreshMs;
    const delayMs = isDue ? 0 : Math.min(refreshMs, ...changes) - nowMs;
    bubble.cancelTimer = this.#ports.clock.after(delayMs, () => this.#look(conversation));
  }

  async #tell(conversation: ConversationId, status: number): Promise<void> {
    const { store, api, log, isResting = () => false } = this.#ports;
    const { signal } = this.#aborting;
    const address = await store.conversationAddress(conversation);
    if (address === null || isResting(address.account)) return;
    const bot = await store.credentials(address.account);
    if (bot?.state !== "active") return;
    const { to: user, contextToken } = address;
    for (const isRepeat of [false, true]) {
      if (isRepeat) this.#tickets.delete(conversation);
      const ticket = await this.#ticketFor(conversation, { bot, user, contextToken });
      if (ticket === null) return;
      const outcome = await api.sendTyping(bot, { user, ticket, status, signal });
      if (outcome === "ok") return;
      log.debug("typing_failed", { conversation });
      // Another ticket may help after a refusal only, but a bubble must not be left standing.
      if (outcome === "stale_token" || (outcome !== "refused" && status === TYPING_ON)) return;
    }
  }

  async #ticketFor(
    conversation: ConversationId,
    { bot, user, contextToken }: {
      readonly bot: AccountCredentials;
      readonly user: string;
      readonly contextToken: string;
    },
  ): Promise<string | null> {
    const { api, clock, log } = this.#ports;
    const { signal } = this.#aborting;
    const known = this.#tickets.get(conversation);
    if (known !== undefined && clock.monotonic() < known.untilMs) return known.text;
    const answer = await api.getConfig(bot, { user, contextToken, signal });
    if (answer.kind !== "ticket" || answer.ticket === "") {
      log.debug("typing_ticket_failed", { conversation, kind: answer.kind });
      return null;
    }
    this.#tickets.delete(conversation);
    const [oldest] = this.#tickets.keys();
    const isFull = this.#tickets.size >= LIMITS.typingConversationsMax;
    if (isFull && oldest !== undefined) this.#tickets.delete(oldest);
    const untilMs = clock.monotonic() + LIMITS.typingTicketMs;
    this.#tickets.set(conversation, { text: answer.ticket, untilMs });
    return answer.ticket;
  }
}
