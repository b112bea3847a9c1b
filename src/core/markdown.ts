/**
 * Markdown as a chat shows it. WeChat renders a part of it that differs between its apps and nobody promises, and cuts wide
 * tables off at the right, so a text leaves that reads well where nothing is rendered at all: no markers around words, a
 * link's address behind its text, a row of a table as a few lines. What reads well as it stands (numbers, `-`, `>`) and all
 * code and mathematics stay untouched; fences too, since whoever splits the text closes and opens them.
 *
 * Linear in the length of the text.
 */
import { plainInline } from "./markdown_inline.ts";
import { closesFence } from "./split.ts";
import { isTableRule, tableAsList } from "./markdown_table.ts";

/** What a heading in a list in a heading needs; no text that was written for people needs more. */
const PASSES_MAX = 4;

const RULE = "────────";
const FENCE = /^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)?(`{3,}(?=[^`]*$)|~{3,}|\$\$\s*$|\\\[\s*$)/;
const QUOTE = /^(?: {0,3}> ?)+/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(?=\S)/;
const TASK = /^(\s*)[-*+][ \t]+\[([ xX])\][ \t]+(?=\S)/;
/** Code without a fence stands apart and far in; what does so below an item of a list belongs to that. */
const INDENTED = /^(?: {4}| {0,3}\t)\s*\S/;
const LIST_ITEM = /^ {0,3}(?:[-*+•☐☑]|\d{1,9}[.)])\s/;
/** Not the stars of a crontab. */
const STARRED = /^(\s*)\*[ \t]+(?=[^\s*])/;

/**
 * `text` without Markdown; the same text where there is none. Done twice it is the same as done once: what does not come to
 * rest within a few passes is left as it came.
 */
export function plainText(text: string): string {
  let now = text;
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    const next = withoutMarks(now);
    if (next === now) return now;
    now = next;
  }
  return text;
}

interface Line {
  readonly whole: string;
  /** The marks of a quotation. */
  readonly prefix: string;
  readonly bare: string;
}

/** A part of the text that stays as it is. */
interface Literal {
  readonly marker: string;
  readonly prefix: string;
}

function withoutMarks(text: string): string {
  const lines = text.split("\n").map(readLine);
  const plain: string[] = [];
  let literal: Literal | null = null;
  let isApart = true;
  let isInList = false;
  for (let at = 0; at < lines.length;) {
    const line: Line = lines[at] ?? readLine("");
    const hasLeftQuote = literal !== null && literal.prefix !== "" && line.prefix === "";
    if (literal !== null && !hasLeftQuote) {
      plain.push(line.whole);
      if (ends(line.bare, literal)) literal = null;
      at += 1;
      continue;
    }
    const isCode = isApart && !isInList && INDENTED.test(line.bare);
    if (isCode) {
      plain.push(line.whole);
      at += 1;
      continue;
    }
    isApart = line.bare.trim() === "";
    if (/^\S/.test(line.bare)) isInList = LIST_ITEM.test(line.bare);
    const [_, marker] = FENCE.exec(line.bare) ?? [];
    literal = marker === undefined ? null : { marker: marker.trimEnd(), prefix: line.prefix };
    if (literal !== null) {
      plain.push(line.whole);
      at += 1;
      continue;
    }
    const table = readTable(lines, at);
    for (const bare of table?.list ?? [plainLine(line.bare)]) plain.push(line.prefix + bare);
    at += table?.lines ?? 1;
  }
  return plain.join("\n");
}

function readLine(whole: string): Line {
  const prefix = QUOTE.exec(whole)?.[0] ?? "";
  return { whole, prefix, bare: whole.slice(prefix.length) };
}

function ends(bare: string, { marker }: Literal): boolean {
  if (marker === "\\[") return bare.trimEnd().endsWith("\\]");
  if (marker === "$$") return bare.trimEnd().endsWith("$$");
  return closesFence(bare, marker);
}

function plainLine(bare: string): string {
  if (isRule(bare)) return RULE;
  const heading = HEADING.exec(bare)?.[0];
  if (heading !== undefined) return plainInline(withoutClosing(bare.slice(heading.length)));
  const task = TASK.exec(bare);
  if (task !== null) {
    const [whole, indent = "", mark] = task;
    return `${indent}${mark === " " ? "☐" : "☑"} ${plainInline(bare.slice(whole.length))}`;
  }
  const starred = STARRED.exec(bare);
  if (starred !== null) return `${starred[1]}• ${plainInline(bare.slice(starred[0].length))}`;
  return plainInline(bare);
}

/** Three or more of one of `*`, `-`, `_` with nothing but blanks between. */
function isRule(bare: string): boolean {
  const marks = bare.replace(/[ \t\r]/g, "");
  return /^(?:\*{3,}|-{3,}|_{3,})$/.test(marks);
}

/** A heading may end with the marks with which it begins. */
function withoutClosing(heading: string): string {
  const text = heading.trimEnd();
  let end = text.length;
  while (text.charAt(end - 1) === "#") end -= 1;
  const isMark = end < text.length && /[ \t]/.test(text.charAt(end - 1));
  return isMark ? text.slice(0, end).trimEnd() : text;
}

function readTable(
  lines: readonly Line[],
  at: number,
): { readonly list: readonly string[]; readonly lines: number } | null {
  const [header, rule] = [lines[at], lines[at + 1]];
  if (header === undefined || rule === undefined || header.prefix !== rule.prefix) return null;
  if (!header.bare.includes("|") || !isTableRule(header.bare, rule.bare)) return null;
  let end = at + 2;
  for (; end < lines.length; end++) {
    const row = lines[end];
    if (row === undefined || row.prefix !== header.prefix || !row.bare.includes("|")) break;
  }
  const rows = lines.slice(at + 2, end).map(({ bare }) => bare);
  return { list: tableAsList(header.bare, rows), lines: end - at };
}
