/**
 * The questions to one isolated plugin and the processes that answer them. Normally all are in flight at once in one
 * process. A process that fails takes its answers along, and which question was to blame is not known then: those in flight
 * are asked again one at a time, each alone in a process that has answered nothing wrong yet, and only the one that fails
 * alone is a fault.
 */
import type { Backoff } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import type { AnswerFrame, Question } from "./frames.ts";
import type { IsolateChild } from "./isolate_child.ts";
import { type FaultOutcome, faultOutcome } from "./outcome.ts";

export type Ending = AnswerFrame | FaultOutcome;

export interface IsolatedCalls {
  /** Never rejects. */
  ask(question: Question): Promise<Ending>;
  /** Resolves when the questions in flight are ended and all processes are gone. Later questions are refused. */
  stop(): Promise<void>;
  /** The same at once; what is in flight is refused. */
  end(): Promise<void>;
}

export type Restarted =
  | { readonly kind: "started"; readonly child: IsolateChild }
  | { readonly kind: "failed"; readonly text: string };

interface Ports {
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly backoff: Backoff;
  /** Loads the plugin into another process. Never rejects. */
  readonly restart: () => Promise<Restarted>;
  /** A process was given up, with why. */
  readonly onReplaced: (text: string) => void;
}

interface Call {
  readonly question: Question;
  /** Whatever happens to others meanwhile, it has ended by then. */
  readonly expiresAtMs: number;
  readonly settle: (ending: Ending) => void;
  /** Its one timer. */
  cancel: () => void;
}

/** A process and the calls in flight there, the oldest first, each with the way to take it back. */
interface Running {
  readonly child: IsolateChild;
  readonly calls: Map<Call, () => void>;
  asked: number;
  /** It is given no more calls and ends after those it has. */
  isRetired: boolean;
}

/** The first try, waiting for another's, and a try alone. */
const DEADLINES_IN_ALL = 3;
/** A timer that comes so much too late says that the hub, or the machine, was held up. */
const HUB_LATE_MS = 20;
/** Processes replaced without an answer in between before the next one has to wait. */
const REPLACED_AT_ONCE = 3;

export function createIsolatedCalls(first: IsolateChild, ports: Ports): IsolatedCalls {
  const { clock, deadlineMs, backoff } = ports;
  const runnings = new Set<Running>();
  /** Not in flight: those never asked yet, and those that are asked again one at a time. */
  let waiting: Call[] = [];
  let suspects: Call[] = [];
  let alone: Call | null = null;
  let current: Running | null = null;
  let startsAtMs = 0;
  let failures = 0;
  let cancelRestart = () => {};
  let starting: Promise<void> = Promise.resolve();
  let lastFailure = "";
  let isStopping = false;
  let isEnded = false;
  const idle = Promise.withResolvers<void>();

  adopt(first);

  function adopt(child: IsolateChild): void {
    const running: Running = { child, calls: new Map(), asked: 0, isRetired: false };
    runnings.add(running);
    current = running;
    child.ended.then((text) => {
      if (runnings.has(running)) fail(running, text);
    });
  }

  // ── asking

  function ask(question: Question): Promise<Ending> {
    return new Promise((settle) => {
      const nowMs = clock.monotonic();
      const expiresAtMs = nowMs + DEADLINES_IN_ALL * deadlineMs;
      const call: Call = { question, expiresAtMs, settle, cancel: () => {} };
      if (isStopping) return settle(unavailable("it is being stopped"));
      waiting.push(call);
      pump();
      if (waiting.includes(call)) linger(call);
    });
  }

  /** Gives out what may be asked now. */
  function pump(): void {
    if (current === null || alone !== null) return;
    if (suspects.length > 0 && current.calls.size > 0) return;
    const suspect = suspects.shift();
    if (suspect !== undefined) {
      alone = suspect;
      return give(suspect, current);
    }
    const ready = waiting;
    waiting = [];
    for (const call of ready) give(call, current);
  }

  function give(call: Call, running: Running): void {
    running.asked += 1;
    call.cancel();
    const onAnswer = (answer: AnswerFrame) => {
      failures = 0;
      backoff.reset();
      end(call, running, answer);
    };
    running.calls.set(call, running.child.ask(call.question, { deadlineMs, onAnswer }));
    const nowMs = clock.monotonic();
    const lateAtMs = Math.min(nowMs + deadlineMs, call.expiresAtMs);
    call.cancel = clock.after(lateAtMs - nowMs, () => {
      // When it was the hub that stood still, answers may have come that it has not read yet.
      const isHubLate = clock.monotonic() - lateAtMs > HUB_LATE_MS;
      if (!isHubLate) return onLate(call, running);
      call.cancel = clock.after(HUB_LATE_MS, () => onLate(call, running));
    });
  }

  /** Ends a call that was in flight in this process. */
  function end(call: Call, running: Running, ending: Ending): void {
    running.calls.delete(call);
    if (running.isRetired && running.calls.size === 0) discard(running);
    settle(call, ending);
    pump();
    noteIdle();
  }

  function settle(call: Call, ending: Ending): void {
    call.cancel();
    if (alone === call) alone = null;
    call.settle(ending);
  }

  // ── what goes wrong

  function onLate(call: Call, running: Running): void {
    running.calls.get(call)?.();
    if (running.calls.size === 1) {
      giveUp(running, `no answer within ${deadlineMs} ms`);
      return end(call, running, tooLate());
    }
    running.child.ping().then((state) => {
      if (!running.calls.has(call)) return;
      // Then it is late by itself: the others go on where they are.
      if (state === "free") {
        retire(running);
        end(call, running, tooLate());
      } else fail(running, `no answer within ${deadlineMs} ms, others waited too`);
    });
  }

  /** The process is gone, or is ended because it is blocked. */
  function fail(running: Running, text: string): void {
    const lost = [...running.calls.keys()];
    for (const call of lost) call.cancel();
    running.calls.clear();
    const [oldest, ...others] = lost;
    const isCertain = others.length === 0 && (running.asked === 1 || oldest === alone);
    if (oldest !== undefined && isCertain) {
      settle(oldest, faultOutcome("threw", `its process ended: ${text}`));
    } else if (oldest !== undefined) {
      // A plugin without promises answers in order: then the oldest is to blame, and nobody has to wait for it.
      suspects.push(...others, oldest);
    }
    giveUp(running, text);
    for (const call of suspects) linger(call);
    pump();
    noteIdle();
  }

  /** Lets those in flight finish, and asks all others elsewhere. */
  function retire(running: Running): void {
    running.isRetired = true;
    if (current === running) replace(`no answer within ${deadlineMs} ms`);
  }

  function giveUp(running: Running, text: string): void {
    discard(running);
    if (current === running) replace(text);
  }

  function discard(running: Running): void {
    runnings.delete(running);
    running.child.kill();
  }

  // ── another process

  function replace(text: string): void {
    current = null;
    if (isStopping && waiting.length + suspects.length === 0) return;
    ports.onReplaced(text);
    schedule(text);
  }

  function schedule(text: string): void {
    lastFailure = text;
    failures += 1;
    const delayMs = failures <= REPLACED_AT_ONCE ? 0 : backoff.next();
    startsAtMs = clock.monotonic() + delayMs;
    if (delayMs === 0) return start();
    for (const call of [...waiting, ...suspects]) refuseIfInVain(call);
    cancelRestart = clock.after(delayMs, start);
  }

  function start(): void {
    starting = ports.restart().then(async (restarted) => {
      if (isEnded && restarted.kind === "started") {
        restarted.child.kill();
        await restarted.child.ended;
      }
      if (isEnded) return;
      if (restarted.kind === "failed") return schedule(restarted.text);
      adopt(restarted.child);
      pump();
    });
  }

  /** Waits for its turn, but not for ever. */
  function linger(call: Call): void {
    if (refuseIfInVain(call)) return;
    call.cancel();
    call.cancel = clock.after(call.expiresAtMs - clock.monotonic(), () => {
      drop(call, tooLate());
      noteIdle();
    });
  }

  function refuseIfInVain(call: Call): boolean {
    const isInVain = current === null && startsAtMs > call.expiresAtMs;
    if (isInVain) drop(call, unavailable(`its process is started again later: ${lastFailure}`));
    return isInVain;
  }

  function drop(call: Call, ending: Ending): void {
    waiting = waiting.filter((other) => other !== call);
    suspects = suspects.filter((other) => other !== call);
    settle(call, ending);
  }

  // ── the end

  function noteIdle(): void {
    const isBusy = [...runnings].some(({ calls }) => calls.size > 0);
    if (isStopping && !isBusy && waiting.length + suspects.length === 0) idle.resolve();
  }

  async function finish(): Promise<void> {
    isEnded = true;
    cancelRestart();
    const children = [...runnings].map(({ child }) => child);
    for (const running of runnings) discard(running);
    await Promise.all([starting, ...children.map(({ ended }) => ended)]);
  }

  function tooLate(): FaultOutcome {
    return faultOutcome("too_late", `no answer within ${deadlineMs} ms`);
  }

  return {
    ask,
    async stop() {
      isStopping = true;
      noteIdle();
      await idle.promise;
      await finish();
    },
    async end() {
      isStopping = true;
      const lost = [...runnings].flatMap(({ calls }) => [...calls.keys()]);
      for (const { calls } of runnings) calls.clear();
      for (const call of [...lost, ...waiting, ...suspects]) {
        drop(call, unavailable("the hub is being stopped"));
      }
      idle.resolve();
      await finish();
    },
  };
}

function unavailable(text: string): FaultOutcome {
  return faultOutcome("unavailable", text);
}
