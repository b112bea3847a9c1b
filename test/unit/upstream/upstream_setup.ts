/** One logged-in account under a fake clock: the simulated WeChat, the store in memory, and what the hub was told. */
import type { Account } from "../../../src/core/account.ts";
import { silentLog } from "../../../src/lib/log.ts";
import type { Settings } from "../../../src/simulator/settings.ts";
import { createFakeClock, type FakeClock } from "../../fake/fake_clock.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { createFakeUpstream, type FakeUpstream, OWNER } from "../../fake/fake_upstream.ts";
import { createFakeUpstreamStore, type FakeUpstreamStore } from "../../fake/fake_upstream_store.ts";

export interface UpstreamSetup {
  readonly clock: FakeClock;
  readonly upstream: FakeUpstream;
  readonly store: FakeUpstreamStore;
  readonly account: Account;
  /** Stores the bot that `OWNER` has now. */
  logIn(): Promise<Account>;
  /** What every part of the station takes. */
  readonly ports: {
    readonly clock: FakeClock;
    readonly random: ReturnType<typeof createFakeRandom>;
    readonly log: typeof silentLog;
    readonly lang: "en";
    readonly api: FakeUpstream["api"];
    readonly store: FakeUpstreamStore;
  };
}

/** A signal that never aborts. */
export const NO_DEADLINE = new AbortController().signal;

export async function setUpUpstream(settings: Partial<Settings> = {}): Promise<UpstreamSetup> {
  const clock = createFakeClock();
  const upstream = await createFakeUpstream({ clock, settings });
  const store = createFakeUpstreamStore();
  const { api } = upstream;

  function logIn(): Promise<Account> {
    const bot = upstream.simulator.bots().find(({ owner }) => owner === OWNER);
    return store.saveLogin({
      userId: OWNER,
      botId: bot?.id ?? "",
      ...upstream.bot(),
      atMs: clock.now(),
    });
  }

  return {
    clock,
    upstream,
    store,
    account: await logIn(),
    logIn,
    ports: { clock, random: createFakeRandom(), log: silentLog, lang: "en", api, store },
  };
}
