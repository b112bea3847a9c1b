/**
 * One account's sends. A send is committed as begun before its call and ends in exactly one state after it; of a conversation
 * at most one is in flight, so that order and the count of its ledger hold.
 */
import type { AccountId, ConversationId, ReplyId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { type RefusalLimits, SEND_RULES } from "../core/send_errors.ts";
import type { GateFacts } from "../core/send_gate.ts";
import type { SendRank, TurnLimits } from "../core/turn.ts";
import { type LearnedWindow, NOTHING_LEARNED } from "../core/window.ts";
import { followAbort } from "../lib/abort.ts";
import { type Backoff, createBackoff } from "../lib/backoff.ts";
import { type Bell, createBell } from "../lib/bell.ts";
import type { Clock } from "../lib/clock.ts";
import { isObject, tryParseJson } from "../lib/json.ts";
import { errorText, type Log } from "../lib/log.ts";
import { type Random, randomHex } from "../lib/random.ts";
import { startTask, type Task } from "../lib/task.ts";
import type {
  AccountCredentials,
  AccountSteps,
  SendEnd,
  SendJob,
  SendSteps,
} from "../store/store.ts";
import type { Lang } from "../text/say.ts";
import { writeSendMessage } from "../wire/send.ts";
import type { UpstreamApi } from "./api.ts";
import { untilCommitted } from "./commit_retry.ts";
import { classifySend, endOf, type SendOutcome } from "./send_outcome.ts";
import { type PaceSettings, SendPace } from "./send_pace.ts";
import { type LoadedJob, TurnKeeper } from "./turn_keeper.ts";

export interface SendSettings extends RefusalLimits, TurnLimits, PaceSettings {
  /** What becomes of a send whose end was not seen: shown as such, or sent once more. */
  readonly unknownSends: "show" | "repeat";
  /** Answers that have waited so long are given up, milliseconds. */
  readonly deferredMs: number;
}

export interface SenderPorts {
  readonly store:
    & Pick<AccountSteps, "credentials" | "markLoggedOut">
    & Omit<SendSteps, "recoverSends" | "resumeSends" | "conversationAddress">;
  readonly api: Pick<UpstreamApi, "sendMessage">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Of the hub's words to people. */
  readonly lang: Lang;
  readonly settings: SendSettings;
  /** Called after the commit of a send's end, and when a send has been deferred. */
  readonly onEnded: (reply: ReplyId) => void;
  /** Called when sends were deferred to this time, milliseconds since 1970. */
  readonly onDeferredUntil: (atMs: number) => void;
  /** Called once the loss of the login is committed. */
  readonly onLoggedOut: () => void;
}

/** What an attempt is made with. */
interface Means {
  readonly credentials: AccountCredentials;
  readonly pace: SendPace;
}

/** What nobody asked for a moment ago: not worth a refusal that closes the window for answers too. */
const WAITS_WHEN_RISKY: readonly SendRank[] = ["push", "progress"];

type Deferral = Extract<SendEnd, { kind: "deferred" }>;

/**
 * A login frees what waits for it. A send that is deferred in the very moment of the login would wait for the next one, so
 * each is looked at again after this time.
 */
export const LOGGED_OUT_RECHECK_MS = 10 * 60 * 1_000;

export class Sender {
  readonly #account: AccountId;
  readonly #ports: SenderPorts;
  readonly #bell: Bell;
  readonly #task: Task;
  readonly #inFlight = new Map<ConversationId, Promise<void>>();
  readonly #aborting = new AbortController();
  readonly #backoff: Backoff;
  /** While calls fail to get through, one at a time is tried, and none before this time of the monotonic clock. */
  #isFailing = false;
  #heldUntilMs = 0;
  #cancelHold = () => {};
  #cancelSpacing = () => {};
  #hasUnknown = true;
  readonly #turns: TurnKeeper;
  /** The conversation whose send WeChat may refuse for its window; of these one at a time is tried. */
  #tried: ConversationId | null = null;
  /** `null` before the first look. */
  #pace: SendPace | null = null;

  /** Starts at once. */
  constructor(account: AccountId, ports: SenderPorts) {
    const { clock, random, log } = ports;
    this.#account = account;
    this.#ports = ports;
    this.#turns = new TurnKeeper(account, ports);
    this.#bell = createBell(clock);
    this.#backoff = createSendBackoff(random);
    this.#task = startTask({
      bell: this.#bell,
      clock,
      backoff: createSendBackoff(random),
      step: (signal) => this.#look(signal),
      onFault: (error) => log.error("sender_fault", { account, text: errorText(error) }),
    });
  }

  facts(): GateFacts {
    return this.#pace?.facts() ?? { coolDownUntilMs: null, suspects: null };
  }

  get learned(): LearnedWindow {
    return this.#pace?.learned ?? NOTHING_LEARNED;
  }

  /** Looks for planned sends. */
  ring(): void {
    this.#bell.ring();
  }

  /** Begins nothing more and waits for the calls in flight and their commits; `deadline` aborts them. */
  async stop(deadline: AbortSignal): Promise<void> {
    const unfollow = followAbort(deadline, this.#aborting);
    await this.#task.stop();
    await Promise.all(this.#inFlight.values());
    this.#cancelHold();
    this.#cancelSpacing();
    unfollow();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#ports;
    if (clock.monotonic() < this.#heldUntilMs) return;
    if (this.#hasUnknown) await this.#settleUnknowns();
    const pace = this.#pace ??= await this.#readPace();
    const credentials = await store.credentials(this.#account);
    await this.#turns.endTurns((conversation) => this.#inFlight.has(conversation));
    const spaced = new Map<ConversationId, number>();
    const behind = new Set<ConversationId>();
    while (credentials !== null && !signal.aborted) {
      const isCareful = this.#isFailing || (pace.isOnTrial && pace.closedBy() === null);
      const roomMax = LIMITS.sendsInFlightPerAccount;
      const limit = (isCareful ? 1 : roomMax) - this.#inFlight.size;
      if (limit <= 0) break;
      const skip = new Set([...this.#inFlight.keys(), ...spaced.keys(), ...behind]);
      const found = await store.nextSends({
        ...{ account: this.#account, skip },
        limit: isCareful ? roomMax : limit,
      });
      // Who was refused is tried after the others, which may be fine.
      const jobs = isCareful
        ? found.toSorted((a, b) => a.attempt - b.attempt).slice(0, limit)
        : found;
      if (jobs.length === 0) break;
      for (const job of jobs) {
        const waitMs = pace.spacingLeftMs(job);
        if (waitMs > 0) spaced.set(job.conversation, waitMs);
      }
      const near = jobs.filter(({ conversation }) => !spaced.has(conversation));
      const risky = near.filter((job) => pace.isRisky(job));
      const untried = this.#tried === null ? risky.slice(1) : risky;
      const ready = near.filter((job) => !untried.includes(job));
      await Promise.all(ready.map((job) => this.#admit(job, { credentials, pace })));
      if (this.#tried !== null) untried.forEach(({ conversation }) => behind.add(conversation));
    }
    this.#cancelSpacing();
    if (spaced.size === 0) return;
    this.#cancelSpacing = clock.after(Math.min(...spaced.values()), () => this.#bell.ring());
  }

  async #readPace(): Promise<SendPace> {
    const { store } = this.#ports;
    const gate = await store.sendGate(this.#account);
    const learned = await store.learnedWindow(this.#account);
    return new SendPace({ gate, learned }, this.#ports);
  }

  async #settleUnknowns(): Promise<void> {
    const { store, settings } = this.#ports;
    this.#hasUnknown = false; // set first: a send may become unknown meanwhile
    try {
      for (const { send, attempt } of await store.unknownSends(this.#account)) {
        await store.settleUnknown(send, attempt === 1 ? settings.unknownSends : "show");
      }
    } catch (error) {
      this.#hasUnknown = true;
      throw error;
    }
  }

  /** Begins the send, or lets its conversation wait. */
  async #admit(job: SendJob, { credentials, pace }: Means): Promise<void> {
    const { store, clock, onDeferredUntil, onEnded } = this.#ports;
    const nowMs = clock.now();
    const closed = pace.closedBy();
    const admission = credentials.state === "logged_out"
      ? waitForLogin(nowMs)
      : closed !== null
      ? { kind: "defer", ...closed } as const
      : pace.isRisky(job) && WAITS_WHEN_RISKY.includes(job.rank)
      ? { kind: "defer", reason: "window", untilMs: null } as const
      : await this.#turns.admit(job, nowMs);
    if (admission.kind === "send") {
      if (pace.isRisky(job)) this.#tried = job.conversation;
      pace.begun(job);
      const sending = this.#send(admission.job, { credentials, pace }).finally(() => {
        this.#inFlight.delete(job.conversation);
        if (this.#tried === job.conversation) this.#tried = null;
        this.#bell.ring();
      });
      this.#inFlight.set(job.conversation, sending);
      return;
    }
    const { kind: _, ...waits } = admission;
    await store.deferSends(job.conversation, { ...waits, atMs: nowMs });
    if (waits.untilMs !== null) onDeferredUntil(waits.untilMs);
    if (job.reply !== null) onEnded(job.reply);
    if (waits.reason === "budget") await this.#turns.tellUnsent(job, nowMs);
  }

  async #send(job: LoadedJob, { credentials, pace }: Means): Promise<void> {
    const { store, clock, random, log, onDeferredUntil, onEnded } = this.#ports;
    const upstreamId = job.upstreamId ?? `ilink-hub:${randomHex(random, 16)}`;
    try {
      await store.beginSend(job.send, { upstreamId, atMs: clock.now() });
    } catch (error) {
      log.error("send_not_begun", { send: job.send, text: errorText(error) });
      return this.#hold();
    }
    const outcome = await this.#call(job, { credentials, pace, upstreamId });
    const gate = pace.answered(outcome.meaning);
    const learned = pace.learn(outcome.meaning, job.ledger);
    try {
      const end = await this.#explain(outcome, { credentials, pace });
      const atMs = clock.now();
      await this.#commit(() =>
        store.endSend(job.send, {
          ...{ ...end, atMs },
          ...(gate === null ? {} : { gate }),
          ...(learned === null ? {} : { learned }),
        })
      );
      if (end.kind === "deferred" && end.untilMs !== null) onDeferredUntil(end.untilMs);
      this.#note(outcome, end);
      log.debug("send_ended", { send: job.send, kind: end.kind });
      if (end.kind === "back") return;
      if (job.reply !== null) onEnded(job.reply);
      job.riders.forEach(onEnded);
    } catch (error) {
      // Time is over: it stays `sending` and is `unknown` at the next start.
      log.error("send_end_lost", { send: job.send, text: errorText(error) });
    }
  }

  async #call(
    job: SendJob,
    { credentials, pace, upstreamId }: Means & { readonly upstreamId: string },
  ): Promise<SendOutcome> {
    const { api, clock, log, settings } = this.#ports;
    const content = tryParseJson(job.content);
    if (!isObject(content)) {
      return { meaning: "wrong_argument", wireId: null, raw: "content is no JSON object" };
    }
    const { to, contextToken, ledger } = job;
    const message = writeSendMessage(content, { to, sendId: upstreamId, contextToken });
    const { signal } = this.#aborting;
    const answer = await api.sendMessage(credentials, { message, signal });
    const { recentSends, isThrottled, learned } = pace;
    const showsIds = job.showsIds || pace.showsIds;
    const nowMs = clock.now();
    const outcome = classifySend(answer, {
      ...{ ledger, recentSends, isThrottled, showsIds, learned, nowMs },
      limits: settings,
    });
    const { meaning, raw } = outcome;
    if (SEND_RULES[meaning].client === "deferred" || meaning === "hidden") {
      log.warn("send_held_back", { send: job.send, meaning, text: raw });
    }
    return outcome;
  }

  /** Turns what WeChat said into what the store keeps. */
  async #explain(
    outcome: SendOutcome,
    { credentials, pace }: Means,
  ): Promise<SendEnd> {
    const { store, clock, onLoggedOut } = this.#ports;
    const nowMs = clock.now();
    if (outcome.meaning !== "logged_out") {
      return endOf(outcome, { coolDownUntilMs: pace.facts().coolDownUntilMs ?? nowMs });
    }
    const { generation } = credentials;
    const marked = await this.#commit(() =>
      store.markLoggedOut(this.#account, { generation, atMs: nowMs })
    );
    if (marked === "outdated") return { kind: "back", reason: "sent under an older login" };
    onLoggedOut();
    return waitForLogin(nowMs);
  }

  /** Calls that fail to get through slow the account down; any answer of WeChat's own ends that. */
  #note(outcome: SendOutcome, end: SendEnd): void {
    if (end.kind === "unknown") this.#hasUnknown = true;
    const { hub } = SEND_RULES[outcome.meaning];
    if (hub === "send_again" || hub === "settle") return this.#hold();
    this.#isFailing = false;
    this.#backoff.reset();
  }

  #hold(): void {
    const { clock } = this.#ports;
    this.#isFailing = true;
    if (clock.monotonic() < this.#heldUntilMs) return;
    const delayMs = this.#backoff.next();
    this.#heldUntilMs = clock.monotonic() + delayMs;
    this.#cancelHold();
    this.#cancelHold = clock.after(delayMs, () => this.#bell.ring());
  }

  #commit<T>(act: () => Promise<T>): Promise<T> {
    const { log } = this.#ports;
    return untilCommitted(act, {
      ...this.#ports,
      signal: this.#aborting.signal,
      onFault: (error) =>
        log.error("send_not_committed", { account: this.#account, text: errorText(error) }),
    });
  }
}

function waitForLogin(nowMs: number): Deferral {
  return { kind: "deferred", reason: "logged_out", untilMs: nowMs + LOGGED_OUT_RECHECK_MS };
}

function createSendBackoff(random: Random): Backoff {
  const { upstreamBackoffFirstMs: firstMs, upstreamBackoffMaxMs: maxMs } = LIMITS;
  return createBackoff({ firstMs, maxMs, random });
}
