import { assertEquals } from "@std/assert";
import { Sender } from "../../../src/upstream/sender.ts";
import { type SenderSetup, SETTINGS, withSender } from "./sender_setup.ts";
import { NO_DEADLINE } from "./upstream_setup.ts";

/** Lets an hour pass and what is due be looked at each second; gives the seconds at which calls were made. */
async function hour(
  { clock, store, upstream, sender }: SenderSetup,
  seconds = 3_600,
): Promise<number[]> {
  const startMs = clock.now();
  const before = upstream.simulator.requests().length;
  for (let second = 0; second < seconds; second++) {
    await clock.advance(1_000);
    const { resumed } = await store.resumeSends(clock.now());
    if (resumed > 0) sender.ring();
  }
  await clock.advance(0);
  return upstream.simulator.requests().slice(before)
    .map(({ atMs }) => Math.round((atMs - startMs) / 1_000));
}

Deno.test("while WeChat throttles, one send of the whole account is tried for each wait, each twice as long", async () => {
  await withSender(async (setup) => {
    const { clock, upstream, sender, converse, plan, strike, shown } = setup;
    strike({ kind: "ret", processed: false, ret: -2, errmsg: "rate limited" }, 4);
    plan(converse(), "a1");
    await clock.advance(0);
    plan(converse(), "b1");
    plan(converse(), "c1");
    await clock.advance(0);
    assertEquals(upstream.simulator.requests().length, 1);
    assertEquals(sender.facts().coolDownUntilMs, clock.now() + 60_000);
    const calls = await hour(setup);
    assertEquals(calls.slice(0, 4), [60, 180, 420, 900]);
    assertEquals(calls.length, 6);
    assertEquals(shown().toSorted(), ["a1", "b1", "c1"]);
    assertEquals(sender.facts().coolDownUntilMs, null);
  });
});

Deno.test("while an account is throttled, who was refused is tried after the others", async () => {
  await withSender(async (setup) => {
    const { clock, converse, plan, strike, shown } = setup;
    strike({ kind: "ret", processed: false, ret: -2, errmsg: "rate limited" });
    plan(converse(), "a1");
    await clock.advance(0);
    plan(converse(), "b1");
    await clock.advance(0);
    await hour(setup, 200);
    assertEquals(shown(), ["b1", "a1"]);
  });
});

Deno.test("three sends in a row without an id stop the account; one an hour is tried until an id comes back", async () => {
  await withSender(async (setup) => {
    const { clock, store, upstream: { simulator }, sender, converse, plan } = setup;
    const states = () => store.sends.map(({ states }) => states.at(-1));
    const conversation = converse();
    plan(conversation, "seen");
    await clock.advance(0);
    simulator.change({ sendAnswer: "ret" });
    const hiddenAtMs = clock.now();
    for (const text of ["1", "2", "3", "4", "5"]) plan(conversation, text);
    await clock.advance(0);
    assertEquals(states(), ["sent", "suspect", "suspect", "suspect", "deferred", "deferred"]);
    assertEquals(store.sends[4]?.reason, "suspect");
    assertEquals(sender.facts().suspects, { count: 3, sinceMs: hiddenAtMs });
    assertEquals(await hour(setup, 3_601), [3_600]);
    assertEquals(states(), ["sent", "suspect", "suspect", "suspect", "suspect", "deferred"]);
    simulator.change({ sendAnswer: "message_id" });
    await hour(setup, 3_601);
    assertEquals(states().at(-1), "sent");
    assertEquals(sender.facts().suspects, null);
  });
});

Deno.test("a penalty outlives a restart of the hub", async () => {
  await withSender(
    async ({ clock, store, upstream, sender, converse, plan, strike, ports, account }) => {
      strike({ kind: "ret", processed: false, ret: -2, errmsg: "rate limited" });
      plan(converse(), "1");
      await clock.advance(0);
      await sender.stop(NO_DEADLINE);
      const other = converse();
      const later = new Sender(account.id, {
        ...ports,
        settings: SETTINGS,
        onEnded() {},
        onDeferredUntil() {},
        onLoggedOut() {},
      });
      const send = store.plan(other, "2");
      later.ring();
      await clock.advance(1_000);
      assertEquals([send.reason, upstream.simulator.requests().length], ["throttle", 1]);
      await later.stop(NO_DEADLINE);
    },
  );
});

Deno.test("replies to one person keep their distance; other people's and the hub's own words do not wait", async () => {
  await withSender(async ({ clock, store, upstream, converse, plan }) => {
    const startMs = clock.now();
    const [ann, ben] = [converse(), converse()];
    plan(ann, "a1");
    plan(ann, "a2");
    plan(ann, "a3");
    plan(ben, "b1");
    await clock.advance(10);
    store.planHub(ann, "hub");
    await clock.advance(10_000);
    const times = upstream.simulator.sent().map(({ text, atMs }) => `${text} ${atMs - startMs}`);
    assertEquals(times.toSorted(), ["a1 0", "a2 1500", "a3 3000", "b1 0", "hub 1500"]);
  }, { send: { spacingMs: 1_500 } });
});

Deno.test("of answers that the window may refuse one at a time is tried, while others go on", async () => {
  await withSender(async ({ clock, store, upstream, account, converse, plan, delay }) => {
    const conversations = [1, 2, 3].map(() => {
      const { id: to } = upstream.simulator.addPerson();
      upstream.simulator.say({ person: to, what: "hi" });
      const lastInboundAtMs = clock.now() - 12 * 3_600_000;
      return store.addConversation(account.id, { to, ledger: { lastInboundAtMs } });
    });
    const fresh = converse();
    delay(1_000, 4);
    for (const conversation of [...conversations, fresh]) plan(conversation, "answer");
    await clock.advance(0);
    const isSending = () => store.sends.map(({ states }) => states.at(-1) === "sending");
    assertEquals(isSending(), [true, false, false, true]);
    await clock.advance(1_000);
    assertEquals(isSending(), [false, true, false, false]);
    await clock.advance(1_000);
    assertEquals(isSending(), [false, false, true, false]);
    await clock.advance(1_000);
    assertEquals(store.sends.map(({ states }) => states.at(-1)), ["sent", "sent", "sent", "sent"]);
    assertEquals((await store.learnedWindow(account.id)).queuedAgeMs, 12 * 3_600_000 + 1_000);
  });
});

Deno.test("a refusal for the context makes that age risky for the account, also after a restart", async () => {
  await withSender(async ({ clock, store, upstream, account, sender, ports, plan, strike }) => {
    const old = (hours: number) => {
      const { id: to } = upstream.simulator.addPerson();
      upstream.simulator.say({ person: to, what: "hi" });
      const lastInboundAtMs = clock.now() - hours * 3_600_000;
      return store.addConversation(account.id, { to, ledger: { lastInboundAtMs } });
    };
    strike({ kind: "ret", processed: false, ret: -2, errmsg: "unknown error" });
    plan(old(2), "refused");
    await clock.advance(0);
    assertEquals(store.sends.map(({ reason }) => reason), ["stale"]);
    await sender.stop(NO_DEADLINE);
    const later = new Sender(account.id, {
      ...ports,
      settings: SETTINGS,
      onEnded() {},
      onDeferredUntil() {},
      onLoggedOut() {},
    });
    strike({ kind: "ret", processed: false, ret: -2, errmsg: "rate limited" });
    const send = store.plan(old(3), "refused too");
    later.ring();
    await clock.advance(0);
    assertEquals(send.reason, "stale", "not taken for a throttle");
    await later.stop(NO_DEADLINE);
  });
});
