import { assert, assertEquals, assertRejects } from "@std/assert";
import { HubError } from "../../../src/core/error.ts";
import { asId, type MessageId } from "../../../src/core/ids.ts";
import {
  ANN,
  answerWith,
  BEN,
  contentOf,
  deliverTo,
  said,
  START_MS,
  type StoreLife,
  traceOf,
} from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

async function headsOf(
  { store }: StoreLife,
  limit = 99,
): Promise<readonly (MessageId | undefined)[]> {
  return (await store.heads({ skip: new Set(), limit })).map(({ message }) => message);
}

/** Two clients answer Ann; WeChat gives the ids 901 and 902, ten seconds and more apart unless told otherwise. */
async function twoAnswers(life: StoreLife, gapMs = 60_000): Promise<void> {
  const message = await life.deliver("question", [life.client(), life.client(1)]);
  await life.poll();
  await life.poll({ client: life.client(1) });
  await life.reply("the answer of alpha", message);
  await life.sendNext("901");
  life.nowMs += gapMs;
  await life.reply("the answer of beta", message, { client: life.client(1) });
  await life.sendNext("902");
  life.nowMs += 60_000;
}

async function quotedBy(
  life: StoreLife,
  quote: { wireId?: string; text?: string; selected?: string; createTimeMs?: number },
) {
  const message = await life.say("about that", {
    quote: {
      wireId: quote.wireId ?? null,
      text: quote.text ?? "",
      ...(quote.selected === undefined ? {} : { selected: quote.selected }),
      createTimeMs: quote.createTimeMs ?? null,
    },
  });
  return (await life.store.readForDecision(message))?.quoted;
}

export const ROUTE: Subject = {
  "heads() gives the oldest undecided message of each conversation, oldest first": async (life) => {
    const ids = await life.ingest([
      said("b1", { from: BEN }),
      said("a1"),
      said("b2", { from: BEN }),
      said("a2"),
    ]);
    assertEquals(await headsOf(life), [ids[0], ids[1]]);
    assertEquals(await headsOf(life, 1), [ids[0]]);
    const [ben] = await life.store.heads({ skip: new Set(), limit: 1 });
    assert(ben !== undefined && ids[0] !== undefined);
    const skip = new Set([ben.conversation]);
    const rest = await life.store.heads({ skip, limit: 1 });
    assertEquals(rest.map(({ message }) => message), [ids[1]]);
    await life.settle(ids[0], deliverTo([life.client()]));
    assertEquals(await headsOf(life), [ids[1], ids[2]]);
  },

  "readForDecision() shows account, sender, attempt and ledger, and nothing once it is decided":
    async (life) => {
      const { store, account } = life;
      const message = await life.say("hello");
      const input = await store.readForDecision(message);
      assertEquals(input?.account, {
        id: account.id,
        name: account.name,
        userId: account.userId,
        defaultClient: null,
      });
      assertEquals(input?.sender.alias, "");
      assertEquals([input?.binding, input?.quoted, input?.last], [null, null, null]);
      assertEquals(input?.memories, {});
      assertEquals(input?.ledger.lastInboundAtMs, START_MS);
      await life.settle(message, deliverTo([life.client()]));
      assertEquals(await store.readForDecision(message), null);
      assertEquals(await store.readForDecision(asId<MessageId>(99)), null);
    },

  "readForDecision() shows binding, memory and trace of the decision before": async (life) => {
    const { store } = life;
    const message = await life.say("bind me");
    const decision = deliverTo([life.client()], {
      binding: { kind: "bind", client: life.client(1) },
    });
    const trace = traceOf(decision, life.nowMs);
    const memories = { affinity: { since: 5 }, __proto__x: { a: [1, "二"] } };
    await store.settle({ message, decision, trace, memories, atMs: life.nowMs });
    const input = await store.readForDecision(await life.say("next"));
    assertEquals(input?.binding, { client: life.client(1), boundAtMs: life.nowMs });
    assertEquals(input?.memories, memories);
    assertEquals(input?.last, { message, trace });
    const other = await store.readForDecision(await life.say("hi", { from: BEN }));
    assertEquals([other?.binding, other?.memories, other?.last], [null, {}, null]);
  },

  "readForReply() shows the same of the reply's conversation": async (life) => {
    const { store } = life;
    const message = await life.deliver("question");
    await life.poll();
    const accepted = await life.accept("answer", message);
    assert(accepted.kind === "accepted");
    const input = await store.readForReply(accepted.reply);
    assertEquals(input.account.id, life.account.id);
    assertEquals(input.last?.message, message);
    assertEquals(input.ledger.sendsSinceInbound, 0);
  },

  "readForDecision() finds who wrote what is quoted by its id, in this conversation only": async (
    life,
  ) => {
    await twoAnswers(life);
    assertEquals(await quotedBy(life, { wireId: "902" }), { client: life.client(1), match: "id" });
    const strange = await life.say("x", {
      from: BEN,
      quote: { wireId: "902", text: "", createTimeMs: null },
    });
    assertEquals((await life.store.readForDecision(strange))?.quoted, null);
  },

  "readForDecision() finds it by the end of the send within ten seconds, the text deciding": async (
    life,
  ) => {
    await twoAnswers(life, 4_000);
    const alpha = { client: life.client(), match: "time" };
    const beta = { client: life.client(1), match: "time" };
    assertEquals(await quotedBy(life, { createTimeMs: START_MS - 9_999 }), alpha);
    assertEquals(await quotedBy(life, { createTimeMs: START_MS + 3_999 }), beta);
    const text = "the answer of alpha";
    assertEquals(await quotedBy(life, { createTimeMs: START_MS + 3_999, text }), alpha);
    assertEquals(await quotedBy(life, { createTimeMs: START_MS - 10_001 }), null);
  },

  "readForDecision() finds it by its text or the beginning of it": async (life) => {
    await twoAnswers(life);
    const beta = { client: life.client(1), match: "text" };
    assertEquals(await quotedBy(life, { text: " the answer\n of beta " }), beta);
    assertEquals(await quotedBy(life, { text: "the answer of b…" }), beta);
    assertEquals(await quotedBy(life, { text: "the" }), null);
    assertEquals(await quotedBy(life, { text: "the answer of gamma" }), null);
    life.nowMs += 30 * 24 * 3_600_000;
    assertEquals(await quotedBy(life, { text: "the answer of beta" }), null);
  },

  "readForDecision() finds in a digest of several who wrote what the quote shows of it": async (
    life,
  ) => {
    const [alpha, beta] = [life.client(), life.client(1)];
    const message = await life.deliver("question", [alpha, beta]);
    await life.poll();
    await life.poll({ client: beta });
    await life.reply("the backup is done", message);
    await life.reply("the disk is\nalmost full", message, { client: beta });
    await life.reply("the night was long and quiet", message, { client: beta });
    const { conversation } = (await life.sends(1))[0] ?? {};
    assert(conversation !== undefined);
    const { waiting } = await life.store.turn(conversation);
    const [carrier, ...merged] = waiting.map(({ send }) => send);
    assert(carrier !== undefined);
    const text = [
      "[alpha]\nthe backup is done",
      "[beta]\nthe disk is\nalmost full",
      "[beta]\nthe night was long and quiet",
    ].join("\n\n");
    await life.store.releaseSends({
      conversation,
      groups: [{ carrier, content: contentOf(text), merged }],
      rest: { sends: [], reason: "budget" },
      atMs: life.nowMs,
    });
    await life.sendNext("950");
    life.nowMs += 60_000;
    for (
      const [quote, author, match] of [
        [{ wireId: "950" }, beta, "id"],
        [{ wireId: "950", text }, beta, "id"],
        [{ wireId: "950", text: "the disk is almost full" }, beta, "id"],
        [{ wireId: "950", text: "almost full" }, beta, "id"],
        [{ wireId: "950", selected: "disk" }, beta, "id"],
        [{ wireId: "950", text: "backup is done" }, alpha, "id"],
        [{ wireId: "950", text: "[alpha] the backup is done [beta] the disk" }, alpha, "id"],
        [{ wireId: "950", text: "done [beta] the disk is almost full" }, beta, "id"],
        [{ text }, beta, "text"],
        [{ text: "the disk is almost full" }, beta, "text"],
        [{ text, createTimeMs: life.nowMs - 60_000 }, beta, "time"],
      ] as const
    ) {
      assertEquals(await quotedBy(life, quote), { client: author, match }, JSON.stringify(quote));
    }
  },

  "readForDecision() finds nobody where the person quotes themselves or the hub": async (life) => {
    await life.say("the answer of alpha", { wireId: "555" });
    await twoAnswers(life);
    assertEquals(await quotedBy(life, { wireId: "555", text: "the answer of alpha" }), null);
    await life.settle(await life.say("/list"), answerWith("alpha, beta"));
    await life.sendNext("903");
    assertEquals(await quotedBy(life, { wireId: "903", text: "the answer of alpha" }), null);
    await life.store.removeClient(life.client(), life.nowMs);
    assertEquals(await quotedBy(life, { wireId: "901" }), null);
  },

  "park() keeps a message undecided and visible, and the next of its conversation is the head":
    async (life) => {
      const [first, second] = await life.ingest([said("1"), said("2")]);
      assert(first !== undefined && second !== undefined);
      const parked = { why: "settle_failed", reason: "three times", atMs: START_MS } as const;
      await life.store.park(first, parked);
      assertEquals((await life.look(first)).reason, "settle_failed: three times");
      assertEquals(await headsOf(life), [second]);
      await life.settle(second, deliverTo([life.client()]));
      await life.store.park(second, parked);
      assertEquals((await life.look(second)).state, "routed");
    },

  "unpark() makes a message undecided again, counting the attempt": async (life) => {
    const { store } = life;
    const message = await life.say("hello");
    await store.park(message, { why: "plugin_fault", reason: "x", atMs: START_MS });
    await store.unpark(message);
    assertEquals(await headsOf(life), [message]);
    assertEquals((await store.readForDecision(message))?.message.attempt, 2);
    const look = await life.look(message);
    assertEquals([look.state, look.reason], ["received", ""]);
    assertEquals(await store.unsettledCount(life.account.id), 1);
    for (const id of [message, asId<MessageId>(99)]) {
      const error = await assertRejects(() => store.unpark(id), HubError);
      assertEquals(error.code, "MESSAGE_UNKNOWN");
    }
    const [unreadable] = await life.ingest([{ raw: "", read: { kind: "unreadable", reason: "" } }]);
    assert(unreadable !== undefined);
    const error = await assertRejects(() => store.unpark(unreadable), HubError);
    assert(error.message.includes("could not be read"), error.message);
  },

  "conversationFor() is the one with this person that the client was given last": async (life) => {
    const { store } = life;
    const message = await life.deliver("hello");
    assertEquals(await store.conversationFor(life.client(), ANN), null);
    await life.poll();
    const found = await store.conversationFor(life.client(), ANN);
    assertEquals(found?.account, life.account.id);
    assertEquals(await store.conversationFor(life.client(1), ANN), null);
    assertEquals(await store.conversationFor(life.client(), BEN), null);
    assertEquals((await life.look(message)).state, "routed");
  },
};
