/** Plugins of a user's that misbehave or are saved broken, in front of the whole hub under a fake clock. */
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../src/core/limits.ts";
import { type DeliveryWorld, withDelivery } from "../fake/delivery_world.ts";
import { type LivingWorld, openLivingWorld, source } from "../fake/living_world.ts";

const HOSTILE: Readonly<Record<string, string>> = {
  "junk.ts": source("junk", { body: "return 7;" }),
  "loops.ts": source("loops", { body: "return new Promise(() => {});" }),
  "throws.ts": source("throws", { body: `throw new Error("no");` }),
};

/** Bob is who the account asks where no plugin decides. */
async function withPlugins(
  files: Readonly<Record<string, string>>,
  act: (plugins: LivingWorld, world: DeliveryWorld) => Promise<void>,
): Promise<void> {
  await using plugins = await openLivingWorld(files);
  const { clock, living: { host } } = plugins;
  await withDelivery(async (world) => {
    const [account] = await world.hub.store.accounts();
    const bob = (await world.hub.store.clients()).find(({ name }) => name === "bob");
    assert(account !== undefined && bob !== undefined);
    await world.hub.store.updateAccount(account.id, { defaultClient: bob.id });
    await act(plugins, world);
  }, { agents: ["ann", "bob"], clock, host });
}

Deno.test("plugins that throw, hang or answer junk cost a message its trace three rows, and are not asked for ever", async () => {
  await withPlugins(HOSTILE, async (plugins, { say, agent, traces }) => {
    const ids = Object.keys(HOSTILE).map((file) => file.replace(".ts", ""));
    for (let moment = 1; moment <= LIMITS.faultsBeforeTrip; moment++) {
      await say(`message ${moment}`);
      assertEquals(await agent("bob").poll(), `message ${moment}`);
    }
    const messages = await traces();
    for (const { trace, state } of messages) {
      assertEquals(state, "routed");
      const faults = trace?.steps.filter(({ outcome }) => outcome.kind === "fault") ?? [];
      assertEquals(faults.map(({ plugin }) => plugin), ids);
    }
    for (const id of ids) assertEquals(plugins.view(id).state, "tripped", id);
    await say("and on");
    assertEquals(await agent("bob").poll(), "and on");
    const asked = (await traces()).at(-1)?.trace?.steps.map(({ plugin }) => plugin) ?? [];
    assert(ids.every((id) => !asked.includes(id)), asked.join());
  });
});

Deno.test("a plugin that is saved broken goes on as it was", async () => {
  const routes = (to: string) =>
    source("mine", { body: `return { kind: "route", to: ["${to}"], reason: "mine" };` });
  await withPlugins({ "mine.ts": routes("ann") }, async (plugins, { say, agent }) => {
    await say("one");
    assertEquals(await agent("ann").poll(), "one");
    await plugins.save("mine.ts", "export default {\n  broken(", () => plugins.news.length === 2);
    await say("two");
    assertEquals(await agent("ann").poll(), "two");
    assertEquals(await agent("bob").poll(), null);
    await plugins.save("mine.ts", routes("bob"), () => plugins.news.length === 3);
    await say("three");
    assertEquals(await agent("bob").poll(), "three");
  });
});
