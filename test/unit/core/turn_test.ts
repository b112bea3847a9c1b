import { assertEquals } from "@std/assert";
import { textContent } from "../../../src/core/content.ts";
import { asId, type ClientId, type ReplyId, type SendId } from "../../../src/core/ids.ts";
import { groupWaiting } from "../../../src/core/send_groups.ts";
import {
  admitInTurn,
  isTurnOver,
  type SendRank,
  sendsForEnd,
  type Turn,
  type WaitingSend,
} from "../../../src/core/turn.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

const NAMES = ["ann", "bob", "cid"];

/** Planned unless given otherwise, sent by ann. */
function waiting(
  ...given: readonly (string | Partial<WaitingSend> & { by?: string; text: string })[]
) {
  return given.map((one, at): WaitingSend => {
    const { by = "ann", text, ...more } = typeof one === "string" ? { text: one } : one;
    const content = text === "IMAGE"
      ? JSON.stringify({ item_list: [{ type: 2, image_item: {} }] })
      : JSON.stringify(textContent(text));
    return {
      ...{ send: asId<SendId>(at + 1), reply: asId<ReplyId>(at + 1), content },
      ...{ client: clientOf(by), clientName: by, rank: "reply", plannedAtMs: 1_000 },
      ...{ isHeld: false, isFixed: false },
      ...more,
    };
  });
}

function clientOf(name: string): ClientId {
  return asId<ClientId>(NAMES.indexOf(name));
}

/** Carrier, what goes with it, and its text where that changes. */
function grouped(
  given: readonly WaitingSend[],
  options: { textMax?: number; slots?: number } = {},
) {
  const { groups, rest } = groupWaiting(given, { textMax: 20, slots: 9, ...options });
  return {
    groups: groups.map(({ carrier, merged, content }) => [
      carrier,
      merged,
      content === null ? null : JSON.parse(content).item_list[0].text_item.text,
    ]),
    rest: rest.map(Number),
  };
}

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

Deno.test("texts that wait become one send, in their order, carried by the oldest", () => {
  assertEquals(grouped(waiting("one", "two", "three")), {
    groups: [[1, [2, 3], "one\n\ntwo\n\nthree"]],
    rest: [],
  });
});

Deno.test("where several agents wrote, each text says whose it is", () => {
  const { groups } = grouped(waiting("one", { by: "bob", text: "two" }), { textMax: 99 });
  assertEquals(groups, [[1, [2], "[ann]\none\n\n[bob]\ntwo"]]);
});

Deno.test("what is more than text stays as it is, and nothing moves past it", () => {
  assertEquals(grouped(waiting("one", "IMAGE", "two", "three")).groups, [
    [1, [], null],
    [2, [], null],
    [3, [4], "two\n\nthree"],
  ]);
});

Deno.test("no send grows longer than WeChat shows; where too many are left the newest goes, then the oldest", () => {
  const given = waiting("0123456789abcde1", "0123456789abcde2", "0123456789abcde3", "last");
  assertEquals(grouped(given, { textMax: 24, slots: 1 }), {
    groups: [[3, [4], "0123456789abcde3\n\nlast"]],
    rest: [1, 2],
  });
  const two = grouped(given, { textMax: 24, slots: 2 });
  assertEquals([two.groups.map(([carrier]) => carrier), two.rest], [[1, 3], [2]]);
  assertEquals(grouped(given, { slots: 0 }), { groups: [], rest: [1, 2, 3, 4] });
});

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
  const talks = { lastReplyAtMs: 600_000, waiting: waiting({ text: "kept", isHeld: true }) };
  assertEquals(isTurnOver(turn(talks), at(600_999)), false);
  assertEquals(isTurnOver(turn(talks), at(601_000)), true);
});
