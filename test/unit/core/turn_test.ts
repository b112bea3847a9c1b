import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { asId, type ClientId } from "../../../src/core/ids.ts";
import {
  admitInTurn,
  fairestIn,
  hasPlenty,
  isTurnOver,
  type SendRank,
  sendsForEnd,
  type Turn,
  waitingForEnd,
} from "../../../src/core/turn.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";
import { clientOf, NAMES, waiting } from "../../fake/waiting_sends.ts";

function of(rank: SendRank, by = "ann") {
  return { rank, client: rank === "hub" ? null : clientOf(by) };
}

function turn(given: Partial<Turn> = {}): Turn {
  return {
    ...{ hasOpenDelivery: true, lastInboundAtMs: 0, sendsSinceInbound: 8, hubSends: 0 },
    ...{ minorSends: 0, audience: [], heard: new Map() },
    ...{ lastReplyAtMs: 1_000, waiting: [] },
    ...given,
  };
}

Deno.test("of ten sends the ninth is for the end of the turn and the tenth for the hub", () => {
  assertEquals(admitInTurn(turn({ sendsSinceInbound: 7 }), of("reply"), SEND_LIMITS), "send");
  assertEquals(admitInTurn(turn(), of("reply"), SEND_LIMITS), "wait_for_end");
  assertEquals(admitInTurn(turn(), of("released"), SEND_LIMITS), "send");
  assertEquals(
    admitInTurn(turn({ sendsSinceInbound: 9 }), of("released"), SEND_LIMITS),
    "wait_for_person",
  );
  assertEquals(admitInTurn(turn({ sendsSinceInbound: 9 }), of("hub"), SEND_LIMITS), "send");
  const hubHasSpoken = turn({ sendsSinceInbound: 9, hubSends: 1 });
  assertEquals([
    sendsForEnd(hubHasSpoken, SEND_LIMITS),
    admitInTurn(hubHasSpoken, of("released"), SEND_LIMITS),
  ], [
    1,
    "send",
  ]);
  const finalWaits = turn({ sendsSinceInbound: 9, hubSends: 1, waiting: waiting("final") });
  assertEquals(admitInTurn(finalWaits, of("hub"), SEND_LIMITS), "wait_for_end");
  assertEquals(
    admitInTurn(turn({ sendsSinceInbound: 10 }), of("hub"), SEND_LIMITS),
    "wait_for_person",
  );
});

Deno.test("a turn ends a moment after its client acknowledged, or when it is quiet, or takes too long", () => {
  const at = (nowMs: number) => ({ nowMs, limits: SEND_LIMITS });
  assertEquals(isTurnOver(turn({ hasOpenDelivery: false }), at(5_999)), false);
  assertEquals(isTurnOver(turn({ hasOpenDelivery: false }), at(6_000)), true);
  assertEquals(isTurnOver(turn(), at(120_999)), false);
  assertEquals(isTurnOver(turn(), at(121_000)), true);
  const asked = waiting({ text: "kept", isHeld: true }, { text: "may I?", isQuestion: true });
  assertEquals(isTurnOver(turn({ waiting: asked }), at(1_000)), true);
  assertEquals(isTurnOver(turn({ waiting: asked.toReversed() }), at(1_000)), false);
  const talks = { lastReplyAtMs: 600_000, waiting: waiting({ text: "kept", isHeld: true }) };
  assertEquals(isTurnOver(turn(talks), at(600_999)), false);
  assertEquals(isTurnOver(turn(talks), at(601_000)), true);
});

/** Given to all three; ann has had `sends` of them, bob and cid none. */
function flooded(sends: number, given: Partial<Turn> = {}): Turn {
  const audience = NAMES.map(clientOf);
  const heard = new Map([[clientOf("ann"), sends]]);
  return turn({ audience, heard, sendsSinceInbound: sends, ...given });
}

Deno.test("of ten sends one is kept for each client that is still to be heard", () => {
  assertEquals(admitInTurn(flooded(5), of("reply"), SEND_LIMITS), "send");
  assertEquals(admitInTurn(flooded(6), of("reply"), SEND_LIMITS), "wait_for_end");
  assertEquals(admitInTurn(flooded(6), of("reply", "bob"), SEND_LIMITS), "send");
  const bobIsHeard = flooded(6, {
    sendsSinceInbound: 7,
    heard: new Map([[clientOf("ann"), 6], [clientOf("bob"), 1]]),
  });
  assertEquals(admitInTurn(bobIsHeard, of("reply"), SEND_LIMITS), "wait_for_end");
  assertEquals(admitInTurn(bobIsHeard, of("reply", "bob"), SEND_LIMITS), "wait_for_end");
  assertEquals(admitInTurn(bobIsHeard, of("reply", "cid"), SEND_LIMITS), "send");
  assertEquals(sendsForEnd(flooded(6), SEND_LIMITS), 1, "the end leaves bob and cid theirs");
  assertEquals(sendsForEnd(flooded(9), SEND_LIMITS), 0);
});

Deno.test("where more clients are to be heard than there are sends, the first to answer are", () => {
  const limits = { ...SEND_LIMITS, sendsPerInbound: 3 };
  const nobody = flooded(0, { heard: new Map() });
  assertEquals(admitInTurn(nobody, of("reply", "cid"), limits), "send");
  assertEquals(admitInTurn(flooded(1), of("reply", "bob"), limits), "wait_for_end");
  assertEquals(sendsForEnd(flooded(1), limits), 1);
});

Deno.test("notices take half of what is left when there are none, and nothing that is kept", () => {
  const after = (minorSends: number, sendsSinceInbound = minorSends) =>
    admitInTurn(turn({ minorSends, sendsSinceInbound }), of("push"), SEND_LIMITS);
  assertEquals([after(4), after(5), after(0, 7), after(0, 8)], [
    ...["send", "wait_for_end", "send", "wait_for_end"],
  ]);
  const toBeHeard = turn({ audience: NAMES.map(clientOf), sendsSinceInbound: 5 });
  assertEquals(admitInTurn(toBeHeard, of("push"), SEND_LIMITS), "wait_for_end");
});

Deno.test("what may leave unasked may leave when it is asked", () => {
  const some = fc.integer({ min: 0, max: 4 });
  fc.assert(fc.property(
    fc.record({ sendsPerInbound: fc.integer({ min: 1, max: 12 }), keptForAnswer: some }),
    fc.record({ sent: fc.array(fc.constantFrom(0, 1, 2), { maxLength: 12 }), minor: some }),
    fc.constantFrom<SendRank>("hub", "reply", "released", "push", "progress"),
    fc.constantFrom(...NAMES),
    (limit, { sent, minor }, rank, by) => {
      const limits = { ...SEND_LIMITS, ...limit };
      const sends = sent.length + minor;
      const heard = new Map<ClientId, number>();
      for (const one of sent) heard.set(asId(one), (heard.get(asId(one)) ?? 0) + 1);
      const audience = NAMES.map(clientOf);
      const now = turn({ sendsSinceInbound: sends, minorSends: minor, heard, audience });
      const others = rank === "push" ? 3 : 2;
      if (!hasPlenty(limits.sendsPerInbound - sends, { rank, others }, limits)) return;
      assertEquals(admitInTurn(now, of(rank, by), limits), "send");
    },
  ));
});

Deno.test("whoever had the fewest sends goes next, then the oldest; a repeat goes first", () => {
  const given = waiting("1", "2", { by: "bob", text: "3" }, { by: "bob", text: "4" });
  const next = (more: Partial<Turn>) => fairestIn(turn({ waiting: given, ...more }), asId(1))?.send;
  assertEquals(next({}), 1);
  assertEquals(next({ heard: new Map([[clientOf("ann"), 1]]) }), 3);
  const repeat = given.map((one, at) => ({ ...one, isFixed: at === 0 }));
  assertEquals(next({ heard: new Map([[clientOf("ann"), 1]]), waiting: repeat }), 1);
});

Deno.test("no answer passes an older one of its client that waits in this turn; one from before does not count", () => {
  const given = waiting({ text: "1", isHeld: true }, "2", { by: "bob", text: "3" });
  const next = (lastInboundAtMs: number, from = given) =>
    fairestIn(turn({ lastInboundAtMs, waiting: from }), asId(2))?.send ?? null;
  const later = given.map((one, at) => at === 0 ? one : { ...one, plannedAtMs: 3_000 });
  assertEquals([next(0), next(2_000), next(2_000, later)], [3, 3, 2]);
  assertEquals(next(0, given.slice(0, 2)), null);
});

Deno.test("at the end of a turn an answer that waits for nothing but its call leaves by itself", () => {
  const old = { text: "old", isHeld: true };
  const late = { plannedAtMs: 3_000 };
  const end = (given: ReturnType<typeof waiting>, sendsSinceInbound = 1) => {
    const now = turn({ lastInboundAtMs: 2_000, sendsSinceInbound, waiting: given });
    return waitingForEnd(now, SEND_LIMITS).map(({ send }) => Number(send));
  };
  assertEquals(end(waiting(old, { text: "answer", ...late })), [1]);
  assertEquals(end(waiting(old, { text: "answer", ...late }), 8), [1, 2], "none is left for it");
  assertEquals(end(waiting(old, { text: "answer", ...late, isHeld: true })), [1, 2]);
  assertEquals(end(waiting(old, "as old")), [1, 2]);
  assertEquals(end(waiting(old, { text: "notice", ...late, rank: "push" })), [1, 2]);
  const kept = { text: "kept", ...late, isHeld: true };
  assertEquals(end(waiting(old, kept, { text: "behind it", ...late })), [1, 2, 3]);
  assertEquals(end(waiting(old, kept, { by: "bob", text: "answer", ...late })), [1, 2]);
});
