/** Plugins in real processes, with the ids of all that were started. */
import { systemClock } from "../../src/lib/clock.ts";
import { silentLog } from "../../src/lib/log.ts";
import { systemRandom } from "../../src/lib/random.ts";
import type { Isolation } from "../../src/plugin/isolate.ts";
import { createIsolation } from "../../src/plugin/isolation.ts";
import { spawnPluginProcess } from "../../src/plugin/spawn.ts";

export function createRealIsolation(): {
  readonly isolation: Isolation;
  readonly pids: readonly number[];
} {
  const pids: number[] = [];
  const isolation = createIsolation({
    ...{ clock: systemClock, random: systemRandom, log: silentLog },
    spawn() {
      const child = spawnPluginProcess();
      pids.push(child.pid);
      return child;
    },
  });
  return { isolation, pids };
}
