/** Beside the poll loops: while an account is logged out, or there is none, a login goes on without end. */
import { LIMITS } from "../core/limits.ts";
import { createBackoff } from "../lib/backoff.ts";
import { createBell } from "../lib/bell.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import { startTask } from "../lib/task.ts";
import type { AccountSteps } from "../store/store.ts";
import type { Login, UpstreamLoginDesk } from "./login_desk.ts";

export interface ReloginPorts {
  readonly store: Pick<AccountSteps, "accounts">;
  readonly desk: Pick<UpstreamLoginDesk, "run" | "cancel">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Relogin {
  /** Accounts may have logged out, come or gone. */
  ring(): void;
  /** Cancels the login it has begun. */
  stop(): Promise<void>;
}

/** Between a login that ended without success and the next. */
const AGAIN_MS = 5_000;

/** Looks at once. One login serves all accounts: whoever scans says which it is. */
export function startRelogin({ store, desk, clock, random, log }: ReloginPorts): Relogin {
  const bell = createBell(clock);
  let own: Login | null = null;

  async function look(signal: AbortSignal): Promise<void> {
    const accounts = await store.accounts();
    const isNeeded = accounts.length === 0 ||
      accounts.some(({ state }) => state === "logged_out");
    if (!isNeeded && own !== null) desk.cancel();
    if (!isNeeded || own !== null || signal.aborted) return;
    const login = desk.run("endless");
    own = login.isNew ? login : null;
    void login.ended.then(({ step }) => {
      own = null;
      bell.ringAt(clock.now() + (step === "done" ? 0 : AGAIN_MS));
    });
  }

  const { upstreamBackoffFirstMs: firstMs, upstreamBackoffMaxMs: maxMs } = LIMITS;
  const task = startTask({
    bell,
    clock,
    backoff: createBackoff({ firstMs, maxMs, random }),
    step: look,
    onFault: (error) => log.error("relogin_fault", { text: errorText(error) }),
  });
  return {
    ring: () => bell.ring(),
    async stop() {
      await task.stop();
      if (own === null) return;
      desk.cancel();
      await own.ended;
    },
  };
}
