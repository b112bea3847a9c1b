import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { HubError } from "../../../src/core/error.ts";
import { readPlugin } from "../../../src/plugin/manifest.ts";

const GOOD = { id: "a", api: 1, version: "1.0.0" };
const route = () => ({ kind: "pass" });

function refusalOf(exported: unknown): string {
  return assertThrows(() => readPlugin(exported, "a.ts"), HubError).message;
}

Deno.test("a manifest is refused with the value seen and the value wanted", () => {
  const cases: readonly [object, string][] = [
    [{ id: "Bad Id" }, `manifest.id is "Bad Id", want 1 to 40 lower-case letters`],
    [{ id: "hub" }, `manifest.id is "hub", want`],
    [{ api: 2 }, `manifest.api is 2, want 1, the version`],
    [{ deadlineMs: 20_000 }, `manifest.deadlineMs is 20000, want a whole number`],
    [{ onFault: "stop" }, `manifest.onFault is "stop", want "next" or "park"`],
    [{ permissions: { net: "x" } }, `manifest.permissions.net is "x", want a list of hosts`],
    [{ author: 1 }, `manifest has the unknown author, want an object with id`],
  ];
  for (const [part, words] of cases) {
    const text = refusalOf({ manifest: { ...GOOD, ...part }, route });
    assertStringIncludes(text, `Cannot load the plugin a.ts: ${words}`);
  }
});

Deno.test("what is no plugin is refused with what it lacks", () => {
  assertStringIncludes(refusalOf(undefined), "it has no default export, want one");
  assertStringIncludes(refusalOf(7), "its default export is 7, want an object");
  assertStringIncludes(refusalOf({ route }), "manifest is nothing, want an object with id");
  assertStringIncludes(refusalOf({ manifest: GOOD }), "it has neither route() nor reply()");
  const hook = refusalOf({ manifest: GOOD, route: { kind: "pass" } });
  assertStringIncludes(hook, `route is {"kind":"pass"}, want a function`);
});

Deno.test("a plugin is given as it was exported", () => {
  const plugin = { manifest: GOOD, route };
  assertEquals(readPlugin(plugin, "a.ts") === (plugin as unknown), true);
});
