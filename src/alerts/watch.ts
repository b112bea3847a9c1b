/**
 * Looks at the hub's facts at intervals and when it is rung, and tells the owner over the channels what is wrong and when it
 * is over. It never waits for a channel.
 */
import {
  type AlertAct,
  type AlertKind,
  judgeOccasion,
  type Occasion,
  occasionOf,
  type Trouble,
} from "../core/alert.ts";
import type { AlertDesk } from "../core/alert_desk.ts";
import { type Allowance, createAllowance } from "../lib/allowance.ts";
import { createBackoff } from "../lib/backoff.ts";
import { type Bell, createBell } from "../lib/bell.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import { type Random, randomHex } from "../lib/random.ts";
import { startTask, type Task } from "../lib/task.ts";
import { alertTitle } from "../text/alerts.ts";
import type { Lang } from "../text/say.ts";
import type { ChannelDesk } from "./channel_desk.ts";
import {
  type AlertFacts,
  type AlertThresholds,
  databaseError,
  findTroubles,
  isSubjectGone,
} from "./facts.ts";
import { type AlertMemory, readOccasions, writeOccasions } from "./memory.ts";
import { type Notice, writeNotice } from "./notice.ts";

export interface AlertPorts {
  /** What is true now. What it throws is taken as the database's failure. */
  readonly facts: () => Promise<AlertFacts>;
  /** A fresh one-time link at which the account of this name is connected again; `null` where none can be made. */
  readonly loginLink: (account: string) => Promise<string | null>;
  /** Stopped with the watch. */
  readonly channels: ChannelDesk;
  readonly memory: AlertMemory;
  readonly settings: AlertThresholds & {
    /** Time to the first repeat, milliseconds. */
    readonly repeatMs: number;
  };
  /** The owner is told of this; for the terminal. */
  readonly onNotice: (notice: Notice) => void;
  readonly lang: Lang;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Alerts extends AlertDesk {
  /** Something may have changed. */
  ring(): void;
  /** Sends what is wrong with this account once more, with a fresh link; "too_soon" shortly after the last such call. */
  tellAgain(account: string): Promise<"told" | "too_soon" | "nothing_wrong">;
  /** Tells nothing more; a notice that is being sent is cut off. */
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 15_000;
/** Notices of one kind at once, and in an hour beyond that: what floods must not drown the other kinds. */
const KIND_BURST = 10;
const KIND_PER_SECOND = KIND_BURST / 3_600;
/** A link that was lost may be asked for so often. */
const TELL_AGAIN_MS = 5 * 60_000;
const BACKOFF = { firstMs: 1_000, maxMs: 60_000 };

/** Looks at once. */
export function startAlerts(ports: AlertPorts): Alerts {
  return new Watch(ports);
}

class Watch implements Alerts {
  readonly #ports: AlertPorts;
  readonly #bell: Bell;
  readonly #task: Task;
  readonly #allowances = new Map<AlertKind, Allowance>();
  readonly #counts = new Map<AlertKind, Map<AlertAct, number>>();
  readonly #toldAgainAtMs = new Map<string, number>();
  #occasions: Map<string, Occasion>;
  #cancelLook = () => {};

  constructor(ports: AlertPorts) {
    const { clock, random, log } = ports;
    this.#ports = ports;
    this.#occasions = new Map(this.#remember().map((one) => [occasionOf(one.trouble), one]));
    this.#bell = createBell(clock);
    this.#task = startTask({
      bell: this.#bell,
      clock,
      backoff: createBackoff({ ...BACKOFF, random }),
      step: (signal) => this.#step(signal),
      onFault: (error) => log.error("alerts_fault", { text: errorText(error) }),
    });
  }

  ring(): void {
    this.#bell.ring();
  }

  channels() {
    return this.#ports.channels.channels();
  }

  open() {
    const { clock, lang } = this.#ports;
    return [...this.#occasions.values()].filter(({ toldAtMs }) => toldAtMs !== null)
      .toSorted((a, b) => a.firstSeenMs - b.firstSeenMs)
      .map(({ trouble, firstSeenMs, tellings }) => ({
        ...{ kind: trouble.kind, subject: trouble.subject, tellings },
        title: alertTitle(lang, trouble),
        sinceMs: trouble.sinceMs ?? clock.now() - (clock.monotonic() - firstSeenMs),
      }));
  }

  told() {
    return [...this.#counts].flatMap(([kind, acts]) =>
      [...acts].map(([act, count]) => ({ kind, act, count }))
    );
  }

  test(name: string | null) {
    return this.#ports.channels.test(name);
  }

  async tellAgain(account: string): Promise<"told" | "too_soon" | "nothing_wrong"> {
    const { clock } = this.#ports;
    const known = this.#occasions.get(occasionOf({ kind: "logged_out", subject: account }));
    if (known === undefined) return "nothing_wrong";
    const lastMs = this.#toldAgainAtMs.get(account) ?? -Infinity;
    if (clock.monotonic() - lastMs < TELL_AGAIN_MS) return "too_soon";
    this.#toldAgainAtMs.set(account, clock.monotonic());
    await this.#tell("repeat", known.trouble);
    return "told";
  }

  async stop(): Promise<void> {
    await this.#task.stop();
    this.#cancelLook();
    await this.#ports.channels.stop();
  }

  async #step(signal: AbortSignal): Promise<void> {
    const { settings, clock, log } = this.#ports;
    let facts: AlertFacts | null = null;
    let problem = "";
    try {
      facts = await this.#ports.facts();
    } catch (error) {
      problem = errorText(error);
      log.warn("alert_facts_failed", { text: problem });
    }
    if (signal.aborted) return;
    const troubles = facts === null ? [databaseError(problem)] : findTroubles(facts, settings);
    await this.#judge(troubles, facts);
    if (signal.aborted) return;
    // Not by the wall clock: one that is set back would keep the watch asleep.
    this.#cancelLook();
    this.#cancelLook = clock.after(LOOK_EVERY_MS, () => this.#bell.ring());
  }

  /** Without facts, what was not seen is neither there nor gone. */
  async #judge(troubles: readonly Trouble[], facts: AlertFacts | null): Promise<void> {
    const { clock, settings, memory, log } = this.#ports;
    const seen = new Map(troubles.map((trouble) => [occasionOf(trouble), trouble]));
    const nowMs = clock.monotonic();
    let hasTold = false;
    for (
      const key of new Set([...seen.keys(), ...(facts === null ? [] : this.#occasions.keys())])
    ) {
      const known = this.#occasions.get(key) ?? null;
      const judged = judgeOccasion(known, seen.get(key) ?? null, { nowMs, ...settings });
      const trouble = judged.next?.trouble ?? known?.trouble;
      const isGone = judged.act === "recover" && facts !== null && trouble !== undefined &&
        isSubjectGone(trouble, facts);
      if (judged.act !== "silent" && trouble !== undefined && !isGone) {
        if (this.#allowanceOf(trouble.kind).take(1) === "refused") continue; // a later look tells it
        await this.#tell(judged.act, trouble);
        hasTold = true;
      }
      if (judged.next === null) this.#occasions.delete(key);
      else this.#occasions.set(key, judged.next);
    }
    if (!hasTold) return;
    const at = { nowMs: clock.now(), monotonicMs: nowMs };
    await memory.write(writeOccasions([...this.#occasions.values()], at))
      .catch((error) => log.warn("alert_memory_failed", { text: errorText(error) }));
  }

  async #tell(act: AlertAct, trouble: Trouble): Promise<void> {
    const { clock, random, lang, log, channels, onNotice, loginLink } = this.#ports;
    const { kind, subject } = trouble;
    const wantsLink = kind === "logged_out" && act !== "recover";
    const link = wantsLink ? await loginLink(subject).catch(() => null) : null; // the words do without
    const id = randomHex(random, 8);
    const notice = writeNotice(lang, { id, act, trouble, link, atMs: clock.now() });
    const acts = this.#counts.get(kind) ?? new Map<AlertAct, number>();
    this.#counts.set(kind, acts.set(act, (acts.get(act) ?? 0) + 1));
    log.warn("alert", { act, alert: kind, subject });
    onNotice(notice);
    channels.put(notice);
  }

  #remember(): Occasion[] {
    const { memory, clock, log } = this.#ports;
    try {
      return readOccasions(memory.read(), { nowMs: clock.now(), monotonicMs: clock.monotonic() });
    } catch (error) {
      log.warn("alert_memory_failed", { text: errorText(error) });
      return [];
    }
  }

  #allowanceOf(kind: AlertKind): Allowance {
    const { clock } = this.#ports;
    const known = this.#allowances.get(kind) ??
      createAllowance({ clock, burst: KIND_BURST, perSecond: KIND_PER_SECOND });
    this.#allowances.set(kind, known);
    return known;
  }
}
