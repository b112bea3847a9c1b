/** The repository's own text files, which the tidy tests read once and judge. */

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const ROOT = new URL("../../", import.meta.url);
const LEFT_OUT: readonly string[] = [".git", "dist", "coverage", "node_modules", "test/bench/out"];

/** Every text file of the repository, by path. */
export function readTree(): SourceFile[] {
  return walk("").sort((a, b) => a.path < b.path ? -1 : 1);
}

function walk(folder: string): SourceFile[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    if (LEFT_OUT.includes(path)) return [];
    if (entry.isDirectory) return walk(`${path}/`);
    const text = entry.isFile ? Deno.readTextFileSync(new URL(path, ROOT)) : "\0";
    return text.includes("\0") ? [] : [{ path, text }];
  });
}

/** The TypeScript files below the given folders. */
export function typescriptIn(
  tree: readonly SourceFile[],
  folders: readonly string[],
): SourceFile[] {
  return tree.filter(({ path }) =>
    /\.tsx?$/.test(path) && folders.some((folder) => path.startsWith(`${folder}/`))
  );
}

/** The lines of a formatted file that are code: its comments stand on lines of their own or behind ` // `. */
export function codeLines(text: string): string[] {
  return text.split("\n")
    .map((line) => /^\s*(\*|\/\*|\/\/)/.test(line) ? "" : line.replace(/ \/\/ .*$/, ""));
}
