/**
 * Lets a hub die at its n-th commit. Give `crashAt(n, moment).onCommit` to `openStore`: when the n-th group of steps is about to
 * be committed (`before`: nothing of it is on disk) or has been (`after`: all of it is), the file is closed as by `kill -9`, the
 * promises of that group reject with a `Crash`, and so does every later call. Then open the same file again, without the plan,
 * and check what must hold. Count n up until a whole scenario passes without `hasCrashed`:
 *
 *     for (const moment of ["before", "after"] as const) {
 *       for (let commit = 1;; commit++) {
 *         const plan = crashAt(commit, moment);
 *         await runScenario(await openTestStore({ path, ...plan })); // a Crash ends it
 *         await checkLaws(await openTestStore({ path }));
 *         if (!plan.hasCrashed) break;
 *       }
 *     }
 *
 * The groups are the same in every run as long as the scenario asks for its steps in the same event-loop turns.
 */
import type { CommitMoment } from "../../src/store/sqlite/group.ts";

/** What every call of a store that died rejects with. */
export class Crash extends Error {
  override readonly name = "Crash";
}

export interface CrashPlan {
  readonly onCommit: (commit: number, moment: CommitMoment) => void;
  readonly hasCrashed: boolean;
  /** Resolves at the crash. */
  readonly crashed: Promise<void>;
}

export function crashAt(commit: number, moment: CommitMoment): CrashPlan {
  let hasCrashed = false;
  const { promise: crashed, resolve } = Promise.withResolvers<void>();
  return {
    onCommit(at, when) {
      if (at !== commit || when !== moment) return;
      hasCrashed = true;
      resolve();
      throw new Crash(`The hub died ${moment} commit ${commit}`);
    },
    get hasCrashed() {
      return hasCrashed;
    },
    crashed,
  };
}
