import { join } from "node:path";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LIMITS } from "../../../src/core/limits.ts";
import {
  type LivingWorld,
  openLivingWorld,
  saying,
  source,
  wordsOf,
} from "../../fake/living_world.ts";

const FRAGILE = source("a", {
  body: `if (message.text === "bad") throw new Error("bad " + message.text);
    return { kind: "pass", reason: "well" };`,
});
const PARK = `onFault: "park"`;

/** Fails in so many moments, a second apart. */
async function fail(world: LivingWorld, id: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await world.clock.advance(LIMITS.faultMomentMs);
    await world.ask(id, "bad");
  }
}

Deno.test("a plugin that fails again and again is not asked any more, and says so", async () => {
  await using world = await openLivingWorld({ "a.ts": FRAGILE });
  await fail(world, "a", LIMITS.faultsBeforeTrip - 1);
  assertEquals(world.view("a").state, "running");
  await fail(world, "a", 1);
  assert(!world.ids().includes("a"));
  const { state, problem, calls, faults } = world.view("a");
  assertEquals([state, calls, faults], ["tripped", 5, 5]);
  assertStringIncludes(problem, "failed in 5 moments within 5 minutes");
  assertStringIncludes(problem, "(threw): bad bad");
  assertEquals(world.news.at(-1)?.kind, "tripped");
  assert(!world.logged.some((line) => line.includes("bad bad")), "no plugin's words in the log");
  await world.until(() => world.isolation.alive === 0);
});

Deno.test("faults of one moment count once, for the machine may have stood still", async () => {
  await using world = await openLivingWorld({ "a.ts": FRAGILE });
  for (let time = 0; time < 3 * LIMITS.faultsBeforeTrip; time++) await world.ask("a", "bad");
  assertEquals([world.view("a").state, world.view("a").faults], ["running", 15]);
});

Deno.test("faults that are far apart do not add up", async () => {
  await using world = await openLivingWorld({ "a.ts": FRAGILE });
  for (let time = 0; time < 3 * LIMITS.faultsBeforeTrip; time++) {
    await fail(world, "a", 1);
    await world.clock.advance(LIMITS.faultWindowMs / 3);
  }
  assertEquals(world.view("a").state, "running");
});

Deno.test("reset lets a tripped plugin be asked again, and so does a change of its file", async () => {
  await using world = await openLivingWorld({ "a.ts": FRAGILE });
  await fail(world, "a", LIMITS.faultsBeforeTrip);
  assertEquals((await world.living.desk.reset("a")).state, "running");
  assertEquals(wordsOf(await world.ask("a")), "well");
  await fail(world, "a", LIMITS.faultsBeforeTrip);
  await world.save("a.ts", saying("a", "two"), () => world.view("a").state === "running");
  assertEquals(wordsOf(await world.ask("a")), "two");
});

Deno.test("reset tries a refused file again", async () => {
  await using world = await openLivingWorld({ "a.ts": source("a") }, {
    config: { a: "$file:/nowhere/at/all" },
  });
  assertEquals(world.view("a").state, "refused");
  const { problem } = await world.living.desk.reset("a");
  assertStringIncludes(problem, `"$file:/nowhere/at/all" cannot be read`);
});

Deno.test("while a plugin that must not be passed by cannot be asked, it parks", async () => {
  const cases = {
    tripped: async (world: LivingWorld) => {
      await fail(world, "a", LIMITS.faultsBeforeTrip);
    },
    gone: async (world: LivingWorld) => {
      await Deno.remove(join(world.folder, "a.ts"));
      await world.until(() => world.news.at(-1)?.kind === "gone");
    },
    safe: (world: LivingWorld) => world.restart({ isSafe: true }),
    broken: async (world: LivingWorld) => {
      await Deno.remove(join(world.data, "plugin-versions"), { recursive: true });
      await Deno.writeTextFile(join(world.folder, "a.ts"), `broken( onFault: "park"`);
      await world.restart();
    },
    "gone before the start": async (world: LivingWorld) => {
      await Deno.remove(join(world.folder, "a.ts"));
      await world.restart();
    },
  };
  for (const [name, happen] of Object.entries(cases)) {
    await using world = await openLivingWorld({
      "a.ts": FRAGILE.replace(`id: "a",`, `id: "a", ${PARK},`),
    });
    await happen(world);
    const plugin = world.living.host.plugins.find(({ id }) => id === "a");
    assertEquals([plugin?.onFault, plugin?.hasRoute], ["park", true], name);
    const words = wordsOf(await world.ask("a"));
    assert(words.startsWith("unavailable: "), `${name}: ${words}`);
    assertStringIncludes(
      world.view("a").problem,
      "Messages that would have to pass it are parked",
      name,
    );
    await world.until(() => world.isolation.alive === 0);
  }
});

Deno.test("a plugin that was never read parks where its text says so", async () => {
  await using world = await openLivingWorld({
    "a.ts": `export default { manifest: { id: "gate", ${PARK} }, broken(`,
    "b.ts": "broken(",
  });
  assertEquals(world.ids(), ["commands", "quote", "gate", "keywords", "affinity"]);
});

Deno.test("what the owner switched off does not park", async () => {
  const parking = FRAGILE.replace(`id: "a",`, `id: "a", ${PARK},`);
  await using world = await openLivingWorld({ "a.ts": parking }, { disabled: ["a"] });
  assert(!world.ids().includes("a"));
  assertEquals(world.view("a").state, "disabled");
});

Deno.test("--safe starts nothing of the user's, and asks the rest", async () => {
  await using world = await openLivingWorld({ "a.ts": source("a") }, { isSafe: true });
  assertEquals(world.ids(), ["commands", "quote", "keywords", "affinity"]);
  assertEquals([world.isolation.starts.length, world.isolation.probes], [0, 0]);
  assertEquals(world.view("a").problem, "Not loaded: the hub was started with --safe");
});
