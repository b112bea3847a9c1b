/** Words that no file may hold: the repository speaks of the product, and names no machine or registry. */
import { codeLines, type SourceFile } from "./tree.ts";

interface Ban {
  readonly pattern: RegExp;
  readonly why: string;
}

// One letter of each word stands in brackets, so that this file is not found by its own table.
const BANS: readonly Ban[] = [
  {
    pattern: /\b(claude code s[e]ssion|suba[g]ent|develope[r]s\.?md|as an a[i]|this s[e]ssion)\b/i,
    why: "speaks of how the product was made",
  },
  {
    pattern: /(^|[\s"'`(=:])\/(wor[k]|roo[t])\/\w/,
    why: "is a path of one machine",
  },
  {
    pattern: new RegExp(
      ["registry\\.npm[j]s", "npmmirro[r]", "\\bjsr\\.i[o]", "\\bdeno\\.lan[d]", "\\bghcr\\.i[o]"]
        .concat("\\bdocker\\.i[o]", "\\besm\\.s[h]", "\\bunpk[g]\\.com", "\\bjsdeliv[r]").join("|"),
      "i",
    ),
    why: "names a registry's host",
  },
];

const LEFT_OPEN = /\b(TOD[O]|FIXM[E]|XX[X]|unimplemente[d]|not implemente[d])\b/;

/** One sentence for each line with a banned word. */
export function findBannedWords(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, at) =>
      BANS.filter(({ pattern }) => pattern.test(line))
        .map(({ pattern, why }) => `${path}:${at + 1} "${pattern.exec(line)?.[0].trim()}" ${why}`)
    )
  );
}

/** One sentence for each line of the product that says it is not finished, and for code that was only commented out. */
export function findLeftOpen(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, at) => {
      if (LEFT_OPEN.test(line)) return [`${path}:${at + 1} leaves something open`];
      return isDisabledCode(line) ? [`${path}:${at + 1} is code that was commented out`] : [];
    })
  );
}

/** A comment that ends like a statement and begins like one. */
function isDisabledCode(line: string): boolean {
  const isComment = codeLines(line)[0] === "" && /^\s*\/\/ /.test(line);
  return isComment &&
    /^\s*\/\/ (const|let|return|import|export|await|if|for|throw)\b.*[;{]$/.test(line);
}
