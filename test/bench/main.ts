// deno-lint-ignore-file no-console -- a table for a person is its whole output
/**
 * `deno task bench`, in two parts. `load`: full round trips through a hub, added latency and memory at 1, 50 and 500 clients;
 * the simulator and the clients run here, the hub in a process of its own. `plugins`: what a decision costs with 0, 1, 5 and
 * 20 plugins, in the hub's process and isolated.
 *
 *     deno task bench [--only load|plugins] [--clients 1,50,500] [--seconds 5] [--rounds 3000] [--out FILE]
 *     deno task bench --hub-url URL --admin-token T [--hub-pid N] [--simulator-port 9900]   # another hub
 */
import { parseArgs } from "node:util";
import { systemClock } from "../../src/lib/clock.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { otherHub, startOwnHub } from "./hub_under_load.ts";
import { type LoadResult, runLoad } from "./load.ts";
import { benchPlugins, type PluginCost } from "./plugin_bench.ts";

const PEOPLE_MIN = 64;
const PACE_RATE = 200;

const { values: given } = parseArgs({
  options: {
    only: { type: "string" },
    clients: { type: "string", default: "1,50,500" },
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3000" },
    out: { type: "string" },
    "hub-url": { type: "string" },
    "admin-token": { type: "string", default: "" },
    "hub-pid": { type: "string" },
    "simulator-port": { type: "string", default: "0" },
  },
});
const only = given.only ?? (given["hub-url"] === undefined ? null : "load");

if (only !== "plugins") await benchLoad();
if (only !== "load") await benchAllPlugins();

async function benchLoad(): Promise<void> {
  const simulator = await startSimulator({
    clock: systemClock,
    random: systemRandom,
    port: Number(given["simulator-port"]),
    bots: [{ owner: "owner@im.wechat" }],
    settings: { holdMs: 2_000 }, // a hub that is told to stop finishes its poll first
  });
  const [bot] = simulator.bots();
  if (bot === undefined) throw new Error("The simulator has no bot");
  const url = given["hub-url"];
  if (url !== undefined) console.log(`Simulated WeChat: ${simulator.baseUrl}, token ${bot.token}`);
  const hub = url === undefined
    ? await startOwnHub({ upstreamUrl: simulator.baseUrl, botToken: bot.token })
    : otherHub(url, given["admin-token"], given["hub-pid"] ? Number(given["hub-pid"]) : null);

  const results: LoadResult[] = [];
  try {
    for (const clients of given.clients.split(",").map(Number)) {
      results.push(
        await runLoad({
          simulator,
          hub,
          clients,
          people: Math.max(PEOPLE_MIN, clients),
          seconds: Number(given.seconds),
          paceRate: PACE_RATE,
        }),
      );
    }
  } finally {
    await hub.stop();
    await simulator.close();
  }

  print(
    ["clients", "people", "round trips/s", "added p50 ms", "added p99 ms", "hub RSS MiB"],
    results.map((result) => [
      ...[result.clients, result.people, result.roundTripsPerSecond],
      ...[result.addedP50Ms, result.addedP99Ms, result.residentMib],
    ]),
  );
  await keep("load", results);
}

async function benchAllPlugins(): Promise<void> {
  const costs: PluginCost[] = await benchPlugins(Number(given.rounds));
  print(
    [
      "plugins",
      "run     ",
      "p50 ms",
      "p99 ms",
      "faults",
      "idle MiB of its own",
      "with its share of all",
    ],
    costs.map((cost) => [
      ...[cost.plugins, cost.host, cost.p50Us / 1_000, cost.p99Us / 1_000, cost.faults],
      ...[cost.privateMib, cost.sharedOutMib],
    ]),
  );
  await keep("plugins", costs);
}

function print(
  heads: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): void {
  console.log(heads.join("  "));
  for (const row of rows) {
    console.log(
      row.map((cell, at) => String(cell ?? "-").padStart(heads[at]?.length ?? 0)).join("  "),
    );
  }
}

async function keep(name: string, results: unknown): Promise<void> {
  const out = given.out ?? new URL(`out/${name}.json`, import.meta.url).pathname;
  await Deno.mkdir(new URL("out/", import.meta.url), { recursive: true });
  await Deno.writeTextFile(out, JSON.stringify(results, null, 2) + "\n");
  console.log(`Written: ${out}`);
}
