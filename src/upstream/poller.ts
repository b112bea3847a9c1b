/**
 * One login's poll loop. WeChat may hand a batch out and never again, so nothing of an answer is acted on before it is
 * committed, an answer that cannot be committed is kept while the account does not poll, and no poll is given up early.
 */
import type { AccountId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { AccountFacts } from "../core/status.ts";
import { followAbort } from "../lib/abort.ts";
import { type Backoff, createBackoff } from "../lib/backoff.ts";
import type { Bell } from "../lib/bell.ts";
import { type Clock, sleep } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import type { AccountCredentials, AccountSteps, PollSteps } from "../store/store.ts";
import { type Lang, say } from "../text/say.ts";
import { PAUSED } from "../text/upstream.ts";
import { readInbound } from "../wire/message.ts";
import type { UpdatesAnswer } from "../wire/updates.ts";
import type { NetFault, UnreadableBody, UpstreamApi } from "./api.ts";
import { watchClocks } from "./clock_watch.ts";
import { untilCommitted } from "./commit_retry.ts";
import { createPollPace } from "./poll_pace.ts";

/** What is known of an account's connection besides its state. Times are milliseconds since 1970. */
export interface PollFacts extends Omit<AccountFacts, "coolDownUntilMs" | "suspects"> {
  readonly lastInboundAtMs: number | null;
  readonly lastError: { readonly text: string; readonly atMs: number } | null;
}

export interface PollerPorts {
  readonly store:
    & Pick<AccountSteps, "credentials" | "markLoggedOut">
    & Pick<PollSteps, "ingest" | "unsettledCount">;
  readonly api: Pick<UpstreamApi, "getUpdates">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Of the facts' reasons. */
  readonly lang: Lang;
  /** Wakes a paused poller. */
  readonly bell: Bell;
  /** Whether the disk has room for more. */
  readonly hasRoom: () => boolean;
  /** Called after a commit that brought something to decide. */
  readonly onIngested: () => void;
  /** Called once the loss of the login is committed. */
  readonly onLoggedOut: () => void;
}

/** What the loop does next. */
type Next =
  | { readonly kind: "again" }
  | { readonly kind: "ended" }
  /** Nothing new came: not asked again before a moment has passed. */
  | { readonly kind: "idle" }
  | { readonly kind: "failed" | "store_failing"; readonly text: string }
  | { readonly kind: "paused"; readonly reason: "no_room" | "queue_full" };

type Answer = Exclude<UpdatesAnswer, { kind: "unreadable" }> | UnreadableBody | NetFault;

/** How often a paused poller looks again. */
const RECHECK_MS = 5_000;
/** A server that answers at once with nothing new is asked once in this time. */
const IDLE_POLL_MIN_MS = 1_000;
/** What an edge answers that has waited long enough. */
const CUT_OFF_STATUSES: readonly number[] = [504, 524];

/** Polls for one login of an account until its token is dead, a newer login is stored, or it is stopped. */
export class Poller {
  readonly #login: { readonly account: AccountId; readonly generation: number };
  readonly #ports: PollerPorts;
  readonly #stopping = new AbortController();
  readonly #aborting = new AbortController();
  readonly #pace = createPollPace();
  readonly #backoff: Backoff;
  readonly #ended: Promise<void>;
  #facts: PollFacts;
  /** When it began what it is doing, such as a poll; of the monotonic clock. */
  #begunMs: number;
  #lastUnreadable = new Uint8Array();

  /** Starts at once. */
  constructor(
    login: { readonly account: AccountId; readonly generation: number },
    ports: PollerPorts,
  ) {
    this.#login = login;
    this.#ports = ports;
    this.#backoff = createBackoff({
      firstMs: LIMITS.upstreamBackoffFirstMs,
      maxMs: LIMITS.upstreamBackoffMaxMs,
      random: ports.random,
    });
    this.#facts = {
      state: "polling",
      reason: "",
      sinceMs: ports.clock.now(),
      lastPollAtMs: null,
      lastInboundAtMs: null,
      lastError: null,
    };
    this.#begunMs = ports.clock.monotonic();
    this.#ended = this.#run();
  }

  facts(): PollFacts {
    return { ...this.#facts, stepMs: this.#ports.clock.monotonic() - this.#begunMs };
  }

  /** Finishes and commits the poll in flight; `deadline` aborts it. Resolves when the loop has ended. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopping.abort();
    const unfollow = followAbort(deadline, this.#aborting);
    await this.#ended;
    unfollow();
  }

  async #run(): Promise<void> {
    const { clock } = this.#ports;
    while (!this.#stopping.signal.aborted) {
      const startedMs = clock.monotonic();
      this.#begunMs = startedMs;
      let next: Next;
      try {
        next = await this.#step();
      } catch (error) {
        next = { kind: "store_failing", text: errorText(error) };
      }
      if (next.kind === "ended") break;
      await this.#pause(next, clock.monotonic() - startedMs);
    }
    if (this.#facts.state !== "logged_out") this.#enter("stopped");
  }

  async #step(): Promise<Next> {
    const { store, clock, hasRoom } = this.#ports;
    const { account, generation } = this.#login;
    const credentials = await store.credentials(account);
    if (credentials?.generation !== generation) return { kind: "ended" };
    if (credentials.state === "logged_out") {
      this.#enter("logged_out"); // the sender saw it first
      return { kind: "ended" };
    }
    if (!hasRoom()) return { kind: "paused", reason: "no_room" };
    if (await store.unsettledCount(account) > LIMITS.unsettledPerAccount) {
      return { kind: "paused", reason: "queue_full" };
    }
    if (this.#facts.state === "paused") this.#enter("polling");
    const limitMs = this.#pace.limitMs();
    const startedMs = clock.monotonic();
    const answer = await this.#poll(credentials, limitMs);
    if (answer === "clock_jumped") return { kind: "again" };
    const hasReachedLimit = clock.monotonic() - startedMs >= limitMs;
    return await this.#take(answer, { cursor: credentials.cursor, hasReachedLimit });
  }

  async #poll(
    credentials: AccountCredentials,
    limitMs: number,
  ): Promise<Answer | "clock_jumped"> {
    const { api, clock } = this.#ports;
    const calling = new AbortController();
    const unfollow = followAbort(this.#aborting.signal, calling);
    let hasJumped = false;
    const unwatch = watchClocks(clock, () => {
      hasJumped = true;
      calling.abort();
    });
    const { cursor } = credentials;
    const answer = await api.getUpdates(credentials, { cursor, limitMs, signal: calling.signal });
    unwatch();
    unfollow();
    const isCut = answer.kind === "unanswered" || answer.kind === "unreached";
    return hasJumped && isCut ? "clock_jumped" : answer;
  }

  async #take(
    answer: Answer,
    poll: { readonly cursor: string; readonly hasReachedLimit: boolean },
  ): Promise<Next> {
    switch (answer.kind) {
      case "updates":
        return await this.#takeUpdates(answer, poll.cursor);
      case "unreadable":
        await this.#takeUnreadable(answer.bytes);
        return { kind: "failed", text: `answer of ${answer.bytes.length} bytes is not readable` };
      case "stale_token":
        return await this.#takeLogout();
      case "refused":
        return { kind: "failed", text: `ret ${answer.code}: ${answer.text}` };
      case "http":
        if (CUT_OFF_STATUSES.includes(answer.status)) this.#pace.cutOff();
        return { kind: "failed", text: `HTTP ${answer.status}` };
      case "unreached":
      case "unanswered":
        if (!poll.hasReachedLimit) return { kind: "failed", text: answer.text };
        if (!this.#pace.isShort) this.#fail(answer.text);
        if (answer.kind === "unanswered") this.#pace.cutOff();
        return { kind: "again" };
    }
  }

  async #takeUpdates(
    updates: Extract<Answer, { kind: "updates" }>,
    cursor: string,
  ): Promise<Next> {
    const { store, clock, onIngested } = this.#ports;
    this.#pace.answered(updates.longPollMs);
    this.#backoff.reset();
    const atMs = clock.now();
    const { lastPollAtMs } = this.#facts;
    this.#enter("polling");
    this.#facts = { ...this.#facts, lastPollAtMs: atMs };
    const messages = updates.messages.map(readInbound);
    const hasMoved = updates.cursor !== "" && updates.cursor !== cursor;
    if (messages.length === 0 && !hasMoved) return { kind: "idle" };
    const batch = {
      ...{ ...this.#login, messages, unreadableBody: null, cursor: updates.cursor },
      ...{ lastPollAtMs, atMs },
    };
    const ingested = await this.#commit(messages.length, () => store.ingest(batch));
    if (messages.length > 0) this.#facts = { ...this.#facts, lastInboundAtMs: atMs };
    if (ingested.stored + ingested.parked === 0) return { kind: "idle" };
    onIngested();
    return { kind: "again" };
  }

  /** An empty body holds nothing, and one that comes again (a captive portal's page) nothing new. */
  async #takeUnreadable(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0 || isEqual(bytes, this.#lastUnreadable)) return;
    const { store, clock, onIngested } = this.#ports;
    const atMs = clock.now();
    const batch = { ...this.#login, messages: [], unreadableBody: bytes, cursor: "", atMs };
    await this.#commit(1, () => store.ingest(batch));
    this.#lastUnreadable = new Uint8Array(bytes);
    onIngested();
  }

  async #takeLogout(): Promise<Next> {
    const { store, clock, log, onLoggedOut } = this.#ports;
    const { account, generation } = this.#login;
    const seen = { generation, atMs: clock.now() };
    const marked = await this.#commit(0, () => store.markLoggedOut(account, seen));
    if (marked === "marked") {
      this.#enter("logged_out");
      log.warn("logged_out", { account, generation });
      onLoggedOut();
    }
    return { kind: "ended" };
  }

  /** Throws only when the time to stop is over: then the messages are lost, and the log says so. */
  async #commit<T>(messages: number, act: () => Promise<T>): Promise<T> {
    const { log } = this.#ports;
    const { account } = this.#login;
    const { signal } = this.#aborting;
    const done = await untilCommitted(act, {
      ...this.#ports,
      signal,
      onFault: (error) => {
        const text = errorText(error);
        log.error(signal.aborted ? "batch_lost" : "batch_not_committed", {
          account,
          messages,
          text,
        });
        this.#pauseFor("store_failing", text);
      },
    });
    if (this.#facts.state === "paused") this.#enter("polling");
    return done;
  }

  async #pause(next: Exclude<Next, { kind: "ended" }>, tookMs: number): Promise<void> {
    const { clock, log, bell } = this.#ports;
    const { account } = this.#login;
    const { signal } = this.#stopping;
    switch (next.kind) {
      case "again":
        return;
      case "idle":
        if (tookMs < IDLE_POLL_MIN_MS) await sleep(clock, IDLE_POLL_MIN_MS - tookMs, signal);
        return;
      case "paused":
        this.#pauseFor(next.reason);
        bell.ringAt(clock.now() + RECHECK_MS);
        return await bell.wait(signal);
      case "store_failing":
      case "failed": {
        const delayMs = this.#backoff.next();
        if (next.kind === "failed") this.#fail(next.text);
        else this.#pauseFor(next.kind, next.text);
        log.warn("poll_failed", { account, text: next.text, delayMs });
        await sleep(clock, delayMs, signal);
      }
    }
  }

  /** Polling goes on; what failed is said until a poll succeeds. */
  #fail(text: string): void {
    this.#facts = { ...this.#facts, lastError: { text, atMs: this.#ports.clock.now() } };
    this.#enter("retrying", text);
  }

  #pauseFor(why: keyof typeof PAUSED, text = ""): void {
    const { log, lang } = this.#ports;
    if (this.#facts.state !== "paused") log.warn("poll_paused", { ...this.#login, why });
    this.#enter("paused", say(lang, PAUSED[why], { text }));
  }

  #enter(state: PollFacts["state"], reason = ""): void {
    const sinceMs = state === this.#facts.state ? this.#facts.sinceMs : this.#ports.clock.now();
    this.#facts = { ...this.#facts, state, reason, sinceMs };
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
