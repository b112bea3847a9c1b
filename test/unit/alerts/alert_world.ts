/** A watch on facts that the test changes, with channels that note what they got. */
import type { Channel, Delivery } from "../../../src/alerts/channel.ts";
import { createChannelDesk } from "../../../src/alerts/channel_desk.ts";
import { type AlertAccount, type AlertFacts } from "../../../src/alerts/facts.ts";
import type { Notice } from "../../../src/alerts/notice.ts";
import { type Alerts, startAlerts } from "../../../src/alerts/watch.ts";
import type { Json } from "../../../src/lib/json.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { createFakeClock, type FakeClock } from "../../fake/fake_clock.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";

export interface AlertWorld {
  readonly alerts: Alerts;
  readonly clock: FakeClock;
  readonly state: {
    facts: Omit<AlertFacts, "nowMs">;
    factsFail: boolean;
    answer: (notice: Notice) => Delivery | Promise<Delivery>;
    memory: Json | undefined;
    linkNumber: number;
  };
  readonly got: Notice[];
  /** What came since the last call, as `act kind subject`. */
  news(): string[];
  [Symbol.asyncDispose](): Promise<void>;
}

export const QUIET: Omit<AlertFacts, "nowMs"> = {
  accounts: [],
  clients: [],
  tripped: [],
  disk: { hasRoom: true, freeBytes: null },
  storeProblem: null,
};

export function accountOf(change: Partial<AlertAccount> = {}): AlertAccount {
  return {
    ...{ name: "mum", state: "polling", sinceMs: 0, lastPollAtMs: null, unsettled: 0 },
    ...{ suspects: null, coolDownUntilMs: null, secondPoller: null },
    ...change,
  };
}

export function createAlertWorld(
  given: { readonly clock?: FakeClock; readonly memory?: Json; readonly facts?: typeof QUIET } = {},
): AlertWorld {
  const clock = given.clock ?? createFakeClock();
  const got: Notice[] = [];
  let read = 0;
  const state: AlertWorld["state"] = {
    facts: given.facts ?? QUIET,
    factsFail: false,
    answer: () => ({ kind: "taken" }),
    memory: given.memory,
    linkNumber: 0,
  };
  const channel: Channel = {
    ...{ name: "phone", kind: "webhook", target: "phone.example" },
    async send(notice, signal) {
      const answer = await state.answer(notice);
      if (answer.kind === "taken" && !signal.aborted) got.push(notice);
      return answer;
    },
  };
  const ports = { lang: "en", clock, random: createFakeRandom(), log: silentLog } as const;
  const alerts = startAlerts({
    facts: () =>
      state.factsFail
        ? Promise.reject(new Error("disk I/O error"))
        : Promise.resolve({ ...state.facts, nowMs: clock.now() }),
    loginLink: (account) => Promise.resolve(`https://hub.example/${account}/${++state.linkNumber}`),
    channels: createChannelDesk([channel], ports),
    memory: {
      read: () => state.memory,
      write: (value) => {
        state.memory = value;
        return Promise.resolve();
      },
    },
    settings: { backlogMin: 100, repeatMs: 6 * 3_600_000 },
    onNotice: () => {},
    ...ports,
  });
  return {
    ...{ alerts, clock, state, got },
    news() {
      const news = got.slice(read).map(({ act, kind, subject }) => `${act} ${kind} ${subject}`);
      read = got.length;
      return news;
    },
    [Symbol.asyncDispose]: () => alerts.stop(),
  };
}
