import { assert, assertEquals } from "@std/assert";
import { asId, type ConversationId, type MessageId } from "../../../src/core/ids.ts";
import { ANN, BEN, contentOf, START_MS, type StoreLife } from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

const GIVEN = {
  sendId: "",
  digest: "d",
  content: contentOf("answer"),
  answers: null,
  to: "",
  atMs: START_MS,
};

/** Ann wrote, and alpha has got it. */
async function asked(life: StoreLife): Promise<MessageId> {
  const message = await life.deliver("question");
  await life.poll();
  return message;
}

export const REPLIES: Subject = {
  "accept() takes a reply, which waits to be shaped": async (life) => {
    const message = await asked(life);
    const accepted = await life.accept("answer", message);
    assert(accepted.kind === "accepted");
    const [reply] = await life.store.acceptedReplies(9);
    assertEquals(reply?.id, accepted.reply);
    assertEquals(reply?.client, { id: life.client(), name: "alpha", role: "agent" });
    assertEquals(reply?.account, { id: life.account.id, name: life.account.name });
    assertEquals(reply?.content, contentOf("answer"));
    assertEquals(await life.store.replyOutcome(accepted.reply), {
      state: "accepted",
      wireId: null,
      reason: "",
    });
  },

  "accept() of the same send id and content gives the first answer": async (life) => {
    const message = await asked(life);
    const first = await life.accept("answer", message, { sendId: "s1" });
    const again = await life.accept("answer", message, { sendId: "s1" });
    assert(first.kind === "accepted" && again.kind === "repeat");
    assertEquals([again.reply, again.outcome.state], [first.reply, "accepted"]);
    const other = await life.accept("other content", message, { sendId: "s1" });
    assertEquals(other.kind, "accepted");
    assertEquals((await life.store.acceptedReplies(9)).length, 2);
  },

  "accept() without a send id takes every call for a reply of its own": async (life) => {
    const message = await asked(life);
    assertEquals((await life.accept("answer", message)).kind, "accepted");
    assertEquals((await life.accept("answer", message)).kind, "accepted");
  },

  "accept() goes by the person where no context token says whom it answers": async (life) => {
    const message = await asked(life);
    const given = { ...GIVEN, client: life.client() };
    assertEquals((await life.store.accept({ ...given, to: ANN })).kind, "accepted");
    assertEquals((await life.look(message)).replies, ["alpha accepted"]);
    for (const to of ["", BEN]) {
      assertEquals(await life.store.accept({ ...given, to }), { kind: "no_conversation" });
    }
    const beta = { ...given, client: life.client(1), to: ANN };
    assertEquals(await life.store.accept(beta), { kind: "no_conversation" });
  },

  "accept() goes by the person where the token's conversation is not in this database": async (
    life,
  ) => {
    await asked(life);
    const answers = {
      conversation: asId<ConversationId>(99),
      message: asId<MessageId>(99),
    };
    const accepted = await life.store.accept({ ...GIVEN, client: life.client(), answers, to: ANN });
    assertEquals(accepted.kind, "accepted");
  },

  "accept() refuses what has too much unsent before it, until something has ended": async (
    life,
  ) => {
    const message = await asked(life);
    for (let at = 0; at < 3; at++) await life.reply(`planned ${at}`, message);
    assertEquals((await life.accept("unshaped", message)).kind, "accepted");
    assertEquals(await life.accept("one too many", message), { kind: "full" });
    await life.sendNext();
    assertEquals((await life.accept("there is room", message)).kind, "accepted");
  },

  "acceptedReplies() gives the oldest first, without the conversations to skip": async (life) => {
    const message = await asked(life);
    const texts = ["1", "2", "3"];
    for (const text of texts) await life.accept(text, message);
    const all = await life.store.acceptedReplies(9);
    assertEquals(all.map(({ content }) => content), texts.map(contentOf));
    assertEquals((await life.store.acceptedReplies(2)).length, 2);
    const skip = new Set([all[0]?.conversation ?? asId<ConversationId>(0)]);
    assertEquals(await life.store.acceptedReplies(9, skip), []);
  },

  "plan() makes the sends in order, and repeating it does nothing": async (life) => {
    const message = await asked(life);
    const contents = [contentOf("part 1"), contentOf("part 2")];
    const reply = await life.reply("parts", message, { contents });
    await life.store.plan({ reply, contents, steps: [], atMs: START_MS });
    assertEquals((await life.store.trace(message))?.replies[0]?.sends.map(({ text }) => text), [
      "part 1",
      "part 2",
    ]);
    assertEquals((await life.store.replyOutcome(reply)).state, "planned");
    await life.sendNext("901");
    assertEquals(await life.store.replyOutcome(reply), {
      state: "planned",
      wireId: "901",
      reason: "",
    });
    await life.sendNext("902");
    assertEquals((await life.store.replyOutcome(reply)).state, "sent");
    assertEquals(await life.sends(), []);
  },

  "plan() of nothing stops the reply and keeps why": async (life) => {
    const message = await asked(life);
    const steps = [{ plugin: "quiet", verdict: { kind: "stop", n: 1 } }];
    const accepted = await life.accept("answer", message);
    assert(accepted.kind === "accepted");
    await life.store.plan({ reply: accepted.reply, contents: [], steps, atMs: START_MS });
    assertEquals((await life.store.replyOutcome(accepted.reply)).state, "stopped");
    assertEquals((await life.store.trace(message))?.replies[0]?.steps, steps);
    assertEquals(await life.store.acceptedReplies(9), []);
  },
};
