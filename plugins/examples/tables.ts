/** Tables in one's own way: each row becomes one line, where the hub by itself gives each cell of a wide table a line. */
import type { Plugin } from "ilink-hub/plugin";

const RULE = /^\s*\|?(\s*:?-+:?\s*\|)+\s*(:?-+:?)?\s*$/;

function cellsOf(line: string): string[] {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** Two columns are a name and its value; of more, each cell says what it is. */
function rowAsLine(names: readonly string[], cells: readonly string[]): string {
  if (names.length === 2) return `• ${cells.join(": ")}`;
  const [first = "", ...others] = cells;
  const told = others.flatMap((cell, at) => {
    const name = names[at + 1] ?? "";
    return cell === "" ? [] : [name === "" ? cell : `${name} ${cell}`];
  });
  return `• ${first}${told.length === 0 ? "" : `: ${told.join(", ")}`}`;
}

function listOf(text: string): string {
  const lines = text.split("\n");
  const listed: string[] = [];
  let names: readonly string[] | null = null;
  let isCode = false;
  for (const [at, line] of lines.entries()) {
    if (/^\s*```/.test(line)) isCode = !isCode;
    if (!isCode && line.includes("|") && RULE.test(lines[at + 1] ?? "")) names = cellsOf(line);
    else if (names !== null && RULE.test(line)) continue;
    else if (names !== null && line.includes("|")) listed.push(rowAsLine(names, cellsOf(line)));
    else {
      names = null;
      listed.push(line);
    }
  }
  return listed.join("\n");
}

const plugin: Plugin = {
  manifest: { id: "tables", api: 1, version: "1.0.0" },
  reply({ text }) {
    const listed = listOf(text);
    const isSame = listed === text || listed.trim() === "";
    if (isSame || listed.length > 10_000) return { kind: "pass" };
    return { kind: "edit", text: listed, reason: "each row of a table as one line" };
  },
};
export default plugin;
