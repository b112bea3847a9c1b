import { assert, assertEquals } from "@std/assert";
import { readProject } from "../../../tools/build.ts";

const SETTINGS = new URL("../../../deno.json", import.meta.url);

Deno.test("the executable gets exactly the permissions of the task `hub`, and the unstable features", () => {
  const project = readProject(JSON.stringify({
    version: "1.2.3",
    unstable: ["net"],
    tasks: { hub: { command: "deno run --frozen --no-prompt --allow-net=a --deny-ffi main.ts" } },
  }));
  assertEquals(project, {
    version: "1.2.3",
    flags: ["--no-prompt", "--allow-net=a", "--deny-ffi", "--unstable-net"],
  });
});

Deno.test("the hub never asks for all permissions, never prompts, and loads no native code", async () => {
  const { flags } = readProject(await Deno.readTextFile(SETTINGS));
  assert(!flags.includes("--allow-all"));
  for (const flag of ["--no-prompt", "--deny-ffi", "--deny-import"]) {
    assert(flags.includes(flag), flag);
  }
});
