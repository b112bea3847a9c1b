import { assert, assertEquals } from "@std/assert";
import { createRoster, type Roster, type Seat } from "../../../src/plugin/roster.ts";
import { createFakeClock, type FakeClock, settle } from "../../fake/fake_clock.ts";
import { FACTS } from "../../fake/living_world.ts";
import { inboundView } from "../../fake/plugin_views.ts";

const CALL = { message: inboundView("hello"), facts: FACTS, memory: {} };

interface TestSeat extends Seat {
  readonly seen: { notes: number; isStopped: boolean };
  /** Lets its open calls end. */
  answer(): void;
}

function seat(id: string): TestSeat {
  const seen = { notes: 0, isStopped: false };
  let open: (() => void)[] = [];
  const route = () =>
    new Promise<Awaited<ReturnType<Seat["route"]>>>((resolve) => {
      open.push(() =>
        resolve({
          ...{ kind: "verdict", memory: {}, tookMs: 0 },
          verdict: { kind: "pass", reason: seen.isStopped ? "stopped" : id },
        })
      );
    });
  return {
    info: { id, version: "1", source: "user", onFault: "next", hasRoute: true, hasReply: true },
    route,
    reply: () => Promise.reject(new Error("nobody asks")),
    note: () => void (seen.notes += 1),
    stop() {
      seen.isStopped = true;
      return Promise.resolve();
    },
    seen,
    answer() {
      for (const end of open) end();
      open = [];
    },
  };
}

function rosterOf(...seats: Seat[]): { roster: Roster; clock: FakeClock } {
  const clock = createFakeClock();
  const close = () => Promise.resolve();
  const roster = createRoster({ clock, close, onStopFailed: () => assert(false) });
  roster.replace({ seats, shadows: [] });
  return { roster, clock };
}

async function wordOf(answer: ReturnType<Seat["route"]>): Promise<string> {
  const given = await answer;
  return given.kind === "verdict" ? given.verdict.reason ?? "" : given.fault;
}

Deno.test("a seat that left the list is stopped when the calls of its lists have ended, not before", async () => {
  const [a1, b1, b2] = [seat("a"), seat("b"), seat("b")];
  const { roster, clock } = rosterOf(a1, b1);
  const [a, b] = roster.host.plugins;
  assert(a !== undefined && b !== undefined);
  const first = roster.host.route(a, CALL);
  roster.replace({ seats: [a1, b2], shadows: [] });
  roster.retire(b1);
  await clock.advance(1_000);
  assertEquals(b1.seen.isStopped, false);
  // The decision asks its next plugin as soon as the first has answered.
  const second = first.then(() => roster.host.route(b, CALL));
  a1.answer();
  await settle();
  await clock.advance(1_000);
  assertEquals(b1.seen.isStopped, false);
  b1.answer();
  assertEquals(await wordOf(second), "b");
  await clock.advance(1);
  assertEquals([a1.seen.isStopped, b1.seen.isStopped, b2.seen.isStopped], [false, true, false]);
});

Deno.test("a seat that stays through many lists is not stopped, and one that never was in any is at once", () => {
  const [a, b] = [seat("a"), seat("b")];
  const { roster } = rosterOf(a);
  roster.replace({ seats: [a], shadows: [] });
  roster.retire(b);
  assertEquals([a.seen.isStopped, b.seen.isStopped], [false, true]);
});

Deno.test("a list that is held stays in use", async () => {
  const [a1, a2] = [seat("a"), seat("a")];
  const { roster, clock } = rosterOf(a1);
  const held = roster.hold();
  roster.replace({ seats: [a2], shadows: [] });
  roster.retire(a1);
  await clock.advance(10_000);
  assertEquals(a1.seen.isStopped, false);
  assertEquals(held.roll.seats, [a1]);
  held.release();
  held.release();
  await clock.advance(1);
  assertEquals(a1.seen.isStopped, true);
});

Deno.test("a shadow is asked through its own host, and noted as the others are", async () => {
  const [a, b] = [seat("a"), seat("b")];
  const { roster } = rosterOf();
  roster.replace({ seats: [a], shadows: [{ seat: b, after: ["a"] }] });
  assertEquals(roster.host.plugins.map(({ id }) => id), ["a"]);
  const [shadow] = roster.shadowHost.shadows;
  assert(shadow !== undefined);
  const asked = roster.shadowHost.route(shadow.plugin, CALL);
  b.answer();
  assertEquals(await wordOf(asked), "b");
  assertEquals([a.seen.notes, b.seen.notes], [0, 1]);
});
