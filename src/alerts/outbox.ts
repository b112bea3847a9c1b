/** One channel's queue: in order, one notice at a time, tried again for a while, and never in anyone's way. */
import type { ChannelView } from "../core/alert_desk.ts";
import { createBackoff } from "../lib/backoff.ts";
import { type Clock, sleep } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import type { Channel, Delivery } from "./channel.ts";
import type { Notice } from "./notice.ts";

export interface OutboxPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A channel that is down for long gets the oldest of these; more would tell the owner nothing new. */
const WAITING_MAX = 50;
/** With the delays below, a notice is given up after some 40 minutes: a network that fails is often the trouble itself. */
const TRIES_MAX = 15;
const BACKOFF = { firstMs: 2_000, maxMs: 300_000 };

export class Outbox {
  readonly channel: Channel;
  readonly #ports: OutboxPorts;
  readonly #stopping = new AbortController();
  readonly #waiting: Notice[] = [];
  #working: Promise<void> | null = null;
  #delivered = 0;
  #failed = 0;
  #lastDeliveredAtMs: number | null = null;
  #problem = "";

  constructor(channel: Channel, ports: OutboxPorts) {
    this.channel = channel;
    this.#ports = ports;
  }

  /** Returns at once. */
  put(notice: Notice): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#waiting.length >= WAITING_MAX) {
      this.#giveUp(notice, `more than ${WAITING_MAX} notices wait`);
      return;
    }
    this.#waiting.push(notice);
    this.#working ??= this.#work().finally(() => this.#working = null);
  }

  /** One try beside the queue. */
  async test(notice: Notice): Promise<Delivery> {
    const outcome = await this.channel.send(notice, this.#stopping.signal);
    this.#note(outcome);
    return outcome;
  }

  view(): ChannelView {
    const { name, kind, target } = this.channel;
    return {
      ...{ name, kind, target },
      delivered: this.#delivered,
      failed: this.#failed,
      waiting: this.#waiting.length,
      lastDeliveredAtMs: this.#lastDeliveredAtMs,
      problem: this.#problem,
    };
  }

  /** Ends the try in hand; what waits is not sent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    for (let notice = this.#waiting[0]; notice !== undefined; notice = this.#waiting[0]) {
      await this.#deliver(notice);
      if (signal.aborted) return;
      this.#waiting.shift();
    }
  }

  async #deliver(notice: Notice): Promise<void> {
    const { clock, random } = this.#ports;
    const { signal } = this.#stopping;
    const backoff = createBackoff({ ...BACKOFF, random });
    for (let tries = 1;; tries++) {
      const outcome = await this.channel.send(notice, signal);
      if (signal.aborted) return;
      this.#note(outcome);
      if (outcome.kind === "taken") return;
      if (tries >= TRIES_MAX || !outcome.isWorthRepeating) {
        return this.#giveUp(notice, outcome.text);
      }
      if (await sleep(clock, backoff.next(), signal) === "aborted") return;
    }
  }

  #note(outcome: Delivery): void {
    if (outcome.kind === "failed") {
      this.#problem = outcome.text;
      return;
    }
    this.#problem = "";
    this.#delivered += 1;
    this.#lastDeliveredAtMs = this.#ports.clock.now();
  }

  #giveUp({ act, kind }: Notice, text: string): void {
    this.#failed += 1;
    this.#problem = text;
    const { name } = this.channel;
    this.#ports.log.error("alert_not_delivered", { channel: name, act, alert: kind, text });
  }
}
