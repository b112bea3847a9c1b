/** What is exported for many is documented: a reader must not need the code behind it. */
import type { SourceFile } from "./tree.ts";

/**
 * One sentence for each exported function, class or constant without a documentation comment. Shapes, a constant of a
 * named type, and names that are sentences (`createBell`, `isObject`) say it themselves; the first export of a file may
 * lean on the file's comment.
 */
export function findUndocumented(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.split("\n");
    const exports = lines.flatMap((line, at) => {
      const [_, kind = "", name = "", rest = ""] = EXPORT.exec(line) ?? [];
      return name === "" ? [] : [{ kind, name, rest, at }];
    });
    return exports
      .filter(({ kind, name, rest }) => !SPEAKS_FOR_ITSELF.test(`${kind} ${name}${rest}`))
      .filter(({ at }, index) => !isDocumented(lines, at) && !(index === 0 && hasComment(text)))
      .map(({ kind, name }) => `${path}: the exported ${kind} ${name} has no documentation`);
  });
}

const EXPORT = /^export (?:abstract )?(?:async )?(function|class|const) (\w+)(.?)/;
const SPEAKS_FOR_ITSELF = /^const \w+:|^function (create|is|has|can)[A-Z]/;

/** One sentence for each method of an exported interface without one: when it is called, what it promises. */
export function findUndocumentedMethods(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(/^export interface (\w+)[^\n]*\{\n([\s\S]*?)^\}/gm)]
      .flatMap(([_, name, body = ""]) => {
        const lines = body.split("\n");
        return lines.flatMap((line, at) => {
          const method = /^ {2}(\w+)\??(<[^>]*>)?\(/.exec(line)?.[1];
          return method === undefined || isDocumented(lines, at)
            ? []
            : [`${path}: the method ${name}.${method} has no documentation`];
        });
      })
  );
}

/** A comment stands above it, or above another form of the same function. */
function isDocumented(lines: readonly string[], at: number): boolean {
  const before = lines[at - 1]?.trimEnd() ?? "";
  return before.endsWith("*/") || before.startsWith("export function ");
}

function hasComment(text: string): boolean {
  return text.startsWith("/**");
}
