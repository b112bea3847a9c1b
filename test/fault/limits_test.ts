/** WeChat's limits as users have met them, and the hub with its own settings as they are. */
import { assertEquals } from "@std/assert";
import { BURSTS } from "../../src/simulator/settings.ts";
import { type DeliveryWorld, withDelivery } from "../fake/delivery_world.ts";

const AGENTS = { agents: ["ann", "bob"] } as const;

/** What WeChat answered to sends, other than that it took them. */
function refusals({ upstream }: DeliveryWorld): string[] {
  return upstream.simulator.requests()
    .filter(({ endpoint, answer }) => endpoint === "sendmessage" && /"ret":-/.test(answer))
    .map(({ answer }) => answer);
}

async function flood({ say, agent, clock }: DeliveryWorld): Promise<void> {
  await say("@ann hello");
  await say("@bob hello");
  for (const name of ["ann", "bob"]) await agent(name).poll();
  for (let at = 0; at < 4; at++) {
    for (const name of ["ann", "bob"]) await agent(name).reply(`${name} ${at}`);
  }
  await clock.advance(600_000);
}

Deno.test("two agents that flood a person trip no throttle of the third send within a second", async () => {
  await withDelivery(async (world) => {
    await flood(world);
    assertEquals(refusals(world), []);
    const all = world.shown().join("\n");
    for (const name of ["ann", "bob"]) {
      for (let at = 0; at < 4; at++) assertEquals(all.split(`${name} ${at}`).length, 2);
    }
  }, { ...AGENTS, ...BURSTS.second });
});

Deno.test("behind a throttle that each attempt prolongs everything arrives once, at the latest with the person's next message", async () => {
  await withDelivery(async (world) => {
    await flood(world);
    await world.clock.advance(3_600_000);
    await world.say("/list");
    await world.clock.advance(600_000);
    const all = world.shown().join("\n");
    for (const name of ["ann", "bob"]) {
      for (let at = 0; at < 4; at++) assertEquals(all.split(`${name} ${at}`).length, 2);
    }
    assertEquals(refusals(world).length <= 4, true, `${refusals(world).length} attempts`);
  }, { ...AGENTS, ...BURSTS.five_minutes });
});

Deno.test("a window that shuts early, or a token that goes stale, keeps the answer for the person's next message", async () => {
  for (
    const limits of [
      { windowMs: 40 * 60_000, windowAnswer: "prepare_failed" },
      { contextTokenMs: 40 * 60_000, contextTokenAnswer: "unknown_error" },
      { contextTokenMs: 40 * 60_000, contextTokenAnswer: "empty" },
    ] as const
  ) {
    await withDelivery(async (world) => {
      const { clock, say, agent, shown } = world;
      const ann = agent("ann");
      await say("take your time");
      await ann.poll();
      await ann.reply("I will");
      await clock.advance(3 * 3_600_000);
      assertEquals((await ann.reply("done"))["ret"], 0);
      await ann.poll();
      await clock.advance(300_000);
      assertEquals(shown(), ["I will"], JSON.stringify(limits));
      const attempts = refusals(world).length;
      assertEquals(attempts >= 1 && attempts <= 4, true, `${attempts} attempts`);
      await say("/list");
      await clock.advance(300_000);
      assertEquals(shown().filter((text) => text === "done").length, 1, JSON.stringify(limits));
    }, { agents: ["ann"], ...limits });
  }
});

Deno.test("once WeChat hides what it takes, sending stops after a few, and nothing is sent twice", async () => {
  await withDelivery(async ({ clock, upstream, say, agent, traces }) => {
    const ann = agent("ann");
    await say("hello");
    await ann.poll();
    await ann.reply("seen");
    upstream.simulator.change({ hidesSends: true });
    for (let at = 1; at <= 5; at++) await ann.reply(`hidden ${at}`);
    await clock.advance(600_000);
    const texts = upstream.simulator.sent().map(({ text, outcome }) => `${text} ${outcome}`);
    assertEquals(texts, ["seen shown", "hidden 1 lost", "hidden 2 lost", "hidden 3 lost"]);
    const states = (await traces())[0]?.replies.map(({ state }) => state);
    assertEquals(states?.slice(0, 4), ["sent", "suspect", "suspect", "suspect"]);
  }, { agents: ["ann"] });
});
