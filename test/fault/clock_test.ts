/** Machines sleep, clocks are set and processes stand still: played against the whole hub with its watch for alerts. */
import { assert, assertEquals } from "@std/assert";
import { startAlerts } from "../../src/alerts/watch.ts";
import { judgeHealth } from "../../src/core/health.ts";
import { gatherFacts } from "../../src/hub/alerts.ts";
import { silentLog } from "../../src/lib/log.ts";
import { type DeliveryLife, liveThrough } from "../fake/delivery_life.ts";
import { isTaken, sendsOf } from "../fake/delivery_model.ts";
import { createFakeRandom } from "../fake/fake_random.ts";
import { sightsOf } from "../fake/hub_sights.ts";

const HOUR = 3_600_000;
const SPACING_MS = 1_500;
const HUB_NOTHING_WRONG = { isStopping: false, isStoreFailing: false, hasRoom: true };

interface Watched extends DeliveryLife {
  /** What the owner was told, as `act kind`. */
  readonly told: readonly string[];
  /** Lets time pass while the agents come back for more whenever they are not at work. */
  pass(ms: number): Promise<void>;
  health(): Promise<string>;
  state(): Promise<string>;
  shown(): string[];
}

async function watch(
  act: (world: Watched) => Promise<void>,
  flags: Readonly<Record<string, string>> = {},
): Promise<void> {
  await liveThrough({ agents: ["ann"], flags, isMortal: false }, async (life) => {
    const { store, stations } = life.hub();
    const told: string[] = [];
    const sights = sightsOf(life.hub());
    const alerts = startAlerts({
      facts: () => gatherFacts(sights, life.hubClock.now()),
      loginLink: () => Promise.resolve(null),
      channels: {
        put: ({ act, kind }) => told.push(`${act} ${kind}`),
        channels: () => [],
        test: () => Promise.resolve([]),
        stop: () => Promise.resolve(),
      },
      memory: { read: () => undefined, write: () => Promise.resolve() },
      settings: { backlogMin: 200, repeatMs: 6 * HOUR },
      onNotice() {},
      ...{ lang: "en", clock: life.hubClock, random: createFakeRandom(5), log: silentLog },
    });
    const [client] = await store.clients();
    assert(client !== undefined);
    await act({
      ...life,
      told,
      async pass(ms) {
        for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
          life.agents.forEach(({ poll }) => poll());
          await life.clock.advance(1_000);
        }
      },
      async health() {
        const accounts = (await store.accounts()).map(({ id }) => stations.upstream.facts(id));
        const nowMs = life.hubClock.now();
        return judgeHealth({ ...HUB_NOTHING_WRONG, accounts, nowMs }).state;
      },
      state: () => Promise.resolve(stations.downstream.states.stateOf(client.id)),
      shown: () => life.upstream.simulator.sent().map(({ text }) => text),
    });
    await alerts.stop();
  });
}

/** How a machine comes out of eight hours. */
const JUMPS: Readonly<Record<string, (life: DeliveryLife) => void>> = {
  "the machine sleeps for eight hours": (life) => life.sleep(8 * HOUR),
  "the clock is set forward by eight hours": (life) => life.setClock(8 * HOUR),
  "the clock is set back by eight hours": (life) => life.setClock(-8 * HOUR),
  "the process stands still for eight hours": (life) => life.clock.stall(8 * HOUR),
};

for (const [name, jump] of Object.entries(JUMPS)) {
  Deno.test(`${name}: a new poll is there within 5 s, messages pass, and nobody is alarmed`, async () => {
    await watch(async (world) => {
      const { clock, upstream, calls, agents, told } = world;
      const [ann] = agents;
      await world.pass(60_000);
      const polls = () =>
        upstream.simulator.requests().filter(({ endpoint }) => endpoint === "getupdates");
      // The connection of the parked poll is dead, as after a sleep.
      upstream.simulator.addFault({
        endpoint: "getupdates",
        act: { kind: "silence", processed: false },
      });
      await world.pass(40_000);
      const before = polls().length;
      jump(world);
      const wokeAtMs = clock.now();
      await world.pass(6_000);
      const renewed = polls().slice(before);
      assertEquals(renewed.length, 1, "the parked poll is given up once");
      assert((renewed[0]?.atMs ?? 0) - wokeAtMs <= 5_000);
      assertEquals(await world.health(), "ok");
      assertEquals(await world.state(), "polling");
      upstream.simulator.say({ what: "good morning" });
      await world.pass(2_000);
      ann?.reply("good morning to you");
      await world.pass(20 * 60_000);
      assertEquals(world.shown(), ["good morning to you"]);
      assertEquals(told, []);
      assertEquals(await world.health(), "ok");
      assertEquals(calls.filter(({ endpoint }) => endpoint === "sendmessage").length, 1);
    });
  });

  Deno.test(`${name}: what waits for a cool-down or the end of a turn leaves in time, in order and paced`, async () => {
    await watch(async (world) => {
      const { clock, upstream, agents, calls, told } = world;
      const [ann] = agents;
      upstream.simulator.say({ what: "hello" });
      await world.pass(2_000);
      upstream.simulator.addFault({
        endpoint: "sendmessage",
        act: { kind: "ret", processed: false, ret: -2, errmsg: "rate limited" },
      });
      for (let at = 1; at <= 12; at++) ann?.reply(`part ${at} `.padEnd(300, "x"));
      await clock.advance(10_000);
      assertEquals(world.shown(), []);
      jump(world);
      await world.pass(150_000);
      const parts = world.shown().join("\n\n").split("\n\n").map((text) => text.slice(0, 7).trim());
      assertEquals(parts, Array.from({ length: 12 }, (_, at) => `part ${at + 1}`));
      const taken = sendsOf(calls).filter(({ answer }) => isTaken(answer)).map(({ atMs }) => atMs);
      for (const [at, atMs] of taken.slice(1).entries()) {
        assert(atMs - (taken[at] ?? 0) >= SPACING_MS, `two sends within ${SPACING_MS} ms`);
      }
      await world.pass(20 * 60_000);
      assertEquals(told, []);
    });
  });
}

Deno.test("a client that was between two polls when the machine fell asleep is not away", async () => {
  await watch(async ({ clock, sleep, setClock, upstream, agents, state }) => {
    agents[0]?.poll();
    await clock.advance(1_000);
    upstream.simulator.say({ what: "hello" });
    await clock.advance(1_000);
    for (const wake of [() => sleep(8 * HOUR), () => setClock(HOUR), () => setClock(-HOUR)]) {
      wake();
      assertEquals(await state(), "polling");
      await clock.advance(10_000);
      assertEquals(await state(), "polling");
    }
    await clock.advance(180_000);
    assertEquals(await state(), "away");
  });
});

Deno.test("the window is WeChat's: a day that the machine slept through has closed it", async () => {
  await watch(async ({ calls, sleep, upstream, agents, pass, shown }) => {
    upstream.simulator.say({ what: "good night" });
    await pass(2_000);
    sleep(25 * HOUR);
    agents[0]?.reply("backup done");
    await pass(60_000);
    assertEquals(sendsOf(calls), []);
    upstream.simulator.say({ what: "morning" });
    await pass(30_000);
    assertEquals(shown(), ["backup done"]);
  });
});
