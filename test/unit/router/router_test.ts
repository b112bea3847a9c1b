import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ClientId, MessageId } from "../../../src/core/ids.ts";
import { LIMITS } from "../../../src/core/limits.ts";
import { silentLog } from "../../../src/lib/log.ts";
import type { InboundView, Verdict } from "../../../src/plugin/api.ts";
import type { PluginHost } from "../../../src/plugin/host.ts";
import { type Router, type RouterPorts, startRouter } from "../../../src/router/router.ts";
import { statesOf } from "../../fake/decision_input.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { settle } from "../../fake/fake_clock.ts";
import { answering, hostOf, shippedHost } from "../../fake/plugins.ts";
import { openRoutedWorld, type RoutedWorld, until } from "../../fake/routed_world.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

interface Running {
  readonly world: RoutedWorld;
  readonly router: Router;
  readonly settled: MessageId[];
  readonly delivered: ClientId[];
  /** How often the sender was rung. */
  sends: number;
}

async function withRouter(
  options: {
    readonly host?: (world: RoutedWorld) => PluginHost | Promise<PluginHost>;
    readonly clients?: readonly string[];
    readonly store?: (world: RoutedWorld) => RouterPorts["store"];
  },
  use: (running: Running) => Promise<void>,
): Promise<void> {
  const world = await openRoutedWorld();
  for (const name of options.clients ?? []) await world.addClient(name);
  const running:
    & { -readonly [Key in keyof Running]?: Running[Key] }
    & Pick<
      Running,
      "settled" | "delivered"
    > = { settled: [], delivered: [], sends: 0 };
  const router = startRouter({
    store: options.store?.(world) ?? world.store,
    host: await options.host?.(world) ?? hostOf(world.clock, {}),
    states: statesOf(),
    policy: { senders: { kind: "open", ids: [] }, groups: { kind: "none", ids: [] } },
    limits: SEND_LIMITS,
    lang: "en",
    version: "0.1.0",
    startedAtMs: 0,
    clock: world.clock,
    random: createFakeRandom(),
    log: silentLog,
    onDelivered: (clients) => running.delivered.push(...clients),
    onSends: () => running.sends = (running.sends ?? 0) + 1,
    onSettled: (message) => running.settled.push(message),
  });
  try {
    await use(Object.assign(running, { world, router }) as Running);
  } finally {
    await router.stop();
    await world.close();
  }
}

async function write(running: Running, ...messages: [string, string][]): Promise<void> {
  await running.world.receive(...messages);
  running.router.bell.ring();
}

Deno.test("what was received before the start is decided at the start", async () => {
  const world = await openRoutedWorld();
  await world.addClient("claude");
  await world.receive(["p1", "hi"]);
  const settled: MessageId[] = [];
  const router = startRouter({
    store: world.store,
    host: hostOf(world.clock, {}),
    states: statesOf(),
    policy: { senders: { kind: "open", ids: [] }, groups: { kind: "none", ids: [] } },
    limits: { ...SEND_LIMITS, windowMs: 1 },
    lang: "en",
    version: "",
    startedAtMs: 0,
    clock: world.clock,
    random: createFakeRandom(),
    log: silentLog,
    onDelivered() {},
    onSends() {},
    onSettled: (message) => settled.push(message),
  });
  await until(() => settled.length === 1);
  const [trace] = await world.traces();
  assertEquals([trace?.state, trace?.deliveries[0]?.client], ["routed", "claude"]);
  await router.stop();
  await world.close();
});

Deno.test("each conversation is decided in order, and many at a time", async () => {
  const asked: string[] = [];
  const host = (world: RoutedWorld) =>
    hostOf(world.clock, {
      look: {
        route(message) {
          asked.push(message.text);
          return { kind: "pass" };
        },
      },
    });
  await withRouter({ host, clients: ["claude"] }, async (running) => {
    const messages = Array.from(
      { length: 60 },
      (_, index): [string, string] => [`p${index % 6}`, `p${index % 6} ${Math.floor(index / 6)}`],
    );
    await write(running, ...messages);
    await until(() => running.settled.length === 60);
    for (let person = 0; person < 6; person++) {
      const own = asked.filter((text) => text.startsWith(`p${person} `));
      assertEquals(own, Array.from({ length: 10 }, (_, index) => `p${person} ${index}`));
    }
    // All six begin before any of them has its second message decided.
    assertEquals(new Set(asked.slice(0, 6)).size, 6);
    assertEquals(running.delivered.length, 60);
  });
});

Deno.test("a plugin that is slow for one conversation delays no other, and that one stays in order", async () => {
  const asked: string[] = [];
  const host = (world: RoutedWorld) =>
    hostOf(world.clock, {
      slow: {
        deadlineMs: 10_000,
        async route(message): Promise<Verdict> {
          asked.push(message.text);
          if (message.text.startsWith("slow")) {
            await new Promise<void>((resolve) => world.clock.after(5_000, resolve));
          }
          return { kind: "pass" };
        },
      },
    });
  await withRouter({ host, clients: ["claude"] }, async (running) => {
    await write(running, ["p1", "slow 1"], ["p1", "slow 2"], ["p2", "quick 1"]);
    await until(() => running.settled.length === 1);
    for (let round = 2; round <= 20; round++) {
      await write(running, ["p2", `quick ${round}`]);
      await until(() => running.settled.length === round);
    }
    assertEquals(asked.filter((text) => text.startsWith("slow")), ["slow 1"]);
    await running.world.clock.advance(5_000);
    await until(() => running.settled.length === 21);
    assertEquals(asked.filter((text) => text.startsWith("slow")), ["slow 1", "slow 2"]);
    await running.world.clock.advance(5_000);
    await until(() => running.settled.length === 22);
  });
});

Deno.test("no more conversations than the limit are in work at a time", async () => {
  let inWork = 0;
  let most = 0;
  const host = (world: RoutedWorld) =>
    hostOf(world.clock, {
      slow: {
        async route(): Promise<Verdict> {
          most = Math.max(most, ++inWork);
          await new Promise<void>((resolve) => world.clock.after(100, resolve));
          inWork -= 1;
          return { kind: "pass" };
        },
      },
    });
  await withRouter({ host, clients: ["claude"] }, async (running) => {
    const people = LIMITS.conversationsInParallel + 20;
    await write(
      running,
      ...Array.from({ length: people }, (_, index): [string, string] => [`p${index}`, "hi"]),
    );
    await settle();
    assertEquals(inWork, LIMITS.conversationsInParallel);
    await running.world.clock.advance(100);
    await settle();
    await running.world.clock.advance(100);
    await until(() => running.settled.length === people);
    assertEquals(most, LIMITS.conversationsInParallel);
  });
});

Deno.test("plugins that throw, talk nonsense or name nobody leave a routed message and a trace", async () => {
  const host = (world: RoutedWorld) =>
    hostOf(world.clock, {
      throws: {
        route: () => {
          throw new Error("broken");
        },
      },
      junk: answering("claude"),
      nobody: answering({ kind: "route", to: ["cladue"], reason: "" }),
      late: { route: () => new Promise<Verdict>(() => {}) },
    });
  await withRouter({ host, clients: ["claude"] }, async (running) => {
    await write(running, ["p1", "hi"]);
    await settle();
    await running.world.clock.advance(250);
    await until(() => running.settled.length === 1);
    const [trace] = await running.world.traces();
    assertEquals([trace?.state, trace?.deliveries[0]?.client], ["routed", "claude"]);
    const faults = trace?.trace?.steps.map(({ plugin, outcome }) =>
      `${plugin} ${outcome.kind === "fault" ? outcome.fault : ""}`
    );
    assertEquals(faults, [
      "throws threw",
      "junk not_a_verdict",
      "nobody not_a_verdict",
      "late too_late",
    ]);
  });
});

Deno.test("a message that nobody can get is parked with one line to the person", async () => {
  await withRouter({}, async (running) => {
    await write(running, ["p1", "hi"], ["p1", "hello?"]);
    await until(() => running.settled.length === 2);
    const traces = await running.world.traces();
    assertEquals(traces.map(({ state, reason }) => [state, reason]), [
      ["parked", "no_client: there is no agent"],
      ["parked", "no_client: there is no agent"],
    ]);
    assertEquals(traces.map(({ hubSends }) => hubSends.length), [1, 0]);
    assertEquals(running.sends, 1);
  });
});

Deno.test("a long answer of a plugin leaves in parts that WeChat shows whole", async () => {
  const text = Array.from({ length: 600 }, (_, index) => `word${index}`).join(" ");
  const host = (world: RoutedWorld) =>
    hostOf(world.clock, { a: answering({ kind: "reply", text, reason: "" }) });
  await withRouter({ host }, async (running) => {
    await write(running, ["p1", "tell me all"]);
    await until(() => running.settled.length === 1);
    const sends = (await running.world.traces())[0]?.hubSends ?? [];
    assertEquals(sends.map(({ text }) => text).join(" "), text);
    assertEquals(sends.length, 3);
  });
});

/** The store with some of its steps failing as a test says. */
function failing(
  world: RoutedWorld,
  fail: (step: "heads" | "readForDecision" | "settle" | "park") => boolean,
): RouterPorts["store"] {
  const { store } = world;
  const orFail = <T>(step: Parameters<typeof fail>[0], run: () => Promise<T>): Promise<T> =>
    fail(step) ? Promise.reject(new Error(`${step} failed`)) : run();
  return {
    heads: (call) => orFail("heads", () => store.heads(call)),
    readForDecision: (id) => orFail("readForDecision", () => store.readForDecision(id)),
    settle: (settlement) => orFail("settle", () => store.settle(settlement)),
    park: (id, parked) => orFail("park", () => store.park(id, parked)),
    clients: () => store.clients(),
  };
}

Deno.test("a read that fails is repeated until it succeeds, and nothing is parked for it", async () => {
  let failures = 0;
  const store = (world: RoutedWorld) =>
    failing(world, (step) => (step === "heads" || step === "readForDecision") && ++failures <= 20);
  await withRouter({ store, clients: ["claude"] }, async (running) => {
    await write(running, ["p1", "hi"]);
    await running.world.clock.advance(300_000);
    await until(() => running.settled.length === 1);
    assertEquals((await running.world.traces())[0]?.state, "routed");
  });
});

Deno.test("a message whose settling fails alone is parked, and the next one goes on", async () => {
  let tries = 0;
  const store = (world: RoutedWorld) =>
    failing(world, (step) => step === "settle" && ++tries <= LIMITS.settleTriesMax);
  await withRouter({ store, clients: ["claude"] }, async (running) => {
    await write(running, ["p1", "poison"], ["p1", "fine"]);
    await running.world.clock.advance(60_000);
    await until(() => running.settled.length === 2);
    const [poison, fine] = await running.world.traces();
    assertEquals(poison?.state, "parked");
    const why = "settle_failed: the decision could not be stored: settle failed";
    assertEquals(poison?.reason, why);
    assertEquals(fine?.state, "routed");
  });
});

Deno.test("while the store cannot write at all nothing is parked, and it goes on afterwards", async () => {
  let isBroken = true;
  const store = (world: RoutedWorld) => failing(world, (step) => isBroken && step !== "heads");
  await withRouter({ store, clients: ["claude"] }, async (running) => {
    await write(running, ["p1", "hi"]);
    await running.world.clock.advance(120_000);
    assertEquals(running.settled, []);
    isBroken = false;
    await running.world.clock.advance(60_000);
    await until(() => running.settled.length === 1);
    assertEquals((await running.world.traces())[0]?.state, "routed");
  });
});

Deno.test("a decision that names a client which has gone meanwhile is made again", async () => {
  const attempts: number[] = [];
  const host = (world: RoutedWorld) =>
    hostOf(world.clock, {
      leaving: {
        async route(message: InboundView, { clients }): Promise<Verdict> {
          attempts.push(message.attempt);
          const [first] = clients;
          if (first?.name !== "claude") return { kind: "pass" };
          const claude = (await world.store.clients())[0];
          assert(claude !== undefined);
          await world.store.removeClient(claude.id, world.clock.now());
          return { kind: "route", to: ["claude"], reason: "" };
        },
      },
    });
  await withRouter({ host, clients: ["claude", "codex"] }, async (running) => {
    await write(running, ["p1", "hi"]);
    await until(() => running.settled.length === 1);
    const [trace] = await running.world.traces();
    assertEquals([trace?.state, trace?.deliveries[0]?.client], ["routed", "codex"]);
    assertEquals(attempts, [1, 2]);
  });
});

Deno.test("a message whose clients go again and again is parked", async () => {
  const store = (world: RoutedWorld): RouterPorts["store"] => ({
    ...failing(world, () => false),
    settle: () => Promise.resolve({ kind: "client_gone" }),
  });
  await withRouter({ store, clients: ["claude"] }, async (running) => {
    await write(running, ["p1", "hi"]);
    await until(() => running.settled.length === 1);
    const [trace] = await running.world.traces();
    const why = "settle_failed: the chosen agents were removed again and again";
    assertEquals([trace?.state, trace?.reason], ["parked", why]);
  });
});

Deno.test("stopping finishes the message in hand and begins no other", async () => {
  const host = (world: RoutedWorld) =>
    hostOf(world.clock, {
      slow: {
        async route(): Promise<Verdict> {
          await new Promise<void>((resolve) => world.clock.after(100, resolve));
          return { kind: "pass" };
        },
      },
    });
  await withRouter({ host, clients: ["claude"] }, async (running) => {
    await write(running, ["p1", "one"], ["p1", "two"]);
    await settle();
    let isStopped = false;
    const stopped = running.router.stop().then(() => isStopped = true);
    await settle();
    assertEquals(isStopped, false);
    await running.world.clock.advance(100);
    await stopped;
    assertEquals((await running.world.traces()).map(({ state }) => state), ["routed", "received"]);
  });
});

Deno.test("the shipped plugins work together: choose, one message, ask why", async () => {
  const host = ({ clock }: RoutedWorld) => shippedHost(clock);
  await withRouter({ host, clients: ["claude", "codex"] }, async (running) => {
    const say = async (text: string) => {
      const before = running.settled.length;
      await write(running, ["p1", text]);
      await until(() => running.settled.length > before);
      const trace = (await running.world.traces()).at(-1);
      assert(trace !== undefined);
      return trace;
    };
    const clientsOf = (trace: Awaited<ReturnType<typeof say>>) =>
      trace.deliveries.map(({ client }) => client);

    assertEquals((await say("hello")).state, "parked");
    assertEquals((await say("/use codex")).hubSends.length, 1);
    await until(() => running.settled.length === 3); // the first message has somebody to go to now
    const [first] = await running.world.traces();
    assert(first !== undefined);
    assertEquals(clientsOf(first), ["codex"]);
    assertEquals(clientsOf(await say("hello")), ["codex"]);
    assertEquals(clientsOf(await say("@claude just this")), ["claude"]);
    assertEquals(clientsOf(await say("//help")), ["codex"]);
    assertEquals(clientsOf(await say("/unknown")), ["codex"]);
    assertEquals(clientsOf(await say("/broadcast all of you")), ["claude", "codex"]);
    assertEquals(clientsOf(await say("and now?")), ["codex"]);
    const why = (await say("/why")).hubSends[0]?.text ?? "";
    assertStringIncludes(why, "to codex: codex was chosen");
    assertStringIncludes(why, "affinity: decided");
  });
});
