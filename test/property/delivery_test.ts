import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type DeliveryWorld, withDelivery } from "../fake/delivery_world.ts";

type Happening =
  | { readonly kind: "say" | "poll" }
  | { readonly kind: "reply"; readonly length: number }
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "throttle"; readonly times: number };

const WINDOW_MS = 1_200_000;

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("say" as const, "poll" as const) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("reply" as const),
      length: fc.constantFrom(10, 700, 1_700),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      ms: fc.constantFrom(1_000, 20_000, 200_000, WINDOW_MS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("throttle" as const),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

/** Plays it, then lets the person write until nothing waits any more; gives how many replies were accepted. */
async function play(world: DeliveryWorld, happenings: readonly Happening[]): Promise<number> {
  const { clock, upstream, say, poll, reply } = world;
  let replies = 0;
  await say("hello");
  await poll();
  for (const given of happenings) {
    switch (given.kind) {
      case "say":
        await say("go on");
        break;
      case "poll":
        await poll();
        break;
      case "pass":
        await clock.advance(given.ms);
        break;
      case "throttle":
        upstream.simulator.addFault({
          endpoint: "sendmessage",
          act: { kind: "ret", processed: false, ret: -2, errmsg: "rate limited" },
          times: given.times,
        });
        break;
      case "reply":
        replies += 1;
        assertEquals(await reply(`<${replies}>`.padEnd(given.length, "x")), 0);
    }
  }
  upstream.simulator.clearFaults();
  for (let round = 0; round < 12; round++) {
    await clock.advance(60_000);
    await say("still there");
    await poll();
    await clock.advance(140_000);
  }
  return replies;
}

Deno.test("whatever happens, no budget is overspent, each reply has one end, and each text leaves once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 40, size: "max" }), async (happenings) => {
      await withDelivery(async (world) => {
        let overspent = 0;
        const { simulator } = world.upstream;
        simulator.watch((event) => {
          if (event.kind !== "request" || event.endpoint !== "sendmessage") return;
          const request = simulator.requests().find(({ order }) => order === event.order);
          if (request?.fault === "" && request.answer.includes('"ret":-2')) overspent += 1;
        });
        const count = await play(world, happenings);
        assertEquals(overspent, 0);
        const replies = (await world.traces()).flatMap((trace) => trace.replies);
        assertEquals(replies.length, count);
        for (const { state, text } of replies) {
          assert(["sent", "merged"].includes(state), `${text.slice(0, 8)} is ${state}`);
        }
        const left = simulator.sent().map(({ text }) =>
          [...text.matchAll(/<(\d+)>/g)].map(([, number]) => Number(number))
        );
        const all = left.flat();
        assertEquals(
          all.toSorted((a, b) => a - b),
          Array.from({ length: count }, (_, at) => at + 1),
        );
        for (const one of left) assertEquals(one, one.toSorted((a, b) => a - b));
      }, { windowMs: WINDOW_MS, flags: { "window-hours": String(WINDOW_MS / 3_600_000) } });
    }),
    { numRuns: 50 },
  );
});
