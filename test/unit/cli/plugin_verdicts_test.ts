import { assertEquals, assertMatch } from "@std/assert";
import type { Store } from "../../../src/store/store.ts";
import { pluginView } from "../../fake/fake_plugin_desk.ts";
import { deliverTo, StoreLife, traceOf } from "../../fake/store_life.ts";
import { withPluginRuns } from "./plugin_run.ts";

/** Rule `a` has won twice, and rule `b` once. */
async function fill(store: Store): Promise<void> {
  const life = await StoreLife.begin(store);
  for (const rule of ["a", "b", "a"]) {
    const message = await life.say(rule);
    const decision = deliverTo([life.client()]);
    const verdict = { kind: "route", to: ["alpha"], reason: `rule ${rule}` };
    const step = { plugin: "keywords", version: "1", tookMs: 1 };
    const steps = [{ ...step, outcome: { kind: "verdict", verdict } as const }];
    const trace = { ...traceOf(decision, life.nowMs), steps };
    await store.settle({ message, decision, trace, memories: {}, atMs: life.nowMs });
  }
}

Deno.test("plugin verdicts counts how often each rule won", async () => {
  await withPluginRuns(async ({ desk, run }) => {
    desk.plugins.push(pluginView("keywords", { source: "shipped", file: "" }));
    const [head = "", ...rows] = (await run(["plugin", "verdicts", "keywords"])).out.split("\n");
    assertMatch(head, /^What keywords answered about the newest 3 messages \(since 2026-/);
    assertEquals(rows.map((row) => row.split(/ {2,}/)), [
      ["2", "route", "rule a", "newest 3"],
      ["1", "route", "rule b", "newest 2"],
    ]);
    const json = await run(["plugin", "verdicts", "keywords", "--last", "1", "--json"]);
    assertEquals(JSON.parse(json.out).messages, 1);
    const wrong = await run(["plugin", "verdicts", "keywords", "--last", "5000"]);
    assertMatch(wrong.err, /saw 5000, want 1\.\.2000/);
    assertMatch((await run(["plugin", "verdicts", "keyword"])).err, /Cannot find a plugin/);
  }, fill);
});
