import { systemClock } from "../../src/lib/clock.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { createHttpApi } from "../../src/upstream/http_api.ts";
import { createHttpClient } from "../../src/upstream/http_client.ts";
import { createFakeClock } from "../fake/fake_clock.ts";
import { createFakeRandom } from "../fake/fake_random.ts";
import { createFakeUpstream } from "../fake/fake_upstream.ts";
import { testUpstreamApi } from "./upstream_api_suite.ts";

const SHORT_HOLDS = { holdMs: 50, qrHoldMs: 50 };

testUpstreamApi("upstream api over HTTP", async () => {
  const random = createFakeRandom();
  const simulator = await startSimulator({
    clock: systemClock,
    random,
    bots: [{}],
    settings: SHORT_HOLDS,
  });
  const http = createHttpClient({ clock: systemClock });
  const { baseUrl } = simulator;
  return {
    simulator,
    api: createHttpApi({ http, random, version: "0.0.0" }),
    bot: { baseUrl, token: simulator.bots()[0]?.token ?? "" },
    settled: (call) => call,
    async close() {
      http.close();
      await simulator.close();
    },
  };
});

testUpstreamApi("fake upstream", async () => {
  const clock = createFakeClock();
  const { simulator, api, bot } = await createFakeUpstream({ clock, settings: SHORT_HOLDS });
  return {
    simulator,
    api,
    bot: bot(),
    async settled(call) {
      await clock.advance(1_000);
      return await call;
    },
    close: () => simulator.close(),
  };
});
