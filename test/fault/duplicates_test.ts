/** WeChat repeats messages seconds later under other ids; played against the whole hub. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { traceLines } from "../../src/cli/trace_lines.ts";
import { withDelivery } from "../fake/delivery_world.ts";

Deno.test("a message that comes again with another id and token is handed out once, its newest token is used, and the trace shows it", async () => {
  for (const delayMs of [3_000, 11_000]) {
    await withDelivery(async ({ clock, upstream, poll, say, reply, traces }) => {
      const told = () => upstream.simulator.sent().map(({ contextToken }) => contextToken);
      await say("hello");
      assertEquals(await poll(), "hello");
      assertEquals(await reply("one"), 0);
      await clock.advance(delayMs + 1_000);
      assertEquals(await poll(), null, "handed out twice");
      assertEquals(await reply("two"), 0);
      const [first, second] = told();
      assertNotEquals(first, second, "an old token is used");
      const [message, repeated, ...more] = await traces();
      assert(message !== undefined && repeated !== undefined);
      assertEquals(more, []);
      assertEquals([message.duplicates, repeated.duplicateOf], [1, message.id]);
      assertEquals(repeated.state, "dropped");
      assert(traceLines(message, "zh").includes("  重复投递 ×1"));
      assert(traceLines(message, "en").includes("  delivered again ×1"));
    }, {
      ...{ mode: "dup", repeatMinMs: delayMs, repeatMaxMs: delayMs },
      ...{ repeatMessageId: "new", repeatContextToken: "new", contextToken: "required" },
    });
  }
});
