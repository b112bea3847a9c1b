/** What the owner is told of a hub that is in trouble, played against the whole hub under a fake clock. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { viewAccounts } from "../../src/admin/views.ts";
import { findTroubles } from "../../src/alerts/facts.ts";
import type { AccountView } from "../../src/core/status.ts";
import type { Bot } from "../../src/upstream/api.ts";
import { alertWords } from "../../src/text/alerts.ts";
import { writeSendMessage } from "../../src/wire/send.ts";
import { textContent } from "../../src/core/content.ts";
import { type DeliveryWorld, withDelivery } from "../fake/delivery_world.ts";
import { OWNER } from "../fake/fake_upstream.ts";
import { SEND_LIMITS } from "../fake/send_limits.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What `status` shows of the account. */
async function look({ hub, clock }: DeliveryWorld): Promise<AccountView> {
  const [account] = await viewAccounts({
    ...{ store: hub.store, clock, sendLimits: SEND_LIMITS },
    accountFacts: (id) => hub.stations.upstream.facts(id),
  });
  assert(account !== undefined);
  return account;
}

/** What the owner is told of the account, by kind. */
async function alerts(world: DeliveryWorld): Promise<string[]> {
  const nowMs = world.clock.now();
  const facts = {
    ...{ nowMs, accounts: [await look(world)], clients: [], tripped: [], storeProblem: null },
    disk: { hasRoom: true, freeBytes: null },
  };
  return findTroubles(facts, { backlogMin: 100 })
    .map((trouble) =>
      `${trouble.kind}: ${alertWords("en", trouble, { hasLink: false }).join(" ")}`
    );
}

/** Another program's poll, which WeChat prefers as the newer one; gives the ids of what it takes. */
async function steal({ upstream, clock }: DeliveryWorld, bot: Bot, say: () => void) {
  const { signal } = new AbortController();
  const polled = upstream.api.getUpdates(bot, { cursor: "", limitMs: 40_000, signal });
  await clock.advance(0);
  say();
  await clock.advance(1_000);
  const answer = await polled;
  assert(answer.kind === "updates");
  return answer.messages;
}

Deno.test("another program that takes a message away is suspected when the person quotes it, and no more after a quiet day", async () => {
  await withDelivery(async (world) => {
    const { clock, upstream, say } = world;
    await say("hello");
    await clock.advance(HOUR);
    let stolenId = "";
    const stolen = await steal(world, upstream.bot(), () => {
      stolenId = upstream.simulator.say({ what: "buy milk" });
    });
    assertEquals(stolen.length, 1);
    await clock.advance(5 * MINUTE);
    assertEquals((await look(world)).secondPoller, null, "nothing is known yet");
    const quote = { wireId: stolenId, style: "embedded" } as const;
    await say({ parts: [{ kind: "text", text: "did you?" }], quote });
    const sinceMs = clock.now() - 1_000;
    assertEquals((await look(world)).secondPoller, { count: 1, sinceMs });
    const [alert = ""] = await alerts(world);
    assertMatch(alert, /^second_poller: .*never sent from here: 1\. .*a hub on another machine/);
    await clock.advance(24 * HOUR);
    assertEquals((await look(world)).secondPoller, null);
    assertEquals(await alerts(world), []);
  });
});

Deno.test("an answer of another program is noticed when it is quoted, the hub's own are not", async () => {
  await withDelivery(async (world) => {
    const { clock, upstream, say, poll, reply } = world;
    await say("hello");
    await clock.advance(20 * MINUTE);
    await say("again");
    await poll();
    await reply("ours");
    await clock.advance(5 * MINUTE);
    const { signal } = new AbortController();
    const sent = upstream.api.sendMessage(upstream.bot(), {
      message: writeSendMessage(textContent("theirs"), {
        ...{ to: OWNER, sendId: "other:1", contextToken: "" },
      }),
      signal,
    });
    await clock.advance(1_000);
    await sent;
    const [ours, theirs] = upstream.simulator.sent().slice(-2);
    assert(ours !== undefined && theirs !== undefined);
    await clock.advance(5 * MINUTE);
    const about = (wireId: string) =>
      say({ parts: [{ kind: "text", text: "?" }], quote: { wireId, style: "embedded" } });
    await about(ours.wireId);
    assertEquals((await look(world)).secondPoller, null);
    await about(theirs.wireId);
    assertEquals((await look(world)).secondPoller?.count, 1);
  });
});

Deno.test("status shows how long the person may be answered, how often, and what waits since when", async () => {
  await withDelivery(async (world) => {
    const { clock, say, poll, reply } = world;
    const shown = async () => {
      const { window, budget, deferred, oldestDeferredAtMs } = await look(world);
      return [window.state, budget.left, deferred, oldestDeferredAtMs];
    };
    assertEquals(await shown(), ["never", 10, 0, null]);
    await say("good night");
    await poll();
    await reply("sleep well");
    await poll();
    assertEquals(await shown(), ["safe", 9, 0, null]);
    await clock.advance(12 * HOUR);
    assertEquals((await shown())[0], "risky");
    await clock.advance(12 * HOUR);
    await reply("backup done");
    const since = clock.now();
    await clock.advance(MINUTE);
    const [state, left, deferred, oldest] = await shown();
    assertEquals([state, left, deferred], ["closed", 0, 1]);
    assert(typeof oldest === "number" && oldest <= since && since - oldest < MINUTE);
    await say("morning");
    assertEquals((await shown())[0], "safe");
  });
});
