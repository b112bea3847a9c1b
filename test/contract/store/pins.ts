import { assert, assertEquals } from "@std/assert";
import type { MessageId, ReplyId } from "../../../src/core/ids.ts";
import { contentOf, deliverTo, type Said, type StoreLife } from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

const MINUTE_MS = 60_000;

/** The client at this place asks something about a message, and its reply is pinned. */
async function ask(
  life: StoreLife,
  message: MessageId,
  { at = 0, forMs = MINUTE_MS, contents = [contentOf("yes or no?")] } = {},
): Promise<ReplyId> {
  const accepted = await life.store.accept({
    ...{ client: life.client(at), sendId: "", digest: "d", content: contentOf("yes or no?") },
    answers: { conversation: (await life.conversation()).conversation, message },
    ...{ to: "", atMs: life.nowMs },
  });
  assert(accepted.kind === "accepted");
  const { reply } = accepted;
  await life.store.plan({ reply, contents, steps: [], pinnedForMs: forMs, atMs: life.nowMs });
  return reply;
}

/** Ann wrote, and both clients have got it. */
async function asked(life: StoreLife, more: Said = {}): Promise<MessageId> {
  const message = await life.deliver("question", [life.client(), life.client(1)], more);
  await life.poll();
  await life.poll({ client: life.client(1) });
  return message;
}

/** The pins that the next message of Ann would find. */
async function pinsOf(life: StoreLife, more: Said = {}) {
  const message = await life.say("yes", more);
  const input = await life.store.readForDecision(message);
  assert(input !== null);
  return { message, pins: input.pins };
}

export const PINS: Subject = {
  "plan() pins a reply, from when it begins to be sent": async (life) => {
    const message = await asked(life);
    assertEquals((await pinsOf(life)).pins, []);
    const reply = await ask(life, message);
    const pin = { client: life.client(), reply, forMs: MINUTE_MS };
    assertEquals((await pinsOf(life)).pins, [{ ...pin, askedAtMs: null }]);
    life.nowMs += 5_000;
    await life.sendNext();
    assertEquals((await pinsOf(life)).pins, [{ ...pin, askedAtMs: life.nowMs }]);
  },

  "plan() pins nothing that is not sent": async (life) => {
    await ask(life, await asked(life), { contents: [] });
    assertEquals((await pinsOf(life)).pins, []);
  },

  "plan() takes a part of a millisecond for a whole one": async (life) => {
    await ask(life, await asked(life), { forMs: 0.5 });
    assertEquals((await pinsOf(life)).pins.map(({ forMs }) => forMs), [1]);
  },

  "a reply that WeChat refused has asked nobody": async (life) => {
    const reply = await ask(life, await asked(life));
    const [job] = await life.sends(1);
    assert(job?.reply === reply);
    await life.store.beginSend(job.send, { upstreamId: "up-1", atMs: life.nowMs });
    const refused = { kind: "refused", reason: "-2", atMs: life.nowMs } as const;
    await life.store.endSend(job.send, refused);
    assertEquals((await pinsOf(life)).pins.map(({ askedAtMs }) => askedAtMs), [null]);
  },

  "a client's newer pin takes the place of its older one, beside those of others": async (life) => {
    const message = await asked(life);
    await ask(life, message);
    const beta = await ask(life, message, { at: 1 });
    const alpha = await ask(life, message, { forMs: 2 * MINUTE_MS });
    const { pins } = await pinsOf(life);
    assertEquals(
      pins.map(({ client, reply, forMs }) => [client, reply, forMs]).toSorted(),
      [[life.client(), alpha, 2 * MINUTE_MS], [life.client(1), beta, MINUTE_MS]].toSorted(),
    );
  },

  "plan() without a pin leaves the client's older one": async (life) => {
    const message = await asked(life);
    const reply = await ask(life, message);
    await life.reply("one more thing", message);
    assertEquals((await pinsOf(life)).pins.map((pin) => pin.reply), [reply]);
  },

  "settle() ends the pins that it names, and no newer one": async (life) => {
    const first = await asked(life);
    const old = await ask(life, first);
    const beta = await ask(life, first, { at: 1 });
    const { message } = await pinsOf(life);
    const now = await ask(life, first); // while the answer is being decided
    const decision = deliverTo([life.client()]);
    await life.store.settle({
      ...{ message, decision, memories: {}, atMs: life.nowMs, endedPins: [old, beta] },
      trace: { decidedAtMs: 0, steps: [], seen: { binding: null, clients: [] }, decision: null },
    });
    assertEquals((await pinsOf(life)).pins.map(({ reply }) => reply), [now]);
  },

  "removeClient() ends its pins, and what it gave before pins nothing any more": async (life) => {
    const message = await asked(life);
    await ask(life, message);
    const beta = await ask(life, message, { at: 1 });
    const late = await life.accept("late?", message);
    assert(late.kind === "accepted");
    await life.store.removeClient(life.client(), life.nowMs);
    const contents = [contentOf("late?")];
    await life.store.plan({
      ...{ reply: late.reply, contents, steps: [], pinnedForMs: 1, atMs: life.nowMs },
    });
    assertEquals((await pinsOf(life)).pins.map(({ reply }) => reply), [beta]);
  },

  "in a group a pin is for whoever wrote what the reply answers": async (life) => {
    const group = "family@chatroom";
    const message = await life.deliver("question", [life.client()], { group });
    await life.poll();
    const accepted = await life.store.accept({
      ...{ client: life.client(), sendId: "", digest: "d", content: contentOf("yes or no?") },
      ...{ answers: null, to: group, atMs: life.nowMs },
    });
    assert(accepted.kind === "accepted");
    const { reply } = accepted;
    const contents = [contentOf("yes or no?")];
    await life.store.plan({
      ...{ reply, contents, steps: [], pinnedForMs: MINUTE_MS, atMs: life.nowMs },
    });
    const ben = await pinsOf(life, { group, from: "ben@im.wechat" });
    assertEquals(ben.pins, []);
    assertEquals((await life.store.trace(message))?.replies.length, 1);
    const ann = await life.store.readForDecision(await life.say("yes", { group }));
    assertEquals(ann?.pins.map((pin) => pin.reply), [reply]);
    assertEquals((await pinsOf(life)).pins, []); // what Ann writes to the bot alone
  },
};
