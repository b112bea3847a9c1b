import { assert, assertEquals, assertMatch } from "@std/assert";
import { createBell } from "../../../src/lib/bell.ts";
import type { FaultAct } from "../../../src/simulator/faults.ts";
import type { Settings } from "../../../src/simulator/settings.ts";
import { Poller } from "../../../src/upstream/poller.ts";
import { NO_DEADLINE, setUpUpstream, type UpstreamSetup } from "./upstream_setup.ts";

interface Setup extends UpstreamSetup {
  readonly poller: Poller;
  readonly told: string[];
  readonly room: { isThere: boolean };
  readonly bell: ReturnType<typeof createBell>;
  /** Texts of everything that was ingested, in order. */
  texts(): string[];
  /** Milliseconds between the polls so far. */
  gaps(): number[];
}

/** Runs `act` beside a poller and stops it. */
async function withPoller(
  act: (setup: Setup) => Promise<void>,
  settings: Partial<Settings> = {},
): Promise<void> {
  const setup = await setUpUpstream(settings);
  const { clock, store, upstream, account } = setup;
  const told: string[] = [];
  const room = { isThere: true };
  const bell = createBell(clock);
  const poller = new Poller({ account: account.id, generation: account.generation }, {
    ...setup.ports,
    bell,
    hasRoom: () => room.isThere,
    onIngested: () => told.push("ingested"),
    onLoggedOut: () => told.push("logged_out"),
  });
  await act({
    ...setup,
    poller,
    told,
    room,
    bell,
    texts: () =>
      store.batches.flatMap(({ messages }) =>
        messages.map(({ read }) => read.kind === "message" ? read.message.text : "?")
      ),
    gaps() {
      const times = upstream.simulator.requests().map(({ atMs }) => atMs);
      return times.slice(1).map((atMs, at) => atMs - (times[at] ?? 0));
    },
  });
  const stopped = poller.stop(NO_DEADLINE);
  await clock.advance(60_000);
  await stopped;
  assertEquals(clock.pending, upstream.open.now, "timers are left");
}

function polls({ upstream }: UpstreamSetup): number {
  return upstream.simulator.requests().length;
}

function strike({ upstream }: UpstreamSetup, act: FaultAct, times = 1): void {
  upstream.simulator.addFault({ endpoint: "getupdates", act, times });
}

Deno.test("a poller commits each batch with its cursor and asks again at once", async () => {
  await withPoller(async (setup) => {
    const { clock, upstream, store, told, account, poller } = setup;
    await clock.advance(1_000);
    upstream.simulator.say({ what: "one" });
    await clock.advance(10);
    upstream.simulator.say({ what: "two" });
    await clock.advance(10);
    assertEquals(setup.texts(), ["one", "two"]);
    assertEquals(told, ["ingested", "ingested"]);
    const [first, second] = store.batches;
    assert(first && second && first.cursor !== second.cursor);
    assertEquals((await store.credentials(account.id))?.cursor, second.cursor);
    assertEquals(poller.facts().lastInboundAtMs, second.atMs);
    assertEquals(poller.facts().state, "polling");
  });
});

Deno.test("the first poll is an ordinary one: what waited since the last stop is kept", async () => {
  const setup = await setUpUpstream();
  setup.upstream.simulator.say({ what: "while the hub was down" });
  const poller = new Poller(
    { account: setup.account.id, generation: 1 },
    {
      ...setup.ports,
      bell: createBell(setup.clock),
      hasRoom: () => true,
      onIngested: () => {},
      onLoggedOut: () => {},
    },
  );
  await setup.clock.advance(1);
  assertEquals(setup.store.batches.length, 1);
  const stopped = poller.stop(NO_DEADLINE);
  await setup.clock.advance(60_000);
  await stopped;
});

Deno.test("an idle answer is followed by the next poll, and without a new cursor nothing is written", async () => {
  await withPoller(async (setup) => {
    await setup.clock.advance(120_000);
    assertEquals(polls(setup), 4);
    const cursors = setup.store.batches.map(({ cursor }) => cursor);
    assertEquals(new Set(cursors).size, cursors.length);
    assertEquals(setup.told, []);
  });
});

Deno.test("a server that answers at once with nothing is asked once a second", async () => {
  await withPoller(async (setup) => {
    await setup.clock.advance(10_500);
    assertEquals(polls(setup), 11);
  }, { holdMs: 0 });
});

Deno.test("a server that repeats one batch for ever is asked once a second", async () => {
  await withPoller(async (setup) => {
    const text = '{"msgs":[{"from_user_id":"a@im.wechat","message_id":7}],"get_updates_buf":"c"}';
    strike(setup, { kind: "replace", processed: false, body: { text } }, 100);
    await setup.clock.advance(10_500);
    assert(polls(setup) <= 12, `${polls(setup)} polls`);
    assertEquals(setup.told, ["ingested"]);
  });
});

Deno.test("a batch that cannot be committed is kept, and nothing is polled until it is on disk", async () => {
  await withPoller(async (setup) => {
    const { clock, upstream, store, poller } = setup;
    await clock.advance(10);
    store.failure = new Error("disk full");
    upstream.simulator.say({ what: "precious" });
    await clock.advance(300_000);
    assertEquals([polls(setup), store.batches.length], [1, 0]);
    assertEquals(poller.facts().state, "paused");
    assertMatch(poller.facts().reason, /disk full/);
    store.failure = null;
    await clock.advance(60_000);
    assertEquals(setup.texts(), ["precious"]);
    assert(polls(setup) > 1);
    assertEquals(poller.facts().state, "polling");
  });
});

Deno.test("a batch is committed even when the hub is told to stop before it can be", async () => {
  await withPoller(async ({ clock, upstream, store, poller, texts }) => {
    await clock.advance(10);
    store.failure = new Error("disk full");
    upstream.simulator.say({ what: "precious" });
    await clock.advance(10);
    const stopped = poller.stop(NO_DEADLINE);
    await clock.advance(5_000);
    store.failure = null;
    await clock.advance(60_000);
    await stopped;
    assertEquals(texts(), ["precious"]);
  });
});

Deno.test("stop() lets the poll in flight end and commits what it brings", async () => {
  await withPoller(async (setup) => {
    await setup.clock.advance(10);
    const stopped = setup.poller.stop(NO_DEADLINE);
    await setup.clock.advance(10_000);
    setup.upstream.simulator.say({ what: "last" });
    await setup.clock.advance(10);
    await stopped;
    assertEquals([setup.texts(), polls(setup)], [["last"], 1]);
    assertEquals(setup.poller.facts().state, "stopped");
  });
});

Deno.test("stop() aborts the poll in flight when its deadline passes", async () => {
  await withPoller(async ({ clock, poller, upstream }) => {
    await clock.advance(10);
    const deadline = new AbortController();
    const stopped = poller.stop(deadline.signal);
    await clock.advance(1_000);
    assertEquals(upstream.open.now, 1);
    deadline.abort();
    await stopped;
    assertEquals(upstream.open.now, 0);
  });
});

Deno.test("a body that cannot be read is kept once, and the cursor stays", async () => {
  await withPoller(async (setup) => {
    const body = { text: "<html>Sign in to the network</html>" };
    strike(setup, { kind: "replace", processed: false, body }, 3);
    await setup.clock.advance(20_000);
    const [batch, ...more] = setup.store.batches;
    assert(batch?.unreadableBody);
    assertEquals(new TextDecoder().decode(batch.unreadableBody), body.text);
    assertEquals([batch.cursor, batch.messages.length], ["", 0]);
    assertEquals(more.filter(({ unreadableBody }) => unreadableBody !== null), []);
    assertEquals(setup.told, ["ingested"]);
  });
});

Deno.test("an empty body is a failure like any other, not a message", async () => {
  await withPoller(async (setup) => {
    strike(setup, { kind: "replace", processed: false, body: { text: "nonsense" } });
    strike(setup, { kind: "replace", processed: false, body: "empty" }, 5);
    await setup.clock.advance(5_000);
    assertEquals(setup.store.batches.length, 1);
    assertEquals(setup.poller.facts().state, "retrying");
  });
});

const failures: readonly FaultAct[] = [
  { kind: "reset", processed: false },
  { kind: "replace", processed: false, status: 503, body: "html" },
  { kind: "ret", processed: false, ret: -1, errmsg: "system error" },
];
for (const act of failures) {
  Deno.test(`polls back off while they fail (${JSON.stringify(act)}), and say so`, async () => {
    await withPoller(async (setup) => {
      strike(setup, act, 6);
      await setup.clock.advance(100);
      assertEquals(setup.poller.facts().state, "retrying");
      assert(setup.poller.facts().reason !== "");
      await setup.clock.advance(120_000);
      const [first = 0, ...later] = setup.gaps().slice(0, 5);
      assert(first >= 500 && first <= 1_000, `first ${first}`);
      assert((later.at(-1) ?? 0) >= 8_000, `gaps ${setup.gaps()}`);
      assertEquals(setup.poller.facts().state, "polling");
      assertEquals(setup.poller.facts().reason, "");
    });
  });
}

Deno.test("without a network polls back off too", async () => {
  await withPoller(async ({ clock, upstream, poller }) => {
    upstream.isReachable = false;
    await clock.advance(40_000);
    assertEquals(poller.facts().state, "retrying");
    upstream.isReachable = true;
    await clock.advance(120_000);
    assertEquals(poller.facts().state, "polling");
  });
});

Deno.test("a dead token is marked once, told, and never used again", async () => {
  await withPoller(async (setup) => {
    await setup.clock.advance(10);
    setup.upstream.simulator.unbind();
    await setup.clock.advance(600_000);
    assertEquals(setup.told, ["logged_out"]);
    assertEquals((await setup.store.accounts())[0]?.state, "logged_out");
    assertEquals(setup.poller.facts().state, "logged_out");
    assertEquals(polls(setup), 1);
  });
});

Deno.test("the end of an old login does not end the new one", async () => {
  await withPoller(async ({ clock, upstream, store, told, logIn }) => {
    await clock.advance(10);
    upstream.simulator.bind({ owner: "o9owner@im.wechat" });
    await logIn();
    await clock.advance(60_000);
    assertEquals(told, []);
    assertEquals((await store.accounts())[0]?.state, "active");
  });
});

Deno.test("polls are never given up before the server's hold and a margin", async () => {
  await withPoller(async (setup) => {
    strike(setup, { kind: "hold", ms: 44_000 });
    await setup.clock.advance(30_000);
    setup.upstream.simulator.say({ what: "late" });
    await setup.clock.advance(14_500);
    assertEquals(setup.texts(), ["late"]);
  });
});

Deno.test("where an edge cuts polls off after 16 s they become short, and messages come through", async () => {
  await withPoller(async (setup) => {
    const { clock, upstream, poller } = setup;
    const edge: FaultAct = { kind: "replace", processed: false, status: 524, body: "html" };
    strike(setup, edge, 3);
    await clock.advance(20_000);
    const before = polls(setup);
    await clock.advance(30_000);
    assertEquals(polls(setup) - before, 3);
    upstream.simulator.say({ what: "hello" });
    await clock.advance(10);
    assertEquals(setup.texts(), ["hello"]);
    assertEquals(poller.facts().state, "polling");
  });
});

Deno.test("a poll is renewed when the wall clock jumps", async () => {
  await withPoller(async (setup) => {
    await setup.clock.advance(10_000);
    assertEquals(polls(setup), 1);
    assertEquals(setup.poller.facts().stepMs, 10_000);
    setup.clock.jump(3_600_000);
    assertEquals(setup.poller.facts().stepMs, 10_000, "no alarm for a clock that is set");
    await setup.clock.advance(5_000);
    assertEquals(polls(setup), 2);
    assert((setup.poller.facts().stepMs ?? 0) < 5_000);
    assertEquals(setup.poller.facts().lastError, null);
  });
});

Deno.test("polling pauses while there is no room, and goes on by the bell", async () => {
  await withPoller(async (setup) => {
    const { clock, upstream, poller, room, bell } = setup;
    room.isThere = false;
    await clock.advance(40_000);
    const before = polls(setup);
    await clock.advance(60_000);
    assertEquals(polls(setup), before);
    assertEquals(poller.facts().state, "paused");
    room.isThere = true;
    bell.ring();
    await clock.advance(0);
    assertEquals(polls(setup), before + 1);
    upstream.simulator.say({ what: "hello" });
    await clock.advance(10);
    assertEquals(poller.facts().state, "polling");
  });
});

Deno.test("polling pauses while too much waits to be decided, and goes on by itself", async () => {
  await withPoller(async (setup) => {
    setup.store.unsettled = 10_001;
    await setup.clock.advance(40_000);
    const before = polls(setup);
    await setup.clock.advance(60_000);
    assertEquals(polls(setup), before);
    setup.store.unsettled = 10_000;
    await setup.clock.advance(5_000);
    assertEquals(polls(setup), before + 1);
  });
});

Deno.test("a poller that finds its login ended by somebody else says logged out", async () => {
  await withPoller(async ({ clock, store, account, poller, told }) => {
    await clock.advance(10);
    await store.markLoggedOut(account.id, { generation: 1, atMs: clock.now() });
    await clock.advance(60_000);
    assertEquals([poller.facts().state, told], ["logged_out", []]);
  });
});
