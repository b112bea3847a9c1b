/** What every iLink client needs of a hub, and the tests that prove it: each begins with the number of its line. */
import type { SourceFile } from "./tree.ts";

/** The compatibility list, by number. */
export const ACCEPTANCE: Readonly<Record<number, string>> = {
  1: "plain HTTP at the root, odd paths, no redirects",
  2: "headers in any case, none needed but the token",
  3: "bodies chunked or not, up to 1 MiB, unknown and null members",
  4: "success is exactly 200, every answer a JSON object",
  5: "the token trimmed; a wrong one refused late, never with -14",
  6: "get_bot_qrcode by GET and POST",
  7: "get_qrcode_status held at most 10 s, an unknown code expired",
  8: "confirmed carries four members and can be repeated",
  9: "verify codes tolerated, special statuses for those who POST",
  10: "polls held 20 to 28 s, at most 10 s on an empty cursor",
  11: "the idle answer, without nulls",
  12: "a dead poll takes nothing",
  13: "sent again until the cursor covers it, any cursor accepted",
  14: "of two polls the newer is served",
  15: "no empty answer within a second",
  16: "messages complete, ids digit for digit",
  17: "poison blocks nobody",
  18: "minutes without a poll cost nothing",
  19: "what waited keeps its time",
  20: "a send answered within 10 s with an id",
  21: "any context token, items and members in a send",
  22: "a repeat gets the first answer",
  23: "failures over HTTP 200 in both members, never -14",
  24: "a typing ticket at once, never empty",
  25: "sendtyping always answered",
  26: "both forms of an upload's address",
  27: "notifystart and notifystop answered here",
  28: "trouble with WeChat is invisible but for failed sends",
  29: "cursors survive a restart",
  30: "other dialects by a switch of the client",
};

/** The names of the tests of each line, from the source. */
export function testsByLine(tree: readonly SourceFile[]): ReadonlyMap<number, readonly string[]> {
  const named = tree.filter(({ path }) => /^test\/contract\/.*_test\.ts$/.test(path))
    .flatMap(({ text }) => [...text.matchAll(/^ *Deno\.test\(\s*(["`])C(\d+): (.+?)\1,/gm)])
    .map(([_all, _quote, line = "", name = ""]) => ({ line: Number(line), name }));
  return new Map(
    [...Map.groupBy(named, ({ line }) => line)].map((
      [line, tests],
    ) => [line, tests.map(({ name }) => name)]),
  );
}

/** One sentence for each line that no test names, and for each test that names no line. */
export function findUnproved(tree: readonly SourceFile[]): string[] {
  const tests = testsByLine(tree);
  const unproved = Object.entries(ACCEPTANCE)
    .filter(([line]) => !tests.has(Number(line)))
    .map(([line, what]) => `C${line} has no test: ${what}`);
  const strange = [...tests].filter(([line]) => ACCEPTANCE[line] === undefined)
    .flatMap(([line, names]) => names.map((name) => `there is no line C${line}: ${name}`));
  return [...unproved, ...strange];
}
