/**
 * Regular expressions that cannot hang the hub. A pattern is taken only if the number of ways in which it may be tried on
 * the longest text it will see is bounded; this is worked out from its form, before it is ever run.
 */

/** Only this many characters of a message are looked at. */
export const REGEX_TEXT_MAX = 300;

/** About a tenth of a second at worst. */
const WAYS_MAX = 30_000_000;

/** Compiles `pattern` (any case, Unicode). Throws with words for the owner when it is no pattern or not bounded. */
export function compileBounded(pattern: string): RegExp {
  const regex = new RegExp(pattern, "iu");
  const ways = createReader(pattern).alternatives();
  const isAnchored = /^\^[^|]*$/.test(pattern);
  if (ways * (isAnchored ? 1 : REGEX_TEXT_MAX) > WAYS_MAX) {
    const advice =
      `start it with ^, use fewer * and +, and none around a group that holds another or a |`;
    throw new Error(`the pattern may take too long: ${advice}`);
  }
  return regex;
}

/** Counts ways: one after the other they multiply, side by side they add up. The pattern is known to be valid. */
function createReader(pattern: string) {
  let at = 0;

  function alternatives(): number {
    let ways = sequence();
    while (pattern[at] === "|") {
      at += 1;
      ways += sequence();
    }
    return ways;
  }

  function sequence(): number {
    let ways = 1;
    while (at < pattern.length && pattern[at] !== "|" && pattern[at] !== ")") {
      ways *= repeated(term());
    }
    return ways;
  }

  function term(): number {
    if (pattern[at] === "(") {
      at += /^\((\?(:|<?[=!]|<[^>]*>))?/.exec(pattern.slice(at))?.[0].length ?? 1;
      const ways = alternatives();
      at += 1;
      return ways;
    }
    const single = /^(\\[pPu]\{[^}]*\}|\\k<[^>]*>|\\[\s\S]|\[(\\.|[^\]\\])*\]|[\s\S])/;
    const text = single.exec(pattern.slice(at))?.[0] ?? "";
    if (/^\\[1-9k]/.test(text)) {
      throw new Error("the pattern refers back to a group, which may take too long");
    }
    at += text.length;
    return 1;
  }

  function repeated(ways: number): number {
    const [text, sign, low, comma, high] =
      /^([*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(pattern.slice(at)) ?? [];
    if (text === undefined || sign === undefined) return ways;
    at += text.length;
    if (sign === "?") return ways + 1;
    const min = sign === "*" ? 0 : Number(low ?? 1);
    const max = comma === "" ? min : Number(high || REGEX_TEXT_MAX);
    return ways === 1 ? max - min + 1 : ways ** max;
  }

  return { alternatives };
}
