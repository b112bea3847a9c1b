import { assertEquals } from "@std/assert";
import { silentLog } from "../../../src/lib/log.ts";
import type { InboundView, Verdict } from "../../../src/plugin/api.ts";
import type { Memory, PluginHost } from "../../../src/plugin/host.ts";
import type { ShadowHost } from "../../../src/plugin/roster.ts";
import { startRouter } from "../../../src/router/router.ts";
import { startShadows } from "../../../src/router/shadow.ts";
import { statesOf } from "../../fake/decision_input.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { answering, hostOf } from "../../fake/plugins.ts";
import { openRoutedWorld, type RoutedWorld, until } from "../../fake/routed_world.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

interface Trial {
  readonly world: RoutedWorld;
  /** What the shadow was shown. */
  readonly shown: { readonly message: InboundView; readonly memory: Memory }[];
  write(text: string): Promise<void>;
}

/** Live plugins `a` and `b`, and a shadow `s` that would be asked between them. */
async function withTrial(
  given: {
    readonly a?: unknown;
    readonly b?: unknown;
    readonly shadow: () => Promise<Verdict> | Verdict;
    readonly allowsAll?: boolean;
  },
  use: (trial: Trial) => Promise<void>,
): Promise<void> {
  const world = await openRoutedWorld();
  await world.addClient("claude");
  await world.addClient("codex");
  const shown: Trial["shown"] = [];
  const live = hostOf(world.clock, {
    a: answering(given.a ?? { kind: "pass" }),
    b: answering(given.b ?? { kind: "route", to: ["claude"], reason: "b" }),
  });
  const background = {
    ...{ states: statesOf(), limits: { ...SEND_LIMITS, windowMs: 1 }, lang: "en" as const },
    ...{ version: "0", startedAtMs: 0 },
  };
  const shadows = startShadows({
    ...background,
    ...{ store: world.store, log: silentLog, shadowHost: shadowOf(world, given.shadow, shown) },
  });
  const settled: number[] = [];
  const router = startRouter({
    ...background,
    ...{ store: world.store, host: live, clock: world.clock, log: silentLog },
    policy: {
      senders: { kind: given.allowsAll === false ? "owner" : "open", ids: [] },
      groups: { kind: "none", ids: [] },
    },
    random: createFakeRandom(),
    onDelivered() {},
    onSends() {},
    onSettled: (message) => void settled.push(message),
    onDecided: (input, made) => shadows.watch(input, made),
  });
  try {
    await use({
      ...{ world, shown },
      async write(text) {
        const before = settled.length;
        await world.receive(["p1", text]);
        router.bell.ring();
        await until(() => settled.length > before);
      },
    });
  } finally {
    await router.stop();
    await shadows.stop();
    await world.close();
  }
}

function shadowOf(
  world: RoutedWorld,
  answer: () => Promise<Verdict> | Verdict,
  shown: Trial["shown"],
): ShadowHost {
  const host: PluginHost = hostOf(world.clock, { s: { route: answer } });
  const [plugin] = host.plugins;
  if (plugin === undefined) throw new Error("there is no shadow");
  return {
    shadows: [{ plugin, after: ["a"] }],
    route(asked, call) {
      shown.push({ message: call.message, memory: call.memory });
      return host.route(asked, call);
    },
  };
}

async function shadowSteps({ world }: Trial): Promise<unknown> {
  let steps: unknown;
  for (let turn = 0; turn < 50 && steps === undefined; turn++) {
    await world.clock.advance(1);
    steps = (await world.traces()).at(-1)?.trace?.shadow;
  }
  return steps;
}

const CODEX: Verdict = { kind: "route", to: ["codex"], reason: "on trial" };

Deno.test("what a shadow says is recorded with the message and changes nothing", async () => {
  await withTrial({ shadow: () => CODEX }, async (trial) => {
    await trial.write("hello");
    const steps = await shadowSteps(trial);
    const step = { plugin: "s", version: "1.0.0", tookMs: 0 };
    assertEquals(steps, [{ ...step, outcome: { kind: "verdict", verdict: CODEX } }] as unknown);
    const [message] = await trial.world.traces();
    assertEquals(message?.deliveries.map(({ client }) => client), ["claude"]);
    assertEquals(message?.trace?.steps.map(({ plugin }) => plugin), ["a", "b"]);
  });
});

Deno.test("the message does not wait for a shadow that is slow, and its lateness is recorded", async () => {
  await withTrial({ shadow: () => new Promise(() => {}) }, async (trial) => {
    await trial.write("hello");
    const [message] = await trial.world.traces();
    assertEquals([message?.state, message?.trace?.shadow], ["routed", undefined]);
    await trial.world.clock.advance(250);
    const steps = JSON.stringify(await shadowSteps(trial));
    assertEquals(steps.includes(`"fault":"too_late"`), true, steps);
  });
});

Deno.test("a shadow is asked only where it would have been, with the text that it would have seen", async () => {
  await withTrial({
    a: { kind: "pass", text: "changed" },
    b: { kind: "pass", text: "changed later" },
    shadow: () => CODEX,
  }, async ({ write, shown }) => {
    await write("hello");
    assertEquals(shown.map(({ message }) => message.text), ["changed"]);
  });
  await withTrial({
    a: { kind: "drop", reason: "mine" },
    shadow: () => CODEX,
  }, async ({ write, shown }) => {
    await write("hello");
    assertEquals(shown, []);
  });
  await withTrial({ shadow: () => CODEX, allowsAll: false }, async ({ write, shown }) => {
    await write("hello");
    assertEquals(shown, [], "a stranger's message reaches no plugin");
  });
});

Deno.test("a shadow that names nobody there is fails for the record", async () => {
  const nobody: Verdict = { kind: "route", to: ["nobody"], reason: "" };
  await withTrial({ shadow: () => nobody }, async (trial) => {
    await trial.write("hello");
    const steps = JSON.stringify(await shadowSteps(trial));
    assertEquals(steps.includes("no client named nobody"), true, steps);
  });
});
