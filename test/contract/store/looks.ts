import { assert, assertEquals } from "@std/assert";
import type { TraceStep } from "../../../src/core/decision.ts";
import { asId, type DeliverySeq, type MessageId } from "../../../src/core/ids.ts";
import { OPEN_GATE } from "../../../src/core/send_gate.ts";
import { NOTHING_LEARNED } from "../../../src/core/window.ts";
import { BEN, deliverTo, said, START_MS, traceOf } from "../../fake/store_life.ts";
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

  "verdicts() counts what a plugin answered about the newest decided messages": async (life) => {
    const { store } = life;
    assertEquals(await store.verdicts({ plugin: "keywords", last: 9 }), {
      messages: 0,
      sinceMs: null,
      verdicts: [],
    });
    const about = async (outcome: TraceStep["outcome"]) => {
      const message = await life.say("hello");
      const decision = deliverTo([life.client()]);
      const step = { version: "1", tookMs: 1, outcome };
      const pass = { kind: "verdict", verdict: { kind: "pass" } } as const;
      const steps = [
        { ...step, plugin: "commands", outcome: pass },
        { ...step, plugin: "keywords" },
      ];
      const trace = { ...traceOf(decision, life.nowMs), steps };
      await store.settle({ message, decision, trace, memories: {}, atMs: life.nowMs });
      life.nowMs += 10;
      return message;
    };
    const route = { kind: "verdict", verdict: { kind: "route", reason: "rule a" } } as const;
    await about(route);
    await about({ kind: "verdict", verdict: { kind: "pass" } });
    const fault = await about({ kind: "fault", fault: "threw", text: "broken" });
    const newest = await about(route);
    const [first, ...others] = (await store.verdicts({ plugin: "keywords", last: 9 })).verdicts;
    assertEquals(first, { kind: "route", reason: "rule a", count: 2, newest });
    assertEquals(others.map(({ kind, reason }) => [kind, reason]), [["fault", "threw"], [
      "pass",
      "",
    ]]);
    // Only so many are looked at.
    assertEquals(await store.verdicts({ plugin: "keywords", last: 2 }), {
      messages: 2,
      sinceMs: START_MS + 20,
      verdicts: [
        { kind: "route", reason: "rule a", count: 1, newest },
        { kind: "fault", reason: "threw", count: 1, newest: fault },
      ],
    });
    assertEquals((await store.verdicts({ plugin: "affinity", last: 9 })).verdicts, []);
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
      oldestDeferredAtMs: null,
      ledger: { lastInboundAtMs: START_MS + 10, sendsSinceInbound: 0, coolDownUntilMs: 0 },
      gate: OPEN_GATE,
      learned: NOTHING_LEARNED,
      foreign: null,
    }]);
    assertEquals(counts.clients, [
      { client: life.client(), waiting: 2, oldestWaitingAtMs: START_MS, unanswered: 0 },
      { client: life.client(1), waiting: 0, oldestWaitingAtMs: null, unanswered: 0 },
    ]);
    const acknowledged = { kind: "through", seq: asId<DeliverySeq>(seq) } as const;
    await life.poll({ acknowledged, batch: 0 });
    assertEquals((await store.counts()).clients[0]?.oldestWaitingAtMs, START_MS + 10);
  },

  "counts() tells what the account's sends have shown, and of the conversation written in last":
    async (
      life,
    ) => {
      const { store } = life;
      const message = await life.deliver("question");
      await life.poll();
      await life.reply("answer", message);
      const [job] = await life.sends();
      assert(job !== undefined);
      const gate = {
        throttle: { count: 1, sinceMs: life.nowMs, untilMs: life.nowMs + 60_000 },
        suspects: null,
      };
      const learned = { queuedAgeMs: 0, refusedAgeMs: 3_600_000 };
      await store.beginSend(job.send, { upstreamId: "up-1", atMs: life.nowMs });
      life.nowMs += 1_000;
      await store.endSend(job.send, {
        ...{ kind: "deferred", reason: "throttle", untilMs: null, atMs: life.nowMs, gate, learned },
      });
      assertEquals(await store.sendGate(life.account.id), gate);
      assertEquals(await store.learnedWindow(life.account.id), learned);
      const [spent] = (await store.counts()).accounts;
      assertEquals([spent?.gate, spent?.learned], [gate, learned]);
      assertEquals(spent?.oldestDeferredAtMs, START_MS);
      assertEquals(spent?.ledger?.sendsSinceInbound, 1);
      await life.say("hello", { from: BEN, createTimeMs: life.nowMs });
      assertEquals((await store.counts()).accounts[0]?.ledger?.sendsSinceInbound, 0);
      await life.say("late", { createTimeMs: START_MS - 5_000 });
      assertEquals((await store.counts()).accounts[0]?.ledger?.sendsSinceInbound, 0);
    },
};
