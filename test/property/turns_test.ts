/** Several agents share the few answers to one message: none is left out, and whatever waits leaves in the end. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type DeliveryWorld, withDelivery } from "../fake/delivery_world.ts";
import { runsOf } from "../fake/runs.ts";

interface Given {
  /** Which agent. */
  readonly by: number;
  readonly length: number;
  /** Before the next, milliseconds. */
  readonly pauseMs: number;
}

const NAMES = ["ann", "bob", "cid", "dan", "eve"] as const;

function givenOf(agents: number): fc.Arbitrary<readonly Given[]> {
  const one = fc.record({
    // One of them floods.
    by: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.nat({ max: agents - 1 }) },
    ),
    length: fc.constantFrom(10, 900, 1_700),
    pauseMs: fc.constantFrom(0, 300, 2_000),
  });
  return fc.array(one, { maxLength: 30, size: "max" });
}

/** All agents take one message and answer as given, side by side; gives what each answered, oldest first. */
async function play(
  { agent, say, clock }: DeliveryWorld,
  { names, given }: { readonly names: readonly string[]; readonly given: readonly Given[] },
): Promise<readonly string[]> {
  for (const name of names) await agent(name).poll();
  await say("/broadcast hello");
  for (const name of names) await agent(name).poll();
  await clock.advance(5_000);
  const answers: Promise<unknown>[] = [];
  const marks: string[] = [];
  for (const { by, length, pauseMs } of given) {
    const name = names[by] ?? "";
    const mark = `<${name} ${marks.length}>`;
    marks.push(mark);
    answers.push(agent(name).reply(mark.padEnd(length, "x")));
    await clock.advance(pauseMs);
  }
  await clock.advance(40_000);
  for (const answer of answers) await answer;
  return marks;
}

function marksIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.match(/<\w+ \d+>/g) ?? []);
}

Deno.test("whoever answers a broadcast is heard before the turn ends, and each one's texts keep their order", async () => {
  await fc.assert(
    fc.asyncProperty(givenOf(5), async (given) => {
      await withDelivery(async (world) => {
        const marks = await play(world, { names: NAMES, given });
        const seen = marksIn(world.shown());
        for (const name of NAMES) {
          const isOf = (mark: string) => mark.startsWith(`<${name} `);
          const [own, shown] = [marks.filter(isOf), seen.filter(isOf)];
          assert(own.length === 0 || shown.length > 0, `${name} was not heard: ${seen}`);
          assertEquals(shown, own.slice(0, shown.length));
        }
        assert(world.shown().length <= 9);
      }, { agents: NAMES });
    }),
    runsOf(40),
  );
});

Deno.test("with more agents than answers nothing waits for ever, and each text leaves once", async () => {
  await fc.assert(
    fc.asyncProperty(givenOf(3), fc.integer({ min: 2, max: 4 }), async (given, sends) => {
      const names = NAMES.slice(0, 3);
      await withDelivery(async (world) => {
        const { clock, agent, say, shown, traces } = world;
        // What is asked one after the other is no broadcast, but all of it is answered in one turn.
        for (const name of names) await agent(name).poll();
        for (const name of names) {
          await say(`@${name} hello`);
          await agent(name).poll();
        }
        const marks: string[] = [];
        const answers: Promise<unknown>[] = [];
        for (const { by, length, pauseMs } of given) {
          const mark = `<${names[by]} ${marks.length}>`;
          marks.push(mark);
          answers.push(agent(names[by] ?? "").reply(mark.padEnd(length, "x")));
          await clock.advance(pauseMs);
        }
        await clock.advance(40_000);
        for (const answer of answers) await answer;
        const isAllShown = () => marksIn(shown()).length >= marks.length;
        for (let round = 0; round < 40 && !isAllShown(); round++) {
          await say("/list");
          await clock.advance(200_000);
        }
        // What left once stays away when there is room again.
        await say("/list");
        await clock.advance(200_000);
        assertEquals(marksIn(shown()).toSorted(), marks.toSorted());
        const states = (await traces()).flatMap(({ replies }) => replies).map(({ state }) => state);
        assert(states.every((state) => state === "sent" || state === "merged"), String(states));
      }, {
        agents: ["ann", "bob", "cid"],
        budget: sends,
        flags: { "sends-per-inbound": String(sends) },
      });
    }),
    runsOf(20),
  );
});
