import { assert, assertEquals } from "@std/assert";
import { createExchange } from "../../../src/downstream/exchange.ts";
import { asId, type DeliverySeq } from "../../../src/core/ids.ts";
import { LIMITS } from "../../../src/core/limits.ts";
import { createDownstreamWorld, elapse } from "../../fake/downstream_world.ts";
import { settle } from "../../fake/fake_clock.ts";

// deno-lint-ignore no-explicit-any
function texts(given: { readonly body: any }): string[] {
  return given.body.msgs.map((message: { item_list: { text_item: { text: string } }[] }) =>
    message.item_list[0]?.text_item.text
  );
}

Deno.test("getupdates tells the store which numbers were fully written", async () => {
  await using world = await createDownstreamWorld();
  await world.say("one");
  const { body } = await world.poll();
  await elapse(world.clock, world.poll(body.get_updates_buf));
  const told = world.store.handOuts.map(({ written, acknowledged }) => ({ written, acknowledged }));
  const seq = asId<DeliverySeq>(1);
  assertEquals(told, [
    { written: [], acknowledged: { kind: "none" } },
    { written: [seq], acknowledged: { kind: "through", seq } },
  ]);
});

Deno.test("getupdates gives one message an answer, or as many as the client's setting says", async () => {
  await using world = await createDownstreamWorld();
  for (const text of ["a", "b", "c"]) await world.say(text);
  assertEquals(texts(await world.poll()), ["a"]);
  await world.store.port.updateClient(world.client.id, { settings: { batch: 2 } });
  assertEquals(texts(await world.poll()), ["a", "b"]);
  await world.store.port.updateClient(world.client.id, { settings: { batch: 10_000 } });
  await world.poll();
  assertEquals(world.store.handOuts.at(-1)?.batch, LIMITS.batchMax);
});

Deno.test("getupdates takes a client that never gives a cursor back by its polls, and says so", async () => {
  await using world = await createDownstreamWorld();
  for (const text of ["a", "b", "c"]) await world.say(text);
  assertEquals(texts(await world.poll()), ["a"]);
  assertEquals(texts(await world.poll()), ["a"]);
  assertEquals(texts(await world.poll()), ["b"]);
  assertEquals(texts(await world.poll()), ["c"]);
  assertEquals((await world.store.clientNow(world.client.id)).settings.acknowledgeBy, "next_poll");
  const told = world.logged.filter(({ event }) => event === "client_acknowledges_by_next_poll");
  assertEquals(told.map(({ fields }) => fields["name"]), ["first"]);
});

Deno.test("getupdates does not take a client by its polls while answers get lost", async () => {
  await using world = await createDownstreamWorld();
  await world.say("a");
  for (let poll = 0; poll < 5; poll++) {
    const exchange = createExchange();
    assertEquals(texts(await world.poll("", { exchange, keepOpen: true })), ["a"]);
    exchange.end("closed");
  }
  assertEquals((await world.store.clientNow(world.client.id)).settings.acknowledgeBy, "cursor");
});

Deno.test("getupdates does not take a crashing client by its polls when it ever gave a cursor back", async () => {
  await using world = await createDownstreamWorld();
  await world.say("a");
  const { body } = await world.poll();
  await world.say("b");
  assertEquals(texts(await world.poll(body.get_updates_buf)), ["b"]);
  for (let crash = 0; crash < 5; crash++) assertEquals(texts(await world.poll()), ["b"]);
  assertEquals((await world.store.clientNow(world.client.id)).settings.acknowledgeBy, "cursor");
});

Deno.test("getupdates knows over a restart of the hub that a client gives cursors back", async () => {
  await using before = await createDownstreamWorld();
  await before.say("a");
  const { body } = await before.poll();
  await before.say("b");
  await before.poll(body.get_updates_buf);
  const after = await createDownstreamWorld({ before });
  for (let crash = 0; crash < 5; crash++) assertEquals(texts(await after.poll()), ["b"]);
  const { settings } = await after.store.clientNow(after.client.id);
  assertEquals(settings.acknowledgeBy, "cursor");
});

Deno.test("getupdates forgets nothing it had to tell when the store fails", async () => {
  await using world = await createDownstreamWorld();
  await world.say("a");
  await world.poll();
  await world.call("/ilink/bot/msg/notifystart");
  const failing = world.poll();
  world.store.failure = new Error("busy");
  await elapse(world.clock, failing);
  world.store.failure = null;
  await world.poll();
  const told = world.store.handOuts.at(-1);
  assertEquals([told?.written.length, told?.hasRestarted], [1, true]);
});

Deno.test("getupdates answers 503 when the store fails while a poll is parked", async () => {
  await using world = await createDownstreamWorld();
  const parked = world.poll();
  await settle();
  world.store.failure = new Error("disk full");
  world.clientBells.ring(world.client.id);
  const { value, tookMs } = await elapse(world.clock, parked);
  assertEquals(value.status, 503);
  assert(tookMs >= 2_000 && tookMs < 3_000);
});

Deno.test("getupdates acknowledges but hands nothing out once the hub is ending", async () => {
  await using world = await createDownstreamWorld();
  await world.say("a");
  const { body } = await world.poll();
  await world.say("b");
  await world.downstream.drain();
  const { value } = await elapse(world.clock, world.poll(body.get_updates_buf));
  assertEquals([texts(value), await world.store.waiting(world.client.id)], [[], 1]);
});

Deno.test("getupdates leaves no timer or listener behind, however a poll ends", async () => {
  await using world = await createDownstreamWorld({ limits: { seenFlushMs: 0 } });
  const left = createExchange();
  const leaving = world.poll("", { exchange: left, keepOpen: true });
  await settle();
  left.end("closed");
  await leaving;
  await elapse(world.clock, world.poll());
  const woken = world.poll();
  await settle();
  await world.say("a");
  await woken;
  await world.clock.advance(0);
  assertEquals(world.clock.pending, 0);
});
