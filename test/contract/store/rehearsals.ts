import { assert, assertEquals } from "@std/assert";
import type { TraceStep } from "../../../src/core/decision.ts";
import { asId, type MessageId } from "../../../src/core/ids.ts";
import { parseJson } from "../../../src/lib/json.ts";
import { ANN, BEN, deliverTo, START_MS, traceOf } from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

const STEP: TraceStep = {
  ...{ plugin: "night", version: "1", tookMs: 2 },
  outcome: { kind: "verdict", verdict: { kind: "pass" } },
};

export const REHEARSALS: Subject = {
  "decidedMessages() gives the newest decided ones since a time, oldest first": async (life) => {
    const { store } = life;
    const ids: MessageId[] = [];
    for (const text of ["one", "two", "three"]) {
      ids.push(await life.deliver(text));
      life.nowMs += 1_000;
    }
    await life.say("undecided");
    assertEquals(await store.decidedMessages({ sinceMs: 0, limit: 9 }), ids);
    assertEquals(
      await store.decidedMessages({ sinceMs: START_MS + 1_000, limit: 9 }),
      ids.slice(1),
    );
    assertEquals(await store.decidedMessages({ sinceMs: 0, limit: 2 }), ids.slice(1));
  },

  "readDecided() gives the message as for a decision, with its trace, and no other": async (
    life,
  ) => {
    const { store } = life;
    const first = await life.deliver("one");
    const message = await life.deliver("two");
    const decided = await store.readDecided(message);
    assert(decided !== null);
    assertEquals(decided.input.message.inbound.text, "two");
    assertEquals([decided.input.message.id, decided.input.last], [message, null]);
    assertEquals(decided.input.sender.key, (await store.readDecided(first))?.input.sender.key);
    assertEquals(decided.trace.decidedAtMs, START_MS);
    assertEquals(await store.readDecided(await life.say("three")), null);
    assertEquals(await store.readDecided(asId<MessageId>(99)), null);
  },

  "readForTry() finds a person by key, and the owner without a name": async (life) => {
    const { store } = life;
    assertEquals(await store.readForTry(""), null);
    const message = await life.say("hello", { from: BEN });
    await life.say("hi", { from: "owner@im.wechat" });
    await life.say("hi all", { from: ANN, group: "group@im.wechat" });
    const key = (await store.readForDecision(message))?.sender.key ?? "";
    const ben = await store.readForTry(key);
    assertEquals([ben?.from, ben?.sender.key, ben?.binding], [BEN, key, null]);
    assertEquals((await store.readForTry(""))?.from, "owner@im.wechat");
    assertEquals(await store.readForTry("nobody"), null);
  },

  "recordShadow() adds to a trace, keeps every digit of it, and does nothing without one": async (
    life,
  ) => {
    const { store } = life;
    const message = await life.say("hello");
    const decision = deliverTo([life.client()]);
    const memories = { a: { big: parseJson("12345678901234567890") } };
    const trace = traceOf(decision, life.nowMs);
    const seen = { ...trace.seen, memories };
    const settled = {
      message,
      decision,
      trace: { ...trace, seen },
      memories: {},
      atMs: life.nowMs,
    };
    await store.recordShadow(message, [STEP]);
    await store.settle(settled);
    assertEquals((await store.trace(message))?.trace?.shadow, undefined);
    await store.recordShadow(message, [STEP]);
    assertEquals((await store.trace(message))?.trace?.shadow, [STEP]);
    const decided = await store.readDecided(message);
    assertEquals(
      JSON.stringify(decided?.trace.seen.memories),
      `{"a":{"big":12345678901234567890}}`,
    );
  },
};
