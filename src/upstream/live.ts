/** Calls that pass from a client straight to WeChat: typing bubbles, shared by all clients of a conversation, and uploads. */
import type { ClientId, ConversationId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Live } from "../core/live.ts";
import { withLimit } from "../lib/abort.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { AccountCredentials, AccountSteps, SendSteps } from "../store/store.ts";
import { TYPING_OFF, TYPING_ON } from "../wire/typing.ts";
import type { UpstreamApi } from "./api.ts";

export interface LivePorts {
  readonly store:
    & Pick<AccountSteps, "credentials">
    & Pick<SendSteps, "conversationAddress">;
  readonly api: Pick<UpstreamApi, "getConfig" | "sendTyping" | "getUploadUrl">;
  readonly clock: Clock;
  readonly log: Log;
}

export interface UpstreamLive extends Live {
  /** Aborts what is in flight; bubbles end by themselves. */
  stop(): Promise<void>;
}

/** One conversation in which somebody types. */
interface Bubble {
  /** Who types, and until when that counts without a renewal; times of the monotonic clock. */
  readonly clients: Map<ClientId, number>;
  /** When WeChat was last told to show it; `null` when it does not show. */
  shownAtMs: number | null;
  isBusy: boolean;
  cancelTimer: () => void;
}

interface Ticket {
  readonly text: string;
  readonly untilMs: number;
}

export function createLive(ports: LivePorts): UpstreamLive {
  return new LiveCalls(ports);
}

class LiveCalls implements UpstreamLive {
  readonly #ports: LivePorts;
  readonly #bubbles = new Map<ConversationId, Bubble>();
  readonly #tickets = new Map<ConversationId, Ticket>();
  readonly #aborting = new AbortController();
  readonly #working = new Set<Promise<void>>();

  constructor(ports: LivePorts) {
    this.#ports = ports;
  }

  typing(
    { client, conversation, on }: {
      readonly client: ClientId;
      readonly conversation: ConversationId;
      readonly on: boolean;
    },
  ): void {
    let bubble = this.#bubbles.get(conversation);
    if (bubble === undefined) {
      if (!on || this.#bubbles.size >= LIMITS.typingConversationsMax) return;
      bubble = { clients: new Map(), shownAtMs: null, isBusy: false, cancelTimer: () => {} };
      this.#bubbles.set(conversation, bubble);
    }
    if (on) bubble.clients.set(client, this.#ports.clock.monotonic() + LIMITS.typingExpiresMs);
    else bubble.clients.delete(client);
    this.#look(conversation, bubble);
  }

  async uploadUrl(call: Parameters<Live["uploadUrl"]>[0]): ReturnType<Live["uploadUrl"]> {
    const { store, api, clock } = this.#ports;
    const credentials = await store.credentials(call.account);
    if (credentials?.state !== "active") return { kind: "failed", text: "logged out of WeChat" };
    const { request } = call;
    const answer = await withLimit(
      (signal) => api.getUploadUrl(credentials, { request, signal }),
      { clock, limitMs: LIMITS.uploadUrlMs, signal: this.#aborting.signal },
    );
    switch (answer.kind) {
      case "ok":
        return { kind: "ok", body: answer.body };
      case "stale_token":
        return { kind: "failed", text: "logged out of WeChat" };
      case "refused":
        return { kind: "failed", text: `WeChat refused: ret ${answer.code} ${answer.text}`.trim() };
      case "http":
        return { kind: "failed", text: `WeChat answered HTTP ${answer.status}` };
      case "unreadable":
        return { kind: "failed", text: "WeChat's answer is not readable" };
      case "unreached":
      case "unanswered":
        return { kind: "failed", text: `no answer from WeChat: ${answer.text}` };
    }
  }

  async stop(): Promise<void> {
    this.#aborting.abort();
    for (const bubble of this.#bubbles.values()) bubble.cancelTimer();
    this.#bubbles.clear();
    await Promise.all(this.#working);
  }

  /** Brings what WeChat shows in line with who types, one call at a time for each conversation. */
  #look(conversation: ConversationId, bubble: Bubble): void {
    if (bubble.isBusy) return;
    bubble.isBusy = true;
    bubble.cancelTimer();
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

  #nextStatus(bubble: Bubble): number | null {
    const nowMs = this.#ports.clock.monotonic();
    for (const [client, untilMs] of bubble.clients) {
      if (nowMs >= untilMs) bubble.clients.delete(client);
    }
    const { shownAtMs } = bubble;
    if (bubble.clients.size === 0) return shownAtMs === null ? null : TYPING_OFF;
    const isDue = shownAtMs === null || nowMs - shownAtMs >= LIMITS.typingRefreshMs;
    return isDue ? TYPING_ON : null;
  }

  #lookLater(conversation: ConversationId, bubble: Bubble): void {
    if (this.#aborting.signal.aborted) return;
    if (bubble.clients.size === 0) {
      if (bubble.shownAtMs === null) this.#bubbles.delete(conversation);
      else this.#look(conversation, bubble);
      return;
    }
    const nowMs = this.#ports.clock.monotonic();
    const refreshMs = bubble.shownAtMs === null ? nowMs : bubble.shownAtMs + LIMITS.typingRefreshMs;
    const atMs = Math.min(refreshMs, ...bubble.clients.values());
    bubble.cancelTimer = this.#ports.clock.after(
      atMs - nowMs,
      () => this.#look(conversation, bubble),
    );
  }

  async #tell(conversation: ConversationId, status: number): Promise<void> {
    const { store, api, log } = this.#ports;
    const { signal } = this.#aborting;
    const address = await store.conversationAddress(conversation);
    const bot = address === null ? null : await store.credentials(address.account);
    if (address === null || bot?.state !== "active") return;
    const { to: user, contextToken } = address;
    for (const isRepeat of [false, true]) {
      if (isRepeat) this.#tickets.delete(conversation);
      const ticket = await this.#ticketFor(conversation, { bot, user, contextToken });
      if (ticket === null) return;
      const outcome = await api.sendTyping(bot, { user, ticket, status, signal });
      if (outcome === "ok") return;
      log.debug("typing_failed", { conversation });
      if (outcome !== "refused") return; // another ticket would not help
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
