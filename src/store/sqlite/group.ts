/**
 * The group commit: the steps of one event-loop turn share one transaction and one fsync. It must never let a promise
 * resolve before its step is on disk, nor let one step's failure take another along.
 */
import { HubError } from "../../core/error.ts";
import { errorText, type Log } from "../../lib/log.ts";
import { saveChanges } from "./counters.ts";
import type { Database } from "./database.ts";
import { explainFault, isEngineFault } from "./faults.ts";
import { type QueuedStep, queueStep, type Step } from "./step.ts";

export type { Step } from "./step.ts";

export type Health = { readonly kind: "ok" } | {
  readonly kind: "failing";
  readonly reason: string;
};

/** The two moments around a commit at which a test may let the hub die: `before`, nothing of it is on disk; `after`, all. */
export type CommitMoment = "before" | "after";

export interface GroupOptions {
  readonly db: Database;
  /** For error texts. */
  readonly path: string;
  readonly log: Log;
  /** Runs `flush` at the end of the event-loop turn. */
  readonly schedule: (flush: () => void) => void;
  /** Called when the disk is full; whether room was made, so that another try is worth it. */
  readonly freeRoom: () => boolean;
  /** Called around each commit; what it throws ends the store as a crash would. `commit` counts from 1. */
  readonly onCommit: (commit: number, moment: CommitMoment) => void;
  /** Called once, when the connection is closed, whether in order or by a crash. */
  readonly onEnd: () => void;
}

type Outcome =
  | { readonly kind: "done"; readonly step: QueuedStep }
  | { readonly kind: "threw"; readonly step: QueuedStep; readonly error: unknown };

const BEGIN = "BEGIN IMMEDIATE";
const COMMIT = "COMMIT";
const ROLLBACK = "ROLLBACK";
const SAVEPOINT = "SAVEPOINT step";
const ROLLBACK_TO = "ROLLBACK TO step";
const RELEASE = "RELEASE step";

export class Group {
  readonly #options: GroupOptions;
  #queue: QueuedStep[] = [];
  #commits = 0;
  #health: Health = { kind: "ok" };
  /** Why nothing is taken any more. */
  #ended: unknown = null;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  get health(): Health {
    return this.#health;
  }

  /** Runs `body` with the next group. Resolves with what it gave once that is on disk; rejects when none of it is. */
  write<T>(body: (step: Step) => T): Promise<T> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#queue.push(queueStep(this.#options.db, { body, resolve, reject }));
      if (this.#queue.length === 1) this.#options.schedule(() => this.#flush());
    });
  }

  /** Runs `body` at once, on what is committed: between two groups there is no open transaction. */
  read<T>(body: (db: Database) => T): Promise<T> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    try {
      return Promise.resolve(body(this.#options.db));
    } catch (error) {
      return Promise.reject(explainFault(error, this.#options.path));
    }
  }

  /** Commits what is queued and takes no more; `last` is run before the connection is closed. */
  close(last: () => void): void {
    if (this.#ended !== null) return;
    this.#flush();
    if (this.#ended !== null) return; // it crashed in this flush
    this.#ended = new Error("The store is closed");
    try {
      last();
    } finally {
      this.#end();
    }
  }

  #flush(): void {
    if (this.#queue.length === 0) return;
    const steps = this.#queue;
    this.#queue = [];
    if (steps.length > 1 && this.#commitAll(steps)) return;
    // Whoever holds the file would be waited for by every step, one after the other.
    let blocked = this.#ended;
    for (const step of steps) {
      if (blocked === null) blocked = this.#commitAlone(step);
      else step.fail(blocked);
    }
  }

  /**
   * Whether the group is dealt with; otherwise nothing of it is on disk. Steps hardly ever throw, and guarding each one costs a
   * tenth of all work: so the group runs unguarded first, and once more when one has thrown.
   */
  #commitAll(steps: readonly QueuedStep[]): boolean {
    const plain = this.#commitTogether(steps, runPlain);
    if (plain !== "refused") return plain === "done";
    return this.#commitTogether(steps, (step) => this.#runGuarded(step)) === "done";
  }

  #commitTogether(
    steps: readonly QueuedStep[],
    run: (step: QueuedStep) => Outcome,
  ): "done" | "refused" | "faulty" {
    const { db } = this.#options;
    const outcomes: Outcome[] = [];
    try {
      db.run(BEGIN);
      for (const step of steps) outcomes.push(run(step));
      this.#commit(outcomes);
    } catch (error) {
      this.#rollBack(); // each step gets an error of its own later
      return isEngineFault(error) ? "faulty" : "refused";
    }
    this.#settle(outcomes);
    return "done";
  }

  /** Takes back what a step did that throws. Throws itself when the whole transaction is in doubt. */
  #runGuarded(step: QueuedStep): Outcome {
    const { db } = this.#options;
    db.run(SAVEPOINT);
    try {
      step.run();
    } catch (error) {
      if (isEngineFault(error) || !db.isInTransaction) throw error;
      db.run(ROLLBACK_TO);
      db.run(RELEASE);
      return { kind: "threw", step, error };
    }
    db.run(RELEASE);
    return { kind: "done", step };
  }

  /** Gives the error that every other step would meet as well, else `null`. */
  #commitAlone(step: QueuedStep, isSecondTry = false): unknown {
    const { db, path, freeRoom, log } = this.#options;
    let hasBegun = false;
    try {
      db.run(BEGIN);
      hasBegun = true;
      step.run();
      this.#commit([{ kind: "done", step }]);
    } catch (error) {
      this.#rollBack();
      const fault = this.#ended ?? explainFault(error, path);
      if (isEngineFault(error)) {
        if (isFull(fault) && !isSecondTry && freeRoom()) return this.#commitAlone(step, true);
        this.#health = { kind: "failing", reason: errorText(fault) };
        log.error("store_failing", { error: errorText(fault) });
      }
      step.fail(fault);
      return hasBegun ? this.#ended : fault;
    }
    this.#settle([{ kind: "done", step }]);
    return this.#ended;
  }

  #commit(outcomes: readonly Outcome[]): void {
    const done = outcomes.filter(({ kind }) => kind === "done");
    saveChanges(this.#options.db, done.map(({ step }) => step.changes()));
    this.#announce("before");
    this.#options.db.run(COMMIT);
    this.#health = { kind: "ok" };
  }

  /** The transaction is on disk: memory follows, then the promises. */
  #settle(outcomes: readonly Outcome[]): void {
    try {
      this.#announce("after");
    } catch (crash) {
      for (const { step } of outcomes) step.fail(crash);
      return;
    }
    for (const outcome of outcomes) {
      if (outcome.kind === "threw") outcome.step.fail(outcome.error);
      else outcome.step.succeed();
    }
  }

  /** Dies with what `onCommit` throws. */
  #announce(moment: CommitMoment): void {
    if (moment === "before") this.#commits += 1;
    try {
      this.#options.onCommit(this.#commits, moment);
    } catch (crash) {
      this.#ended = crash;
      this.#end(); // the engine takes an open transaction back
      throw crash;
    }
  }

  #end(): void {
    this.#options.db.close();
    this.#options.onEnd();
  }

  #rollBack(): void {
    if (this.#ended === null && this.#options.db.isInTransaction) this.#options.db.run(ROLLBACK);
  }
}

function runPlain(step: QueuedStep): Outcome {
  step.run();
  return { kind: "done", step };
}

function isFull(error: unknown): boolean {
  return error instanceof HubError && error.code === "DATABASE_FULL";
}
