/** The station: a poller and a sender for every account, started and stopped as accounts come, log in and go. */
import type { Account } from "../core/account.ts";
import type { AccountId, ReplyId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { followAbort, withLimit } from "../lib/abort.ts";
import { createBackoff } from "../lib/backoff.ts";
import { type Bell, createBell } from "../lib/bell.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import { startTask, type Task } from "../lib/task.ts";
import type { AccountSteps, PollSteps, SendSteps } from "../store/store.ts";
import type { Lang } from "../text/say.ts";
import type { UpstreamApi } from "./api.ts";
import { Poller, type PollFacts } from "./poller.ts";
import type { GateFacts } from "../core/send_gate.ts";
import { NOTHING_LEARNED, type SendingFacts } from "../core/window.ts";
import { LOGGED_OUT_RECHECK_MS, Sender, type SendSettings } from "./sender.ts";

export interface UpstreamPorts {
  readonly store:
    & Pick<AccountSteps, "accounts" | "credentials" | "markLoggedOut">
    & Pick<PollSteps, "ingest" | "unsettledCount">
    & Omit<SendSteps, "recoverSends" | "conversationAddress">;
  readonly api: Pick<UpstreamApi, "getUpdates" | "sendMessage" | "notify">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Of the facts' reasons and of the hub's words to people. */
  readonly lang: Lang;
  readonly settings: SendSettings;
  /** Whether the disk has room for more; polling pauses while not. */
  readonly hasRoom: () => boolean;
  /** Called after a commit that brought something to decide. */
  readonly onIngested: () => void;
  /** Called after the commit of a send's end, and when a send has been deferred. */
  readonly onSendEnded: (reply: ReplyId) => void;
  /** Called once for each login that WeChat has ended. */
  readonly onLoggedOut: (account: Account) => void;
}

export interface Upstream {
  /** Starts and stops what the stored accounts ask for; to be called at start and after every change of an account. */
  refresh(): Promise<void>;
  /**
   * Ends the account's poller and sender for good; to be called before the store removes the account. What is in flight gets
   * a few seconds.
   */
  release(account: AccountId): Promise<void>;
  /** There may be planned sends of this account. */
  ringSender(account: AccountId): void;
  /** There may be room again. */
  ringPollers(): void;
  facts(account: AccountId): PollFacts & GateFacts;
  /** What the account's sends have shown. */
  sending(account: AccountId): SendingFacts;
  /**
   * Finishes and commits the polls in flight, then the sends in flight; `deadline` aborts what is still open. Tells WeChat
   * last, best effort.
   */
  stop(deadline: AbortSignal): Promise<void>;
}

interface Station {
  readonly generation: number;
  readonly stateSinceMs: number;
  readonly pollBell: Bell;
  /** `null` for an account that is logged out. */
  readonly poller: Poller | null;
  readonly sender: Sender;
  isReportedLoggedOut: boolean;
}

/** What has waited for too long is given up within this time; looking for it goes through all that waits. */
const EXPIRY_LOOK_MS = 60 * 60 * 1_000;
/** WeChat need not hear that the hub starts or stops, so it gets little time. */
const NOTIFY_LIMIT_MS = 2_000;
/** An owner who removes an account waits for it. */
const RELEASE_LIMIT_MS = 5_000;

export function createUpstream(ports: UpstreamPorts): Upstream {
  return new Accounts(ports);
}

class Accounts implements Upstream {
  readonly #ports: UpstreamPorts;
  readonly #stations = new Map<AccountId, Station>();
  /** What ends by itself and must have ended before the station has stopped. */
  readonly #ending = new Set<Promise<void>>();
  /** Ids are never used again, so that nobody is kept out by these. */
  readonly #released = new Set<AccountId>();
  readonly #aborting = new AbortController();
  readonly #startedAtMs: number;
  readonly #dueBell: Bell;
  readonly #dueTask: Task;
  /** When it is looked for again; of the monotonic clock. */
  #expiryLookMs = -Infinity;
  #refreshing: Promise<void> = Promise.resolve();
  #isStopping = false;

  constructor(ports: UpstreamPorts) {
    const { clock, random, log } = ports;
    this.#ports = ports;
    this.#startedAtMs = clock.now();
    this.#dueBell = createBell(clock);
    const { upstreamBackoffFirstMs: firstMs, upstreamBackoffMaxMs: maxMs } = LIMITS;
    this.#dueTask = startTask({
      bell: this.#dueBell,
      clock,
      backoff: createBackoff({ firstMs, maxMs, random }),
      step: () => this.#resumeDue(),
      onFault: (error) => log.error("resume_failed", { text: errorText(error) }),
    });
  }

  refresh(): Promise<void> {
    const refreshed = this.#refreshing.then(() => this.#refresh());
    this.#refreshing = refreshed.catch(() => {}); // the caller hears of it; the next refresh starts anew
    return refreshed;
  }

  async release(account: AccountId): Promise<void> {
    this.#released.add(account);
    await this.#refreshing;
    const station = this.#stations.get(account);
    this.#stations.delete(account);
    if (station === undefined) return;
    const { clock } = this.#ports;
    await withLimit(
      (deadline) => stopStation(station, deadline),
      { clock, limitMs: RELEASE_LIMIT_MS, signal: this.#aborting.signal },
    );
  }

  ringSender(account: AccountId): void {
    this.#stations.get(account)?.sender.ring();
  }

  ringPollers(): void {
    for (const { pollBell } of this.#stations.values()) pollBell.ring();
  }

  facts(account: AccountId): PollFacts & GateFacts {
    const station = this.#stations.get(account);
    const sending = station?.sender.facts() ?? { coolDownUntilMs: null, suspects: null };
    return { ...this.#pollFacts(station), ...sending };
  }

  sending(account: AccountId): SendingFacts {
    return {
      throttledUntilMs: this.facts(account).coolDownUntilMs,
      learned: this.#stations.get(account)?.sender.learned ?? NOTHING_LEARNED,
    };
  }

  #pollFacts(station: Station | undefined): PollFacts {
    return station?.poller?.facts() ?? {
      state: station === undefined ? "stopped" : "logged_out",
      reason: "",
      sinceMs: station?.stateSinceMs ?? this.#startedAtMs,
      lastPollAtMs: null,
      lastInboundAtMs: null,
      lastError: null,
    };
  }

  async stop(deadline: AbortSignal): Promise<void> {
    const unfollow = followAbort(deadline, this.#aborting);
    this.#isStopping = true;
    await this.#refreshing;
    const stations = [...this.#stations];
    await Promise.all(stations.map(([_, { poller }]) => poller?.stop(this.#aborting.signal)));
    await Promise.all(stations.map(([_, { sender }]) => sender.stop(this.#aborting.signal)));
    await Promise.all([...this.#ending, this.#dueTask.stop()]);
    const polled = stations.filter(([_, { poller }]) => poller?.facts().state === "stopped");
    await Promise.allSettled(polled.map(([account]) => this.#notify(account, "stop")));
    unfollow();
  }

  async #refresh(): Promise<void> {
    const accounts = await this.#ports.store.accounts();
    if (this.#isStopping) return;
    const gone = new Set(this.#stations.keys());
    for (const account of accounts) {
      gone.delete(account.id);
      if (this.#released.has(account.id)) continue;
      const station = this.#stations.get(account.id);
      if (station?.generation === account.generation) continue;
      if (station?.poller) this.#end(station.poller.stop(this.#aborting.signal));
      this.#stations.set(account.id, this.#start(account, station?.sender ?? null));
    }
    for (const account of gone) {
      const station = this.#stations.get(account);
      this.#stations.delete(account);
      if (station) this.#end(stopStation(station, this.#aborting.signal));
    }
  }

  /** The sender outlives logins; a poller is of one login. */
  #start(account: Account, sender: Sender | null): Station {
    const { onIngested } = this.#ports;
    const { id, generation } = account;
    const pollBell = createBell(this.#ports.clock);
    const onLoggedOut = () => this.#reportLoggedOut(id);
    const poller = account.state === "active"
      ? new Poller({ account: id, generation }, {
        ...this.#ports,
        bell: pollBell,
        onIngested: () => {
          this.ringSender(id);
          this.#dueBell.ring(); // what waited for the person is due soon
          onIngested();
        },
        onLoggedOut,
      })
      : null;
    if (poller !== null) this.#end(this.#notify(id, "start"));
    sender?.ring();
    return {
      generation,
      stateSinceMs: account.stateSinceMs,
      pollBell,
      poller,
      sender: sender ?? new Sender(id, {
        ...this.#ports,
        onEnded: this.#ports.onSendEnded,
        onDeferredUntil: (atMs) => this.#dueBell.ringAt(atMs),
        onLoggedOut,
      }),
      isReportedLoggedOut: false,
    };
  }

  /** Poller and sender may both see the same login end. */
  #reportLoggedOut(id: AccountId): void {
    const station = this.#stations.get(id);
    if (station === undefined || station.isReportedLoggedOut) return;
    station.isReportedLoggedOut = true;
    station.sender.ring();
    this.#end((async () => {
      const account = (await this.#ports.store.accounts()).find((known) => known.id === id);
      if (account?.state === "logged_out") this.#ports.onLoggedOut(account);
    })());
  }

  async #notify(account: AccountId, what: "start" | "stop"): Promise<void> {
    const { store, api, clock, log } = this.#ports;
    const credentials = await store.credentials(account);
    if (credentials === null) return;
    const outcome = await withLimit(
      (signal) => api.notify(credentials, { what, signal }),
      { clock, limitMs: NOTIFY_LIMIT_MS, signal: this.#aborting.signal },
    );
    if (outcome !== "ok") log.debug("notify_failed", { account, what });
  }

  async #resumeDue(): Promise<void> {
    const { store, clock, settings } = this.#ports;
    const nowMs = clock.now();
    const lookedMs = clock.monotonic();
    const isExpiryLook = lookedMs >= this.#expiryLookMs;
    const { resumed, nextDueAtMs } = await store.resumeSends(nowMs, {
      expireBeforeMs: isExpiryLook ? nowMs - settings.deferredMs : 0,
      waitMaxMs: Math.max(settings.coolDownMaxMs, LOGGED_OUT_RECHECK_MS),
    });
    if (isExpiryLook) this.#expiryLookMs = lookedMs + EXPIRY_LOOK_MS;
    this.#dueBell.ringAt(Math.min(nextDueAtMs ?? Infinity, nowMs + EXPIRY_LOOK_MS));
    if (resumed === 0) return;
    for (const { sender } of this.#stations.values()) sender.ring();
  }

  /** Lets something end in the background, with its failure in the log. */
  #end(ending: Promise<void>): void {
    const ended = ending
      .catch((error) => this.#ports.log.error("upstream_fault", { text: errorText(error) }))
      .finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}

async function stopStation(station: Station, deadline: AbortSignal): Promise<void> {
  await Promise.all([station.poller?.stop(deadline), station.sender.stop(deadline)]);
}
