import { assertEquals } from "@std/assert";
import { createExchange } from "../../../src/downstream/exchange.ts";
import { createRefusals } from "../../../src/downstream/refusals.ts";
import { elapse } from "../../fake/downstream_world.ts";
import { createFakeClock, settle } from "../../fake/fake_clock.ts";

const REFUSAL = { status: 401, text: "unknown token" } as const;

Deno.test("refuse delays a bounded number of refusals and answers the others at once", async () => {
  const clock = createFakeClock();
  const { refuse } = createRefusals({ clock, delayMs: 2_000, waitingMax: 2 });
  const delayed = [1, 2].map(() => refuse(createExchange(), REFUSAL));
  const third = await elapse(clock, refuse(createExchange(), REFUSAL));
  assertEquals([third.tookMs, third.value.status], [0, 401]);
  await elapse(clock, Promise.all(delayed));
  assertEquals((await elapse(clock, refuse(createExchange(), REFUSAL))).tookMs, 2_000);
});

Deno.test("refuse does not wait for a client that left", async () => {
  const clock = createFakeClock();
  const { refuse } = createRefusals({ clock, delayMs: 2_000, waitingMax: 2 });
  const exchange = createExchange();
  const refused = refuse(exchange, REFUSAL);
  await settle();
  exchange.end("closed");
  await refused;
  assertEquals(clock.pending, 0);
});
