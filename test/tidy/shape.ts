/** What a source file may look like: its length, its name, and which globals it may touch. */
import { codeLines, type SourceFile } from "./tree.ts";

const LINES_MAX = 400;
const EMPTY_NAMES = ["utils", "util", "common", "helpers", "helper", "types", "manager", "index"];

interface Ban {
  readonly pattern: RegExp;
  readonly name: string;
  readonly instead: string;
  /** The wrapper, and whoever else has a reason that stands beside it. */
  readonly allowedIn: readonly string[];
}

const BANS: readonly Ban[] = [
  {
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/,
    name: "the machine's clock",
    instead: "take a Clock (src/lib/clock.ts)",
    // A plugin's process is given that file's text alone, which therefore imports nothing.
    allowedIn: ["src/lib/clock.ts", "src/plugin/isolate_main.ts"],
  },
  {
    pattern: /(?<!\.)\b(setTimeout|setInterval)\b|\bAbortSignal\.timeout\b|"node:timers/,
    name: "the machine's timers",
    instead: "take a Clock (src/lib/clock.ts)",
    allowedIn: ["src/lib/clock.ts", "src/plugin/isolate_main.ts"],
  },
  {
    pattern: /(?<!\.)\bsetImmediate\b/,
    name: "setImmediate",
    instead: "take a Clock (src/lib/clock.ts)",
    // The commits of one event-loop turn are grouped; no time passes, so there is none to fake.
    allowedIn: ["src/store/"],
  },
  {
    pattern: /\bMath\.random\b|\bgetRandomValues\b|\brandomUUID\b|\brandomBytes\b|\brandomInt\b/,
    name: "the machine's randomness",
    instead: "take a Random (src/lib/random.ts)",
    allowedIn: ["src/lib/random.ts"],
  },
  {
    pattern: /\bconsole\.\w/,
    name: "console",
    instead: "take a Log (src/lib/log.ts), or return what is to be printed",
    allowedIn: [],
  },
  {
    pattern: /\bimport\.meta\.(url|dirname|filename)\b/,
    name: "its own place on the disk, which the one file does not have",
    instead: `embed what it needs with an import { type: "text" }`,
    allowedIn: [],
  },
];

/** One sentence for each breach. */
export function findShapeBreaches(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [
    ...findLength(file),
    ...findName(file),
    ...findBarrel(file),
  ]);
}

/** One sentence for each line of product code that reaches past the wrappers. */
export function findBannedGlobals(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const bans = BANS.filter(({ allowedIn }) => !allowedIn.some((place) => path.startsWith(place)));
    return codeLines(text).flatMap((line, at) =>
      bans.filter(({ pattern }) => pattern.test(line))
        .map(({ name, instead }) => `${path}:${at + 1} uses ${name}: ${instead}`)
    );
  });
}

function findLength({ path, text }: SourceFile): string[] {
  const lines = text.split("\n").length - 1;
  return lines <= LINES_MAX
    ? []
    : [`${path} has ${lines} lines, at most ${LINES_MAX}: find the second subject's name`];
}

function findName({ path }: SourceFile): string[] {
  const parts = path.replace(/\.tsx?$/, "").split("/");
  const empty = parts.find((part) => EMPTY_NAMES.includes(part.replace(/_test$/, "")));
  if (empty !== undefined) {
    return [`${path} is called "${empty}", which says nothing of its subject`];
  }
  return parts.every((part) => /^[a-z0-9_.]+$/.test(part)) ? [] : [`${path} is not snake_case`];
}

function findBarrel({ path, text }: SourceFile): string[] {
  const code = codeLines(text).filter((line) => line.trim() !== "").join("\n");
  const rest = code.replace(/^export [^;=]*? from "[^"]+";?$/gm, "").trim();
  return code !== "" && rest === "" ? [`${path} only re-exports: import from the source`] : [];
}
