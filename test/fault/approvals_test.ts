/** Agents that wait for a yes, played against the whole hub: it reaches who asked, and nobody else. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type DeliveryWorld, type PlayedAgent, withDelivery } from "../fake/delivery_world.ts";

const AGENTS = { agents: ["ann", "bob"] } as const;
const ASKS = { expects_answer: true };

/** Both agents have a message of the person, and `bound` gets what comes. */
async function meet({ say, agent }: DeliveryWorld, bound = "ann") {
  const [ann, bob] = [agent("ann"), agent("bob")];
  for (const one of [ann, bob]) await one.set({ extensions: "on" });
  await say("@ann hello");
  await say("@bob hello");
  await ann.poll();
  await bob.poll();
  await say(`/use ${bound}`);
  return { ann, bob };
}

function ask(agent: PlayedAgent, text: string, extension: Record<string, boolean | number> = ASKS) {
  return agent.reply({
    item_list: [{ type: 1, text_item: { text } }],
    ilink_hub_ext: extension,
  });
}

Deno.test("a yes goes to the agent that asked although another one is chosen, once", async () => {
  await withDelivery(async (world) => {
    const { ann, bob } = await meet(world);
    await ask(bob, "delete build/?");
    await world.clock.advance(5_000);
    await world.say("同意");
    assertEquals(await bob.poll(), "同意");
    await world.say("thanks");
    assertEquals([await ann.poll(), await bob.poll()], ["thanks", null]);
    const decision = JSON.stringify((await world.traces()).at(-2)?.trace?.decision);
    assertMatch(decision, /it answers what bob asked/);
  }, AGENTS);
});

Deno.test("a yes while two agents wait reaches neither before a name is said, then the one that is named", async () => {
  await withDelivery(async (world) => {
    const { ann, bob } = await meet(world);
    await ask(ann, "delete build/?");
    await ask(bob, "push to main?");
    await world.clock.advance(5_000);
    await world.say("同意");
    await world.clock.advance(5_000);
    assertEquals(world.shown().at(-1), "Who is this answer for? Reply with a name: ann, bob");
    assertEquals([await ann.poll(), await bob.poll()], [null, null]);
    await world.say("bob");
    assertEquals([await ann.poll(), await bob.poll()], [null, "同意"]);
  }, AGENTS);
});

Deno.test("a question leaves although the sends run out, since its agent waits for the answer", async () => {
  await withDelivery(async (world) => {
    const ann = world.agent("ann");
    await ann.set({ extensions: "on" });
    await world.say("hello");
    await ann.poll();
    for (let at = 1; at <= 10; at++) await ann.reply(`step ${at}`);
    await ask(ann, "delete build/?");
    await world.clock.advance(6_000);
    assertMatch(world.shown().at(-1) ?? "", /delete build/);
    await world.say("yes");
    assertEquals(await ann.poll(), "yes");
  }, { flags: { "spacing-seconds": "0" } });
});

Deno.test("a broadcast of yes approves nothing", async () => {
  await withDelivery(async (world) => {
    const { ann, bob } = await meet(world);
    await ask(bob, "push to main?");
    await world.clock.advance(5_000);
    await world.say("/broadcast yes");
    await world.clock.advance(5_000);
    assertMatch(world.shown().at(-1) ?? "", /^Not sent: bob asked you something/);
    assertEquals([await ann.poll(), await bob.poll()], [null, null]);
    await world.say("yes");
    assertEquals([await ann.poll(), await bob.poll()], [null, "yes"]);
  }, AGENTS);
});

Deno.test("a question is open as long as its agent says, or as the settings say", async () => {
  const given = [[{ ...ASKS, answer_within_seconds: 60 }, 60_000], [ASKS, 180_000]] as const;
  for (const [extension, openMs] of given) {
    for (const [waitMs, answered] of [[openMs - 20_000, "bob"], [openMs + 1_000, "ann"]] as const) {
      await withDelivery(async (world) => {
        await meet(world);
        await ask(world.agent("bob"), "push to main?", extension);
        await world.clock.advance(waitMs);
        await world.say("yes");
        assertEquals(await world.agent(answered).poll(), "yes");
      }, { ...AGENTS, flags: { "answer-minutes": "3" } });
    }
  }
});

Deno.test("a question that has not left yet asks nobody, and is open once it reaches the person", async () => {
  await withDelivery(async (world) => {
    const { ann, bob } = await meet(world);
    await world.clock.advance(25 * 3_600_000);
    await ask(bob, "push to main?");
    await world.clock.advance(3_600_000);
    await world.say("good morning");
    assertEquals(await ann.poll(), "good morning");
    await ann.poll();
    await world.clock.advance(180_000);
    assert(world.shown().some((text) => text.includes("push to main?")), "it waits on");
    await world.say("yes");
    assertEquals(await bob.poll(), "yes");
  }, AGENTS);
});
