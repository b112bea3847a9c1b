import { assertEquals } from "@std/assert";
import { asId, type ReplyId } from "../../../src/core/ids.ts";
import { itemsOf, textOfItems } from "../../../src/core/content.ts";
import { groupWaiting, joinToNext, withNote } from "../../../src/core/send_groups.ts";
import type { WaitingSend } from "../../../src/core/turn.ts";
import { waiting } from "../../fake/waiting_sends.ts";

/** Carrier, what goes with it, and its text where that changes. */
function grouped(
  given: readonly WaitingSend[],
  options: { textMax?: number; slots?: number; sinceMs?: number } = {},
) {
  const { groups, rest } = groupWaiting(given, { textMax: 20, slots: 9, sinceMs: 0, ...options });
  return {
    groups: groups.map(({ carrier, merged, content }) => [
      carrier,
      merged,
      content === null ? null : JSON.parse(content).item_list[0].text_item.text,
    ]),
    rest: rest.map(Number),
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

Deno.test("of a newest answer in parts the first parts leave before the others, in their order", () => {
  const texts = ["0123456789abcde1", "0123456789abcde2", "0123456789abcde3", "0123456789abcde4"];
  const given = waiting(...texts).map((one, at) =>
    at === 0 ? one : { ...one, reply: asId<ReplyId>(9) }
  );
  const two = grouped(given, { textMax: 24, slots: 2 });
  assertEquals([two.groups.map(([carrier]) => carrier), two.rest], [[2, 3], [1, 4]]);
});

Deno.test("an answer takes no part along that would pass one which stays", () => {
  const parts = waiting("0123456789abcde1", "0123456789abcde2", "3", "the answer").map((one, at) =>
    at < 3 ? { ...one, reply: asId<ReplyId>(9) } : { ...one, plannedAtMs: 1_001 }
  );
  for (const sinceMs of [0, 1_001]) {
    const one = grouped(parts, { textMax: 24, slots: 1, sinceMs });
    assertEquals(one, { groups: [[4, [], null]], rest: [1, 2, 3] });
  }
  const all = grouped(parts, { textMax: 24, slots: 3, sinceMs: 1_001 });
  assertEquals(all.groups.map(([carrier]) => carrier), [1, 2, 3]);
});

Deno.test("what was given before the person wrote again leaves the oldest first, its parts in their order", () => {
  const given = waiting("0123456789abcde1", "0123456789abcde2", "0123456789abcde3");
  const old = { textMax: 24, slots: 1, sinceMs: 1_001 };
  assertEquals(grouped(given, old), { groups: [[1, [], null]], rest: [2, 3] });
  const withAnswer = given.map((one, at) => at < 2 ? one : { ...one, plannedAtMs: 1_001 });
  assertEquals(grouped(withAnswer, old), { groups: [[3, [], null]], rest: [1, 2] });
});

/** What leaves with the first that is planned. */
function joined(
  given: readonly WaitingSend[],
  options: { textMax?: number; isPaced?: boolean } = {},
) {
  const head = given.find(({ isHeld }) => !isHeld);
  if (head === undefined) throw new Error("nothing is planned");
  const group = joinToNext({ waiting: given, lastInboundAtMs: 0 }, head, {
    ...{ textMax: 40, isPaced: true },
    ...options,
  });
  if (group === null || group.content === null) return null;
  return [group.carrier, group.merged, JSON.parse(group.content).item_list[0].text_item.text];
}

Deno.test("short texts of one client that wait for their distance leave together, others' between them or not", () => {
  const given = waiting("1", "2", { by: "bob", text: "3" }, "4");
  assertEquals(joined(given), [1, [2, 4], "1\n\n2\n\n4"]);
  assertEquals(joined(given, { isPaced: false }), null);
  assertEquals(joined(given, { textMax: 4 }), [1, [2], "1\n\n2"]);
});

Deno.test("nothing is joined with or across what is more than text, quotes, or must stay as it is", () => {
  assertEquals(joined(waiting("1", "IMAGE", "3")), null);
  assertEquals(joined(waiting("IMAGE", "2")), null);
  const quotes = { item_list: [{ type: 1, text_item: { text: "1" }, ref_msg: {} }] };
  assertEquals(joined(waiting({ text: "", content: JSON.stringify(quotes) }, "2")), null);
  assertEquals(joined(waiting("1", { text: "2", isFixed: true }, "3")), null);
  assertEquals(joined(waiting("1", { text: "2", rank: "push" })), null);
});

Deno.test("progress leaves in front of its client's answer where both fit", () => {
  const says = (text: string, by = "ann") =>
    ({ text, by, rank: "progress", isHeld: true }) as const;
  const given = waiting(says("looking"), says("bob's", "bob"), says("reading"), "answer");
  assertEquals(joined(given, { isPaced: false }), [4, [1, 3], "looking\nreading\n\nanswer"]);
  assertEquals(joined(given, { textMax: 10 }), null);
  const { groups } = grouped(given.slice(0, 3), { textMax: 99 });
  assertEquals(groups.map(([, , text]) => text), [
    "[ann]\nlooking\n\n[bob]\nbob's\n\n[ann]\nreading",
  ]);
});

Deno.test("where the end of a turn has too few sends, notices are what waits on", () => {
  const given = waiting("answer", { text: "IMAGE", rank: "progress" }, "last", {
    ...{ text: "IMAGE", rank: "push" },
  });
  const { groups, rest } = grouped(given, { slots: 3 });
  assertEquals([groups.map(([carrier]) => carrier), rest], [[1, 2, 3], [4]]);
});

Deno.test("the last text that leaves tells how many answers stay behind, where it can", () => {
  const noted = (
    given: readonly WaitingSend[],
    { slots = 1, textMax = 24 }: { slots?: number; textMax?: number } = {},
  ) => {
    const grouping = { textMax, slots, sinceMs: 0 };
    const { groups, rest } = groupWaiting(given, grouping);
    const noteOf = (count: number) => `+${count}`;
    return withNote({ groups, rest }, { waiting: given, textMax, noteOf })
      .map(({ content }) => content === null ? null : textOfItems(itemsOf(JSON.parse(content))));
  };
  const long = waiting("0123456789abcdef1", "0123456789abcdef2", "0123456789abcdef3");
  assertEquals(noted(long), ["0123456789abcdef3\n\n+2"]);
  assertEquals(noted(long, { slots: 3 }), [null, null, null]);
  assertEquals(noted(long, { slots: 0 }), []);
  const parts = long.map((one) => ({ ...one, reply: asId<ReplyId>(1) }));
  assertEquals(noted(parts), ["0123456789abcdef1\n\n+1"]);
  assertEquals(noted(long, { textMax: 19 }), [null], "no room");
  assertEquals(noted(waiting("0123456789abcdef1", "IMAGE")), [null]);
  const fixed = long.map((one) => ({ ...one, isFixed: true }));
  assertEquals(noted(fixed), [null]);
  const notices = long.map((one, at) => at < 2 ? { ...one, rank: "push" as const } : one);
  assertEquals(noted(notices), [null], "nobody waits for notices");
});
