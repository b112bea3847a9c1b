/** The simulated day: its books balance, the owner is told what the script broke and nothing else, and the page is true. */
import { assert, assertEquals } from "@std/assert";
import { DAY_DOCUMENTS, dayText, type PlayedDay, runDay } from "../../tools/day.ts";
import { findImbalances, repliesOf } from "../fake/day_books.ts";
import { PEOPLE } from "../fake/day_script.ts";

/** The owner of a small machine waits no longer. */
const REAL_MS_MAX = 60_000;

let playing: Promise<PlayedDay> | null = null;

/** Played once for all tests. */
function day(): Promise<PlayedDay> {
  return playing ??= runDay();
}

Deno.test("after a day of 20 people, three agents and nine faults the books balance", async () => {
  const startedMs = performance.now();
  const { books } = await day();
  assert(performance.now() - startedMs < REAL_MS_MAX, "the day takes too long");
  assertEquals(findImbalances(books), []);
  assertEquals(new Set(books.written.map(({ person }) => person)), new Set(PEOPLE));
  assert(books.messages.length > 350, "hardly anybody wrote");
  assert(books.messages.some(({ duplicateOf }) => duplicateOf !== null), "nothing came twice");
  const states = new Set(repliesOf(books).map(({ state }) => state));
  assert(["sent", "merged", "suspect"].every((state) => states.has(state as "sent")));
});

Deno.test("on that day the owner is told of each trouble once, and once that it is over", async () => {
  const { books } = await day();
  assertEquals(books.notices.map(({ act, kind, subject }) => `${act} ${kind} ${subject}`), [
    "raise throttled home",
    "recover throttled home",
    "raise suspect_streak shop",
    "recover suspect_streak shop",
    "raise client_away carl",
    "recover client_away carl",
    "raise logged_out home",
    "recover logged_out home",
  ]);
});

for (const lang of ["en", "zh"] as const) {
  const path = DAY_DOCUMENTS[lang];
  Deno.test(`${path} is what the day gives now; deno task day writes it`, async () => {
    const url = new URL(`../../${path}`, import.meta.url);
    assertEquals(dayText(await day(), lang), await Deno.readTextFile(url));
  });
}
