/**
 * Cuts a long text into parts that WeChat shows whole. A part ends at the border of a paragraph, line, sentence or word
 * where there is one in its second half; a fence of code that a cut goes through is closed and opened again.
 */
import assert from "node:assert/strict";

/** A longer opening line is opened again by its marker alone. */
const FENCE_LENGTH_MAX = 40;
const MARKER_LENGTH_MAX = 10;
const PART_LENGTH_MIN = 4 * FENCE_LENGTH_MAX;

/** Far longer than any character that people see as one. */
const CLUSTER_WINDOW = 64;

interface Fence {
  /** The line that opens it. */
  readonly line: string;
  readonly marker: string;
}

/**
 * The parts in order, each of at most `lengthMax` UTF-16 units. Together they hold all of `text` but white space where it
 * was cut; only closing and opening lines of fences are added. A text that fits is left as it is.
 */
export function splitText(text: string, lengthMax: number): string[] {
  assert(lengthMax >= PART_LENGTH_MIN);
  if (text.length <= lengthMax) return [text];
  const parts: string[] = [];
  let rest = text;
  let open: Fence | null = null;
  while (rest !== "") {
    const head: string = open === null ? "" : `${open.line}\n`;
    if (head.length + rest.length <= lengthMax) {
      parts.push(head + rest);
      break;
    }
    const piece = rest.slice(0, cutAt(rest, lengthMax - head.length - MARKER_LENGTH_MAX - 1));
    const next: Fence | null = fenceAfter(piece, open);
    parts.push(head + piece.trimEnd() + (next === null ? "" : `\n${next.marker}`));
    rest = trimBorder(rest.slice(piece.length));
    open = next;
    if (open !== null && closesFence(firstLine(rest), open.marker)) {
      rest = trimBorder(rest.slice(firstLine(rest).length));
      open = null;
    }
  }
  const shown = parts.filter((part) => part.trim() !== "");
  return shown.length > 0 ? shown : parts.slice(0, 1);
}

/** The best place to cut within the first `room` units. */
function cutAt(text: string, room: number): number {
  const seen = text.slice(0, room);
  for (
    const border of [
      /\n\s*\n/g,
      /\n/g,
      /[。！？；…]+["”’」』）)]*|[.!?;]+["')\]]*\s/g,
      /[\s，、,]/g,
    ]
  ) {
    const at = lastEnd(seen, border);
    if (at >= room / 2) return beforeOpening(text, at);
  }
  return clusterBorder(text, room);
}

function lastEnd(text: string, border: RegExp): number {
  let end = 0;
  for (const match of text.matchAll(border)) end = match.index + match[0].length;
  return end;
}

/** A line that opens a fence goes with what it opens. */
function beforeOpening(text: string, at: number): number {
  const lines = text.slice(0, at).trimEnd();
  const start = lines.lastIndexOf("\n") + 1;
  const isOpening = readFence(lines.slice(start)) !== null && fenceAfter(lines, null) !== null;
  return isOpening && start > 0 ? start : at;
}

/** The last border of a visible character at or before `room`. */
function clusterBorder(text: string, room: number): number {
  const start = Math.max(0, room - CLUSTER_WINDOW);
  const window = text.slice(start, room + CLUSTER_WINDOW);
  const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(window);
  const at = start + (segments.containing(room - start)?.index ?? 0);
  if (at > start) return at;
  const isInPair = /[\uD800-\uDBFF]/.test(text.charAt(room - 1));
  return isInPair ? room - 1 : room;
}

/** The fence that is open behind `piece`, when `open` was in front of it. */
function fenceAfter(piece: string, open: Fence | null): Fence | null {
  let fence = open;
  for (const line of piece.split("\n")) {
    if (fence === null) fence = readFence(line);
    else if (closesFence(line, fence.marker)) fence = null;
  }
  return fence;
}

/** Also one that an item of a list begins with; it is opened again without the mark of the item. */
function readFence(line: string): Fence | null {
  const [_, item = "", marker] =
    /^\s*((?:[-*+•]|\d{1,9}[.)])\s+)?(`{3,10}(?=[^`]*$)|~{3,10}(?!~))/.exec(line) ?? [];
  if (marker === undefined) return null;
  const whole = line.replace(item, "").trimEnd();
  return { line: whole.length < FENCE_LENGTH_MAX ? whole : marker, marker };
}

/** Whether `line` ends the fence that `marker` opened. */
export function closesFence(line: string, marker: string): boolean {
  const bare = line.trim();
  return bare.startsWith(marker) && bare.replaceAll(marker.charAt(0), "") === "";
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** A part starts with a word or an indented line, not with what parted it from the one before. */
function trimBorder(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+|^ (?! )/, "");
}
