import { assert, assertEquals } from "@std/assert";
import type { ClientState } from "../../../src/core/client.ts";
import { silentLog } from "../../../src/lib/log.ts";
import type { Json } from "../../../src/lib/json.ts";
import { readyShipped } from "../../../src/plugin/catalog.ts";
import { createInlineHost } from "../../../src/plugin/inline_host.ts";
import { SHIPPED_IDS } from "../../../src/plugin/shipped.ts";
import { startRouter } from "../../../src/router/router.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { openRoutedWorld, type RoutedWorld, until } from "../../fake/routed_world.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

/** A hub whose clients `a` and `b` are the pool `support`, and `x` is not; what is in `away` does not poll. */
async function withShipped(
  config: Readonly<Record<string, Json>>,
  use: (hub: {
    readonly world: RoutedWorld;
    readonly away: Set<string>;
    /** Ann writes; gives who gets it, what the hub says, and the reason of the decision. */
    say(text: string): Promise<{ to: string[]; said: string[]; reason: string }>;
    remove(name: string): Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const world = await openRoutedWorld();
  const { store, clock } = world;
  for (const [name, label] of [["a", "support"], ["b", "support"], ["x", ""]] as const) {
    const tokenHash = `hash of ${name}`;
    await store.registerClient({ name, label, tokenHash, atMs: clock.now() });
  }
  const names = new Map((await store.clients()).map(({ id, name }) => [id, name]));
  const away = new Set<string>();
  const { plugins, problems } = readyShipped(
    new Map(SHIPPED_IDS.map((id) => [id, config[id] ?? null])),
  );
  assertEquals(problems, []);
  let settled = 0;
  const router = startRouter({
    ...{ store, clock, random: createFakeRandom(), log: silentLog },
    host: createInlineHost({ plugins, clock }),
    states: {
      stateOf: (id): ClientState => away.has(names.get(id) ?? "") ? "away" : "polling",
      lastCallAtMs: () => null,
    },
    policy: { senders: { kind: "open", ids: [] }, groups: { kind: "none", ids: [] } },
    limits: SEND_LIMITS,
    ...{ lang: "en", version: "0.1.0", startedAtMs: 0 },
    onDelivered() {},
    onSends() {},
    onSettled: () => void settled++,
  });
  try {
    await use({
      world,
      away,
      async say(text) {
        const before = settled;
        await world.receive(["ann", text]);
        router.bell.ring();
        await until(() => settled > before);
        await clock.advance(1_000);
        const trace = (await world.traces()).at(-1);
        assert(trace !== undefined);
        return {
          to: trace.deliveries.map(({ client }) => client),
          said: trace.hubSends.map((send) => send.text),
          reason: (trace.trace?.decision as { reason: string }).reason,
        };
      },
      async remove(name) {
        const client = (await store.clients()).find((one) => one.name === name);
        assert(client !== undefined);
        await store.removeClient(client.id, clock.now());
      },
    });
  } finally {
    await router.stop();
    await world.close();
  }
}

const AFFINITY = { pool: "support", failover: true };

Deno.test("a choice outlives neither its client nor a new one of its name", async () => {
  await withShipped({ affinity: AFFINITY }, async ({ say, remove, world }) => {
    const own = await say("hello");
    assertEquals(own.reason, `${own.to[0]} is this person's own of support`);
    await say("/use x");
    assertEquals((await say("hello")).to, ["x"]);
    await remove("x");
    assertEquals(await say("hello"), own);
    await world.addClient("x");
    assertEquals(await say("hello"), own);
  });
});

Deno.test("while the own one is away another stands in and the person is told once; /use beats it", async () => {
  await withShipped({ affinity: AFFINITY }, async ({ say, away, remove }) => {
    const [own = ""] = (await say("hello")).to;
    const other = own === "a" ? "b" : "a";
    away.add(own);
    const first = await say("hello");
    assertEquals([first.to, first.said], [[other], [`${own} is away; ${other} answers for now.`]]);
    const second = await say("hello");
    assertEquals([second.to, second.said], [[other], []]);
    await say(`/use ${own}`);
    const chosen = await say("hello");
    assertEquals([chosen.to, chosen.said], [[own], []]);
    assertEquals(chosen.reason, `${own} was chosen; it is away and the message waits`);
    await say("/use -");
    assertEquals((await say("hello")).to, [other]);
    await remove(other);
    assertEquals((await say("hello")).to, [own]);
  });
});

Deno.test("rules decide before affinity, and a table whose clients have gone lets it decide", async () => {
  const rules = [
    { id: "bills", text: "invoice", to: "x" },
    { id: "thanks", text: "thanks", drop: true },
    { id: "hours", text: "open", reply: "From nine." },
  ];
  await withShipped({ affinity: AFFINITY, keywords: { rules } }, async ({ say, remove, world }) => {
    const bill = await say("my invoice");
    assertEquals([bill.to, bill.reason], [["x"], "rule bills"]);
    assertEquals((await say("thanks")).to, []);
    assertEquals((await say("when do you open?")).said, ["From nine."]);
    await remove("x");
    const later = await say("my invoice");
    assertEquals(later.reason, `${later.to[0]} is this person's own of support`);
    const { messages, verdicts } = await world.store.verdicts({ plugin: "keywords", last: 100 });
    assertEquals(messages, 4);
    assertEquals(verdicts.map(({ kind, reason, count }) => [kind, reason, count]), [
      ["pass", "rule bills does not count (there is no x)", 1],
      ["reply", "rule hours", 1],
      ["drop", "rule thanks", 1],
      ["route", "rule bills", 1],
    ]);
  });
});
