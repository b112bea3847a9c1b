/** The station on the SQLite store: what the memory store of the other tests only claims. */
import { assert, assertEquals } from "@std/assert";
import type { Account } from "../../../src/core/account.ts";
import { silentLog } from "../../../src/lib/log.ts";
import type { Store } from "../../../src/store/store.ts";
import { createUpstream, type Upstream } from "../../../src/upstream/accounts.ts";
import { createFakeClock, type FakeClock } from "../../fake/fake_clock.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { createFakeUpstream, type FakeUpstream, OWNER } from "../../fake/fake_upstream.ts";
import { answerWith, openTestStore, traceOf } from "../../fake/store_life.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

interface Setup {
  readonly clock: FakeClock;
  readonly upstream: FakeUpstream;
  readonly store: Store;
  readonly station: Upstream;
  readonly account: Account;
  logIn(): Promise<Account>;
  /** Answers every undecided message with this text, in the hub's own words. */
  answerAll(text: string): Promise<void>;
  /** The hub's own words of all messages, oldest first: text, state, reason. */
  sends(): Promise<string[]>;
}

async function withStore(act: (setup: Setup) => Promise<void>): Promise<void> {
  const clock = createFakeClock();
  const upstream = await createFakeUpstream({ clock });
  const store = await openTestStore({ clock });
  async function logIn(): Promise<Account> {
    const bot = upstream.simulator.bots().find(({ owner }) => owner === OWNER);
    const login = { userId: OWNER, botId: bot?.id ?? "", atMs: clock.now() };
    return await store.saveLogin({ ...login, ...upstream.bot() });
  }
  const account = await logIn();
  const station = createUpstream({
    clock,
    store,
    api: upstream.api,
    random: createFakeRandom(),
    log: silentLog,
    lang: "en",
    settings: {
      ...SEND_LIMITS,
      coolDownMs: 60_000,
      coolDownMaxMs: 3_600_000,
      suspectStreak: 3,
      spacingMs: 0,
      unknownSends: "show",
      deferredMs: 1e9,
    },
    hasRoom: () => true,
    onIngested: () => {},
    onSendEnded: () => {},
    onLoggedOut: () => {},
  });
  await station.refresh();
  await clock.advance(10);
  await act({
    clock,
    upstream,
    store,
    station,
    account,
    logIn,
    async answerAll(text) {
      for (const { message } of await store.heads({ skip: new Set(), limit: 100 })) {
        const decision = answerWith(text);
        const atMs = clock.now();
        const trace = traceOf(decision, atMs);
        await store.settle({ message, decision, trace, memories: {}, atMs });
      }
      station.ringSender(account.id);
    },
    async sends() {
      const rows = await store.lastMessages({ limit: 100, before: null });
      const traces = await Promise.all(
        rows.toReversed().map(({ id }) => store.trace(id as Parameters<Store["trace"]>[0])),
      );
      return traces.flatMap((trace) =>
        (trace?.hubSends ?? []).map(({ text, state, reason }) =>
          `${text} ${state} ${reason}`.trim()
        )
      );
    },
  });
  const stopped = station.stop(new AbortController().signal);
  await clock.advance(60_000);
  await stopped;
  await store.close();
}

Deno.test("a message comes in and its answer goes out under its context token", async () => {
  await withStore(async ({ clock, upstream, store, account, answerAll, sends }) => {
    upstream.simulator.say({ what: "hi" });
    await clock.advance(10);
    assertEquals(await store.unsettledCount(account.id), 1);
    await answerAll("hello");
    await clock.advance(10);
    const [entry] = upstream.simulator.sent();
    assertEquals([entry?.text, entry?.person], ["hello", OWNER]);
    assert((entry?.contextToken.length ?? 0) > 100);
    assertEquals(await sends(), ["hello sent"]);
  });
});

Deno.test("during a cool-down nothing is sent, not even what is planned later; then all goes in order", async () => {
  await withStore(async ({ clock, upstream: { simulator }, answerAll, sends }) => {
    simulator.addFault({
      endpoint: "sendmessage",
      act: { kind: "ret", processed: false, ret: -2, errmsg: "rate limited" },
    });
    for (const text of ["1", "2"]) {
      simulator.say({ what: text });
      await clock.advance(10_000);
      await answerAll(text);
      await clock.advance(10);
    }
    assertEquals(await sends(), ["1 deferred throttle", "2 deferred throttle"]);
    await clock.advance(45_000);
    assertEquals(simulator.sent().length, 0);
    await clock.advance(10_000);
    assertEquals(simulator.sent().map(({ text }) => text), ["1", "2"]);
    assertEquals(await sends(), ["1 sent", "2 sent"]);
  });
});

Deno.test("what waits for a login goes out after it", async () => {
  await withStore(async ({ clock, upstream, station, logIn, answerAll, sends }) => {
    upstream.simulator.say({ what: "hi" });
    await clock.advance(10);
    upstream.simulator.unbind();
    await clock.advance(10);
    await answerAll("later");
    await clock.advance(60_000);
    assertEquals(await sends(), ["later deferred logged_out"]);
    upstream.simulator.bind({ owner: OWNER });
    await logIn();
    await station.refresh();
    await clock.advance(1_000);
    assertEquals(await sends(), ["later sent"]);
  });
});

Deno.test("a message that WeChat hands out twice is taken once, and its body is kept when it cannot be read", async () => {
  await withStore(async ({ clock, upstream: { simulator }, store, account }) => {
    simulator.addFault({
      endpoint: "getupdates",
      act: { kind: "duplicate_batch", contextToken: "new" },
    });
    simulator.say({ what: "hi" });
    await clock.advance(5_000);
    assertEquals(await store.unsettledCount(account.id), 1);
    simulator.addFault({
      endpoint: "getupdates",
      act: { kind: "replace", processed: false, body: { text: '{"msgs":[{' } },
    });
    await clock.advance(60_000);
    const [newest] = await store.lastMessages({ limit: 1, before: null });
    assertEquals([newest?.state, newest?.reason.split(":")[0]], ["parked", "body_unreadable"]);
  });
});
