/** The simulated day: its books balance, the owner is told what the script broke and nothing else, and the page is true. */
import { assert, assertEquals } from "@std/assert";
import { DAY_DOCUMENTS, dayText, type PlayedDay, runDay } from "../../tools/day.ts";
import { type Books, findImbalances, repliesOf } from "../fake/day_books.ts";
import { PEOPLE } from "../fake/day_script.ts";

/** The owner of a small machine waits no longer. */
const REAL_MS_MAX = 120_000;

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

Deno.test("books that do not balance are found out, whichever side lacks or adds something", async () => {
  const { books } = await day();
  const { messages, shown, written, sends, pushes } = books;
  const [bubble] = shown;
  const [message] = messages;
  assert(bubble !== undefined && message !== undefined);
  const tampered: readonly Books[] = [
    { ...books, shown: shown.slice(1) },
    { ...books, shown: [...shown, { ...bubble, wireId: "1" }] },
    { ...books, messages: messages.slice(1) },
    { ...books, messages: [{ ...message, state: "received" }, ...messages.slice(1)] },
    { ...books, written: [...written, ...written.slice(0, 1)] },
    { ...books, sends: sends.map((send) => ({ ...send, state: "sent" })) },
    { ...books, pushes: pushes.map((push) => ({ ...push, mark: "r9999" })) },
  ];
  for (const [at, one] of tampered.entries()) {
    assert(findImbalances(one).length > 0, `number ${at} balances`);
  }
});

for (const lang of ["en", "zh"] as const) {
  const path = DAY_DOCUMENTS[lang];
  Deno.test(`${path} is what the day gives now; deno task day writes it`, async () => {
    const url = new URL(`../../${path}`, import.meta.url);
    assertEquals(dayText(await day(), lang), await Deno.readTextFile(url));
  });
}
