/**
 * The Markdown within a line: marks of emphasis go, links show their address. Rather a mark too many is left than a star of a
 * formula, a name with underscores or a face such as `(*^_^*)` harmed; what is struck out keeps its marks, since without them
 * it would count. Each character is looked at a bounded number of times.
 */

interface Edit {
  readonly at: number;
  readonly length: number;
  readonly put: string;
}

/** A run of equal marks that waits for its like. */
interface Opener {
  readonly at: number;
  readonly kind: string;
  readonly length: number;
}

const HAS_MARKS = /[*_[<]/;
const TOKEN =
  /\\[\s\S]|`+|\$\$?|<https?:\/\/[^\s<>]+>|https?:\/\/[^\s<>()[\]"'`*，。；、（）【】「」]+|\*+|_+|!?\[|\]/g;
const KINDS: ReadonlySet<string> = new Set(["*", "**", "***", "_", "__", "___"]);
/** Where a link leads, in brackets, perhaps with a title. */
const TARGET =
  /\(\s{0,4}(?:<([^<>\n]*)>|([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*))(?:\s{1,4}(?:"[^"\n]*"|'[^'\n]*'))?\s{0,4}\)/y;
/** What is in brackets behind `a[i]` is no address. */
const LOOKS_LIKE_TARGET = /[./:#@]/;
/** Behind a name, as in `handlers[name](request.body)`, only this is one. */
const HAS_SCHEME = /^(?:https?|mailto|tel):/i;
const NAME_END = /[\w)\]]/;

/** In the middle of a word or formula a mark of one character is no mark. */
const WORD = /[\p{L}\p{N}_/\\=@]/u;
/** Of one character it is none behind a bracket or within a face either. */
const NO_OPENING_BEHIND = /[\p{L}\p{N}_/\\=@)\]}^<>~+&%#-]/u;
const OPENS_TEXT = /[\p{L}\p{N}\p{Extended_Pictographic}"'“‘「『《〈【（([<*_~`$\\¿¡—…]/u;
/** Scripts that part words with blanks; within others, two marks are marks wherever they stand. */
const SPACED_WORD = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}_]/u;
/** Of a formula, next to a word. */
const OPERAND_START = /[([{+-]/;
const OPERAND_END = /[)\]}]/;
/** Between marks without any of these there is nothing to emphasize. */
const HAS_TEXT = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;
/** As in `__init__`. */
const IS_IDENTIFIER = /^[a-z][a-z0-9_]*$/;

/** `line` without marks; the same line where there are none. */
export function plainInline(line: string): string {
  return HAS_MARKS.test(line) ? apply(line, new Scan(line).edits()) : line;
}

class Scan {
  readonly #line: string;
  readonly #edits: Edit[] = [];
  readonly #openers: Opener[] = [];
  /** How many openers there are of each kind. */
  readonly #open = new Map<string, number>();
  readonly #brackets: { readonly at: number; readonly length: number }[] = [];
  readonly #codeEnds: ReadonlyMap<number, number>;
  /** Behind the last of what can be emphasized. */
  #textEnd = 0;
  /** What closes mathematics and does not come any more. */
  readonly #missing = new Set<string>();

  constructor(line: string) {
    this.#line = line;
    this.#codeEnds = codeEndsOf(line);
  }

  edits(): readonly Edit[] {
    const token = new RegExp(TOKEN);
    for (;;) {
      const from = token.lastIndex;
      const found = token.exec(this.#line);
      if (found === null) return this.#edits;
      const [text, at] = [found[0], found.index];
      if (HAS_TEXT.test(this.#line.slice(from, at))) this.#textEnd = at;
      token.lastIndex = this.#read(text, at);
      if (!/^[*_]/.test(text)) this.#textEnd = token.lastIndex;
    }
  }

  /** Takes one token; gives where to go on. */
  #read(token: string, at: number): number {
    const end = at + token.length;
    switch (token.charAt(0)) {
      case "\\":
        return this.#escapeEnd(token, end);
      case "`":
        return this.#codeEnds.get(at) ?? end;
      case "$":
        return token === "$$" ? this.#skipTo("$$", end) : this.#mathEnd(end);
      case "<":
        this.#edits.push({ at, length: token.length, put: token.slice(1, -1) });
        return end;
      case "*":
      case "_":
        this.#readMarks(token, at);
        return end;
      case "!":
      case "[":
        this.#brackets.push({ at, length: token.length });
        return end;
      case "]":
        return this.#readLink(at);
      default:
        return end;
    }
  }

  /** Two escapes open mathematics. */
  #escapeEnd(token: string, end: number): number {
    if (token === "\\(") return this.#skipTo("\\)", end);
    return token === "\\[" ? this.#skipTo("\\]", end) : end;
  }

  #skipTo(closing: string, from: number): number {
    if (this.#missing.has(closing)) return from;
    const at = this.#line.indexOf(closing, from);
    if (at >= 0) return at + closing.length;
    this.#missing.add(closing);
    return from;
  }

  /** Prices have a blank before the next sign or a digit behind it. */
  #mathEnd(from: number): number {
    const at = this.#line.indexOf("$", from);
    const isMath = at > from && !/\s/.test(this.#line.charAt(from)) &&
      !/\s/.test(this.#line.charAt(at - 1)) && !/\d/.test(this.#line.charAt(at + 1));
    return isMath ? at + 1 : from;
  }

  #readMarks(kind: string, at: number): void {
    if (!KINDS.has(kind)) return;
    const before = this.#line.charAt(at - 1);
    const after = characterAt(this.#line, at + kind.length);
    const can = kind.length === 1
      ? singleMark(before, after)
      : kind.startsWith("_")
      ? { open: !WORD.test(before), close: !WORD.test(after) }
      : doubleMark(before, after);
    const closes = can.close && before !== "" && !/[\s([{<]/.test(before);
    if (closes && (this.#open.get(kind) ?? 0) > 0) return this.#close(kind, at);
    if (!can.open || after === "" || /[\s)\]}>/]/.test(after)) return;
    this.#openers.push({ at, kind, length: kind.length });
    this.#open.set(kind, (this.#open.get(kind) ?? 0) + 1);
  }

  #close(kind: string, at: number): void {
    for (;;) {
      const opener = this.#openers.pop();
      if (opener === undefined) return;
      this.#open.set(opener.kind, (this.#open.get(opener.kind) ?? 1) - 1);
      if (opener.kind !== kind) continue;
      const { length } = opener;
      const isName = kind === "__" && IS_IDENTIFIER.test(this.#line.slice(opener.at + length, at));
      if (isName || this.#textEnd <= opener.at) return;
      this.#edits.push({ at: opener.at, length, put: "" }, { at, length, put: "" });
      return;
    }
  }

  #readLink(at: number): number {
    const bracket = this.#brackets.pop();
    const target = new RegExp(TARGET);
    target.lastIndex = at + 1;
    const found = bracket === undefined ? null : target.exec(this.#line);
    const url = found?.[1] ?? found?.[2] ?? "";
    if (bracket === undefined || found === null) return at + 1;
    const isCall = NAME_END.test(this.#line.charAt(bracket.at - 1));
    if (!(isCall ? HAS_SCHEME : LOOKS_LIKE_TARGET).test(url)) return at + 1;
    const text = this.#line.slice(bracket.at + bracket.length, at);
    const length = found[0].length + 1;
    this.#edits.push(
      { at: bracket.at, length: bracket.length, put: "" },
      { at, length, put: shownTarget(text, url) },
    );
    return at + length;
  }
}

/** A place within the text, or a whole picture, is nothing that a person can open. */
function shownTarget(text: string, url: string): string {
  const isShown = !url.startsWith("#") && !url.startsWith("data:");
  if (!isShown || text === url || `mailto:${text}` === url) return "";
  return text === "" ? url : ` (${url})`;
}

/** Where a mark may stand, by its neighbours; "" at the ends of the line. */
interface Can {
  readonly open: boolean;
  readonly close: boolean;
}

function singleMark(before: string, after: string): Can {
  return {
    open: !NO_OPENING_BEHIND.test(before) && OPENS_TEXT.test(after),
    close: !WORD.test(after),
  };
}

/** Two stars or three are marks within words of scripts without blanks, and powers or patterns elsewhere. */
function doubleMark(before: string, after: string): Can {
  const isBehindWord = SPACED_WORD.test(before);
  const isBeforeWord = SPACED_WORD.test(after);
  const isWithin = isBehindWord && isBeforeWord;
  return {
    open: !isWithin && before !== "/" && !(isBehindWord && OPERAND_START.test(after)) &&
      !(OPERAND_END.test(before) && isBeforeWord),
    close: !isWithin && !(OPERAND_END.test(before) && isBeforeWord),
  };
}

/** Also one of two UTF-16 units. */
function characterAt(line: string, at: number): string {
  const code = line.codePointAt(at);
  return code === undefined ? "" : String.fromCodePoint(code);
}

/** For each run of backticks that begins code, where that ends: behind the next run of the same length. */
function codeEndsOf(line: string): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const next = new Map<number, number>();
  for (const { 0: run, index } of [...line.matchAll(/`+/g)].reverse()) {
    const closing = next.get(run.length);
    if (closing !== undefined) ends.set(index, closing + run.length);
    next.set(run.length, index);
  }
  return ends;
}

function apply(line: string, edits: readonly Edit[]): string {
  let plain = "";
  let from = 0;
  for (const { at, length, put } of edits.toSorted((a, b) => a.at - b.at)) {
    plain += line.slice(from, at) + put;
    from = at + length;
  }
  return plain + line.slice(from);
}
