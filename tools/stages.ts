/** What the test command runs, in order, as data. */

export type Level = "fast" | "all" | "fault";

export interface Stage {
  readonly name: string;
  /** Arguments of the `deno` that runs it. */
  readonly args: readonly string[];
  /** `tests` reports each test; `check` passes or fails as a whole. */
  readonly kind: "check" | "tests";
  readonly env?: Readonly<Record<string, string>>;
  readonly limitMinutes: number;
  readonly needsPrograms?: true;
}

/** What stands in the repository, so that a missing folder is no error. */
export interface Contents {
  readonly sources: readonly string[];
  readonly documents: readonly string[];
  hasTests(folder: string): boolean;
}

const TEST: readonly string[] = ["test", "--allow-all", "--frozen"];

/** Every stage of a level; stages without a file to work on are left out. */
export function stagesOf(level: Level, contents: Contents): Stage[] {
  if (level === "fault") return folderStages(contents, ["test/fault"], { FAULT: "long" });
  const fast = [...checks(contents), ...folderStages(contents, FAST_FOLDERS)];
  if (level === "fast") return fast;
  return [...fast, ...folderStages(contents, ["test/fault", "test/e2e"], { FAULT: "small" })];
}

const FAST_FOLDERS: readonly string[] = [
  "test/unit",
  "test/fake",
  "test/contract",
  "test/property",
  "test/fuzz",
  "test/tidy",
];

function checks(contents: Contents): Stage[] {
  const check = (name: string, args: string[]): Stage => ({
    name,
    args,
    kind: "check",
    limitMinutes: 5,
  });
  const stages = [
    check("format", ["fmt", "--check"]),
    check("lint", ["lint"]),
    check("types", ["check", "--quiet", "--frozen", ...contents.sources]),
  ];
  if (contents.documents.length === 0) return stages;
  return [...stages, {
    name: "examples",
    args: [...TEST, "--doc", ...contents.documents],
    kind: "tests",
    limitMinutes: 5,
  }];
}

/** The fast folders are run with one file per core; the others start whole hubs and run one file at a time. */
function folderStages(
  contents: Contents,
  folders: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Stage[] {
  return folders.filter((folder) => contents.hasTests(folder)).map((folder) => {
    const isFast = FAST_FOLDERS.includes(folder);
    return {
      name: folder.replace("test/", ""),
      // The stage "types" has checked these files.
      args: [...TEST, "--no-check", ...(isFast ? ["--parallel"] : []), folder],
      kind: "tests",
      env,
      limitMinutes: isFast ? 5 : env.FAULT === "long" ? 120 : 20,
      ...(folder === "test/e2e" ? { needsPrograms: true } : {}),
    };
  });
}
