// deno-lint-ignore-file no-console -- a table for a person is its whole output
/**
 * `deno task bench`: full round trips through a hub, added latency and memory at 1, 50 and 500 clients. The simulator and
 * the clients run here, the hub in a process of its own.
 *
 *     deno task bench [--clients 1,50,500] [--seconds 5] [--out FILE]
 *     deno task bench --hub-url URL --admin-token T [--hub-pid N] [--simulator-port 9900]   # another hub
 */
import { parseArgs } from "node:util";
import { systemClock } from "../../src/lib/clock.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { otherHub, startOwnHub } from "./hub_under_load.ts";
import { type LoadResult, runLoad } from "./load.ts";

const PEOPLE_MIN = 64;
const PACE_RATE = 200;

const { values: given } = parseArgs({
  options: {
    clients: { type: "string", default: "1,50,500" },
    seconds: { type: "string", default: "5" },
    out: { type: "string" },
    "hub-url": { type: "string" },
    "admin-token": { type: "string", default: "" },
    "hub-pid": { type: "string" },
    "simulator-port": { type: "string", default: "0" },
  },
});

const simulator = await startSimulator({
  clock: systemClock,
  random: systemRandom,
  port: Number(given["simulator-port"]),
  bots: [{ owner: "owner@im.wechat" }],
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

console.log("clients  people  round trips/s  added p50 ms  added p99 ms  hub RSS MiB");
for (const result of results) {
  console.log([
    String(result.clients).padStart(7),
    String(result.people).padStart(7),
    String(result.roundTripsPerSecond).padStart(14),
    String(result.addedP50Ms).padStart(13),
    String(result.addedP99Ms).padStart(13),
    String(result.residentMib ?? "-").padStart(12),
  ].join(" "));
}
const out = given.out ?? new URL("out/load.json", import.meta.url).pathname;
await Deno.mkdir(new URL("out/", import.meta.url), { recursive: true });
await Deno.writeTextFile(out, JSON.stringify(results, null, 2) + "\n");
console.log(`Written: ${out}`);
