import { assert, assertEquals, assertRejects } from "@std/assert";
import { asId, type ConversationId, type ReplyId, type SendId } from "../../../src/core/ids.ts";
import { LIMITS } from "../../../src/core/limits.ts";
import type { SendEnd, SendJob } from "../../../src/store/store.ts";
import {
  ANN,
  answerWith,
  BEN,
  contentOf,
  deliverTo,
  START_MS,
  type StoreLife,
} from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

/** Ann asked, alpha answered with these texts, one send each. */
async function answered(life: StoreLife, ...texts: string[]): Promise<readonly SendJob[]> {
  const message = await life.deliver("question");
  await life.poll();
  for (const text of texts) await life.reply(text, message);
  return await life.sends();
}

async function next(life: StoreLife): Promise<SendJob> {
  const [job] = await life.sends(1);
  assert(job !== undefined, "nothing is to be sent");
  return job;
}

async function begin(life: StoreLife, upstreamId = "up-1"): Promise<SendJob> {
  const job = await next(life);
  await life.store.beginSend(job.send, { upstreamId, atMs: life.nowMs });
  return job;
}

function end(life: StoreLife, send: SendId, ended: SendEnd): Promise<void> {
  return life.store.endSend(send, { ...ended, atMs: life.nowMs });
}

async function stateOf(life: StoreLife, job: SendJob): Promise<string> {
  assert(job.reply !== null);
  const { state, reason } = await life.store.replyOutcome(job.reply);
  return reason === "" ? state : `${state}: ${reason}`;
}

export const SENDS: Subject = {
  "nextSends() tells all that the call needs": async (life) => {
    const [job] = await answered(life, "answer");
    assert(job !== undefined);
    assertEquals([job.to, job.upstreamId, job.attempt], [ANN, null, 1]);
    assert(job.contextToken.startsWith("token of "));
    assertEquals(JSON.parse(job.content).item_list[0].text_item.text, "answer");
    assertEquals(job.ledger, {
      lastInboundAtMs: START_MS,
      sendsSinceInbound: 0,
      coolDownUntilMs: 0,
    });
  },

  "nextSends() gives one of each conversation, none while one is in flight": async (life) => {
    const jobs = await answered(life, "1", "2");
    assertEquals(jobs.length, 1);
    await life.settle(await life.say("/list", { from: BEN }), answerWith("alpha"));
    assertEquals((await life.sends()).map(({ to }) => to), [ANN, BEN]);
    assertEquals((await life.sends(1)).length, 1);
    const skip = new Set(jobs.map(({ conversation }) => conversation));
    const rest = await life.store.nextSends({ account: life.account.id, skip, limit: 9 });
    assertEquals(rest.map(({ to }) => to), [BEN]);
    const job = await begin(life);
    assertEquals((await life.sends()).map(({ to }) => to), [BEN]);
    await end(life, job.send, { kind: "sent", wireId: "1" });
    assertEquals((await life.sends()).map(({ to }) => to), [ANN, BEN]);
  },

  "beginSend() counts in the ledger, endSend() back takes it back": async (life) => {
    await answered(life, "1", "2");
    const job = await begin(life);
    await end(life, job.send, { kind: "back", reason: "not reached" });
    assertEquals((await life.store.turn(job.conversation)).heard, new Map());
    const again = await next(life);
    assertEquals([again.send, again.attempt, again.upstreamId], [job.send, 1, null]);
    assertEquals(again.ledger.sendsSinceInbound, 0);
    await life.sendNext();
    assertEquals((await next(life)).ledger.sendsSinceInbound, 1);
  },

  "beginSend() and endSend() refuse what is not allowed from where the send is": async (life) => {
    await answered(life, "1");
    const job = await next(life);
    await assertRejects(
      () => end(life, job.send, { kind: "refused", reason: "" }),
      Error,
      "planned",
    );
    await begin(life);
    const begun = { upstreamId: "x", atMs: START_MS };
    await assertRejects(() => life.store.beginSend(job.send, begun), Error, "sending");
    await end(life, job.send, { kind: "refused", reason: "-1" });
    await assertRejects(
      () => end(life, job.send, { kind: "sent", wireId: null }),
      Error,
      "refused",
    );
    assertEquals(await stateOf(life, job), "refused: -1");
  },

  "endSend() without an id is unconfirmed until the account has shown one, then suspect": async (
    life,
  ) => {
    await answered(life, "1", "2", "3");
    const first = await life.sendNext(null);
    assertEquals(await stateOf(life, first), "unconfirmed");
    const second = await life.sendNext("902");
    assertEquals(await stateOf(life, second), "sent");
    assertEquals((await life.store.accounts())[0]?.showsIds, true);
    const third = await life.sendNext(null);
    assertEquals(await stateOf(life, third), "suspect");
  },

  "endSend() unknown stops the conversation until it is settled; a repeat keeps its id": async (
    life,
  ) => {
    await answered(life, "1", "2");
    const job = await begin(life, "up-7");
    await end(life, job.send, { kind: "unknown", reason: "time limit" });
    assertEquals(await life.sends(), []);
    const unknown = { send: job.send, attempt: 1 };
    assertEquals(await life.store.unknownSends(life.account.id), [unknown]);
    await life.store.settleUnknown(job.send, "repeat");
    const again = await next(life);
    assertEquals([again.send, again.upstreamId, again.attempt], [job.send, "up-7", 2]);
    assert(job.reply !== null);
    await begin(life, "up-7");
    await end(life, job.send, { kind: "unknown", reason: "again" });
    await life.store.settleUnknown(job.send, "show");
    await life.store.settleUnknown(job.send, "repeat");
    assertEquals(await life.store.unknownSends(life.account.id), []);
    assertEquals(await stateOf(life, job), "unknown: again");
    assert((await next(life)).send !== job.send);
  },

  "endSend() may still turn unknown into sent": async (life) => {
    await answered(life, "1");
    const job = await begin(life);
    await end(life, job.send, { kind: "unknown", reason: "time limit" });
    await end(life, job.send, { kind: "sent", wireId: "901" });
    assertEquals(await stateOf(life, job), "sent");
    assertEquals(await life.store.unknownSends(life.account.id), []);
  },

  "recoverSends() makes unknown what was in flight": async (life) => {
    await answered(life, "1", "2");
    const job = await begin(life);
    assertEquals(await life.store.recoverSends(), 1);
    assertEquals(await life.store.recoverSends(), 0);
    assertEquals(await stateOf(life, job), "unknown: hub_stopped");
    assertEquals(await life.sends(), []);
    assertEquals(await life.store.unknownSends(life.account.id), [{ send: job.send, attempt: 1 }]);
  },

  "endSend() deferred lets what comes behind wait with it": async (life) => {
    await answered(life, "1", "2");
    const job = await begin(life);
    const untilMs = life.nowMs + 5_000;
    await end(life, job.send, { kind: "deferred", reason: "throttle", untilMs });
    assertEquals(await life.sends(), []);
    const early = await life.store.resumeSends(untilMs - 1);
    assertEquals(early, { resumed: 0, nextDueAtMs: untilMs });
    assertEquals(await life.store.resumeSends(untilMs), { resumed: 2, nextDueAtMs: null });
    const again = await next(life);
    assertEquals([again.send, again.attempt, again.upstreamId], [job.send, 2, null]);
    assertEquals(again.ledger.coolDownUntilMs, untilMs);
    assertEquals(again.ledger.sendsSinceInbound, 1);
  },

  "deferSends() keeps the conversation's planned sends, and only a new message helps": async (
    life,
  ) => {
    const [job] = await answered(life, "1", "2");
    assert(job !== undefined);
    const deferred = { reason: "budget", untilMs: null, atMs: START_MS } as const;
    await life.store.deferSends(job.conversation, deferred);
    assertEquals(await stateOf(life, job), "deferred: budget");
    assertEquals(await life.store.resumeSends(START_MS * 2), { resumed: 0, nextDueAtMs: null });
    assertEquals((await life.store.counts()).sends, { deferred: 2, planned: 0 });
    await life.say("here I am");
    const look = { account: life.account.id, nowMs: START_MS * 2 };
    assertEquals(await life.store.heldConversations(look), [job.conversation]);
    assertEquals(await life.sends(), []);
  },

  "resumeSends() plans all that is due, however much": async (life) => {
    const message = await life.deliver("tell me all");
    await life.poll();
    const contents = Array.from({ length: 1_001 }, (_, at) => contentOf(`part ${at}`));
    await life.reply("all", message, { contents });
    const { conversation } = await life.conversation();
    const untilMs = START_MS + 1_000;
    await life.store.deferSends(conversation, { reason: "throttle", untilMs, atMs: START_MS });
    assertEquals((await life.store.resumeSends(untilMs)).nextDueAtMs, null);
    assertEquals((await life.store.counts()).sends, { planned: 1_001, deferred: 0 });
  },

  "deferSends() leaves what was planned after the last that its caller knows": async (life) => {
    const [job] = await answered(life, "1", "2", "3");
    assert(job !== undefined);
    const { waiting } = await life.store.turn(job.conversation);
    const [, two, three] = waiting.map(({ send }) => send);
    assert(two !== undefined && three !== undefined);
    const atMs = life.nowMs;
    const deferred = { reason: "turn", untilMs: atMs + 5_000, through: two, atMs } as const;
    await life.store.deferSends(job.conversation, deferred);
    assertEquals((await life.store.counts()).sends, { deferred: 2, planned: 1 });
    assertEquals((await next(life)).send, three);
  },

  "releaseSends() merges what waits into its oldest send, which speaks for all; the rest waits on":
    async (
      life,
    ) => {
      const [job] = await answered(life, "1", "2", "3");
      assert(job !== undefined);
      const { store } = life;
      const { conversation } = job;
      const atMs = life.nowMs;
      await store.deferSends(conversation, { reason: "turn", untilMs: atMs + 5_000, atMs });
      const { waiting } = await store.turn(conversation);
      const [one, two, three] = waiting.map(({ send }) => send);
      assert(one !== undefined && two !== undefined && three !== undefined);
      const content = JSON.stringify({ item_list: [{ type: 1, text_item: { text: "1 and 2" } }] });
      const call = {
        conversation,
        groups: [{ carrier: one, content, merged: [two] }],
        rest: { sends: [three], reason: "budget" },
        atMs,
      } as const;
      await store.releaseSends(call);
      assertEquals((await store.counts()).sends, { deferred: 1, planned: 1, merged: 1 });
      await store.releaseSends(call); // one of them has ended: nothing happens
      assertEquals((await store.counts()).sends, { deferred: 1, planned: 1, merged: 1 });
      const carrier = await next(life);
      assertEquals([carrier.send, carrier.rank, carrier.content], [one, "released", content]);
      await life.sendNext("950");
      const outcomes = await Promise.all(
        [1, 2, 3].map((reply) => store.replyOutcome(asId<ReplyId>(reply))),
      );
      assertEquals(outcomes.map(({ state, wireId }) => [state, wireId]), [
        ["sent", "950"],
        ["merged", "950"],
        ["deferred", null],
      ]);
    },

  "turn() tells who was asked, who was heard, also as part of another's send, and how many notices left":
    async (
      life,
    ) => {
      const { store } = life;
      const both = [life.client(), life.client(1)] as const;
      const message = await life.deliver("question", [...both]);
      await life.poll();
      const { conversation } = await life.conversation();
      const turn = () => store.turn(conversation);
      assertEquals((await turn()).audience, both);
      assertEquals((await turn()).heard, new Map());
      await life.reply("1", message);
      await life.sendNext();
      assertEquals((await turn()).heard, new Map([[life.client(), 1]]));
      await life.reply("2", message);
      await life.reply("3", message, { client: life.client(1) });
      const [two, three] = (await turn()).waiting;
      assert(two !== undefined && three !== undefined);
      assertEquals([two.clientName, three.clientName, two.rank, two.isHeld], [
        ...["alpha", "beta", "reply", false],
      ]);
      const group = { carrier: two.send, content: two.content, merged: [three.send] };
      const released = { conversation, groups: [group], atMs: life.nowMs } as const;
      await store.releaseSends({ ...released, rest: { sends: [], reason: "budget" } });
      assert((await turn()).waiting.every(({ isFixed }) => isFixed));
      await life.sendNext();
      assertEquals((await turn()).heard, new Map([[life.client(), 2], [life.client(1), 1]]));
      await life.reply("notice", message, { rank: "push" });
      await life.sendNext();
      assertEquals((await turn()).minorSends, 1);
      life.nowMs += 60_000;
      await life.deliver("and now?", [life.client(1)]);
      const { heard, minorSends, audience } = await turn();
      assertEquals([heard, minorSends], [new Map(), 0]);
      assertEquals(audience, both, "the first was given the question a moment ago and works on it");
      life.nowMs += LIMITS.busyForMs + 1;
      await life.deliver("still there?", [life.client(1)]);
      assertEquals((await turn()).audience, [life.client(1)]);
    },

  "nextSends() tells whether others may answer once something was sent, and whether more waits":
    async (
      life,
    ) => {
      const message = await life.deliver("question", [life.client(), life.client(1)]);
      await life.poll();
      await life.reply("1", message);
      const tells = async () => {
        const { others, isAlone } = await next(life);
        return { others, isAlone };
      };
      assertEquals(await tells(), { others: 0, isAlone: true });
      await life.reply("2", message);
      assertEquals(await tells(), { others: 0, isAlone: false });
      await life.sendNext();
      assertEquals(await tells(), { others: 1, isAlone: true });
      const { conversation } = await life.conversation();
      const held = { reason: "turn", untilMs: life.nowMs + 1, atMs: life.nowMs } as const;
      await life.store.deferSends(conversation, held);
      await life.reply("3", message);
      assertEquals(await tells(), { others: 1, isAlone: false });
    },

  "mergeSends() puts texts into one that stays where it is, or does nothing when one has left":
    async (
      life,
    ) => {
      await answered(life, "1", "2", "3");
      const { store } = life;
      const { conversation } = await life.conversation();
      const [one, two, three] = (await store.turn(conversation)).waiting.map(({ send }) => send);
      assert(one !== undefined && two !== undefined && three !== undefined);
      const content = contentOf("1 and 2");
      const call = {
        conversation,
        group: { carrier: one, content, merged: [two] },
        atMs: START_MS,
      };
      assertEquals(await store.mergeSends(call), true);
      assertEquals(await store.mergeSends(call), false);
      assertEquals((await store.counts()).sends, { planned: 2, merged: 1 });
      const job = await next(life);
      assertEquals([job.send, job.rank, job.content], [one, "reply", content]);
      await life.sendNext("950");
      assertEquals((await store.replyOutcome(asId<ReplyId>(2))).wireId, "950");
      assertEquals((await next(life)).send, three);
    },

  "resumeSends() ends what was kept too long": async (life) => {
    const [job] = await answered(life, "1");
    assert(job !== undefined);
    const deferred = { reason: "window", untilMs: null, atMs: life.nowMs } as const;
    await life.store.deferSends(job.conversation, deferred);
    await life.store.resumeSends(life.nowMs + 1, { expireBeforeMs: life.nowMs });
    assertEquals(await stateOf(life, job), "deferred: window");
    await life.store.resumeSends(life.nowMs + 2, { expireBeforeMs: life.nowMs + 1 });
    assertEquals(await stateOf(life, job), "expired: too_old");
  },

  "the hub's own words go before replies that were planned earlier": async (life) => {
    await answered(life, "1");
    const say = deliverTo([life.client()], { say: "one moment" });
    await life.settle(await life.say("more"), say);
    assertEquals((await next(life)).reply, null);
  },

  "conversationAddress() names account, person and newest context token": async (life) => {
    const [job] = await answered(life, "1");
    assert(job !== undefined);
    assertEquals(await life.store.conversationAddress(job.conversation), {
      account: life.account.id,
      to: ANN,
      contextToken: job.contextToken,
    });
    assertEquals(await life.store.conversationAddress(asId<ConversationId>(99)), null);
  },
};
