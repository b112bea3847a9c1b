import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../../src/core/limits.ts";
import type { RawInbound } from "../../../src/core/message.ts";
import {
  BEN,
  contentOf,
  deliverTo,
  said,
  START_MS,
  type StoreLife,
} from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

const GROUP = "family@chatroom";

async function ledgerOf(life: StoreLife) {
  const [head] = await life.store.heads({ skip: new Set(), limit: 1 });
  assert(head !== undefined);
  return (await life.store.readForDecision(head.message))?.ledger;
}

async function tokenOf(life: StoreLife): Promise<string | undefined> {
  const conversation = await life.onlyConversation();
  return (await life.store.conversationAddress(conversation))?.contextToken;
}

export const INGEST: Subject = {
  "ingest() keeps each message as it came and what was read of it": async (life) => {
    const raw = '{"message_id":18446744073709551615,"x":1.0,"text":"\\u4e8c"}';
    const id = await life.say("二", { raw, from: BEN, quote: null, group: null });
    const input = await life.store.readForDecision(id);
    const { read } = said("二", { raw, from: BEN, wireId: input?.message.inbound.wireId ?? null });
    assert(read.kind === "message");
    const { contextToken } = input?.message.inbound ?? read.message;
    assertEquals(input?.message.inbound, { ...read.message, contextToken });
    assertEquals([input?.message.receivedAtMs, input?.message.attempt], [START_MS, 1]);
    await life.settle(id, deliverTo([life.client()]));
    assertEquals((await life.poll()).deliveries[0]?.raw, raw);
  },

  "ingest() says what it did and stores the cursor with the messages": async (life) => {
    const { store, account } = life;
    const message = said("hello", { wireId: "77" });
    const unreadable: RawInbound = {
      raw: "[1]",
      read: { kind: "unreadable", reason: "no object" },
    };
    const taken = await store.ingest({
      account: account.id,
      generation: 1,
      messages: [message, unreadable, message],
      unreadableBody: null,
      cursor: "cursor 7",
      atMs: START_MS,
    });
    assertEquals(taken, { stored: 1, duplicates: 1, parked: 1 });
    assertEquals((await store.credentials(account.id))?.cursor, "cursor 7");
    assertEquals(await store.unsettledCount(account.id), 1);
    await life.ingest([], { cursor: "" });
    assertEquals((await store.credentials(account.id))?.cursor, "cursor 7");
  },

  "ingest() knows a repeated id for seven days, whatever else changed": async (life) => {
    const first = await life.say("hello", { wireId: "77" });
    life.nowMs += LIMITS.dedupeIdMs - 1;
    const second = await life.say("hello!", { wireId: "77" });
    assertEquals((await life.look(second)).state, "dropped");
    const [summary] = await life.store.lastMessages({ limit: 1, before: null });
    assertEquals([summary?.duplicateOf, summary?.reason], [first, "duplicate"]);
    assertEquals((await life.store.trace(first))?.duplicates, 1);
    life.nowMs += 2;
    const third = await life.say("hello", { wireId: "77" });
    assertEquals((await life.look(third)).state, "received");
  },

  "ingest() knows the same content with the same time stamp for a minute": async (life) => {
    const stamp = { createTimeMs: START_MS - 10, digest: "same" };
    await life.say("hello", stamp);
    life.nowMs += LIMITS.dedupeDigestMs - 1;
    assertEquals((await life.look(await life.say("hello", stamp))).state, "dropped");
    const other = { ...stamp, from: BEN };
    assertEquals((await life.look(await life.say("hello", other))).state, "received");
    const later = { ...stamp, createTimeMs: START_MS };
    assertEquals((await life.look(await life.say("hello", later))).state, "received");
    life.nowMs += 2;
    assertEquals((await life.look(await life.say("hello", stamp))).state, "received");
  },

  "ingest() takes the same words without a time stamp as said twice": async (life) => {
    await life.say("ok", { createTimeMs: null });
    assertEquals((await life.look(await life.say("ok", { createTimeMs: null }))).state, "received");
  },

  "ingest() of a duplicate renews the context token and never the budget": async (life) => {
    const message = await life.deliver("question", undefined, { wireId: "77" });
    await life.poll();
    await life.reply("answer", message);
    await life.sendNext();
    life.nowMs += 1;
    await life.say("next", { wireId: "78" });
    await life.reply("answer", message);
    await life.sendNext();
    assertEquals((await ledgerOf(life))?.sendsSinceInbound, 1);
    life.nowMs += 5;
    await life.say("next", { wireId: "78", contextToken: "renewed" });
    assertEquals((await ledgerOf(life))?.sendsSinceInbound, 1);
    assertEquals(await tokenOf(life), "renewed");
  },

  "ingest() keeps the newest context token by WeChat's time, then by arrival": async (life) => {
    const at = (offsetMs: number, contextToken: string) => ({
      createTimeMs: START_MS + offsetMs,
      contextToken,
    });
    life.nowMs += 1_000;
    await life.say("1", at(500, "of 500"));
    await life.say("2", at(400, "of 400"));
    assertEquals(await tokenOf(life), "of 500");
    await life.say("3", at(500, "of 500, later"));
    assertEquals(await tokenOf(life), "of 500, later");
    await life.say("4", { createTimeMs: START_MS + 900, contextToken: "" });
    assertEquals(await tokenOf(life), "of 500, later");
  },

  "ingest() does not let a stamp from the future make later messages look old": async (life) => {
    await life.say("1", { createTimeMs: START_MS + 99_999_999, contextToken: "early" });
    assertEquals((await ledgerOf(life))?.lastInboundAtMs, START_MS);
    life.nowMs += 10;
    await life.say("2", { createTimeMs: START_MS + 5, contextToken: "late" });
    assertEquals(await tokenOf(life), "late");
    assertEquals((await ledgerOf(life))?.lastInboundAtMs, START_MS + 5);
  },

  "ingest() counts the window from WeChat's stamp, and a late old message opens no turn": async (
    life,
  ) => {
    life.nowMs += 60_000;
    const message = await life.deliver("1", undefined, { createTimeMs: START_MS + 30_000 });
    await life.poll();
    await life.reply("answer", message);
    await life.sendNext();
    await life.say("an old one", { createTimeMs: START_MS + 10_000 });
    assertEquals(await ledgerOf(life), {
      lastInboundAtMs: START_MS + 30_000,
      sendsSinceInbound: 1,
      coolDownUntilMs: 0,
    });
    life.nowMs += 1;
    await life.say("a new one", { createTimeMs: START_MS + 60_001 });
    assertEquals(await ledgerOf(life), {
      lastInboundAtMs: START_MS + 60_001,
      sendsSinceInbound: 0,
      coolDownUntilMs: 0,
    });
  },

  "ingest() counts for the new turn what was sent before much that is still planned": async (
    life,
  ) => {
    const message = await life.deliver("1");
    await life.poll();
    const contents = Array.from({ length: 60 }, (_, at) => contentOf(`part ${at}`));
    await life.reply("all", message, { contents });
    life.nowMs += 1_000;
    await life.sendNext();
    life.nowMs += 1_000;
    await life.say("late", { createTimeMs: START_MS + 500 });
    assertEquals((await ledgerOf(life))?.sendsSinceInbound, 1);
  },

  "ingest() counts for the new turn what was sent after it was written, but nothing from before the last poll":
    async (life) => {
      const message = await life.deliver("1");
      await life.poll();
      for (const text of ["one", "two", "three"]) {
        life.nowMs += 1_000;
        await life.reply(text, message);
        await life.sendNext();
      }
      life.nowMs += 1_000;
      await life.say("late", { createTimeMs: START_MS + 1_500 });
      assertEquals((await ledgerOf(life))?.sendsSinceInbound, 2);
      // By a clock that is ahead everything seems to have been sent after it was written.
      const more = { createTimeMs: START_MS + 1_600 };
      await life.ingest([said("ahead", more)], { lastPollAtMs: START_MS + 2_500 });
      assertEquals((await ledgerOf(life))?.sendsSinceInbound, 1);
    },

  "ingest() takes a message for the newest although the clock was set back before it": async (
    life,
  ) => {
    const message = await life.deliver("1", undefined, { contextToken: "first" });
    await life.poll();
    await life.reply("answer", message);
    await life.sendNext();
    life.nowMs -= 8 * 3_600_000;
    await life.say("2", { contextToken: "second" });
    assertEquals((await ledgerOf(life))?.lastInboundAtMs, life.nowMs);
    assertEquals(await tokenOf(life), "second");
  },

  "ingest() lets replies that waited for the person wait for the end of the new turn, not what waits for a login":
    async (
      life,
    ) => {
      const { store } = life;
      const message = await life.deliver("question");
      await life.poll();
      await life.reply("for the person", message);
      const [first] = await life.sends();
      assert(first !== undefined);
      const deferred = { untilMs: null, atMs: life.nowMs };
      await store.deferSends(first.conversation, { ...deferred, reason: "budget" });
      await life.reply("for the login", message);
      await store.deferSends(first.conversation, { ...deferred, reason: "logged_out" });
      assertEquals(await life.sends(), []);
      await life.say("here I am");
      assertEquals(await life.sends(), []);
      const turn = await store.turn(first.conversation);
      assertEquals(turn.waiting.map(({ send }) => send), [first.send]);
    },

  "ingest() after a newer login keeps the messages, and neither cursor nor context token": async (
    life,
  ) => {
    const { store, account } = life;
    await store.saveLogin({
      userId: "owner@im.wechat",
      botId: "b2@im.bot",
      token: "t2",
      baseUrl: "https://ilink.example",
      atMs: START_MS,
    });
    const [id] = await life.ingest([said("late")], { generation: 1, cursor: "of the old bot" });
    assert(id !== undefined);
    assertEquals((await life.look(id)).state, "received");
    assertEquals((await store.credentials(account.id))?.cursor, "");
    assertEquals(await tokenOf(life), "");
  },

  "ingest() parks what cannot be read, once, and counts that it came again": async (life) => {
    const unreadable: RawInbound = {
      raw: '{"x":',
      read: { kind: "unreadable", reason: "no JSON" },
    };
    const [id] = await life.ingest([unreadable]);
    assertEquals(await life.ingest([unreadable]), []);
    const body = new TextEncoder().encode("<html>");
    const [bodyId] = await life.ingest([], { unreadableBody: body });
    assertEquals(await life.ingest([], { unreadableBody: body }), []);
    assert(id !== undefined && bodyId !== undefined);
    const trace = await life.store.trace(id);
    assertEquals([trace?.state, trace?.reason, trace?.duplicates], [
      "parked",
      "message_unreadable: no JSON",
      1,
    ]);
    const bodyTrace = await life.store.trace(bodyId);
    assertEquals([bodyTrace?.reason, bodyTrace?.duplicates], ["body_unreadable: 6 bytes", 1]);
    assertEquals(await life.store.heads({ skip: new Set(), limit: 9 }), []);
  },

  "ingest() keeps a group as one conversation and its people apart": async (life) => {
    const { store } = life;
    const [ann, ben] = await life.ingest([
      said("hi", { group: GROUP }),
      said("hello", { group: GROUP, from: BEN }),
    ]);
    const direct = await life.say("just to you");
    assert(ann !== undefined && ben !== undefined);
    const inputs = [];
    for (const id of [ann, ben, direct]) inputs.push(await store.readForDecision(id));
    const [first, second, third] = inputs;
    assertEquals(first?.message.conversation, second?.message.conversation);
    assert(first?.sender.key !== second?.sender.key);
    assertEquals(first?.sender.key, third?.sender.key);
    assert(first?.message.conversation !== third?.message.conversation);
    assertEquals((await store.trace(ann))?.isGroup, true);
    assertEquals((await store.trace(direct))?.isGroup, false);
    const conversation = first?.message.conversation;
    assert(conversation !== undefined);
    assertEquals((await store.conversationAddress(conversation))?.to, GROUP);
  },
};
