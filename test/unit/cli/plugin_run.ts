/** Runs one command about plugins in a folder of its own, with a desk and a bench of the test's. */
import { dirname } from "node:path";
import type { Surroundings } from "../../../src/cli/command.ts";
import { main } from "../../../src/cli/main.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import type { Store } from "../../../src/store/store.ts";
import { createDeskHub } from "../../fake/desk_hub.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";
import { createFakePluginDesk, type FakePluginDesk } from "../../fake/fake_plugin_desk.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { createFakeTerminal } from "../../fake/fake_terminal.ts";
import { createInlineBench } from "../../fake/inline_isolation.ts";

export interface PluginRuns {
  readonly folder: string;
  readonly desk: FakePluginDesk;
  /** Writes a file below the folder. */
  write(path: string, text: string): void;
  /** Runs a command line; `typed` are the answers of the person. */
  run(args: readonly string[], typed?: readonly string[]): Promise<Ran>;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function withPluginRuns(
  test: (runs: PluginRuns) => Promise<void>,
  fill?: (store: Store) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "ilink-hub-plugin-" });
  const desk = createFakePluginDesk([]);
  Deno.mkdirSync(`${folder}/data`, { mode: 0o700 });

  async function run(args: readonly string[], typed?: readonly string[]): Promise<Ran> {
    const env = { LANG: "en_US.UTF-8", ILINK_HUB_DATA: `${folder}/data` };
    const terminal = {
      ...createFakeTerminal({ env, directory: folder, home: folder }),
      canAsk: typed !== undefined,
    };
    for (const line of typed ?? []) terminal.type(line);
    const world: Surroundings = {
      terminal,
      clock: createFakeClock(),
      random: createFakeRandom(),
      version: "1.2.3",
      loadHub: () => Promise.resolve(createDeskHub(desk, fill)),
      openPluginBench: () => Promise.resolve(createInlineBench(systemClock)),
    };
    const code = await main(args, world);
    return { code, out: terminal.printed.join("\n"), err: terminal.noted.join("\n") };
  }

  try {
    await test({
      folder,
      desk,
      write(path, text) {
        Deno.mkdirSync(dirname(`${folder}/${path}`), { recursive: true });
        Deno.writeTextFileSync(`${folder}/${path}`, text);
      },
      run,
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
