import { assert, assertEquals } from "@std/assert";
import { asId, type ClientId, type ConversationId } from "../../../src/core/ids.ts";
import { createLive, type UpstreamLive } from "../../../src/upstream/live.ts";
import { OWNER } from "../../fake/fake_upstream.ts";
import { setUpUpstream, type UpstreamSetup } from "./upstream_setup.ts";

const ANNA = asId<ClientId>(1);
const BERT = asId<ClientId>(2);

interface Setup extends UpstreamSetup {
  readonly live: UpstreamLive;
  type(client: ClientId, on: boolean): void;
  turn(client: ClientId, isOpen: boolean): void;
  /** Who is not there. */
  readonly gone: Set<ClientId>;
  /** Whether WeChat has had too much of the account. */
  rest(isResting: boolean): void;
  /** What WeChat was told, in order. */
  bubble(): boolean[];
  calls(endpoint: string): number;
}

async function withLive(act: (setup: Setup) => Promise<void>): Promise<void> {
  const setup = await setUpUpstream({ typingShownMs: 6_000 });
  const { store, upstream: { simulator }, account, clock } = setup;
  simulator.say({ what: "hi" });
  const conversation = store.addConversation(account.id, { to: OWNER });
  const gone = new Set<ClientId>();
  let isResting = false;
  const live = createLive({
    ...setup.ports,
    isThere: (client) => !gone.has(client),
    isResting: () => isResting,
  });
  await act({
    ...setup,
    live,
    gone,
    rest: (rests) => isResting = rests,
    type: (client, on) => live.typing({ client, conversation, on }),
    turn: (client, isOpen) => live.turn({ client, conversation, isOpen }),
    bubble: () => simulator.chat().typings.map(({ isOn }) => isOn),
    calls: (endpoint) =>
      simulator.requests().filter((request) => request.endpoint === endpoint).length,
  });
  const stopped = live.stop();
  await clock.advance(10);
  await stopped;
  assertEquals(clock.pending, 0, "timers are left");
}

Deno.test("the bubble shows from the first client's on to the last one's off", async () => {
  await withLive(async ({ clock, type, bubble, calls }) => {
    type(ANNA, true);
    await clock.advance(100);
    type(BERT, true);
    type(ANNA, false);
    await clock.advance(100);
    assertEquals(bubble(), [true]);
    type(BERT, false);
    await clock.advance(100);
    assertEquals(bubble(), [true, false]);
    assertEquals(calls("getconfig"), 1);
  });
});

Deno.test("the bubble stays while a client renews it, however often that is", async () => {
  await withLive(async ({ clock, type, bubble, upstream }) => {
    for (let count = 0; count < 60; count++) {
      type(ANNA, true);
      await clock.advance(500);
      assert(upstream.simulator.chat().isTyping);
    }
    assertEquals(bubble().length, 8);
  });
});

Deno.test("the bubble of a client that falls silent ends by itself", async () => {
  await withLive(async ({ clock, type, bubble }) => {
    type(ANNA, true);
    await clock.advance(14_000);
    assertEquals(bubble().at(-1), true);
    await clock.advance(2_000);
    assertEquals(bubble().at(-1), false);
    const told = bubble().length;
    await clock.advance(60_000);
    assertEquals([bubble().length, clock.pending], [told, 0]);
  });
});

Deno.test("off without on says nothing to WeChat", async () => {
  await withLive(async ({ clock, type, upstream }) => {
    type(ANNA, false);
    await clock.advance(1_000);
    assertEquals(upstream.simulator.requests(), []);
  });
});

Deno.test("on and off in one breath end with off", async () => {
  await withLive(async ({ clock, type, bubble }) => {
    type(ANNA, true);
    type(ANNA, false);
    await clock.advance(1_000);
    assertEquals(bubble(), [true, false]);
  });
});

Deno.test("a ticket is asked for again when it is old, and once when it is refused", async () => {
  await withLive(async ({ clock, type, bubble, calls, upstream }) => {
    type(ANNA, true);
    type(ANNA, false);
    await clock.advance(10 * 60_000 - 1_000);
    type(ANNA, true);
    await clock.advance(100);
    assertEquals(calls("getconfig"), 1);
    type(ANNA, false);
    await clock.advance(60_000);
    type(ANNA, true);
    await clock.advance(100);
    assertEquals(calls("getconfig"), 2);
    upstream.simulator.addFault({
      endpoint: "sendtyping",
      act: { kind: "ret", processed: false, ret: -1 },
    });
    type(ANNA, false);
    await clock.advance(100);
    assertEquals(calls("getconfig"), 3);
    assertEquals(bubble().at(-1), false);
  });
});

Deno.test("while WeChat refuses, typing is tried no more often than it would be renewed", async () => {
  await withLive(async ({ clock, type, upstream, calls }) => {
    upstream.simulator.addFault({
      endpoint: "getconfig",
      act: { kind: "ret", processed: false, ret: -4, errmsg: "GetTypingTicket rpc failed" },
      times: 1_000,
    });
    for (let count = 0; count < 20; count++) {
      type(ANNA, true);
      await clock.advance(500);
    }
    assert(calls("getconfig") <= 4, `${calls("getconfig")} calls`);
  });
});

Deno.test("an unknown conversation and a logged-out account show no bubble", async () => {
  await withLive(async ({ clock, live, type, store, account, upstream }) => {
    live.typing({ client: ANNA, conversation: asId<ConversationId>(99), on: true });
    await store.markLoggedOut(account.id, { generation: 1, atMs: clock.now() });
    type(ANNA, true);
    await clock.advance(5_000);
    assertEquals(upstream.simulator.requests(), []);
  });
});

Deno.test("a turn shows after a second, is renewed every 4 s and cancelled at its end", async () => {
  await withLive(async ({ clock, turn, bubble, upstream }) => {
    const startMs = clock.now();
    turn(ANNA, true);
    await clock.advance(12_500);
    turn(ANNA, false);
    await clock.advance(60_000);
    const told = upstream.simulator.chat().typings.map(({ atMs }) => atMs - startMs);
    assertEquals(told, [1_000, 5_000, 9_000, 12_500]);
    assertEquals(bubble(), [true, true, true, false]);
    assertEquals(clock.pending, 0);
  });
});

Deno.test("a turn that ends within a second asks WeChat nothing", async () => {
  await withLive(async ({ clock, turn, upstream }) => {
    turn(ANNA, true);
    await clock.advance(900);
    turn(ANNA, false);
    await clock.advance(60_000);
    assertEquals(upstream.simulator.requests(), []);
  });
});

Deno.test("the bubble goes with the client that dies, and with one that works for half an hour", async () => {
  await withLive(async ({ clock, turn, bubble, gone, upstream }) => {
    turn(ANNA, true);
    turn(BERT, true);
    await clock.advance(10_000);
    gone.add(ANNA);
    await clock.advance(10_000);
    assert(upstream.simulator.chat().isTyping, "Bert is still at work");
    gone.add(BERT);
    await clock.advance(4_000);
    assertEquals(bubble().at(-1), false);
    gone.clear();
    turn(ANNA, true);
    await clock.advance(29 * 60_000);
    assert(upstream.simulator.chat().isTyping);
    await clock.advance(60_000);
    assertEquals([bubble().at(-1), clock.pending], [false, 0]);
  });
});

Deno.test("a client's own word shows its turn at once, and its off ends it", async () => {
  await withLive(async ({ clock, turn, type, bubble }) => {
    turn(ANNA, true);
    type(ANNA, true);
    await clock.advance(100);
    assertEquals(bubble(), [true]);
    type(ANNA, false);
    await clock.advance(60_000);
    assertEquals(bubble(), [true, false]);
  });
});

Deno.test("a cancel that fails is tried once more with a fresh ticket", async () => {
  await withLive(async ({ clock, turn, bubble, calls, upstream }) => {
    turn(ANNA, true);
    await clock.advance(2_000);
    upstream.simulator.addFault({
      endpoint: "sendtyping",
      act: { kind: "reset", processed: false },
    });
    turn(ANNA, false);
    await clock.advance(100);
    assertEquals(bubble(), [true, false]);
    assertEquals([calls("getconfig"), calls("sendtyping")], [2, 3]);
  });
});

Deno.test("an account of which WeChat has had too much is not asked, and again afterwards", async () => {
  await withLive(async ({ clock, turn, rest, bubble, upstream }) => {
    rest(true);
    turn(ANNA, true);
    await clock.advance(30_000);
    assertEquals(upstream.simulator.requests(), []);
    rest(false);
    await clock.advance(4_000);
    assertEquals(bubble(), [true]);
  });
});

Deno.test("stopping cancels the bubbles that show", async () => {
  await withLive(async ({ clock, turn, live, bubble }) => {
    turn(ANNA, true);
    await clock.advance(2_000);
    await live.stop();
    assertEquals(bubble(), [true, false]);
    turn(ANNA, true);
    await clock.advance(10_000);
    assertEquals(bubble(), [true, false]);
  });
});

const UPLOAD = {
  filekey: "f".repeat(32),
  media_type: 1,
  to_user_id: OWNER,
  rawsize: 10,
  rawfilemd5: "0".repeat(32),
  filesize: 16,
  no_need_thumb: true,
  aeskey: "0".repeat(32),
};

Deno.test("uploadUrl() passes the request on under the account's token", async () => {
  await withLive(async ({ live, account, upstream }) => {
    const answer = await live.uploadUrl({ account: account.id, request: UPLOAD });
    assert(answer.kind === "ok");
    assert(String(answer.body["upload_full_url"]).includes("encrypted_query_param="));
    const [request] = upstream.simulator.requests();
    assertEquals(request?.headers["authorization"], `Bearer ${upstream.bot().token}`);
  });
});

Deno.test("uploadUrl() says what WeChat said, and nothing of a dead token's code", async () => {
  await withLive(async ({ live, account, upstream }) => {
    const request = { ...UPLOAD, media_type: 4 };
    const refused = await live.uploadUrl({ account: account.id, request });
    assert(refused.kind === "failed");
    assert(refused.text.includes("ret 2"));
    upstream.simulator.unbind();
    const stale = await live.uploadUrl({ account: account.id, request: UPLOAD });
    assert(stale.kind === "failed");
    assert(!stale.text.includes("14"));
  });
});

Deno.test("uploadUrl() gives up after 10 s", async () => {
  await withLive(async ({ clock, live, account, upstream }) => {
    upstream.simulator.addFault({
      endpoint: "getuploadurl",
      act: { kind: "silence", processed: false },
    });
    const asked = live.uploadUrl({ account: account.id, request: UPLOAD });
    await clock.advance(10_000);
    assertEquals((await asked).kind, "failed");
  });
});
