import { join } from "node:path";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { HubError } from "../../../src/core/error.ts";
import { openLivingWorld, recordedCall, source, wordsOf } from "../../fake/living_world.ts";

const NET = `permissions: { net: ["api.example.com"], read: ["data/"] }`;
const ASKED = { net: ["api.example.com"], read: ["data/"] };
const NOTHING = { net: [], read: [] };

/** Does what the runtime does to a plugin without the permission; the fake isolation keeps nothing apart. */
const CALLS_OUT = `throw new Error('Requires net access to "api.example.com:443"');`;

function asking(id: string, { body = `return { kind: "pass", reason: "well" };`, ask = NET } = {}) {
  return source(id, { body, manifest: ask });
}

Deno.test("a plugin runs without what it asks for until the owner grants it", async () => {
  await using world = await openLivingWorld({ "a.ts": asking("a") });
  const { desk } = world.living;
  const before = world.view("a");
  assertEquals([before.state, before.asked, before.granted], ["running", ASKED, NOTHING]);
  assertStringIncludes(
    before.problem,
    "It asks for net api.example.com, read data/ and runs without",
  );
  assertEquals(world.isolation.starts.at(-1)?.granted, NOTHING);
  const after = await desk.grant("a");
  assertEquals([after.granted, after.problem], [ASKED, ""]);
  const granted = { net: ["api.example.com"], read: [join(world.folder, "data")] };
  assertEquals(world.isolation.starts.at(-1)?.granted, granted);
  await world.until(() => world.isolation.alive === 1);
});

Deno.test("a grant is kept over a restart and asked for again when the file changes", async () => {
  await using world = await openLivingWorld({ "a.ts": asking("a") });
  await world.living.desk.grant("a");
  await world.restart();
  assertEquals([world.view("a").granted, world.view("a").problem], [ASKED, ""]);
  const { hash } = world.view("a");
  await world.save("a.ts", `// changed\n${asking("a")}`, () => world.view("a").hash !== hash);
  assertEquals(world.view("a").granted, NOTHING);
  await world.living.desk.rollback("a");
  const { granted } = world.isolation.starts.at(-1) ?? {};
  assertEquals(granted?.net, ["api.example.com"]);
});

Deno.test("who fails for want of a permission is told what to do, where it asks for it and where not", async () => {
  await using world = await openLivingWorld({
    "a.ts": asking("a", { body: CALLS_OUT }),
    "b.ts": asking("b", { body: CALLS_OUT, ask: "" }),
    "c.ts": asking("c", { body: CALLS_OUT.replace("net", "run"), ask: "" }),
  });
  const denied = `threw: Requires net access to "api.example.com:443".`;
  assertEquals(
    wordsOf(await world.ask("a")),
    `${denied} Its manifest asks for net api.example.com, read data/, which this version was not granted: ilink-hub plugin grant a`,
  );
  assertEquals(
    wordsOf(await world.ask("b")),
    `${denied} Its manifest does not ask for it: name it under permissions.net`,
  );
  assertStringIncludes(wordsOf(await world.ask("c")), "No plugin gets this");
});

Deno.test("a new version that fails for want of a grant leaves the old one, which has it", async () => {
  const first = asking("a");
  await using world = await openLivingWorld({ "a.ts": first });
  await world.living.desk.grant("a");
  world.recorded = [recordedCall("hello")];
  const second = asking("a", { body: `if (ctx) ${CALLS_OUT}` });
  await world.save("a.ts", second, () => world.news.at(-1)?.kind === "refused");
  assertEquals(wordsOf(await world.ask("a")), "well");
  assertStringIncludes(world.view("a").problem, "ilink-hub plugin grant a");
  assertEquals(world.view("a").granted, NOTHING);
  // The grant is given to the file as it is now, and tried at once; here it fails all the same.
  const after = await world.living.desk.grant("a");
  assertEquals(after.granted, ASKED);
  assertEquals(wordsOf(await world.ask("a")), "well");
});

Deno.test("the first version of a plugin runs without its grant, so that its author sees the failure", async () => {
  await using world = await openLivingWorld({});
  world.recorded = [recordedCall("hello")];
  await world.save("a.ts", asking("a", { body: CALLS_OUT }), () => world.ids().includes("a"));
  assertEquals(world.view("a").state, "running");
});

Deno.test("nothing is granted that would open the hub's own data", async () => {
  await using world = await openLivingWorld({
    "in.ts": asking("in", { ask: `permissions: { read: ["../data/admin-token"] }` }),
    "around.ts": asking("around", { ask: `permissions: { read: [".."] }` }),
    "beside.ts": asking("beside", { ask: `permissions: { read: ["../other/"] }` }),
  });
  const { desk } = world.living;
  for (const id of ["in", "around"]) {
    const error = await assertRejects(() => desk.grant(id), HubError, "keeps its keys there");
    assertEquals(error.code, "PLUGIN_INVALID");
    assertEquals(world.view(id).granted, NOTHING);
  }
  assertEquals((await desk.grant("beside")).granted.read, ["../other/"]);
});

Deno.test("what could not be started cannot be granted", async () => {
  await using world = await openLivingWorld({ "a.ts": "broken(" });
  const error = await assertRejects(() => world.living.desk.grant("a"), HubError, "Cannot grant");
  assert(error.message.includes("a.ts:1:"), error.message);
});
