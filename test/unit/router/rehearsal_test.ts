import { assert, assertEquals, assertRejects } from "@std/assert";
import { HubError } from "../../../src/core/error.ts";
import { silentLog } from "../../../src/lib/log.ts";
import type { Plugin } from "../../../src/plugin/api.ts";
import type { PluginHost } from "../../../src/plugin/host.ts";
import type { Rehearsal } from "../../../src/plugin/rehearsal.ts";
import { createRehearsal } from "../../../src/router/rehearsal.ts";
import { startRouter } from "../../../src/router/router.ts";
import { statesOf } from "../../fake/decision_input.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { hostOf } from "../../fake/plugins.ts";
import { openRoutedWorld, type RoutedWorld, until } from "../../fake/routed_world.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

interface Rehearsed {
  readonly world: RoutedWorld;
  readonly rehearsal: Rehearsal;
  /** Decides messages with these plugins, for good. */
  live(host: PluginHost, ...texts: readonly string[]): Promise<void>;
}

const OPEN = {
  senders: { kind: "open", ids: [] },
  groups: { kind: "none", ids: [] },
} as const;

async function withRehearsal(use: (rehearsed: Rehearsed) => Promise<void>): Promise<void> {
  const world = await openRoutedWorld();
  await world.addClient("claude");
  await world.addClient("codex");
  const background = {
    ...{ states: statesOf({ 1: "polling" }), lang: "en" as const, version: "0", startedAtMs: 0 },
    limits: SEND_LIMITS,
    ...{ store: world.store, clock: world.clock, policy: OPEN },
  };
  try {
    await use({
      world,
      rehearsal: createRehearsal(background),
      async live(host, ...texts) {
        const settled: number[] = [];
        const router = startRouter({
          ...{ ...background, host, random: createFakeRandom(), log: silentLog },
          onDelivered() {},
          onSends() {},
          onSettled: (message) => void settled.push(message),
        });
        for (const text of texts) {
          await world.receive(["owner", text]);
          router.bell.ring();
          const count = settled.length;
          await until(() => settled.length > count);
          await world.clock.advance(1_000);
        }
        await router.stop();
      },
    });
  } finally {
    await world.close();
  }
}

/** Tells all it is shown, and counts in its memory. */
const TELLING: Pick<Plugin, "route"> = {
  route(message, { memory, binding, clients, nowMs }) {
    const calls = Number(memory["calls"] ?? 0) + 1;
    memory["calls"] = calls;
    const seen = [message.text, calls, binding?.client ?? null, clients.map(({ state }) => state)];
    return { kind: "route", to: ["claude"], bind: true, reason: JSON.stringify([...seen, nowMs]) };
  },
};

const routing = (to: string): Pick<Plugin, "route"> => ({
  route: () => ({ kind: "route", to: [to], reason: "fixed" }),
});

function reasonsOf(world: RoutedWorld): Promise<string[]> {
  return world.traces().then((traces) =>
    traces.map(({ trace }) => {
      const decision = trace?.decision as { reason?: string } | undefined;
      return decision?.reason ?? "";
    })
  );
}

Deno.test("a replay shows plugins what they saw: time, binding, memory and states", async () => {
  await withRehearsal(async ({ world, rehearsal, live }) => {
    await live(hostOf(world.clock, { a: TELLING }), "one", "two", "three");
    const reasons = await reasonsOf(world);
    assertEquals(new Set(reasons).size, 3);
    await world.clock.advance(3_600_000);
    const seen: string[] = [];
    const again = hostOf(world.clock, {
      a: {
        async route(message, ctx) {
          const verdict = await TELLING.route?.(message, ctx) ?? { kind: "pass" };
          seen.push(verdict.reason ?? "");
          return verdict;
        },
      },
    });
    const outcome = await rehearsal.replay({ sinceMs: 0, limit: 100 }, again);
    assertEquals(seen, reasons);
    assertEquals([outcome.messages, outcome.changed, outcome.faults], [3, [], 0]);
  });
});

Deno.test("a replay names what would go elsewhere, counts faults, and keeps nothing", async () => {
  await withRehearsal(async ({ world, rehearsal, live }) => {
    await live(hostOf(world.clock, { a: routing("claude") }), "one", "two");
    const before = JSON.stringify(await world.traces());
    const other = await rehearsal.replay(
      { sinceMs: 0, limit: 100 },
      hostOf(world.clock, {
        f: {
          route() {
            throw new Error("broken");
          },
        },
        a: {
          route: ({ text }) => ({
            kind: "route",
            to: [text === "two" ? "codex" : "claude"],
            reason: "new",
          }),
        },
      }),
    );
    assertEquals(
      other.changed.map(({ text, before, after, hasFault }) => [text, before, after, hasFault]),
      [["two", "claude", "codex", true]],
    );
    assertEquals([other.messages, other.faults, other.slowest.length], [2, 2, 2]);
    assertEquals(JSON.stringify(await world.traces()), before);
  });
});

Deno.test("a replay is of the newest messages since a time, and a client that is gone stands in by name", async () => {
  await withRehearsal(async ({ world, rehearsal, live }) => {
    const claude = hostOf(world.clock, { a: routing("claude") });
    await live(claude, "one", "two");
    const sinceMs = world.clock.now();
    await live(claude, "three", "four", "five");
    const [client] = await world.store.clients();
    assert(client !== undefined);
    await world.store.removeClient(client.id, world.clock.now());
    const elsewhere = hostOf(world.clock, { a: routing("codex") });
    const textsOf = async (given: { sinceMs: number; limit: number }) =>
      (await rehearsal.replay(given, elsewhere)).changed.map(({ text }) => text);
    assertEquals(await textsOf({ sinceMs, limit: 100 }), ["three", "four", "five"]);
    assertEquals(await textsOf({ sinceMs: 0, limit: 2 }), ["four", "five"]);
    assertEquals((await rehearsal.replay({ sinceMs: 0, limit: 9 }, claude)).changed, []);
  });
});

Deno.test("recent messages are shown as plugins saw them, oldest first", async () => {
  await withRehearsal(async ({ world, rehearsal, live }) => {
    await live(hostOf(world.clock, { a: TELLING }), "one", "two", "three");
    const calls = await rehearsal.recent(2);
    assertEquals(calls.map(({ message }) => message.text), ["two", "three"]);
    assertEquals(calls.map(({ memories }) => memories["a"]), [{ calls: 1 }, { calls: 2 }]);
    assertEquals(calls[0]?.facts.binding?.client, "claude");
    assertEquals(calls[0]?.facts.clients.map(({ state }) => state), ["polling", "away"]);
  });
});

Deno.test("a text is tried as the owner on the present state, and nothing is kept", async () => {
  await withRehearsal(async ({ world, rehearsal, live }) => {
    const host = hostOf(world.clock, { a: TELLING });
    await live(host, "one");
    const given = { text: "hello", as: "", state: null };
    const { decision, steps } = await rehearsal.tryText(given, host);
    const { reason } = decision as { reason: string };
    const seen = JSON.parse(reason);
    assertEquals(seen, ["hello", 2, "claude", ["polling", "away"], world.clock.now()]);
    assertEquals(JSON.stringify(steps).includes(`"plugin":"a"`), true);
    assertEquals((await world.traces()).length, 1);
    assertEquals((await world.store.readForTry(""))?.memories, { a: { calls: 1 } });
  });
});

Deno.test("a text is tried with the binding and the memories that are given", async () => {
  await withRehearsal(async ({ world, rehearsal, live }) => {
    const host = hostOf(world.clock, { a: TELLING });
    await live(host, "one");
    const seenWith = async (state: Parameters<Rehearsal["tryText"]>[0]["state"]) => {
      const { decision } = await rehearsal.tryText({ text: "hi", as: "", state }, host);
      return JSON.parse((decision as { reason: string }).reason).slice(1, 3);
    };
    assertEquals(await seenWith({ binding: "codex", memories: { a: { calls: 7 } } }), [8, "codex"]);
    assertEquals(await seenWith({ binding: null }), [2, null]);
    assertEquals(await seenWith({ memories: {} }), [1, "claude"]);
    for (const state of [7, { binding: "nobody" }, { memory: {} }, { memories: { a: 1 } }]) {
      await assertRejects(() => seenWith(state), HubError, "Cannot use the state");
    }
  });
});

Deno.test("a text can be tried before anybody has written, and as somebody by key", async () => {
  await withRehearsal(async ({ world, rehearsal, live }) => {
    const host = hostOf(world.clock, {
      a: { route: ({ sender }) => ({ kind: "drop", reason: sender.key }) },
    });
    const keyOf = async (as: string) => {
      const { decision } = await rehearsal.tryText({ text: "hi", as, state: null }, host);
      return (decision as { reason: string }).reason;
    };
    assertEquals(await keyOf(""), "owner");
    await live(host, "one");
    const key = (await world.traces())[0]?.sender.key ?? "";
    assertEquals([await keyOf(""), await keyOf(key)], [key, key]);
    await assertRejects(() => keyOf("bob"), HubError, `Cannot try as "bob"`);
  });
});
