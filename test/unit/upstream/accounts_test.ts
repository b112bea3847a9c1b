import { assert, assertEquals } from "@std/assert";
import type { Account } from "../../../src/core/account.ts";
import type { ReplyId } from "../../../src/core/ids.ts";
import { createUpstream, type Upstream } from "../../../src/upstream/accounts.ts";
import { OWNER } from "../../fake/fake_upstream.ts";
import { NO_DEADLINE, setUpUpstream, type UpstreamSetup } from "./upstream_setup.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

const OTHER = "o9other@im.wechat";

interface Setup extends UpstreamSetup {
  readonly station: Upstream;
  readonly ended: ReplyId[];
  readonly loggedOut: Account[];
  readonly told: string[];
  /** The bot of another person, stored as a second account. */
  addOther(): Promise<Account>;
  notices(owner: string): readonly string[];
}

async function withStation(act: (setup: Setup) => Promise<void>): Promise<void> {
  const setup = await setUpUpstream();
  const { clock, store, upstream: { simulator } } = setup;
  const ended: ReplyId[] = [];
  const loggedOut: Account[] = [];
  const told: string[] = [];
  const station = createUpstream({
    ...setup.ports,
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
    onIngested: () => told.push("ingested"),
    onSendEnded: (reply) => ended.push(reply),
    onLoggedOut: (account) => loggedOut.push(account),
  });
  await station.refresh();
  await clock.advance(10);
  await act({
    ...setup,
    station,
    ended,
    loggedOut,
    told,
    async addOther() {
      const { id: botId, token } = simulator.bind({ owner: OTHER });
      const { baseUrl } = simulator;
      return await store.saveLogin({ userId: OTHER, botId, token, baseUrl, atMs: clock.now() });
    },
    notices: (owner) => simulator.bots().find((bot) => bot.owner === owner)?.notices ?? [],
  });
  const stopped = station.stop(NO_DEADLINE);
  await clock.advance(120_000);
  await stopped;
  assertEquals(clock.pending, 0, "timers are left");
  assertEquals(store.breaches, []);
}

Deno.test("every account is polled and sent for, each with its own token", async () => {
  await withStation(async ({ clock, station, store, upstream, account, addOther, told, ended }) => {
    const other = await addOther();
    await station.refresh();
    await clock.advance(10);
    for (const bot of [OWNER, OTHER]) upstream.simulator.say({ bot, what: "hi" });
    await clock.advance(10);
    assertEquals(store.batches.map((batch) => batch.account), [account.id, other.id]);
    assertEquals(told, ["ingested", "ingested"]);
    for (const [id, to] of [[account.id, OWNER], [other.id, OTHER]] as const) {
      store.plan(store.addConversation(id, { to }), `to ${to}`);
      station.ringSender(id);
    }
    await clock.advance(10);
    const sent = upstream.simulator.sent().map(({ person, text }) => [person, text]);
    assertEquals(sent, [[OWNER, `to ${OWNER}`], [OTHER, `to ${OTHER}`]]);
    assertEquals(ended.length, 2);
  });
});

Deno.test("WeChat hears of the start of each login, and of the stop", async () => {
  await withStation(async ({ clock, station, upstream, logIn, notices }) => {
    assertEquals(notices(OWNER), ["start"]);
    await station.refresh();
    upstream.simulator.bind({ owner: OWNER });
    await logIn();
    await station.refresh();
    await clock.advance(10);
    assertEquals(notices(OWNER), ["start", "start"]);
    const stopped = station.stop(NO_DEADLINE);
    await clock.advance(60_000);
    await stopped;
    assertEquals(notices(OWNER), ["start", "start", "stop"]);
  });
});

Deno.test("a WeChat that does not answer notices does not keep polls waiting", async () => {
  const setup = await setUpUpstream();
  setup.upstream.simulator.addFault({
    endpoint: "notifystart",
    act: { kind: "silence", processed: false },
  });
  const station = createUpstream({
    ...setup.ports,
    settings: {
      ...{ ...SEND_LIMITS, windowMs: 1, coolDownMs: 1, coolDownMaxMs: 1 },
      ...{ suspectStreak: 3, spacingMs: 0, unknownSends: "show", deferredMs: 1e9 },
    },
    hasRoom: () => true,
    onIngested: () => {},
    onSendEnded: () => {},
    onLoggedOut: () => {},
  });
  await station.refresh();
  await setup.clock.advance(10);
  assertEquals(station.facts(setup.account.id).state, "polling");
  assertEquals(setup.upstream.simulator.bots()[0]?.polls, 1);
  const stopped = station.stop(NO_DEADLINE);
  await setup.clock.advance(60_000);
  await stopped;
});

Deno.test("an account that logs out is told of once, and polled again after the next login", async () => {
  await withStation(async (setup) => {
    const { clock, station, store, upstream, account, loggedOut, logIn } = setup;
    const send = store.plan(store.addConversation(account.id, { to: OWNER }), "waits");
    upstream.simulator.unbind();
    station.ringSender(account.id);
    await clock.advance(60_000);
    assertEquals(loggedOut.map(({ id, state }) => [id, state]), [[account.id, "logged_out"]]);
    assertEquals(station.facts(account.id).state, "logged_out");
    assertEquals(send.reason, "logged_out");
    const calls = upstream.simulator.requests().length;
    await clock.advance(300_000);
    assertEquals(upstream.simulator.requests().length, calls);
    upstream.simulator.bind({ owner: OWNER });
    await logIn();
    await station.refresh();
    await clock.advance(10);
    assertEquals(station.facts(account.id).state, "polling");
    assertEquals(upstream.simulator.sent().map(({ text }) => text), ["waits"]);
  });
});

Deno.test("a new login is polled at once, while the old poll ends by itself", async () => {
  await withStation(async ({ clock, station, upstream, store, told, logIn }) => {
    upstream.simulator.addFault({
      endpoint: "getupdates",
      act: { kind: "silence", processed: false },
    });
    await clock.advance(36_000);
    upstream.simulator.bind({ owner: OWNER });
    await logIn();
    await station.refresh();
    await clock.advance(10);
    assertEquals(upstream.open.now, 2);
    upstream.simulator.say({ what: "under the new login" });
    await clock.advance(10);
    assertEquals(told, ["ingested"]);
    assertEquals(store.batches.at(-1)?.generation, 2);
  });
});

Deno.test("an account that is logged out from the start is not polled, and its sends wait", async () => {
  const setup = await setUpUpstream();
  const { clock, store, account, upstream } = setup;
  await store.markLoggedOut(account.id, { generation: 1, atMs: clock.now() });
  const send = store.plan(store.addConversation(account.id, { to: OWNER }), "waits");
  const station = createUpstream({
    ...setup.ports,
    settings: {
      ...{ ...SEND_LIMITS, windowMs: 1, coolDownMs: 1, coolDownMaxMs: 1 },
      ...{ suspectStreak: 3, spacingMs: 0, unknownSends: "show", deferredMs: 1e9 },
    },
    hasRoom: () => true,
    onIngested: () => {},
    onSendEnded: () => {},
    onLoggedOut: () => {},
  });
  await station.refresh();
  await clock.advance(60_000);
  assertEquals(upstream.simulator.requests(), []);
  assertEquals(send.reason, "logged_out");
  assertEquals(station.facts(account.id).state, "logged_out");
  await station.stop(NO_DEADLINE);
});

Deno.test("sends that wait for a time go out at that time by themselves", async () => {
  await withStation(async ({ clock, station, store, upstream, account }) => {
    upstream.simulator.say({ what: "hi" });
    await clock.advance(10);
    const ledger = { lastInboundAtMs: clock.now() };
    const conversation = store.addConversation(account.id, { to: OWNER, ledger });
    upstream.simulator.addFault({
      endpoint: "sendmessage",
      act: { kind: "ret", processed: false, ret: -2, errmsg: "rate limited" },
    });
    store.plan(conversation, "1");
    store.plan(conversation, "2");
    station.ringSender(account.id);
    await clock.advance(59_000);
    assertEquals(upstream.simulator.sent().length, 0);
    await clock.advance(2_000);
    assertEquals(upstream.simulator.sent().map(({ text }) => text), ["1", "2"]);
  });
});

Deno.test("a released account is neither polled nor started again", async () => {
  await withStation(async ({ clock, station, upstream, account }) => {
    const released = station.release(account.id);
    await clock.advance(6_000);
    await released;
    assertEquals(upstream.open.now, 0);
    await station.refresh();
    await clock.advance(60_000);
    assertEquals(upstream.open.now, 0);
    assertEquals(station.facts(account.id).state, "stopped");
  });
});

Deno.test("an account that is gone from the store is let go", async () => {
  await withStation(async ({ clock, station, store, upstream, account }) => {
    await store.removeAccount(account.id);
    await station.refresh();
    await clock.advance(60_000);
    assertEquals(upstream.open.now, 0);
  });
});

Deno.test("stop() commits the poll in flight, then the sends in flight", async () => {
  await withStation(async ({ clock, station, store, upstream, account, told, ended }) => {
    upstream.simulator.say({ what: "hi" });
    await clock.advance(10);
    const ledger = { lastInboundAtMs: clock.now() };
    store.plan(store.addConversation(account.id, { to: OWNER, ledger }), "bye");
    upstream.simulator.addFault({
      endpoint: "sendmessage",
      act: { kind: "delay" },
      afterMs: 5_000,
      times: 1,
    });
    station.ringSender(account.id);
    await clock.advance(10);
    const stopped = station.stop(NO_DEADLINE);
    await clock.advance(1_000);
    upstream.simulator.say({ what: "last" });
    await clock.advance(10_000);
    await stopped;
    assertEquals([told.length, ended.length], [2, 1]);
    assertEquals(upstream.open.now, 0);
  });
});

Deno.test("stop() ends at its deadline although WeChat answers nothing", async () => {
  await withStation(async ({ clock, station, upstream }) => {
    upstream.simulator.addFault({
      endpoint: "any",
      act: { kind: "silence", processed: false },
      times: 100,
    });
    await clock.advance(40_000);
    const deadline = new AbortController();
    const stopped = station.stop(deadline.signal);
    await clock.advance(1_000);
    assert(upstream.open.now > 0);
    deadline.abort();
    await clock.advance(10);
    await stopped;
    assertEquals(upstream.open.now, 0);
  });
});
