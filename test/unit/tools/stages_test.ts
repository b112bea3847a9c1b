import { assertEquals } from "@std/assert";
import { ALONE, type Contents, REAL, SLOW, stagesOf } from "../../../tools/stages.ts";

function contents(folders: readonly string[]): Contents {
  return {
    sources: ["src/a.ts", ...QUICK, "test/unit/setup.ts", ...ALONE, ...SLOW, ...REAL],
    documents: [],
    hasTests: (folder) => folders.includes(folder),
  };
}

const QUICK = ["test/unit/a_test.ts", "test/tidy/b_test.ts"];
const EVERYTHING = contents(["test/unit", "test/tidy", "test/fault", "test/e2e"]);

Deno.test("the test command runs the checks, then the fast folders, then fault, real and e2e", () => {
  const names = stagesOf("all", EVERYTHING).map((stage) => stage.name);
  assertEquals(names, ["format", "lint", "types", "unit", "tidy", "fault", "real", "e2e"]);
});

Deno.test("the fast part leaves out the fault and e2e tests and what is slow, and plays fewer lives", () => {
  const stages = stagesOf("fast", EVERYTHING);
  assertEquals(stages.map(({ name }) => name), ["format", "lint", "types", "quick"]);
  assertEquals(stages.at(-1)?.joined, QUICK);
  assertEquals(stages.at(-1)?.args.filter((arg) => arg.startsWith("test/")), ALONE);
  assertEquals(stages.at(-1)?.env, { RUNS: "few" });
  assertEquals(stagesOf("all", EVERYTHING).flatMap(({ joined = [] }) => joined), []);
});

Deno.test("the fault tests are told to be short in the test command and long in their own", () => {
  const lengthOf = (level: "all" | "fault") =>
    stagesOf(level, EVERYTHING).find((stage) => stage.name === "fault")?.env?.FAULT;
  assertEquals([lengthOf("all"), lengthOf("fault")], ["small", "long"]);
});

Deno.test("programs from outside are installed for e2e alone", () => {
  const needing = stagesOf("all", EVERYTHING).filter((stage) => stage.needsPrograms);
  assertEquals(needing.map((stage) => stage.name), ["e2e"]);
});

Deno.test("each file is run once: what needs the machine for itself is left out where files share it", () => {
  const [fault, real] = stagesOf("all", EVERYTHING).slice(-3);
  assertEquals(fault?.args.slice(-3), ["--parallel", `--ignore=${REAL.join()}`, "test/fault"]);
  assertEquals(real?.args.slice(-REAL.length - 1), ["--no-check", ...REAL]);
});

Deno.test("the files that are named are there", async () => {
  const root = new URL("../../../", import.meta.url);
  for (const path of [...SLOW, ...ALONE, ...REAL]) await Deno.stat(new URL(path, root));
});
