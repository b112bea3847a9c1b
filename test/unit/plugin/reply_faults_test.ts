import { join } from "node:path";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { LIMITS } from "../../../src/core/limits.ts";
import { FACTS, type LivingWorld, openLivingWorld } from "../../fake/living_world.ts";

const REDACT = `export default {
  manifest: { id: "redact", api: 1, version: "1.0.0", onFault: "park" },
  reply() { throw new Error("broken"); },
};
`;

const REPLY = {
  ...{ id: 1, client: "claude", account: "main", sender: { key: "p1", alias: "" } },
  ...{ text: "hello", parts: [] },
};

function ask(world: LivingWorld) {
  const { host } = world.living;
  const plugin = host.plugins.find(({ id }) => id === "redact");
  if (plugin === undefined) throw new Error("nobody would ask it");
  return host.reply(plugin, { reply: REPLY, facts: FACTS, memory: {} });
}

Deno.test("while a hook that no reply may pass cannot be asked, replies are stopped and messages go on", async () => {
  const cases = {
    tripped: async (world: LivingWorld) => {
      for (let time = 0; time < LIMITS.faultsBeforeTrip; time++) {
        await world.clock.advance(LIMITS.faultMomentMs);
        await ask(world);
      }
    },
    safe: (world: LivingWorld) => world.restart({ isSafe: true }),
    broken: async (world: LivingWorld) => {
      await Deno.remove(join(world.data, "plugin-versions"), { recursive: true });
      await Deno.writeTextFile(join(world.folder, "redact.ts"), `broken( onFault: "park"`);
      await world.restart();
    },
    gone: async (world: LivingWorld) => {
      await Deno.remove(join(world.folder, "redact.ts"));
      await world.restart();
    },
  };
  for (const [name, happen] of Object.entries(cases)) {
    await using world = await openLivingWorld({ "redact.ts": REDACT });
    await happen(world);
    const { onFault, hasRoute, hasReply } = world.living.host.plugins.find(({ id }) =>
      id === "redact"
    ) ?? {};
    assertEquals([onFault, hasRoute, hasReply], ["park", false, true], name);
    const answer = await ask(world);
    assertEquals(answer.kind === "fault" && answer.fault, "unavailable", name);
    assertStringIncludes(world.view("redact").problem, "replies stopped", name);
    await world.until(() => world.isolation.alive === 0);
  }
});

Deno.test("a plugin that was never read stops what its text says that it looks at", async () => {
  const broken = (id: string, hooks: string) =>
    `export default { manifest: { id: "${id}", onFault: "park" }, ${hooks}, broken(`;
  await using world = await openLivingWorld({
    "a.ts": broken("a", `reply(reply) {}`),
    "b.ts": broken("b", `route: () => ({ kind: "reply", text: "" })`),
    "c.ts": broken("c", `...hooks`),
  });
  const hooks = world.living.host.plugins
    .filter(({ onFault }) => onFault === "park")
    .map(({ id, hasRoute, hasReply }) => [id, hasRoute, hasReply]);
  assertEquals(hooks, [["a", false, true], ["b", true, false], ["c", true, true]]);
});
