/** The documents: their links and the paths they name exist, and they stay as short as promised. */
import type { SourceFile } from "./tree.ts";

const README_LINES_MAX = 200;
const DECISION_LINES_MAX = 45;
const DECISION_PARTS = ["Context", "Decision", "Rejected", "Consequences"];

/** One sentence for each relative link whose file or heading is not there. */
export function findBrokenLinks(tree: readonly SourceFile[], paths: ReadonlySet<string>): string[] {
  return documentsOf(tree).flatMap(({ path, text }) =>
    [...withoutCode(text).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)]
      .map(([_, link = ""]) => link)
      .filter((link) => !/^[a-z]+:/.test(link) && !hasTarget(path, link, tree, paths))
      .map((link) => `${path} links to ${link}, which is not there`)
  );
}

/** One sentence for each path in backticks that begins like one of the repository's and is not there. */
export function findMissingPaths(
  tree: readonly SourceFile[],
  paths: ReadonlySet<string>,
): string[] {
  return documentsOf(tree).flatMap(({ path, text }) =>
    [
      ...withoutCode(text).matchAll(
        /`((?:src|plugins|test|tools|docs|deploy|\.github|\.ci)\/[^`\s]*)`/g,
      ),
    ]
      .map(([_, named = ""]) => named.replace(/\/$/, ""))
      .filter((named) => !/[*<>{}]|NNNN/.test(named) && !paths.has(named))
      .map((named) => `${path} names ${named}, which is not there`)
  );
}

/** One sentence for each README that is too long. */
export function findLongReadmes(tree: readonly SourceFile[]): string[] {
  return documentsOf(tree).filter(({ path }) => /(^|\/)README[^/]*$/.test(path))
    .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ lines }) => lines > README_LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines, at most ${README_LINES_MAX}`);
}

/** One sentence for each decision record that is out of line: its number, its parts, its length. */
export function findDecisionBreaches(tree: readonly SourceFile[]): string[] {
  const records = documentsOf(tree).filter(({ path }) => path.startsWith("docs/decisions/"))
    .filter(({ path }) => !path.endsWith("/README.md"));
  return records.flatMap(({ path, text }, index) => {
    const number = String(index + 1).padStart(4, "0");
    const lines = text.split("\n").length - 1;
    const headings = headingsOf(text).map((heading) => heading.toLowerCase());
    return [
      ...(path.startsWith(`docs/decisions/${number}-`)
        ? []
        : [`${path} should have number ${number}`]),
      ...(lines <= DECISION_LINES_MAX
        ? []
        : [`${path} has ${lines} lines, at most ${DECISION_LINES_MAX}`]),
      ...DECISION_PARTS
        .filter((part) => !headings.some((heading) => heading.includes(part.toLowerCase())))
        .map((part) => `${path} has no part "${part}"`),
    ];
  });
}

/** Every file and folder of the tree, as a document would name it. */
export function pathsOf(tree: readonly SourceFile[]): Set<string> {
  return new Set(
    tree.flatMap(({ path }) =>
      path.split("/").map((_, at, parts) => parts.slice(0, at + 1).join("/"))
    ),
  );
}

function documentsOf(tree: readonly SourceFile[]): SourceFile[] {
  return tree.filter(({ path }) => path.endsWith(".md"));
}

function hasTarget(
  path: string,
  link: string,
  tree: readonly SourceFile[],
  paths: ReadonlySet<string>,
): boolean {
  const url = new URL(link, `file:///${path}`);
  const target = decodeURIComponent(url.pathname).replace(/^\/|\/$/g, "");
  if (target !== "" && !paths.has(target)) return false;
  const fragment = decodeURIComponent(url.hash.slice(1));
  const document = tree.find((file) => file.path === target && file.path.endsWith(".md"));
  if (fragment === "" || document === undefined) return true;
  return headingsOf(document.text).map(slugOf).includes(fragment);
}

function headingsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ +(.+)$/gm)].map(([_, heading = ""]) => heading);
}

/** How the place of a heading is named in a link. */
function slugOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(/\s/g, "-");
}

function withoutCode(text: string): string {
  return text.replace(/^ *```[\s\S]*?^ *```/gm, "");
}
