/** Notices of scripts, played against the whole hub under a fake clock. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { textMember } from "../../src/lib/json.ts";
import { withDelivery } from "../fake/delivery_world.ts";
import { playScript } from "../fake/played_script.ts";

Deno.test("a notice reaches the owner at once while the window is open, and is no answer to anything", async () => {
  await withDelivery(async (world) => {
    const { say, poll, reply, shown, traces, hub, clock } = world;
    const nas = await playScript("nas", world);
    await say("hello");
    assertEquals((await nas.push("backup done"))["state"], "sent");
    assertEquals(shown(), ["backup done"]);
    assertEquals((await traces())[0]?.replies, []);
    const [client] = await hub.store.clients();
    assertEquals(client?.waiting, 1, "the agent still has the question");
    assertEquals(await poll(), "hello");
    assertEquals(await reply("the answer"), 0);
    await poll();
    await clock.advance(60_000);
    assertEquals(shown(), ["backup done", "the answer"]);
  });
});

Deno.test("a notice of the night waits, says why, and leaves with its author's name when the person writes", async () => {
  await withDelivery(async (world) => {
    const { say, poll, reply, shown, calls, clock } = world;
    const nas = await playScript("nas", world);
    await say("good night");
    await poll();
    await reply("sleep well");
    await poll();
    await clock.advance(25 * 3_600_000);
    const answer = await nas.push("backup failed");
    assertEquals([answer["state"], answer["reason"]], ["deferred", "window"]);
    assertMatch(textMember(answer, "text"), /^deferred: the person has not written for too long/);
    await reply("your morning news");
    await clock.advance(60_000);
    assertEquals(calls(), 1);
    await say("good morning");
    await poll();
    await poll();
    await clock.advance(15 * 60_000);
    const morning = shown().slice(1).join("\n\n");
    assertMatch(morning, /\[nas\]\nbackup failed/);
    assertMatch(morning, /your morning news/);
    const later = textMember(await nas.outcome(answer["id"]), "state");
    assert(["sent", "merged"].includes(later), later);
    assertEquals((await world.hub.store.scripts()).map(({ waiting }) => waiting), [0]);
  });
});

Deno.test("the person's answer to a notice goes where any message goes, and a quote of it names nobody", async () => {
  await withDelivery(async (world) => {
    const { say, agent, upstream, traces } = world;
    const nas = await playScript("nas", world);
    await say("/use ben");
    await say("hello");
    await nas.push("disk is full");
    const notice = upstream.simulator.sent().at(-1);
    assert(notice?.text === "disk is full");
    const quote = { wireId: notice.wireId, style: "id" } as const;
    await say({ parts: [{ kind: "text", text: "then clean up" }], quote });
    assertEquals([await agent("ann").poll(), await agent("ben").poll()], [null, "hello"]);
    assertEquals(await agent("ben").poll(), "then clean up");
    const reasons = JSON.stringify((await traces()).at(-1)?.trace?.steps);
    assertMatch(reasons, /the quote is no known answer of an agent/);
    assert(!reasons.includes("nas"));
  }, { agents: ["ann", "ben"] });
});

Deno.test("notices of a script that was removed still go out", async () => {
  await withDelivery(async (world) => {
    const { say, shown, clock, hub } = world;
    const nas = await playScript("nas", world);
    await say("hello");
    await clock.advance(25 * 3_600_000);
    await nas.push("last words");
    await hub.store.removeScript("nas", clock.now());
    assertEquals((await nas.push("more"))["error"] === undefined, false);
    await say("hello again");
    await clock.advance(15 * 60_000);
    assertEquals(shown(), ["last words"]);
  });
});
