import { assertEquals } from "@std/assert";
import { findUndocumented, findUndocumentedMethods } from "./exports.ts";
import { readTree, typescriptIn } from "./tree.ts";

const PORTS = [
  "src/store/store.ts",
  "src/store/steps.ts",
  "src/store/send_steps.ts",
  "src/upstream/api.ts",
  "src/plugin/host.ts",
  "src/plugin/api.ts",
];

Deno.test("what the ports, core and lib export is documented", () => {
  const tree = readTree();
  const ports = tree.filter(({ path }) => PORTS.includes(path));
  assertEquals(findUndocumented([...typescriptIn(tree, ["src/core", "src/lib"]), ...ports]), []);
  assertEquals(findUndocumentedMethods(ports), []);
});

Deno.test("the plugin contract passes deno's own check of its documentation", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", new URL("../../src/plugin/api.ts", import.meta.url).pathname],
    env: { NO_COLOR: "1" },
  });
  const { success, stderr } = await command.output();
  assertEquals(success, true, new TextDecoder().decode(stderr));
});

Deno.test("an exported function, class or plain constant without documentation is found", () => {
  const text = [
    "/** The file. */",
    "import a from './a.ts';",
    "",
    "export const first = 1;",
    "",
    "export function second(): void {}",
    "",
    "/** Documented. */",
    "export function third(): void {}",
    "",
    "export const FOURTH_MS = 4;",
    "export const fifth: Clock = {};",
    "",
    "export function createSixth(): Sixth {}",
  ].join("\n");
  assertEquals(findUndocumented([{ path: "a.ts", text }]), [
    "a.ts: the exported function second has no documentation",
    "a.ts: the exported const FOURTH_MS has no documentation",
  ]);
});

Deno.test("a port's method without documentation is found", () => {
  const text = [
    "export interface Third<T> {",
    "  readonly plain: string;",
    "  /** Documented. */",
    "  good(): void;",
    "  bad<U>(): void;",
    "}",
    "",
  ].join("\n");
  assertEquals(findUndocumentedMethods([{ path: "a.ts", text }]), [
    "a.ts: the method Third.bad has no documentation",
  ]);
});
