import { assert, assertEquals } from "@std/assert";
import { silentLog } from "../../../src/lib/log.ts";
import type { PluginHost } from "../../../src/plugin/host.ts";
import { type ReplyPorts, startReplies } from "../../../src/router/reply.ts";
import { statesOf } from "../../fake/decision_input.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { hostOf } from "../../fake/plugins.ts";
import {
  answer,
  isShaped,
  lastReply,
  sendAll,
  text,
  textsOf,
  untilShaped,
  withReplies,
} from "../../fake/replying_world.ts";
import { type RoutedWorld, until } from "../../fake/routed_world.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

Deno.test("a short reply is planned as it came, to the byte", async () => {
  await withReplies({}, async (running) => {
    const content =
      `{ "run_id":"r", "item_list":[{"type":1,"text_item":{"text":"hi"}}], "n":1.50 }`;
    await untilShaped(running, await answer(running, "p1", content));
    assertEquals((await sendAll(running)).map((job) => job.content), [content]);
    assertEquals(running.sends, 1);
  });
});

Deno.test("a long reply leaves in parts, whole and in order, before the next one", async () => {
  await withReplies({}, async (running) => {
    const words = Array.from({ length: 900 }, (_, index) => `word${index}`).join(" ");
    await answer(running, "p1", text(words));
    await untilShaped(running, await answer(running, "p1", text("after")));
    const texts = textsOf(await sendAll(running));
    assertEquals(texts.length, 5);
    for (const part of texts) assert(part.length <= 1_800);
    const marks = texts.slice(0, -1).map((part) => part.slice(-6));
    assertEquals(marks, Array.from({ length: 4 }, (_, at) => `\n(${at + 1}/4)`));
    assertEquals(texts.slice(0, -1).map((part) => part.slice(0, -6)).join(" "), words);
    assertEquals(texts.at(-1), "after");
  });
});

Deno.test("a text with a picture becomes two sends, and numbers keep their digits", async () => {
  await withReplies({}, async (running) => {
    const image = `{"type":2,"image_item":{"mid_size":18446744073709551615,"x":1.0}}`;
    const content = `{"item_list":[{"type":1,"text_item":{"text":"see"}},${image}],"run_id":"r"}`;
    await untilShaped(running, await answer(running, "p1", content));
    assertEquals((await sendAll(running)).map((job) => job.content), [
      `{"item_list":[{"type":1,"text_item":{"text":"see"}}],"run_id":"r"}`,
      `{"item_list":[${image}],"run_id":"r"}`,
    ]);
  });
});

Deno.test("what waited before the start is shaped at the start, in the order given", async () => {
  await withReplies({}, async (running) => {
    await running.replies.stop();
    for (let index = 0; index < 20; index++) await answer(running, "p1", text(`${index}`));
    const { world: { store, clock } } = running;
    const again = startReplies({
      store,
      host: hostOf(clock, {}),
      states: statesOf(),
      limits: { ...SEND_LIMITS, windowMs: 1 },
      lang: "en",
      version: "",
      startedAtMs: 0,
      clock,
      random: createFakeRandom(),
      log: silentLog,
      onSends: () => void running.sends++,
      files: { upload: () => Promise.resolve(null) },
      showTyping() {},
      onStopped() {},
    });
    await until(() => running.sends === 20);
    await again.stop();
    assertEquals(
      textsOf(await sendAll(running)),
      Array.from({ length: 20 }, (_, index) => `${index}`),
    );
  });
});

Deno.test("reply hooks see the reply and the conversation, may change it, and may stop it", async () => {
  const host = ({ clock }: RoutedWorld) =>
    hostOf(clock, {
      broken: {
        reply: () => {
          throw new Error("broken");
        },
      },
      hook: {
        reply(reply, { binding, memory, nowMs }) {
          if (reply.text === "secret") return { kind: "stop", reason: "not for people" };
          const seen = [reply.client, reply.account, binding?.client, memory["remembered"]];
          const reason = JSON.stringify([...seen, nowMs > 0]);
          return { kind: "edit", text: `[${reply.client}] ${reply.text}`, reason };
        },
      },
      shout: {
        reply: (reply) => ({ kind: "edit", text: reply.text.toUpperCase(), reason: "loud" }),
      },
    });
  await withReplies({ host }, async (running) => {
    const { people, world } = running;
    const stopped = await answer(running, "p1", text("secret"));
    await untilShaped(running, await answer(running, "p1", text("hello")));
    assertEquals(textsOf(await sendAll(running)), ["[CLAUDE] HELLO"]);
    assertEquals((await world.store.replyOutcome(stopped)).state, "stopped");
    assertEquals(running.stopped, [stopped]);
    const message = people.get("p1")?.message;
    assert(message !== undefined);
    const [, edited] = (await world.store.trace(message))?.replies ?? [];
    const steps = JSON.parse(JSON.stringify(edited?.steps));
    assertEquals(steps.map((step: { plugin: string }) => step.plugin), ["broken", "hook", "shout"]);
    assertEquals(steps[0].outcome, { kind: "fault", fault: "threw", text: "broken" });
    assertEquals(
      steps[1].outcome.verdict.reason,
      `["claude","${world.account.name}","claude",true,true]`,
    );
  });
});

const throwing = {
  reply: () => {
    throw new Error("broken");
  },
};
const late = { reply: () => new Promise<never>(() => {}), deadlineMs: 1_000 };
const nonsense = { reply: () => ({ kind: "edit" }) as never };

for (
  const [fault, broken] of Object.entries({
    threw: throwing,
    too_late: late,
    not_a_verdict: nonsense,
  })
) {
  Deno.test(`a hook whose fault is ${fault} leaves the reply as the others made it`, async () => {
    const host = ({ clock }: RoutedWorld) =>
      hostOf(clock, {
        before: { reply: ({ text }) => ({ kind: "edit", text: `${text}!`, reason: "" }) },
        broken,
        after: { reply: ({ text }) => ({ kind: "edit", text: `${text}?`, reason: "" }) },
      });
    await withReplies({ host }, async (running) => {
      const reply = await answer(running, "p1", text("hello"));
      await running.world.clock.advance(1_000);
      await untilShaped(running, reply);
      assertEquals(textsOf(await sendAll(running)), ["hello!?"]);
    });
  });

  Deno.test(`a hook that nothing may pass stops the reply when its fault is ${fault}`, async () => {
    let isAsked = false;
    const host = ({ clock }: RoutedWorld) =>
      hostOf(clock, {
        broken: { ...broken, onFault: "park" },
        after: {
          reply() {
            isAsked = true;
            return { kind: "pass" };
          },
        },
      });
    await withReplies({ host }, async (running) => {
      const reply = await answer(running, "p1", text("hello"));
      await running.world.clock.advance(1_000);
      await untilShaped(running, reply);
      assertEquals(await sendAll(running), []);
      assertEquals([running.sends, isAsked], [0, false]);
      const shown = await lastReply(running, "p1");
      assertEquals([shown.state, shown.text], ["stopped", "hello"]);
      const [step] = JSON.parse(JSON.stringify(shown.steps));
      assertEquals([step.plugin, step.outcome.kind, step.outcome.fault], [
        "broken",
        "fault",
        fault,
      ]);
    });
  });
}

Deno.test("a pin is sent, stands in the trace, and is kept for the longest time asked for", async () => {
  const pinning = (forMs: number) => ({
    reply: () => ({ kind: "pin", forMs, reason: "asks" }) as const,
  });
  const host = ({ clock }: RoutedWorld) =>
    hostOf(clock, { long: pinning(60_000), short: pinning(1_000) });
  await withReplies({ host }, async (running) => {
    const reply = await answer(running, "p1", text("yes or no?"));
    await untilShaped(running, reply);
    assertEquals(textsOf(await sendAll(running)), ["yes or no?"]);
    const { steps } = await lastReply(running, "p1");
    const [step] = JSON.parse(JSON.stringify(steps));
    assertEquals(step.outcome.verdict, { kind: "pin", forMs: 60_000, reason: "asks" });
    const { world: { store, clock }, client } = running;
    await running.world.receive(["p1", "yes"]);
    const [head] = await store.heads({ skip: new Set(), limit: 1 });
    assert(head !== undefined);
    const input = await store.readForDecision(head.message);
    const askedAtMs = clock.now();
    assertEquals(input?.pins, [{ client: client.id, reply, askedAtMs, forMs: 60_000 }]);
  });
});

Deno.test("a pin of a reply that another hook stops is none", async () => {
  const host = ({ clock }: RoutedWorld) =>
    hostOf(clock, {
      pin: { reply: () => ({ kind: "pin", forMs: 60_000, reason: "asks" }) },
      stop: { reply: () => ({ kind: "stop", reason: "no" }) },
    });
  await withReplies({ host }, async (running) => {
    await untilShaped(running, await answer(running, "p1", text("yes or no?")));
    const { store } = running.world;
    await running.world.receive(["p1", "yes"]);
    const [head] = await store.heads({ skip: new Set(), limit: 1 });
    assert(head !== undefined);
    assertEquals((await store.readForDecision(head.message))?.pins, []);
  });
});

Deno.test("what a client asks for and what hooks ask for is kept for the longest time, and nothing once it is stopped", async () => {
  const hook = { reply: () => ({ kind: "pin", forMs: 30_000, reason: "asks" }) as const };
  const stop = { reply: () => ({ kind: "stop", reason: "no" }) as const };
  for (
    const [hooks, given, kept] of [
      [{}, 60_000, [60_000]],
      [{}, null, []],
      [{ hook }, 60_000, [60_000]],
      [{ hook }, 1_000, [30_000]],
      [{ hook, stop }, 60_000, []],
    ] as const
  ) {
    await withReplies({ host: ({ clock }) => hostOf(clock, hooks) }, async (running) => {
      await untilShaped(running, await answer(running, "p1", text("yes or no?"), given));
      await sendAll(running);
      await running.world.receive(["p1", "yes"]);
      const { store } = running.world;
      const [head] = await store.heads({ skip: new Set(), limit: 1 });
      assert(head !== undefined);
      const pins = (await store.readForDecision(head.message))?.pins ?? [];
      assertEquals(pins.map(({ forMs }) => forMs), [...kept]);
    });
  }
});

/** Takes five seconds for what says so. */
function slowHost({ clock }: RoutedWorld): PluginHost {
  return hostOf(clock, {
    slow: {
      deadlineMs: 10_000,
      async reply(reply) {
        if (reply.text.startsWith("slow")) {
          await new Promise<void>((resolve) => clock.after(5_000, resolve));
        }
        return { kind: "pass" };
      },
    },
  });
}

Deno.test("one conversation with more replies than are read at once delays no other", async () => {
  let isBegun = false;
  const store = ({ store }: RoutedWorld): ReplyPorts["store"] => ({
    acceptedReplies: (limit, skip) =>
      isBegun ? store.acceptedReplies(limit, skip) : Promise.resolve([]),
    readForReply: (reply) => store.readForReply(reply),
    clients: () => store.clients(),
    plan: (planned) => store.plan(planned),
  });
  await withReplies({ host: slowHost, store }, async (running) => {
    for (let at = 0; at < 300; at++) await answer(running, "p1", text(`slow ${at}`));
    const quick = await answer(running, "p2", text("quick"));
    isBegun = true;
    running.replies.bell.ring();
    await untilShaped(running, quick);
    const stopped = running.replies.stop();
    await running.world.clock.advance(5_000);
    await stopped;
  });
});

Deno.test("a hook that is slow for one conversation delays no other", async () => {
  await withReplies({ host: slowHost }, async (running) => {
    const slow = await answer(running, "p1", text("slow 1"));
    await answer(running, "p1", text("slow 2"));
    await untilShaped(running, await answer(running, "p2", text("quick")));
    await untilShaped(running, await answer(running, "p2", text("quick again")));
    assertEquals(await isShaped(running, slow), false);
    await running.world.clock.advance(5_000);
    await untilShaped(running, slow);
    await running.world.clock.advance(5_000);
    await until(() => running.sends === 4);
    assertEquals(textsOf(await sendAll(running)).filter((sent) => sent.startsWith("slow")), [
      "slow 1",
      "slow 2",
    ]);
  });
});

Deno.test("a reply whose planning fails is tried again and never passed over", async () => {
  let failures = 0;
  const store = ({ store }: RoutedWorld): ReplyPorts["store"] => ({
    acceptedReplies: (limit, skip) =>
      ++failures < 3
        ? Promise.reject(new Error("read failed"))
        : store.acceptedReplies(limit, skip),
    readForReply: (reply) => store.readForReply(reply),
    clients: () => store.clients(),
    plan: (planned) =>
      ++failures < 10 ? Promise.reject(new Error("plan failed")) : store.plan(planned),
  });
  await withReplies({ store }, async (running) => {
    await answer(running, "p1", text("one"));
    await answer(running, "p1", text("two"));
    await running.world.clock.advance(120_000);
    await until(() => running.sends === 2);
    assertEquals(textsOf(await sendAll(running)), ["one", "two"]);
  });
});
