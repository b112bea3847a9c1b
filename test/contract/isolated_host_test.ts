/** Real processes answer here, while the deadlines are counted on a fake clock. */
import { fileURLToPath } from "node:url";
import { silentLog } from "../../src/lib/log.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { createIsolation } from "../../src/plugin/isolation.ts";
import { createFakeClock } from "../fake/fake_clock.ts";
import {
  createIsolatedHost,
  infoOf,
  type IsolatedFile,
  startIsolated,
} from "../fake/isolated_host.ts";
import { testPluginHost } from "./plugin_host_suite.ts";

const DIRECTORY = fileURLToPath(new URL("../fixture/plugins", import.meta.url));

let known: readonly IsolatedFile[] | null = null;

/** Each plugin is started once to learn what it is; afterwards only those that a test asks. */
async function readFiles(): Promise<readonly IsolatedFile[]> {
  const isolation = createIsolation({
    clock: createFakeClock(),
    random: systemRandom,
    log: silentLog,
  });
  const names = [...Deno.readDirSync(DIRECTORY)].map(({ name }) => name).sort();
  const files = await Promise.all(names.map(async (name): Promise<IsolatedFile> => {
    const given = {
      file: `${DIRECTORY}/${name}`,
      config: name === "good.ts" ? { volume: 3 } : null,
    };
    return { ...given, info: infoOf(await startIsolated(isolation, given)) };
  }));
  await isolation.close();
  return files;
}

testPluginHost("isolated host", async () => {
  const clock = createFakeClock();
  const isolation = createIsolation({ clock, random: systemRandom, log: silentLog });
  const host = createIsolatedHost(isolation, known ??= await readFiles());
  return {
    host,
    async pass(ms) {
      await host.started();
      await clock.advance(ms);
    },
  };
});
