/** How fast one account may send: its gate, the distance between replies of a conversation, the calls of the last minute. */
import type { ConversationId } from "../core/ids.ts";
import {
  closedBy,
  gateAfter,
  type GateEvent,
  type GateFacts,
  gateFacts,
  type GateLimits,
  isOnTrial,
  type SendGate,
} from "../core/send_gate.ts";
import type { Ledger } from "../core/ledger.ts";
import type { RefusalLimits, SendMeaning } from "../core/send_errors.ts";
import { type LearnedWindow, learnWindow, viewWindow, type WindowLimits } from "../core/window.ts";
import type { Clock } from "../lib/clock.ts";
import type { SendJob } from "../store/store.ts";

export interface PaceSettings extends GateLimits, WindowLimits, Pick<RefusalLimits, "burstSends"> {
  /** Between the beginnings of two replies to one person, milliseconds. */
  readonly spacingMs: number;
}

const RECENT_MS = 60_000;

const GATE_EVENTS: Readonly<Partial<Record<SendMeaning, GateEvent>>> = {
  queued: "queued",
  hidden: "hidden",
  untold: "untold",
  throttled: "throttled",
};

/** What an answer says of the window; the others say nothing. */
const TEACHES: Readonly<Partial<Record<SendMeaning, Parameters<typeof learnWindow>[1]>>> = {
  queued: "queued",
  untold: "taken",
  stale_context: "refused",
};

export class SendPace {
  readonly #clock: Clock;
  readonly #settings: PaceSettings;
  #gate: SendGate;
  #learned: LearnedWindow;
  #showsIds = false;
  /** When the newest calls began, as many as are a burst; times of the monotonic clock. */
  #newestMs: number[] = [];
  /** When the next reply may begin. */
  readonly #spacedMs = new Map<ConversationId, number>();

  constructor(
    kept: { readonly gate: SendGate; readonly learned: LearnedWindow },
    { clock, settings }: {
      readonly clock: Clock;
      readonly settings: PaceSettings;
    },
  ) {
    this.#gate = kept.gate;
    this.#learned = kept.learned;
    this.#clock = clock;
    this.#settings = settings;
  }

  facts(): GateFacts {
    return gateFacts(this.#gate, this.#moment());
  }

  /** What all sends of the account wait for; `null`: nothing. */
  closedBy(): ReturnType<typeof closedBy> {
    return closedBy(this.#gate, this.#moment());
  }

  #moment() {
    return { nowMs: this.#clock.now(), coolDownMaxMs: this.#settings.coolDownMaxMs };
  }

  /** Whether only one send may be in flight. */
  get isOnTrial(): boolean {
    return isOnTrial(this.#gate);
  }

  get isThrottled(): boolean {
    return this.#gate.throttle !== null;
  }

  get learned(): LearnedWindow {
    return this.#learned;
  }

  /** Whether WeChat may refuse the job for its conversation's window. */
  isRisky({ ledger }: SendJob): boolean {
    const known = { learned: this.#learned, limits: this.#settings, nowMs: this.#clock.now() };
    return viewWindow(ledger.lastInboundAtMs, known).state === "risky";
  }

  /** Calls within the last minute; more than are a burst are not counted. */
  get recentSends(): number {
    const sinceMs = this.#clock.monotonic() - RECENT_MS;
    return this.#newestMs.filter((atMs) => atMs > sinceMs).length;
  }

  /** How long the job has to wait for its distance to the reply before it; 0: not at all. The hub's own words never wait. */
  spacingLeftMs({ reply, conversation }: SendJob): number {
    if (reply === null) return 0;
    return Math.max(0, (this.#spacedMs.get(conversation) ?? 0) - this.#clock.monotonic());
  }

  begun({ reply, conversation, showsIds }: SendJob): void {
    const nowMs = this.#clock.monotonic();
    this.#showsIds ||= showsIds;
    this.#newestMs = [...this.#newestMs, nowMs].slice(-this.#settings.burstSends);
    if (reply === null || this.#settings.spacingMs === 0) return;
    for (const [other, untilMs] of this.#spacedMs) {
      if (untilMs > nowMs) break; // the oldest stand first
      this.#spacedMs.delete(other);
    }
    this.#spacedMs.delete(conversation);
    this.#spacedMs.set(conversation, nowMs + this.#settings.spacingMs);
  }

  get showsIds(): boolean {
    return this.#showsIds;
  }

  /** What the answer changes of the gate; `null`: nothing that has to be kept. */
  answered(meaning: SendMeaning): SendGate | null {
    if (meaning === "queued") this.#showsIds = true;
    const event = GATE_EVENTS[meaning];
    if (event === undefined) return null;
    const before = this.#gate;
    this.#gate = gateAfter(before, event, { limits: this.#settings, nowMs: this.#clock.now() });
    const isSame = before.throttle === this.#gate.throttle &&
      before.suspects === this.#gate.suspects;
    return isSame ? null : this.#gate;
  }

  /** What the answer shows of the account's window; `null`: nothing that has to be kept. */
  learn(meaning: SendMeaning, { lastInboundAtMs }: Ledger): LearnedWindow | null {
    const answer = TEACHES[meaning];
    if (answer === undefined || lastInboundAtMs === null) return null;
    const before = this.#learned;
    this.#learned = learnWindow(before, answer, this.#clock.now() - lastInboundAtMs);
    return this.#learned === before ? null : this.#learned;
  }
}
