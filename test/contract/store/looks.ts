import { assert, assertEquals } from "@std/assert";
import { asId, type DeliverySeq, type MessageId } from "../../../src/core/ids.ts";
import { BEN, said, START_MS } from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

export const LOOKS: Subject = {
  "trace() shows a message's whole life": async (life) => {
    const { store } = life;
    const message = await life.deliver("question");
    life.nowMs += 10;
    const { seq } = await life.poll();
    life.nowMs += 10;
    await life.poll({ acknowledged: { kind: "through", seq }, batch: 0 });
    life.nowMs += 10;
    await life.reply("answer", message);
    life.nowMs += 10;
    await life.sendNext("901");
    const trace = await store.trace(message);
    assert(trace !== null);
    assertEquals(trace.text, "question");
    assertEquals(trace.parts, [{ kind: "text", text: "question", bytes: null }]);
    assertEquals([trace.receivedAtMs, trace.settledAtMs], [START_MS, START_MS]);
    assertEquals(trace.trace?.decidedAtMs, START_MS);
    assertEquals(trace.deliveries, [{
      client: "alpha",
      state: "acknowledged",
      reason: "",
      queuedAtMs: START_MS,
      handedOutAtMs: START_MS + 10,
      handOuts: 1,
      acknowledgedAtMs: START_MS + 20,
      isUnanswered: false,
    }]);
    const [reply] = trace.replies;
    assertEquals([reply?.client, reply?.state, reply?.text], ["alpha", "sent", "answer"]);
    assertEquals(reply?.parts, [{ kind: "text", text: "answer", bytes: null }]);
    assertEquals(reply?.acceptedAtMs, START_MS + 30);
    const [send] = reply?.sends ?? [];
    assertEquals(send, {
      id: send?.id ?? 0,
      state: "sent",
      reason: "",
      text: "answer",
      attempts: 1,
      isRepeat: false,
      plannedAtMs: START_MS + 30,
      beganAtMs: START_MS + 40,
      endedAtMs: START_MS + 40,
      wireId: "901",
    });
    assertEquals(await store.trace(asId<MessageId>(99)), null);
  },

  "lastMessages() pages back from the newest": async (life) => {
    const ids = await life.ingest([said("1"), said("2"), said("3")]);
    const first = await life.store.lastMessages({ limit: 2, before: null });
    assertEquals(first.map(({ text }) => text), ["3", "2"]);
    const second = await life.store.lastMessages({ limit: 2, before: ids[1] ?? null });
    assertEquals(second.map(({ text }) => text), ["1"]);
    assertEquals(second[0]?.account, life.account.name);
  },

  "counts() counts what there is": async (life) => {
    const { store } = life;
    const [first, second] = await life.ingest([said("1"), said("2", { from: BEN })]);
    assert(first !== undefined && second !== undefined);
    await life.ingest([{ raw: "x", read: { kind: "unreadable", reason: "y" } }]);
    await life.settle(second, { kind: "drop", why: "plugin", reason: "" });
    const answered = await life.deliver("3");
    const { seq } = await life.poll();
    await life.reply("answer", answered);
    await life.reply("another", answered);
    await life.sendNext();
    life.nowMs += 10;
    await life.deliver("4");
    const counts = await store.counts();
    assertEquals(counts.messages, { received: 1, routed: 2, parked: 1, dropped: 1 });
    assertEquals(counts.sends, { planned: 1, sending: 0, sent: 1 });
    assertEquals(counts.accounts, [{
      account: life.account.id,
      unsettled: 1,
      lastInboundAtMs: START_MS + 10,
      deferred: 0,
    }]);
    assertEquals(counts.clients, [
      { client: life.client(), waiting: 2, oldestWaitingAtMs: START_MS, unanswered: 0 },
      { client: life.client(1), waiting: 0, oldestWaitingAtMs: null, unanswered: 0 },
    ]);
    const acknowledged = { kind: "through", seq: asId<DeliverySeq>(seq) } as const;
    await life.poll({ acknowledged, batch: 0 });
    assertEquals((await store.counts()).clients[0]?.oldestWaitingAtMs, START_MS + 10);
  },
};
