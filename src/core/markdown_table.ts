/** A table of Markdown as a list: its rows one after the other, each cell with the name of its column. */
import { plainInline } from "./markdown_inline.ts";

/** Names of columns that make more of a table are not said again in each row. */
const GROWTH_MAX = 4;

/** Whether `rule` is the line of dashes that makes `header` the header of a table. */
export function isTableRule(header: string, rule: string): boolean {
  if (!/^[\s|:-]*$/.test(rule) || !rule.includes("|")) return false;
  const cells = cellsOf(rule);
  return cells.every((cell) => /^:?-+:?$/.test(cell)) && cells.length === cellsOf(header).length;
}

/** Up to two columns explain themselves below a title; of more, each cell says what it is. */
export function tableAsList(header: string, rows: readonly string[]): readonly string[] {
  const indent = /^\s*/.exec(header)?.[0] ?? "";
  const names = cellsOf(header).map(plainCell);
  const cells = rows.map((row) => cellsWithin(row, names.length).map(plainCell));
  const named = cells.flatMap((row) => namedCells(names, row));
  const isReadable = names.length > 2 && rows.length > 0 &&
    lengthOf(named) <= GROWTH_MAX * lengthOf([header, ...rows]);
  const title = names.filter((name) => name !== "").join(names.length === 2 ? ": " : ", ");
  const titled = [...(title === "" ? [] : [title]), ...cells.flatMap(oneLine)];
  return (isReadable ? named : titled).map((line) => indent + line);
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, { length }) => sum + length, 0);
}

/** Two columns are a name and its value. */
function oneLine(cells: readonly string[]): string[] {
  const [first = "", ...others] = cells.filter((cell) => cell !== "");
  if (first === "") return [];
  return [others.length === 0 ? `• ${first}` : `• ${first}: ${others.join(", ")}`];
}

function namedCells(names: readonly string[], cells: readonly string[]): string[] {
  const told = cells.flatMap((cell, at) => {
    const name = names[at] ?? "";
    return cell === "" ? [] : [name === "" ? cell : `${name}: ${cell}`];
  });
  return told.map((line, at) => `${at === 0 ? "•" : " "} ${line}`);
}

function plainCell(cell: string): string {
  return plainInline(cell.replaceAll("\\|", "|").replace(/<br ?\/?>/gi, " / "));
}

/** In a row with too many cells a bar within code parts none. */
function cellsWithin(row: string, countMax: number): string[] {
  const cells = cellsOf(row);
  if (cells.length <= countMax) return cells;
  return cellsOf(row.replace(/`[^`]*`/g, (code) => code.replace(/(?<!\\)\|/g, "\\|")));
}

function cellsOf(line: string): string[] {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim());
}
