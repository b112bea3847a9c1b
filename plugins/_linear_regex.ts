/**
 * Regular expressions in linear time. All ways through a pattern are walked side by side, one step for each character, so
 * that no text makes a pattern slow. What cannot be walked so is refused: looking ahead or back, and referring to a group.
 *
 * Syntax and sets of characters are JavaScript's with the flags `i` and `u`.
 */

/** Only this many characters of a text are looked at. */
export const REGEX_TEXT_MAX = 1_000;

/** The places of a pattern, those of `{n}` counted n times. They bound the work for each character. */
export const REGEX_PLACES_MAX = 200;

const PATTERN_LENGTH_MAX = 1_000;

/** Whether a pattern fits anywhere in the first `REGEX_TEXT_MAX` characters of a text. */
export type LinearRegex = (text: string) => boolean;

/** A place in a pattern, with what comes behind it. */
type Place =
  | { readonly kind: "end"; readonly id: number }
  | { readonly kind: "one_of"; readonly id: number; readonly set: RegExp; readonly next: Place }
  | { readonly kind: "fork"; readonly id: number; readonly ways: readonly Place[] }
  | { readonly kind: "if"; readonly id: number; readonly holds: Assertion; readonly next: Place };

/** Of the characters on both sides; "" at the ends of the text. */
type Assertion = (before: string, after: string) => boolean;

/** Part of a pattern: puts its places in front of `next`. */
type Part = (next: Place) => Place;

const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  "^": (before) => before === "",
  "$": (_before, after) => after === "",
  "\\b": (before, after) => isWord(before) !== isWord(after),
  "\\B": (before, after) => isWord(before) === isWord(after),
};

function isWord(character: string): boolean {
  return /\w/iu.test(character);
}

/** Throws with words for the owner when `pattern` is none, or too large, or cannot be walked. */
export function compileLinear(pattern: string): LinearRegex {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    throw new Error(`want a pattern of at most ${PATTERN_LENGTH_MAX} characters`);
  }
  new RegExp(pattern, "iu"); // Throws what is wrong with it; what is read below is well formed.
  let count = 0;
  const takeId = () => {
    if (count < REGEX_PLACES_MAX) return count++;
    throw new Error(`want a smaller pattern, this one has more than ${REGEX_PLACES_MAX} places`);
  };
  const start = readPattern(pattern, takeId)({ kind: "end", id: takeId() });
  return (text) => fitsIn([...text.slice(0, REGEX_TEXT_MAX)], start, count);
}

function fitsIn(characters: readonly string[], start: Place, count: number): boolean {
  const seenAt = new Int32Array(count).fill(-1);
  let reached: Place[] = [];
  for (let at = 0; at <= characters.length; at++) {
    const before = characters[at - 1] ?? "";
    const after = characters[at] ?? "";
    const open = [start, ...reached];
    reached = [];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (seenAt[place.id] === at) continue;
      seenAt[place.id] = at;
      if (place.kind === "end") return true;
      if (place.kind === "fork") open.push(...place.ways);
      else if (place.kind === "if") {
        if (place.holds(before, after)) open.push(place.next);
      } else if (after !== "" && place.set.test(after)) reached.push(place.next);
    }
  }
  return false;
}

// ─── Reading ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One character, or what stands for one. */
const ONE_OF =
  /\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\u\{\w+\}|\\u\w{4}|\\x\w\w|\\c\w|\\[pP]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|./suy;
const ASSERTION = /[$^]|\\[bB]/y;
const GROUP = /\((?:\?:|\?<\w+>|(?!\?))/uy;
const OTHER_GROUP = /\(\?/y;
const REFERENCE = /\\(?:[1-9]|k<)/y;
const REPEAT = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y;

/** Every place, and every copy of a part that is repeated, takes an id. */
function readPattern(pattern: string, takeId: () => number): Part {
  let at = 0;

  function take(token: RegExp): RegExpExecArray | null {
    token.lastIndex = at;
    const found = token.exec(pattern);
    if (found !== null) at = token.lastIndex;
    return found;
  }

  function alternatives(): Part {
    const parts = [sequence()];
    while (pattern[at] === "|") {
      at += 1;
      parts.push(sequence());
    }
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return (next) => ({ kind: "fork", id: takeId(), ways: parts.map((part) => part(next)) });
  }

  function sequence(): Part {
    const parts: Part[] = [];
    while (at < pattern.length && pattern[at] !== "|" && pattern[at] !== ")") {
      parts.push(repeated(term()));
    }
    return (next) => parts.reduceRight((rest, part) => part(rest), next);
  }

  function term(): Part {
    if (take(GROUP) !== null) {
      const part = alternatives();
      at += 1; // its closing bracket
      return part;
    }
    if (take(OTHER_GROUP) !== null) throw new Error("want no (? other than (?: and (?<name>");
    if (take(REFERENCE) !== null) throw new Error("want no reference to a group");
    const holds = ASSERTIONS[take(ASSERTION)?.[0] ?? ""];
    if (holds !== undefined) return (next) => ({ kind: "if", id: takeId(), holds, next });
    const set = new RegExp(`^${take(ONE_OF)?.[0] ?? ""}$`, "iu");
    return (next) => ({ kind: "one_of", id: takeId(), set, next });
  }

  function repeated(part: Part): Part {
    const found = take(REPEAT);
    if (found === null) return part;
    const [min, max] = timesOf(found);
    return (next) => {
      let rest = max === null ? loop(part, next) : optional(part, { next, times: max - min });
      for (let time = 0; time < min; time++) {
        takeId();
        rest = part(rest);
      }
      return rest;
    };
  }

  /** At most so many times. */
  function optional(part: Part, { next, times }: { readonly next: Place; readonly times: number }) {
    let rest = next;
    for (let time = 0; time < times; time++) {
      rest = { kind: "fork", id: takeId(), ways: [part(rest), next] };
    }
    return rest;
  }

  /** Any number of times. */
  function loop(part: Part, next: Place): Place {
    const ways = [next];
    const fork: Place = { kind: "fork", id: takeId(), ways };
    ways.push(part(fork));
    return fork;
  }

  return alternatives();
}

/** From and to how often; `null`: without end. */
function timesOf([_, sign, low, comma, high]: RegExpExecArray): readonly [number, number | null] {
  if (sign === "?") return [0, 1];
  if (sign !== undefined) return [sign === "+" ? 1 : 0, null];
  const min = Number(low);
  if (comma === "") return [min, min];
  return [min, high === "" ? null : Number(high)];
}
