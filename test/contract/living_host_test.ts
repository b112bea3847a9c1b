/** The living host over plugins that run in the test's own process, while time is a fake clock's. */
import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import { silentLog } from "../../src/lib/log.ts";
import { createLivingHost } from "../../src/plugin/living_host.ts";
import { createFakeClock } from "../fake/fake_clock.ts";
import { createFakeIsolation } from "../fake/fake_isolation.ts";
import { createFakeRandom } from "../fake/fake_random.ts";
import { testPluginHost } from "./plugin_host_suite.ts";

const FOLDER = fileURLToPath(new URL("../fixture/plugins", import.meta.url));

testPluginHost("living host", async () => {
  const clock = createFakeClock();
  const dataDirectory = await Deno.makeTempDir({ prefix: "ilink-hub-living-" });
  const never = () => Promise.reject(new Error("nothing is decided for a look here"));
  const living = createLivingHost({
    ...{ dataDirectory, folder: FOLDER, shippedFolder: "", isSafe: false, isWatching: false },
    settings: { order: [], disabled: [], shadow: [], config: { good: { volume: 3 } } },
    isolation: createFakeIsolation(clock),
    rehearsal: { recent: () => Promise.resolve([]), tryText: never, replay: never },
    ...{ env: () => undefined, clock, random: createFakeRandom(), log: silentLog, onNews() {} },
  });
  await living.start();
  const problems = living.desk.list().filter(({ problem }) => problem !== "");
  assertEquals(problems, []);
  const { host } = living;
  return {
    host: {
      get plugins() {
        return host.plugins;
      },
      route: host.route,
      reply: host.reply,
      async close() {
        await living.close();
        await Deno.remove(dataDirectory, { recursive: true });
      },
    },
    pass: (ms) => clock.advance(ms),
  };
});
