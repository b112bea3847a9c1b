/** One step of a group: its body, what it leaves to be done after the commit, and the promise that waits for it. */
import { addTo, type Changes, type Counter } from "./counters.ts";
import type { Database } from "./database.ts";

/** What a step's body is given. The body is synchronous, and may be run again when its group could not be committed. */
export interface Step {
  readonly db: Database;
  /** Runs `action`, which must not throw, once the step is on disk: memory that mirrors the database changes here alone. */
  afterCommit(action: () => void): void;
  /** Adds to a counter. */
  count(counter: Counter, by: number): void;
}

/** A step that waits for its group. */
export interface QueuedStep {
  /** Runs the body; what it gives and wants done later is kept until `succeed`. */
  run(): void;
  /** What the body has counted. */
  changes(): Changes;
  succeed(): void;
  fail(error: unknown): void;
}

export function queueStep<T>(
  db: Database,
  call: {
    readonly body: (step: Step) => T;
    readonly resolve: (value: T) => void;
    readonly reject: (error: unknown) => void;
  },
): QueuedStep {
  let actions: (() => void)[] = [];
  let changes: Changes = new Map();
  let value: { readonly given: T } | null = null;
  return {
    run() {
      actions = []; // the old ones are of a try that came to nothing
      changes = new Map();
      value = {
        given: call.body({
          db,
          afterCommit: (action) => actions.push(action),
          count: (counter, by) => addTo(changes, counter, by),
        }),
      };
    },
    changes: () => changes,
    succeed() {
      for (const action of actions) action();
      if (value !== null) call.resolve(value.given);
    },
    fail: call.reject,
  };
}
