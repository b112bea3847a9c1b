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
  /** What WeChat was told, in order. */
  bubble(): boolean[];
  calls(endpoint: string): number;
}

async function withLive(act: (setup: Setup) => Promise<void>): Promise<void> {
  const setup = await setUpUpstream({ typingShownMs: 6_000 });
  const { store, upstream: { simulator }, account, clock } = setup;
  simulator.say({ what: "hi" });
  const conversation = store.addConversation(account.id, { to: OWNER });
  const live = createLive(setup.ports);
  await act({
    ...setup,
    live,
    type: (client, on) => live.typing({ client, conversation, on }),
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
