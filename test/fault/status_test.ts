/** What the owner is told of a hub that is in trouble, played against the whole hub under a fake clock. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { viewAccounts } from "../../src/admin/views.ts";
import { NOT_POLLED } from "../../src/hub/opening.ts";
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

Deno.test("12 hours after the last message an answer is tried and a script's notice waits for the person", async () => {
  await withDelivery(async (world) => {
    const { clock, hub, say, poll, reply, shown, calls } = world;
    await say("good night");
    await poll();
    await clock.advance(12 * HOUR);
    const script = await hub.store.registerScript({ name: "nas", keyHash: "hash", atMs: 0 });
    await hub.store.push({
      ...{ script: script.id, sendId: "1", digest: "1", person: "", account: "" },
      content: JSON.stringify(textContent("backup done")),
      atMs: clock.now(),
    });
    hub.stations.replies.bell.ring();
    await clock.advance(MINUTE);
    assertEquals([calls(), (await look(world)).deferred], [0, 1]);
    await reply("I dreamt of sheep");
    assertEquals(shown(), ["I dreamt of sheep"]);
    await clock.advance(HOUR);
    assertEquals(calls(), 1);
    await say("morning");
    await poll();
    await poll();
    await clock.advance(10 * MINUTE);
    assertEquals(shown(), ["I dreamt of sheep", "backup done"]);
  });
});

Deno.test("an account that was refused early is careful from that age on, and the owner sees it, also when no hub runs", async () => {
  await withDelivery(async (world) => {
    const { clock, hub, upstream, say, poll, reply } = world;
    await say("hello");
    await poll();
    await clock.advance(2 * HOUR);
    upstream.simulator.addFault({
      endpoint: "sendmessage",
      act: { kind: "ret", processed: false, ret: -2, errmsg: "unknown error" },
      times: 1,
    });
    await reply("refused");
    await clock.advance(MINUTE);
    assertEquals((await look(world)).window.state, "risky");
    const [resting] = await viewAccounts({
      ...{ store: hub.store, clock, sendLimits: SEND_LIMITS, accountFacts: () => NOT_POLLED },
    });
    assertEquals([resting?.window.state, resting?.deferred], ["risky", 1]);
    await say("still there?");
    const { window: { safeUntilMs, state } } = await look(world);
    assertEquals(state, "safe");
    assert(safeUntilMs !== null && Math.round((safeUntilMs - clock.now()) / HOUR) === 2);
  });
});

Deno.test("a throttle is shown until it ends, also when no hub runs, and is no failure of the hub", async () => {
  await withDelivery(async (world) => {
    const { clock, hub, upstream, say, poll, reply } = world;
    await say("hello");
    await poll();
    upstream.simulator.addFault({
      endpoint: "sendmessage",
      act: { kind: "ret", processed: false, ret: -2, errmsg: "rate limited" },
      times: 1,
    });
    await reply("too fast");
    const resting = () =>
      viewAccounts({
        ...{ store: hub.store, clock, sendLimits: SEND_LIMITS, accountFacts: () => NOT_POLLED },
      });
    const untilMs = (await look(world)).coolDownUntilMs;
    assert(untilMs !== null && untilMs > clock.now());
    assertEquals((await resting())[0]?.coolDownUntilMs, untilMs);
    await clock.advance(2 * MINUTE);
    assertEquals((await resting())[0]?.coolDownUntilMs, null);
  });
});

Deno.test("/status tells in one send what may still be said and who has to be waited for", async () => {
  await withDelivery(async (world) => {
    const { clock, say, shown, calls, agent } = world;
    await agent("bob").poll();
    await say("@ann are you there?");
    await clock.advance(HOUR);
    await say("/status");
    await clock.advance(MINUTE);
    assertEquals(calls(), 1);
    assertMatch(
      shown()[0] ?? "",
      /2 agents, 0 there\nann \(.*\), 1 waiting\n9 answers left, window closes in 24 h$/,
    );
  }, { agents: ["ann", "bob"] });
});
