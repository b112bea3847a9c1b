/** What the owner grants is what a plugin in a real process can do, no more and no less. */
import { join } from "node:path";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLog } from "../../src/lib/log.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { createIsolation } from "../../src/plugin/isolation.ts";
import { createLivingHost, type LivingHost } from "../../src/plugin/living_host.ts";
import { FACTS, source, wordsOf } from "../fake/living_world.ts";
import { inboundView } from "../fake/plugin_views.ts";

async function withPlugin(
  text: string,
  use: (living: LivingHost, folder: string) => Promise<void>,
): Promise<void> {
  const base = await Deno.realPath(await Deno.makeTempDir({ prefix: "ilink-hub-grants-" }));
  const [folder, dataDirectory] = [join(base, "plugins"), join(base, "data")];
  await Deno.mkdir(join(folder, "lists"), { recursive: true });
  await Deno.mkdir(dataDirectory);
  await Deno.writeTextFile(join(folder, "a.ts"), text);
  await Deno.writeTextFile(join(folder, "lists", "days.txt"), "monday");
  await Deno.writeTextFile(join(folder, "other.txt"), "of somebody else");
  const never = () => Promise.reject(new Error("nothing is decided for a look here"));
  const living = createLivingHost({
    ...{ folder, dataDirectory, shippedFolder: "", isSafe: false, isWatching: false },
    settings: { order: [], disabled: [], shadow: [], config: {} },
    isolation: createIsolation({ clock: systemClock, random: systemRandom, log: silentLog }),
    rehearsal: { recent: () => Promise.resolve([]), tryText: never, replay: never },
    ...{ env: () => undefined, clock: systemClock, random: systemRandom, log: silentLog },
    onNews() {},
  });
  try {
    await living.start();
    await use(living, folder);
  } finally {
    await living.close();
    await Deno.remove(base, { recursive: true });
  }
}

async function ask({ host }: LivingHost, text: string): Promise<string> {
  const plugin = host.plugins.find(({ id }) => id === "a");
  assert(plugin !== undefined);
  return wordsOf(
    await host.route(plugin, { message: inboundView(text), facts: FACTS, memory: {} }),
  );
}

Deno.test("a plugin reads what it was granted below the plugins folder, as it is at that moment", async () => {
  const reading = source("a", {
    manifest: `deadlineMs: 5000, permissions: { read: ["lists/"] }`,
    body: `return Deno.readTextFile(new URL(message.text, import.meta.url))
      .then((reason) => ({ kind: "pass", reason }));`,
  });
  await withPlugin(reading, async (living, folder) => {
    const { granted } = await living.desk.grant("a");
    assertEquals(granted.read, ["lists/"]);
    assertEquals(await ask(living, "./lists/days.txt"), "monday");
    await Deno.writeTextFile(join(folder, "lists", "days.txt"), "friday");
    assertEquals(await ask(living, "./lists/days.txt"), "friday");
    assertStringIncludes(await ask(living, "./a.ts"), "readTextFile");
    assertStringIncludes(await ask(living, join(folder, "other.txt")), "Requires read access");
    assertStringIncludes(await ask(living, "file:///etc/passwd"), "Requires read access");
  });
});

Deno.test("what was not granted is refused, with what its author and its owner can do", async () => {
  const calling = source("a", {
    manifest: `deadlineMs: 5000, permissions: { net: ["127.0.0.1"], read: ["lists/"] }`,
    body: `const act = message.text.startsWith("http") ? fetch(message.text)
      : Deno.readTextFile(message.text);
      return act.then(() => ({ kind: "pass" }));`,
  });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  listener.close(); // nobody answers there, which is another failure than not being allowed to ask
  await withPlugin(calling, async (living, folder) => {
    const denied = "which this version was not granted: ilink-hub plugin grant a";
    for (const text of [url, join(folder, "lists", "days.txt")]) {
      const words = await ask(living, text);
      assertStringIncludes(words, "threw: Requires ");
      assertStringIncludes(words, denied);
    }
    await living.desk.grant("a");
    const refused = await ask(living, url);
    assert(!refused.includes("Requires"), `connecting is allowed now: ${refused}`);
    assertStringIncludes(
      await ask(living, join(folder, "other.txt")),
      "Its manifest does not ask for it",
    );
  });
});
