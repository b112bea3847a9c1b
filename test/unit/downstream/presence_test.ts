import { assertEquals } from "@std/assert";
import { createExchange } from "../../../src/downstream/exchange.ts";
import { asId, type ClientId } from "../../../src/core/ids.ts";
import { settle } from "../../fake/fake_clock.ts";
import { createDownstreamWorld } from "../../fake/downstream_world.ts";

const MINUTE = 60_000;

Deno.test("a client is new, then polling while a poll is open and shortly after, then away", async () => {
  await using world = await createDownstreamWorld();
  const { downstream, client, clock, poll } = world;
  const state = () => downstream.states.stateOf(client.id);
  assertEquals([state(), downstream.states.lastCallAtMs(client.id)], ["new", null]);
  const calledMs = clock.now();
  const open = poll();
  await settle();
  assertEquals(state(), "polling");
  await clock.advance(10_000);
  await open;
  assertEquals([state(), downstream.states.lastCallAtMs(client.id)], ["polling", calledMs]);
  await clock.advance(3 * MINUTE);
  assertEquals(state(), "away");
});

Deno.test("a client that took a message is busy until it polls again, for half an hour at most", async () => {
  await using world = await createDownstreamWorld();
  const { downstream, client, clock, say, poll } = world;
  const state = () => downstream.states.stateOf(client.id);
  await say("work");
  const { body } = await poll();
  assertEquals(state(), "busy");
  await clock.advance(20 * MINUTE);
  await world.send("working on it", { to_user_id: "stranger" });
  assertEquals(state(), "busy");
  const open = poll(body.get_updates_buf);
  await settle();
  assertEquals(state(), "polling");
  await say("more");
  await open;
  await clock.advance(30 * MINUTE);
  assertEquals(state(), "away");
});

Deno.test("a client that says it stops is away at once, until it calls again", async () => {
  await using world = await createDownstreamWorld();
  const state = () => world.downstream.states.stateOf(world.client.id);
  await world.say("work");
  const { body } = await world.poll();
  assertEquals(state(), "busy");
  assertEquals((await world.call("/ilink/bot/msg/notifystop")).body, { ret: 0 });
  assertEquals(state(), "away");
  const open = world.poll(body.get_updates_buf);
  await settle();
  assertEquals(state(), "polling");
  await world.say("more");
  await open;
});

Deno.test("a message that was not fully written keeps nobody busy", async () => {
  await using world = await createDownstreamWorld();
  await world.say("work");
  const exchange = createExchange();
  await world.poll("", { exchange, keepOpen: true });
  exchange.end("closed");
  assertEquals(world.downstream.states.stateOf(world.client.id), "polling");
});

Deno.test("a client that called before the hub started is not new", async () => {
  await using before = await createDownstreamWorld();
  const seenMs = before.clock.now();
  const known = [
    { id: asId<ClientId>(8), lastSeenAtMs: seenMs - MINUTE },
    { id: asId<ClientId>(9), lastSeenAtMs: seenMs - 60 * MINUTE },
    { id: asId<ClientId>(10), lastSeenAtMs: null },
  ];
  const { states } = (await createDownstreamWorld({ known, before })).downstream;
  assertEquals(known.map(({ id }) => states.stateOf(id)), ["polling", "away", "new"]);
  assertEquals(states.lastCallAtMs(asId<ClientId>(8)), null);
});

Deno.test("a client is not there for ever because the clock was set back before the hub started", async () => {
  await using before = await createDownstreamWorld();
  const known = [{ id: asId<ClientId>(8), lastSeenAtMs: before.clock.now() + 24 * 60 * MINUTE }];
  const { states } = (await createDownstreamWorld({ known, before })).downstream;
  assertEquals(states.stateOf(asId<ClientId>(8)), "polling");
  await before.clock.advance(3 * MINUTE);
  assertEquals(states.stateOf(asId<ClientId>(8)), "away");
});

Deno.test("last calls are written down once a minute, newest only, and at the end", async () => {
  await using world = await createDownstreamWorld();
  const { clock, store, client } = world;
  const notify = () => world.call("/ilink/bot/msg/notifystart");
  for (let second = 0; second < 5; second++) {
    await notify();
    await clock.advance(1_000);
  }
  const newestMs = clock.now() - 1_000;
  assertEquals(store.seen, []);
  await clock.advance(MINUTE);
  assertEquals(store.seen, [{ client: client.id, atMs: newestMs }]);
  await notify();
  const lastMs = clock.now();
  await world.downstream.drain();
  assertEquals(store.seen.slice(1), [{ client: client.id, atMs: lastMs }]);
  assertEquals(clock.pending, 0);
});

Deno.test("last calls that could not be written harm nobody", async () => {
  await using world = await createDownstreamWorld();
  await world.call("/ilink/bot/msg/notifystart");
  world.store.failure = new Error("disk full");
  await world.clock.advance(MINUTE);
  world.store.failure = null;
  assertEquals((await world.call("/ilink/bot/msg/notifystart")).status, 200);
  await world.clock.advance(MINUTE);
  assertEquals(world.store.seen.length, 1);
});

Deno.test("a removed client's polls end empty and nothing of it is kept", async () => {
  await using world = await createDownstreamWorld();
  const open = world.poll();
  await world.clock.advance(5_000);
  await world.store.removeClient(world.client.id);
  world.downstream.clientRemoved(world.client.id);
  await world.clock.advance(0);
  assertEquals((await open).body.msgs, []);
  assertEquals(world.downstream.states.stateOf(world.client.id), "new");
  await world.downstream.drain();
  assertEquals(world.store.seen, []);
});
