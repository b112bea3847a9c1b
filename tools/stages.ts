/** What the test command runs, in order, as data. */

export type Level = "fast" | "all" | "fault";

export interface Stage {
  readonly name: string;
  /** Arguments of the `deno` that runs it. */
  readonly args: readonly string[];
  /** `tests` reports each test; `check` passes or fails as a whole. */
  readonly kind: "check" | "tests";
  readonly env?: Readonly<Record<string, string>>;
  /** Test files that are run as a few modules which import them: to load each by itself takes longer than its tests. */
  readonly joined?: readonly string[];
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
  if (level === "fault") return faultStages(contents, "long");
  if (level === "fast") return [...checks(contents), quickStage(contents)];
  return [
    ...checks(contents),
    ...folderStages(contents, QUICK_FOLDERS),
    ...faultStages(contents, "small"),
    ...e2eStages(contents),
  ];
}

/** Their tests share no port, no process and no clock, so one file is run per core. */
const QUICK_FOLDERS: readonly string[] = [
  "test/unit",
  "test/fake",
  "test/contract",
  "test/property",
  "test/fuzz",
  "test/tidy",
];

/** What the fast part leaves out: it starts processes, whole hubs on sockets, or waits for real time. */
export const SLOW: readonly string[] = [
  "test/unit/cli/plugin_author_test.ts",
  "test/unit/plugin/contract_test.ts",
  "test/unit/plugin/isolation_test.ts",
  "test/contract/clients",
  "test/contract/isolated_host_test.ts",
  "test/contract/living_host_test.ts",
  "test/contract/downstream/media_relay_test.ts",
  "test/fuzz/half_sent_test.ts",
];

/** They use `Deno.serve`, which takes no other `Response` than its own; the hub's server puts another in its place. */
export const ALONE: readonly string[] = [
  "test/unit/alerts/channels_test.ts",
  "test/unit/cli/demo/simplest_agent_test.ts",
  "test/unit/plugins/examples_test.ts",
];

/** Fault tests with processes, sockets and time of their own: one at a time, each has the machine for itself. */
export const REAL: readonly string[] = [
  "test/fault/connections_test.ts",
  "test/fault/grants_test.ts",
  "test/fault/hostile_plugins_test.ts",
  "test/fault/hostile_reach_test.ts",
  "test/fault/kill_test.ts",
  "test/fault/orphan_plugins_test.ts",
  "test/fault/reload_test.ts",
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

function quickStage({ sources }: Contents): Stage {
  const quick = sources.filter((path) =>
    path.endsWith("_test.ts") && !SLOW.some((slow) => path.startsWith(slow)) &&
    QUICK_FOLDERS.some((folder) => path.startsWith(`${folder}/`))
  );
  const paths = quick.filter((path) => ALONE.includes(path));
  const env = { RUNS: "few" };
  return {
    ...tests("quick", { paths, isParallel: true, limitMinutes: 5, env }),
    joined: quick.filter((path) => !ALONE.includes(path)),
  };
}

function folderStages(contents: Contents, folders: readonly string[]): Stage[] {
  return folders.filter((folder) => contents.hasTests(folder)).map((folder) =>
    tests(folder.replace("test/", ""), { paths: [folder], isParallel: true, limitMinutes: 5 })
  );
}

/** Those under a fake clock first, one file per core. */
function faultStages(contents: Contents, length: "small" | "long"): Stage[] {
  if (!contents.hasTests("test/fault")) return [];
  const common = { env: { FAULT: length }, limitMinutes: length === "long" ? 120 : 20 };
  const real = REAL.filter((path) => contents.sources.includes(path));
  return [
    tests("fault", {
      paths: [...(real.length > 0 ? [`--ignore=${real.join()}`] : []), "test/fault"],
      isParallel: true,
      ...common,
    }),
    ...(real.length > 0 ? [tests("real", { paths: real, isParallel: false, ...common })] : []),
  ];
}

function e2eStages(contents: Contents): Stage[] {
  if (!contents.hasTests("test/e2e")) return [];
  const given = { paths: ["test/e2e"], isParallel: false, limitMinutes: 20 };
  return [{ ...tests("e2e", given), needsPrograms: true }];
}

function tests(name: string, given: {
  readonly paths: readonly string[];
  readonly isParallel: boolean;
  readonly limitMinutes: number;
  readonly env?: Readonly<Record<string, string>>;
}): Stage {
  const { paths, isParallel, limitMinutes, env = {} } = given;
  // The stage "types" has checked these files.
  const args = [...TEST, "--no-check", ...(isParallel ? ["--parallel"] : []), ...paths];
  return { name, args, kind: "tests", env, limitMinutes };
}
