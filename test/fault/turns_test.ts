/** Who may use the few answers to one message, played against the whole hub under a fake clock. */
import { assert, assertEquals } from "@std/assert";
import { textContent } from "../../src/core/content.ts";
import { asId, type ConversationId } from "../../src/core/ids.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { type DeliveryWorld, type PlayedAgent, withDelivery } from "../fake/delivery_world.ts";
import { OWNER } from "../fake/fake_upstream.ts";

const AGENTS = ["ann", "bob", "cid"] as const;

/** All agents call, then take what the person says. */
async function ask(
  { agent, say, clock }: DeliveryWorld,
  { names, text }: { readonly names: readonly string[]; readonly text: string },
): Promise<PlayedAgent[]> {
  const agents = names.map(agent);
  for (const one of agents) await one.poll();
  await say(text);
  for (const one of agents) await one.poll();
  await clock.advance(10_000);
  return agents;
}

Deno.test("of three agents asked at once one floods, and each gets an answer out before the turn ends", async () => {
  await withDelivery(async (world) => {
    const [ann, bob, cid] = await ask(world, { names: AGENTS, text: "/broadcast hello" });
    assert(ann !== undefined && bob !== undefined && cid !== undefined);
    const { clock, shown, calls } = world;
    const before = calls();
    for (let at = 1; at <= 12; at++) await ann.reply(`ann ${at} `.padEnd(900, "x"));
    assertEquals(calls() - before, 6, "two are for the others, one for the end, one for the hub");
    await bob.reply("bob's answer");
    await cid.reply("cid's answer");
    assertEquals(shown().slice(-2), ["bob's answer", "cid's answer"]);
    await bob.reply("bob again");
    assertEquals(calls() - before, 8);
    for (const one of [ann, bob, cid]) await one.poll();
    await clock.advance(30_000);
    assertEquals(calls() - before, 9);
    assert(shown().at(-1)?.includes("[bob]\nbob again"), "the newest is kept back");
    assert(shown().at(-1)?.endsWith("more to come: write anything to get it)"));
  }, { agents: [...AGENTS] });
});

Deno.test("an agent that floods lets the first answer of another pass", async () => {
  await withDelivery(async (world) => {
    const [ann, bob] = await ask(world, { names: ["ann", "bob"], text: "/broadcast hello" });
    assert(ann !== undefined && bob !== undefined);
    const before = world.shown().length;
    await Promise.all([
      ...[1, 2, 3].map((at) => ann.reply(`ann ${at} `.padEnd(1_700, "x"))),
      bob.reply("bob's answer"),
    ]);
    await world.clock.advance(20_000);
    assertEquals(world.shown().slice(before).map((text) => text.slice(0, 5)), [
      ...["ann 1", "bob's", "ann 2", "ann 3"],
    ]);
  }, { agents: ["ann", "bob"] });
});

Deno.test("a message for more agents than it gets answers is refused with the sum, and nobody is asked", async () => {
  const names = Array.from({ length: 9 }, (_, at) => `agent${at}`);
  await withDelivery(async (world) => {
    const [first] = await ask(world, { names, text: "/broadcast hello" });
    assert(world.shown().at(-1)?.startsWith("9 agents would need 9 answers at least"));
    assertEquals(await first?.poll(), null);
  }, { agents: ["agent0", ...names.slice(1)] });
});

Deno.test("six short texts given within a second cost two sends, and each of them is told as sent", async () => {
  await withDelivery(async (world) => {
    const [ann] = await ask(world, { names: ["ann"], text: "hello" });
    assert(ann !== undefined);
    const { shown, calls, traces } = world;
    const before = calls();
    const texts = ["one", "two", "three", "four", "five", "six"];
    const answers = await Promise.all(texts.map((text) => ann.reply(text)));
    assertEquals(calls() - before, 2);
    assertEquals(shown().slice(-2), ["one", "two\n\nthree\n\nfour\n\nfive\n\nsix"]);
    assertEquals(answers.map(({ ret }) => Number(ret)), [0, 0, 0, 0, 0, 0]);
    const states = (await traces()).at(-1)?.replies.map(({ state }) => state);
    assertEquals(states, ["sent", "sent", "merged", "merged", "merged", "merged"]);
  });
});

Deno.test("texts that together are too long, and what is more than text, leave one after the other", async () => {
  await withDelivery(async (world) => {
    const [ann] = await ask(world, { names: ["ann"], text: "hello" });
    assert(ann !== undefined);
    const before = world.calls();
    const image = { item_list: [{ type: 2, image_item: { media: {} } }] };
    const given = ["one", "two".padEnd(1_000, "x"), "three".padEnd(1_000, "x"), image, "four"];
    await Promise.all(given.map((one) => ann.reply(one)));
    await world.clock.advance(20_000);
    assertEquals(world.calls() - before, 5);
    assertEquals(world.shown().slice(-5).map((text) => text.slice(0, 5)), [
      ...["one", "twoxx", "three", "", "four"],
    ]);
  });
});

type Plan = (given: string | JsonObject, rank: "reply" | "progress" | "push") => Promise<void>;

/** The person asks and ann takes it; then what ann gives comes to the sender as of a rank. */
async function withRanks(
  act: (world: DeliveryWorld, plan: Plan) => Promise<void>,
  flags: Readonly<Record<string, string>> = {},
): Promise<void> {
  await withDelivery(async (world) => {
    await ask(world, { names: ["ann"], text: "hello" });
    const { hub: { store, stations }, clock } = world;
    const [account] = await store.accounts();
    const [ann] = await store.clients();
    assert(account !== undefined && ann !== undefined);
    let sends = 0;
    await act(world, async (given, rank) => {
      const content = JSON.stringify(typeof given === "string" ? textContent(given) : given);
      const accepted = await store.accept({
        ...{ client: ann.id, sendId: `planned-${++sends}`, digest: "", content },
        ...{ answers: null, to: OWNER, atMs: clock.now() },
      });
      assert(accepted.kind === "accepted");
      const { reply } = accepted;
      await store.plan({ reply, contents: [content], rank, steps: [], atMs: clock.now() });
      stations.upstream.ringSender(account.id);
      await clock.advance(2_000);
    });
  }, { flags });
}

Deno.test("what an agent says of its work leaves in front of its answer, in one send", async () => {
  await withRanks(async ({ clock, shown, calls, agent }, plan) => {
    const before = calls();
    for (const text of ["looking", "reading", "writing"]) await plan(text, "progress");
    assertEquals(calls(), before);
    await plan("the answer", "reply");
    assertEquals([calls() - before, shown().at(-1)], [
      1,
      "looking\nreading\nwriting\n\nthe answer",
    ]);
    await agent("ann").poll();
    await clock.advance(600_000);
    assertEquals(calls() - before, 1);
  });
});

Deno.test("without an answer it leaves as one at the end of the turn", async () => {
  await withRanks(async ({ clock, shown, calls, agent }, plan) => {
    const before = calls();
    for (const text of ["looking", "reading"]) await plan(text, "progress");
    await agent("ann").poll();
    await clock.advance(30_000);
    assertEquals([calls() - before, shown().at(-1)], [1, "looking\nreading"]);
  });
});

Deno.test("notices and progress use half of what is left, and never what the answer needs", async () => {
  const tool = { item_list: [{ type: 11, tool_call_start_item: { tool_name: "grep" } }] };
  for (const [given, rank] of [["notice", "push"], [tool, "progress"]] as const) {
    await withRanks(async ({ clock, shown, calls, agent, traces }, plan) => {
      const before = calls();
      for (let at = 1; at <= 12; at++) await plan(given, rank);
      assertEquals(calls() - before, 5, rank);
      for (let at = 1; at <= 3; at++) await plan(`answer ${at}`, "reply");
      assertEquals(shown().slice(-3), ["answer 1", "answer 2", "answer 3"]);
      await plan("the last", "reply");
      await agent("ann").poll();
      await clock.advance(60_000);
      assertEquals(calls() - before, 9);
      assert(shown().at(-1)?.includes("the last"), `${rank} starved the answer`);
      const replies = (await traces()).flatMap((trace) => trace.replies);
      assertEquals(replies.length, 16);
      assert(replies.every(({ state }) => ["sent", "merged", "deferred"].includes(state)));
    });
  }
});

Deno.test("what waits for an answer that leaves first waits in its own time: a later turn is not over at once", async () => {
  await withRanks(async ({ clock, calls, say, poll }, plan) => {
    await plan("looking", "progress");
    await plan("the answer", "reply");
    await clock.advance(3_600_000);
    await say("and now?");
    await poll();
    const before = calls();
    await plan("looking again", "progress");
    await clock.advance(20_000);
    assertEquals(calls(), before);
    await plan("the other answer", "reply");
    assertEquals(calls() - before, 1);
  });
});

Deno.test("words of the hub's that have to wait for the answer do not keep the answer waiting too", async () => {
  const flags = { "sends-per-inbound": "2", "kept-for-hub": "0" };
  await withRanks(async ({ clock, hub, shown, poll, say }, plan) => {
    await plan("one", "reply");
    const before = shown().length;
    const conversation = asId<ConversationId>(1);
    const told = hub.store.tellUnsent({ conversation, text: "there is more", atMs: clock.now() });
    await Promise.all([told, plan("two", "reply")]);
    await poll();
    await clock.advance(30_000);
    assertEquals(shown().slice(before), ["two"]);
    await say("and?");
    assertEquals(shown().slice(before), ["two", "there is more"]);
  }, flags);
});

Deno.test("an answer that an outage holds up leaves before those given after it, whatever the last turn left", async () => {
  await withDelivery(async (world) => {
    const [ann] = await ask(world, { names: ["ann"], text: "hello" });
    assert(ann !== undefined);
    const { clock, upstream, shown, say } = world;
    for (let at = 1; at <= 12; at++) await ann.reply(`old ${at} `.padEnd(1_700, "x"));
    await say("and now?");
    await ann.poll();
    const before = shown().length;
    upstream.isReachable = false;
    const answer = ann.reply("the answer");
    await clock.advance(180_000);
    upstream.isReachable = true;
    const more = [1, 2, 3].map((at) => ann.reply(`more ${at} `.padEnd(1_700, "x")));
    await clock.advance(120_000);
    await Promise.all([answer, ...more]);
    const seen = shown().slice(before).join().match(/the answer|more \d|old \d+/g);
    assertEquals(seen?.slice(0, 5), ["the answer", "more 1", "more 2", "more 3", "old 9"]);
  });
});
