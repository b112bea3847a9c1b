/** What a person sees of agents that are busy, away or told to stop, played against the whole hub under a fake clock. */
import { assert, assertEquals } from "@std/assert";
import { asId, type ClientId } from "../../src/core/ids.ts";
import { type DeliveryWorld, withDelivery } from "../fake/delivery_world.ts";

const SPEAKS = { "away-words": "true", "busy-words-seconds": "20" };
const ANN = asId<ClientId>(1);
const MINUTE_MS = 60_000;

/** What WeChat was told of the bubble, each with the seconds since `fromMs`. */
function bubble({ upstream, clock }: DeliveryWorld, fromMs = 0): string[] {
  return upstream.simulator.chat().typings
    .filter(({ atMs }) => atMs >= fromMs && atMs <= clock.now())
    .map(({ atMs, isOn }) => `${isOn ? "on" : "off"} ${Math.round((atMs - fromMs) / 1_000)}`);
}

function stateOf({ hub }: DeliveryWorld): string {
  return hub.stations.downstream.states.stateOf(ANN);
}

Deno.test("an agent that works for 10 minutes is busy, what comes meanwhile is queued, and 停止 is acknowledged at once", async () => {
  await withDelivery(async (world) => {
    const { clock, say, poll, shown, reply, calls } = world;
    await poll();
    await say("write a novel");
    assertEquals(await poll(), "write a novel");
    await clock.advance(10 * MINUTE_MS);
    assertEquals(stateOf(world), "busy");
    assertEquals(shown(), []);
    const fromMs = clock.now();
    await say("停止");
    assertEquals(shown(), [
      "ann is busy; it gets this when the current step is done",
    ]);
    await clock.advance(MINUTE_MS);
    assertEquals(calls(), 1);
    assert(bubble(world, fromMs).every((told) => told.startsWith("on")), "the bubble has gone");
    await reply("a novel");
    assertEquals(await poll(), "停止");
    assertEquals(await poll(), null);
    assertEquals(shown().length, 2);
    assertEquals(bubble(world).at(-1)?.startsWith("off"), true);
  }, { flags: SPEAKS });
});

Deno.test("an agent that comes back to messages which waited for long is not called busy at once", async () => {
  await withDelivery(async ({ clock, say, poll, shown }) => {
    await poll();
    await clock.advance(10 * MINUTE_MS);
    await say("one");
    await say("two");
    await clock.advance(10 * MINUTE_MS);
    const before = shown().length;
    assertEquals(await poll(), "one");
    await clock.advance(15_000);
    assertEquals(shown().length, before);
    await clock.advance(10_000);
    assertEquals(shown().length, before + 1);
  }, { flags: SPEAKS });
});

Deno.test("after 20 s one line says that a message waits for a busy agent, once for each stretch of work", async () => {
  await withDelivery(async ({ clock, say, poll, shown, traces }) => {
    await poll();
    await say("one");
    await poll();
    await say("two");
    await clock.advance(15_000);
    assertEquals(shown(), []);
    await say("three");
    await clock.advance(5 * MINUTE_MS);
    const line =
      'ann is busy; your message is queued and gets its turn. Write "stop" to ask it to stop';
    assertEquals(shown(), [line]);
    assertEquals(await poll(), "two");
    await clock.advance(5 * MINUTE_MS);
    assertEquals(shown(), [line], "what was queued then was told");
    assertEquals(await poll(), "three");
    await say("four");
    await clock.advance(MINUTE_MS);
    assertEquals(shown(), [line, line]);
    const messages = await traces();
    assertEquals(messages.map(({ hubSends }) => hubSends.length), [0, 0, 1, 1]);
  }, { flags: SPEAKS });
});

Deno.test("nothing is said of messages that wait when the owner says never, or an agent takes them in time", async () => {
  const play = async ({ clock, say, poll, calls }: DeliveryWorld) => {
    await poll();
    await say("one");
    await poll();
    await say("two");
    await clock.advance(15_000);
    await poll();
    await poll();
    await clock.advance(5 * MINUTE_MS);
    assertEquals(calls(), 0);
  };
  await withDelivery(play, { flags: SPEAKS });
  await withDelivery(async ({ clock, say, poll, calls }) => {
    await poll();
    await say("one");
    await poll();
    await say("two");
    await clock.advance(5 * MINUTE_MS);
    assertEquals(calls(), 0);
  }, { flags: { ...SPEAKS, "busy-words-seconds": "0" } });
});

Deno.test("the last sends are not spent on saying that a message waits", async () => {
  await withDelivery(async ({ clock, say, poll, reply, calls, shown }) => {
    await poll();
    await say("one");
    await poll();
    await say("two");
    for (let at = 1; at <= 8; at++) await reply(`part ${at}`);
    await clock.advance(MINUTE_MS);
    assertEquals(calls(), 8);
    assert(shown().every((text) => text.startsWith("part ")));
  }, { flags: SPEAKS });
});

Deno.test("an absence is told once, with who is there, and /use passes on what waits", async () => {
  await withDelivery(async ({ clock, hub, agent, say, shown, calls }) => {
    const ann = agent("ann");
    const ben = agent("ben");
    const [account] = await hub.store.accounts();
    assert(account !== undefined);
    await hub.store.updateAccount(account.id, { defaultClient: ANN });
    await ann.poll();
    await clock.advance(12 * MINUTE_MS);
    await ben.poll();
    await say("hello");
    await say("anybody?");
    assertEquals(shown(), [
      "ann has been away for 12 min; your message is kept. Reply /use ben to pass it on",
    ]);
    await say("/use ben");
    assertEquals([await ben.poll(), await ben.poll()], ["hello", "anybody?"]);
    assertEquals(await ann.poll(), null);
    assertEquals(calls(), 2);
  }, { flags: SPEAKS, agents: ["ann", "ben"] });
});

Deno.test("what an agent had taken when it died stays with it, since it may have worked on it", async () => {
  await withDelivery(async ({ clock, agent, say }) => {
    const ann = agent("ann");
    const ben = agent("ben");
    await say("@ann one");
    assertEquals(await ann.poll(), "one");
    await say("@ann two");
    await clock.advance(40 * MINUTE_MS);
    await say("/use ben");
    assertEquals([await ben.poll(), await ben.poll()], ["two", null]);
    assertEquals(await ann.poll(), null);
  }, { flags: SPEAKS, agents: ["ann", "ben"] });
});

Deno.test("the bubble shows from a second after the message, every 4 s, until the agent comes back", async () => {
  await withDelivery(async (world) => {
    const { clock, upstream, say, poll, reply } = world;
    await poll();
    const fromMs = clock.now();
    await say("hello");
    await poll();
    await clock.advance(9_000);
    assertEquals(bubble(world, fromMs), ["on 1", "on 5", "on 9"]);
    assert(upstream.simulator.chat().isTyping);
    await reply("done");
    await poll();
    assertEquals(bubble(world, fromMs).at(-1)?.startsWith("off"), true);
    assert(!upstream.simulator.chat().isTyping);
    const told = bubble(world).length;
    await clock.advance(10 * MINUTE_MS);
    assertEquals(bubble(world).length, told);
  });
});

Deno.test("the bubble ends when the agent says that it stops, when it is removed, and after half an hour", async () => {
  for (const end of ["notifystop", "removed", "silence"] as const) {
    await withDelivery(async (world) => {
      const { clock, hub, agent, say, poll } = world;
      await say("hello");
      await poll();
      await clock.advance(MINUTE_MS);
      assertEquals(bubble(world).at(-1)?.startsWith("on"), true, end);
      if (end === "notifystop") await agent("ann").call("msg/notifystop", {});
      if (end === "removed") {
        await hub.store.removeClient(ANN, clock.now());
        hub.stations.downstream.clientRemoved(ANN);
      }
      await clock.advance(end === "silence" ? 30 * MINUTE_MS : 5_000);
      assertEquals(bubble(world).at(-1)?.startsWith("off"), true, end);
    });
  }
});

Deno.test("an agent's own bubble goes on working, and its off ends the hub's", async () => {
  await withDelivery(async (world) => {
    const { clock, agent, upstream, say, poll } = world;
    const ann = agent("ann");
    await poll();
    await say("hello");
    await poll();
    const user = upstream.simulator.chat().person;
    const config = await ann.call("getconfig", { ilink_user_id: user });
    const typing = (status: number) =>
      ann.call("sendtyping", {
        ilink_user_id: user,
        typing_ticket: config["typing_ticket"] ?? "",
        status,
      });
    await typing(1);
    await clock.advance(6_000);
    assert(upstream.simulator.chat().isTyping);
    await typing(2);
    assert(!upstream.simulator.chat().isTyping);
    await clock.advance(MINUTE_MS);
    assert(bubble(world).at(-1)?.startsWith("off"));
  });
});

Deno.test("the owner may leave the bubble to the agents", async () => {
  await withDelivery(async (world) => {
    await world.say("hello");
    await world.poll();
    await world.clock.advance(MINUTE_MS);
    assertEquals(bubble(world), []);
  }, { flags: { typing: "client" } });
});

Deno.test("an agent that died in silence is told as away once that is known, and not again with the next message", async () => {
  await withDelivery(async (world) => {
    const { clock, say, poll, shown } = world;
    await poll();
    await clock.advance(MINUTE_MS);
    await say("are you there?");
    await clock.advance(MINUTE_MS);
    assertEquals(shown(), []);
    await clock.advance(2 * MINUTE_MS);
    assertEquals(shown(), ["ann has been away for 3 min; your message is kept"]);
    assertEquals(bubble(world).at(-1)?.startsWith("off"), true);
    await say("hello?");
    await clock.advance(10 * MINUTE_MS);
    assertEquals(shown().length, 1);
    await poll();
    assertEquals(await poll(), "hello?");
  }, { flags: SPEAKS });
});

Deno.test("while WeChat says that it was too much, nothing is said of what waits and no bubble is asked for", async () => {
  await withDelivery(async (world) => {
    const { clock, upstream, say, poll, reply, traces } = world;
    await poll();
    await say("one");
    await poll();
    upstream.simulator.addFault({
      endpoint: "sendmessage",
      act: { kind: "ret", processed: false, ret: -2, errmsg: "prepare failed" },
      forMs: 30 * MINUTE_MS,
    });
    await reply("too much");
    const fromMs = clock.now();
    await say("two");
    await clock.advance(50_000);
    assertEquals(bubble(world, fromMs), []);
    await clock.advance(10 * MINUTE_MS);
    assertEquals((await traces()).flatMap(({ hubSends }) => hubSends), []);
  }, { flags: SPEAKS });
});
