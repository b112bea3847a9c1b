/** What users of WeChat bots suffer from in delivery, played against the whole hub under a fake clock. */
import { assert, assertEquals } from "@std/assert";
import { withDelivery } from "../fake/delivery_world.ts";

Deno.test("of 14 sends in one turn 9 calls at most are made, the final answer among them, and nothing is lost", async () => {
  await withDelivery(async ({ clock, say, poll, reply, shown, calls, traces }) => {
    await say("hello");
    await poll();
    for (let at = 1; at <= 14; at++) assertEquals(await reply(`part ${at}`), 0);
    assertEquals(calls(), 8);
    await poll();
    await clock.advance(30_000);
    assertEquals(calls(), 9);
    assertEquals(shown().at(-1), [9, 10, 11, 12, 13, 14].map((at) => `part ${at}`).join("\n\n"));
    const [message] = await traces();
    const states = message?.replies.map(({ state }) => state) ?? [];
    assertEquals(states, [...Array(9).fill("sent"), ...Array(5).fill("merged")]);
  });
});

Deno.test("what does not fit waits, and leaves with the person's next message as one, oldest first, once", async () => {
  await withDelivery(async ({ clock, say, poll, reply, shown, calls }) => {
    await say("hello");
    await poll();
    for (let at = 1; at <= 14; at++) await reply(`part ${at} `.padEnd(500, "x"));
    await poll();
    await clock.advance(30_000);
    assertEquals(calls(), 9);
    assert(shown().at(-1)?.includes("part 14"), "the final answer is kept back");
    assert(shown().at(-1)?.endsWith("\n\n(3 more to come: write anything to get it)"));
    await reply("one more");
    await clock.advance(3_600_000);
    assertEquals(calls(), 10);
    assertEquals(
      shown().at(-1),
      "WeChat takes no more answers to one message. Write anything to get the rest",
    );
    await say("and?");
    await poll();
    await reply("the new answer");
    await poll();
    await clock.advance(60_000);
    const later = shown().slice(10);
    assertEquals(later[0], "the new answer");
    const parts = later.slice(1).join("\n\n").split("\n\n").map((text) => text.trim().slice(0, 8));
    assertEquals(parts.length, new Set(parts).size, "something left twice");
    const all = shown().join("\n\n").split("\n\n");
    for (let at = 1; at <= 14; at++) {
      assertEquals(all.filter((text) => text.startsWith(`part ${at} `)).length, 1, `part ${at}`);
    }
    assertEquals(all.filter((text) => text === "one more").length, 1);
    assert(later.length <= 4, `a burst of ${later.length}`);
  });
});

Deno.test("a night job whose window has closed waits, and leaves with the morning's first message although nobody answers it", async () => {
  await withDelivery(async ({ clock, say, poll, reply, shown, calls, traces }) => {
    await say("good night");
    await poll();
    await reply("sleep well");
    await poll();
    await clock.advance(25 * 3_600_000);
    for (const text of ["backup done", "disk at 80 %"]) assertEquals(await reply(text), 0);
    await clock.advance(60_000);
    assertEquals(calls(), 1);
    const reasons = (await traces())[0]?.replies.flatMap(({ sends }) => sends).map(({ reason }) =>
      reason
    );
    assertEquals(reasons, ["", "window", "window"]);
    await say("/list");
    await clock.advance(30_000);
    assertEquals(shown().at(-1), "backup done\n\ndisk at 80 %");
  });
});

Deno.test("while WeChat says prepare failed for an hour it is asked once for each wait, and no agent hears of it", async () => {
  await withDelivery(async ({ clock, upstream, hub, say, poll, reply, shown, calls }) => {
    await say("hello");
    await poll();
    upstream.simulator.addFault({
      endpoint: "sendmessage",
      act: { kind: "ret", processed: false, ret: -2, errmsg: "prepare failed" },
      forMs: 3_600_000,
    });
    for (let at = 1; at <= 5; at++) assertEquals(await reply(`part ${at}`), 0);
    const [account] = await hub.store.accounts();
    assert(account !== undefined);
    assert(hub.stations.upstream.facts(account.id).coolDownUntilMs !== null);
    await clock.advance(3_600_000);
    assert(calls() <= 7, `${calls()} calls into a penalty`); // 0, 1, 3, 7, 15, 31 minutes
    await clock.advance(2 * 3_600_000);
    assertEquals(shown().join("\n\n").split("\n\n"), [1, 2, 3, 4, 5].map((at) => `part ${at}`));
    assertEquals(hub.stations.upstream.facts(account.id).coolDownUntilMs, null);
  });
});

Deno.test("sends without an id after ids were seen are suspect, never repeated, and the third in a row stops the account", async () => {
  await withDelivery(async ({ clock, upstream, hub, say, poll, reply, calls, traces }) => {
    await say("hello");
    await poll();
    await reply("seen");
    upstream.simulator.change({ sendAnswer: "ret" });
    for (let at = 1; at <= 5; at++) assertEquals(await reply(`part ${at}`), 0);
    await clock.advance(60_000);
    const [message] = await traces();
    const states = message?.replies.map(({ state }) => state);
    assertEquals(states, ["sent", "suspect", "suspect", "suspect", "deferred", "deferred"]);
    assertEquals(calls(), 4);
    const [account] = await hub.store.accounts();
    assert(account !== undefined);
    assertEquals(hub.stations.upstream.facts(account.id).suspects?.count, 3);
    upstream.simulator.change({ sendAnswer: "message_id" });
    await clock.advance(3_700_000);
    assertEquals(hub.stations.upstream.facts(account.id).suspects, null);
    assertEquals(calls(), 5); // what waited together leaves together
  });
});
