import { assertEquals } from "@std/assert";
import { type Contents, stagesOf } from "../../../tools/stages.ts";

function contents(folders: readonly string[]): Contents {
  return { sources: ["src"], documents: [], hasTests: (folder) => folders.includes(folder) };
}

const EVERYTHING = contents(["test/unit", "test/tidy", "test/fault", "test/e2e"]);

Deno.test("the test command runs the checks, then the fast folders, then fault and e2e", () => {
  const names = stagesOf("all", EVERYTHING).map((stage) => stage.name);
  assertEquals(names, ["format", "lint", "types", "unit", "tidy", "fault", "e2e"]);
});

Deno.test("the fast part leaves out what starts whole hubs", () => {
  const names = stagesOf("fast", EVERYTHING).map((stage) => stage.name);
  assertEquals(names, ["format", "lint", "types", "unit", "tidy"]);
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
