import { assert, assertEquals } from "@std/assert";
import { Sender } from "../../../src/upstream/sender.ts";
import { SETTINGS, withSender } from "./sender_setup.ts";
import { NO_DEADLINE, setUpUpstream } from "./upstream_setup.ts";

Deno.test("a send goes out under an id of the hub's and ends with WeChat's id", async () => {
  await withSender(async ({ clock, upstream, converse, plan, ended }) => {
    const send = plan(converse(), "hello");
    await clock.advance(10);
    const [entry] = upstream.simulator.sent();
    assert(entry);
    assertEquals([entry.text, entry.contextToken], ["hello", "context"]);
    assert(/^ilink-hub:[0-9a-f]{32}$/.test(entry.clientId), entry.clientId);
    assertEquals(send.states, ["planned", "sending", "sent"]);
    assertEquals(send.wireId, entry.wireId);
    assertEquals(ended, [send.reply]);
  });
});

Deno.test("the sends of a conversation go out one by one, in order; others do not wait", async () => {
  await withSender(async ({ clock, upstream, converse, plan, shown, delay }) => {
    const slow = converse();
    delay(5_000);
    for (const text of ["1", "2", "3"]) plan(slow, text);
    await clock.advance(10);
    plan(converse(), "other");
    await clock.advance(100);
    assertEquals(shown(), ["other"]);
    await clock.advance(6_000);
    assertEquals(shown(), ["other", "1", "2", "3"]);
    assertEquals(upstream.open.now, 0);
  });
});

Deno.test("at most 32 conversations are sent to at the same time", async () => {
  await withSender(async ({ clock, upstream, converse, plan, delay, shown }) => {
    delay(1_000, 100);
    for (let count = 0; count < 40; count++) plan(converse(), String(count));
    await clock.advance(500);
    assertEquals(upstream.open.now, 32);
    await clock.advance(3_000);
    assertEquals([upstream.open.most, shown().length], [32, 40]);
  });
});

Deno.test("the last sends of the budget are kept for the end of the turn and the hub's own words", async () => {
  await withSender(async ({ clock, store, sender, converse, plan, shown, ended }) => {
    const conversation = converse();
    const sends = ["1", "2", "3", "4"].map((text) => plan(conversation, text));
    await clock.advance(1_000);
    assertEquals(shown(), ["1", "2", "3"]);
    const last = sends.at(-1);
    assert(last);
    assertEquals([last.states.at(-1), last.reason], ["deferred", "turn"]);
    assertEquals(ended.length, 4);
    assertEquals(store.ledger(conversation).sendsSinceInbound, 3);
    store.planHub(conversation, "hub");
    sender.ring();
    await clock.advance(1_000);
    assertEquals(shown().at(-1), "hub");
  }, { send: { sendsPerInbound: 5 } });
});

Deno.test("nothing is sent after the window has closed", async () => {
  await withSender(async ({ clock, converse, plan, shown }) => {
    const conversation = converse();
    await clock.advance(SETTINGS.windowMs);
    const send = plan(conversation, "too late");
    await clock.advance(10);
    assertEquals(shown(), []);
    assertEquals([send.states.at(-1), send.reason], ["deferred", "window"]);
  });
});

Deno.test("after -2 a conversation is left alone for the cool-down, with all that waits behind", async () => {
  await withSender(async ({ clock, upstream, converse, plan, strike, told }) => {
    strike({ kind: "ret", processed: false, ret: -2, errmsg: "rate limited" });
    const conversation = converse();
    const sends = ["1", "2", "3"].map((text) => plan(conversation, text));
    await clock.advance(3_600_000);
    assertEquals(upstream.simulator.requests().length, 1);
    assertEquals(sends.map(({ reason }) => reason), ["throttle", "throttle", "throttle"]);
    assertEquals(told[0], "due in 60000");
  });
});

Deno.test("any other code ends the send, with code and text kept, and the next one goes", async () => {
  await withSender(async ({ clock, converse, plan, strike, shown }) => {
    strike({ kind: "ret", processed: false, ret: 0, errcode: -7, errmsg: "who knows" });
    const conversation = converse();
    const refused = plan(conversation, "1");
    plan(conversation, "2");
    await clock.advance(10);
    assertEquals([refused.states.at(-1), refused.reason], ["refused", "ret -7: who knows"]);
    assertEquals(shown(), ["2"]);
  });
});

Deno.test("what did not reach WeChat is tried again, slower each time, uncounted and in order", async () => {
  await withSender(async ({ clock, store, upstream, converse, plan, shown, ended }) => {
    upstream.isReachable = false;
    const conversation = converse();
    const first = plan(conversation, "1");
    plan(conversation, "2");
    await clock.advance(60_000);
    const tries = first.states.filter((state) => state === "sending").length;
    assert(tries >= 5 && tries <= 9, `${tries} tries`);
    assertEquals(store.ledger(conversation).sendsSinceInbound, 0);
    assertEquals(ended, []);
    upstream.isReachable = true;
    await clock.advance(60_000);
    assertEquals(shown(), ["1", "2"]);
  });
});

Deno.test("while calls fail to get through, one at a time is tried", async () => {
  await withSender(async ({ clock, store, upstream, converse, plan }) => {
    upstream.simulator.addFault({
      endpoint: "sendmessage",
      act: { kind: "replace", processed: false, status: 503, body: "html" },
      forMs: 600_000,
    });
    for (let count = 0; count < 40; count++) plan(converse(), String(count));
    await clock.advance(10);
    assertEquals(store.sends.filter(({ states }) => states.includes("unknown")).length, 32);
    await clock.advance(2_000);
    const lost = store.sends.filter(({ states }) => states.includes("unknown")).length;
    assert(lost <= 34, `${lost} sends were burnt`);
  });
});

for (const unknownSends of ["show", "repeat"] as const) {
  Deno.test(`a send whose end is not seen is settled by the setting: ${unknownSends}`, async () => {
    await withSender(async ({ clock, upstream, converse, plan, strike, shown }) => {
      strike({ kind: "reset", processed: true });
      const conversation = converse();
      const send = plan(conversation, "1");
      plan(conversation, "2");
      await clock.advance(60_000);
      const ids = upstream.simulator.sent().map(({ clientId }) => clientId);
      if (unknownSends === "show") {
        assertEquals(shown(), ["1", "2"]);
        assertEquals([send.states.at(-1), send.isSettled], ["unknown", true]);
      } else {
        assertEquals(shown(), ["1", "1", "2"]);
        assertEquals(ids[0], ids[1]);
        assertEquals(send.states.at(-1), "sent");
      }
    }, { send: { unknownSends } });
  });
}

Deno.test("a repeat whose end is not seen either is not repeated again", async () => {
  await withSender(async ({ clock, converse, plan, strike, shown }) => {
    strike({ kind: "reset", processed: true }, 9);
    const send = plan(converse(), "1");
    await clock.advance(600_000);
    assertEquals(shown(), ["1", "1"]);
    assertEquals([send.states.at(-1), send.isSettled], ["unknown", true]);
  }, { send: { unknownSends: "repeat" } });
});

Deno.test("what was left unknown by a crash is settled at start", async () => {
  const { store, account, clock, ports, upstream } = await setUpUpstream();
  const conversation = store.addConversation(account.id, { to: upstream.simulator.addPerson().id });
  const send = store.plan(conversation, "1");
  await store.beginSend(send.id, { upstreamId: "ilink-hub:before", atMs: clock.now() });
  assertEquals(await store.recoverSends(), 1);
  const sender = new Sender(account.id, {
    ...ports,
    settings: { ...SETTINGS, unknownSends: "repeat" },
    onEnded: () => {},
    onDeferredUntil: () => {},
    onLoggedOut: () => {},
  });
  await clock.advance(10);
  assertEquals(upstream.simulator.sent().map(({ clientId }) => clientId), ["ilink-hub:before"]);
  await sender.stop(NO_DEADLINE);
});

Deno.test("a dead token stops all sends of the account until the next login, and nothing is lost", async () => {
  await withSender(async (setup) => {
    const { clock, upstream, converse, plan, told, shown, sender, logIn } = setup;
    const sends = [1, 2, 3].map((number) => plan(converse(), String(number)));
    upstream.simulator.unbind();
    await clock.advance(60_000);
    assertEquals(sends.map(({ states }) => states.at(-1)), ["deferred", "deferred", "deferred"]);
    assertEquals(sends.map(({ reason }) => reason), ["logged_out", "logged_out", "logged_out"]);
    assert(told.includes("logged_out"));
    const calls = upstream.simulator.requests().length;
    const late = plan(converse(), "4");
    await clock.advance(60_000);
    assertEquals(upstream.simulator.requests().length, calls);
    assertEquals([late.states.at(-1), late.reason], ["deferred", "logged_out"]);
    upstream.simulator.bind({ owner: "o9owner@im.wechat" });
    await logIn();
    sender.ring();
    await clock.advance(1_000);
    assertEquals(shown().toSorted(), ["1", "2", "3", "4"]);
  });
});

Deno.test("a send refused under an older login goes out under the new one", async () => {
  await withSender(async ({ clock, upstream, converse, plan, delay, shown, told, logIn }) => {
    delay(1_000);
    plan(converse(), "1");
    await clock.advance(10);
    upstream.simulator.bind({ owner: "o9owner@im.wechat" });
    await logIn();
    await clock.advance(5_000);
    assertEquals(shown(), ["1"]);
    assertEquals(told, []);
  });
});

Deno.test("a send is not made when its beginning cannot be committed", async () => {
  await withSender(async ({ clock, store, upstream, converse, plan, shown }) => {
    store.failure = new Error("disk full");
    plan(converse(), "1");
    await clock.advance(30_000);
    assertEquals(upstream.simulator.requests(), []);
    store.failure = null;
    await clock.advance(60_000);
    assertEquals(shown(), ["1"]);
  });
});

Deno.test("the end of a send is recorded as soon as the disk takes it; the call is not made again", async () => {
  await withSender(async ({ clock, store, converse, plan, shown, delay }) => {
    delay(100);
    const conversation = converse();
    const send = plan(conversation, "1");
    plan(conversation, "2");
    await clock.advance(50);
    store.failure = new Error("disk full");
    await clock.advance(30_000);
    assertEquals([shown(), send.states.at(-1)], [["1"], "sending"]);
    store.failure = null;
    await clock.advance(60_000);
    assertEquals([shown(), send.states.at(-1)], [["1", "2"], "sent"]);
  });
});

Deno.test("stop() waits for the calls in flight and their commits, and begins no more", async () => {
  await withSender(async ({ clock, converse, plan, sender, shown, delay }) => {
    delay(2_000);
    const conversation = converse();
    const first = plan(conversation, "1");
    const second = plan(conversation, "2");
    await clock.advance(10);
    const stopped = sender.stop(NO_DEADLINE);
    await clock.advance(5_000);
    await stopped;
    assertEquals([shown(), first.states.at(-1), second.states.at(-1)], [["1"], "sent", "planned"]);
  });
});

Deno.test("stop() aborts the calls in flight at its deadline; what was begun is unknown", async () => {
  await withSender(async ({ clock, converse, plan, sender, strike }) => {
    strike({ kind: "silence", processed: false });
    const send = plan(converse(), "1");
    await clock.advance(10);
    const deadline = new AbortController();
    const stopped = sender.stop(deadline.signal);
    await clock.advance(1_000);
    deadline.abort();
    await clock.advance(10);
    await stopped;
    assertEquals(send.states.at(-1), "unknown");
  });
});

Deno.test("what is unknown is settled even when the disk is full at first", async () => {
  await withSender(async ({ clock, store, converse, plan, strike, shown }) => {
    strike({ kind: "half_body" });
    const conversation = converse();
    plan(conversation, "1");
    plan(conversation, "2");
    await clock.advance(10);
    store.failure = new Error("disk full");
    await clock.advance(10_000);
    store.failure = null;
    await clock.advance(60_000);
    assertEquals(shown(), ["1", "2"]);
  });
});
