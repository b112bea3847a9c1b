import { assert, assertEquals } from "@std/assert";
import { createExchange } from "../../../src/downstream/exchange.ts";
import { ALICE, elapse, introducedWorld } from "../../fake/downstream_world.ts";
import { settle } from "../../fake/fake_clock.ts";

Deno.test("sendmessage wakes the router once for each new reply", async () => {
  await using world = await introducedWorld();
  await elapse(world.clock, world.send("one", { client_id: "1" }));
  await elapse(world.clock, world.send("one", { client_id: "1" }));
  await elapse(world.clock, world.send("two", { client_id: "1" }));
  await elapse(world.clock, world.send("three"));
  await elapse(world.clock, world.send("three"));
  assertEquals(world.accepted(), 4);
});

Deno.test("sendmessage keys a repeat by content without its context token", async () => {
  await using world = await introducedWorld();
  const first = world.send("one", { client_id: "1", context_token: "old" });
  await elapse(world.clock, first);
  await elapse(world.clock, world.send("one", { client_id: "1", context_token: "new" }));
  assertEquals(world.accepted(), 1);
});

Deno.test("sendmessage lets a bounded number of a client's sends wait and answers the others at once", async () => {
  await using world = await introducedWorld({ limits: { sendsInFlightPerClient: 2 } });
  const waiting = [world.send("1"), world.send("2")];
  await settle();
  const third = await elapse(world.clock, world.send("3"));
  assertEquals([third.value.body.ret, third.tookMs], [0, 0]);
  const { value } = await elapse(world.clock, Promise.all(waiting));
  assertEquals(value.map(({ body }) => body.ret), [0, 0]);
  assertEquals(world.accepted(), 3);
});

Deno.test("sendmessage answers what waits when the hub ends", async () => {
  await using world = await introducedWorld();
  const waiting = world.send("1");
  await settle();
  await world.downstream.drain();
  const { value, tookMs } = await elapse(world.clock, waiting);
  assertEquals([value.body.ret, tookMs], [0, 0]);
  assertEquals((await elapse(world.clock, world.send("2"))).tookMs, 0);
});

Deno.test("sendmessage stops waiting for a client that left", async () => {
  await using world = await introducedWorld();
  const exchange = createExchange();
  const msg = { to_user_id: ALICE };
  const call = world.call("/ilink/bot/sendmessage", { msg }, { exchange, keepOpen: true });
  await settle();
  exchange.end("closed");
  assertEquals((await elapse(world.clock, call)).tookMs, 0);
  assertEquals(world.accepted(), 1);
});

Deno.test("sendmessage says -1 when the reply could not be stored, and 0 when only its outcome cannot be read", async () => {
  await using world = await introducedWorld();
  const stored = world.send("1");
  await settle();
  world.store.failure = new Error("disk full at /secret");
  const { value } = await elapse(world.clock, stored);
  assertEquals(value.body.ret, 0);
  world.store.failure = null;
  world.store.port.accept = () => Promise.reject(new Error("disk full at /secret"));
  const refused = await world.send("2");
  assertEquals([refused.status, refused.body.ret], [200, -1]);
  assert(!refused.text.includes("secret"));
});

Deno.test("sendmessage never passes on digits that a strict parser cannot read", async () => {
  await using world = await introducedWorld();
  for (const wireId of ["007", "18446744073709551615", "12a"]) {
    const sending = world.send(wireId);
    await settle();
    await world.endReply({ kind: "sent", wireId });
    const { body } = await sending;
    assert(Number.isSafeInteger(body.message_id));
  }
});
