import { assertEquals } from "@std/assert";
import {
  ALERT_RULES,
  type AlertAct,
  guessLogout,
  judgeOccasion,
  type Occasion,
  type Trouble,
} from "../../../src/core/alert.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const REPEAT_MS = 6 * HOUR;

const LOGGED_OUT: Trouble = { kind: "logged_out", subject: "mum", sinceMs: 0, guess: "expired" };
const AWAY: Trouble = { kind: "client_away", subject: "claude", sinceMs: 0, count: 3 };
const DISK: Trouble = { kind: "disk_low", subject: "", sinceMs: null, freeBytes: 1 };

/** What is told in looks a minute apart, as `minute act`; the trouble is there where `isThere` says so. */
function live(
  trouble: Trouble,
  minutes: number,
  isThere: (minute: number) => boolean,
): (readonly [number, AlertAct])[] {
  let known: Occasion | null = null;
  const told: (readonly [number, AlertAct])[] = [];
  for (let minute = 0; minute <= minutes; minute++) {
    const at = { nowMs: minute * MINUTE, repeatMs: REPEAT_MS };
    const judged = judgeOccasion(known, isThere(minute) ? trouble : null, at);
    known = judged.next;
    if (judged.act !== "silent") told.push([minute, judged.act]);
  }
  return told;
}

Deno.test("a lost login is told at once and its end at once", () => {
  const told = live(LOGGED_OUT, 20, (minute) => minute >= 3 && minute < 9);
  assertEquals(told, [[3, "raise"], [9, "recover"]]);
});

Deno.test("what passes before its hold is never told, nor its end", () => {
  const holdMinutes = ALERT_RULES.client_away.holdMs / MINUTE;
  assertEquals(live(AWAY, 60, (minute) => minute < holdMinutes), []);
  assertEquals(live(AWAY, 60, (minute) => minute <= holdMinutes), [
    [holdMinutes, "raise"],
    [holdMinutes + 1, "recover"],
  ]);
});

Deno.test("what comes and goes is one occasion, told once and ended once", () => {
  const told = live(DISK, 60, (minute) => minute < 30 && minute % 4 < 2);
  assertEquals(told.map(([_, act]) => act), ["raise", "recover"]);
});

Deno.test("repeats come ever more rarely, and at least once a day", () => {
  const told = live(LOGGED_OUT, 96 * 60, () => true).map(([minute, act]) => [minute / 60, act]);
  assertEquals(told, [
    [0, "raise"],
    [6, "repeat"],
    [18, "repeat"],
    [42, "repeat"],
    [66, "repeat"],
    [90, "repeat"],
  ]);
});

Deno.test("a login that worked a moment ago was scanned elsewhere; an idle one expired", () => {
  const endedAtMs = 10 * HOUR;
  assertEquals(guessLogout({ endedAtMs, lastPollAtMs: endedAtMs - 35_000 }), "scanned_elsewhere");
  assertEquals(guessLogout({ endedAtMs, lastPollAtMs: endedAtMs - 8 * HOUR }), "expired");
  assertEquals(guessLogout({ endedAtMs, lastPollAtMs: null }), "not_known");
});
