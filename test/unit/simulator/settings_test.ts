import { assertEquals } from "@std/assert";
import { isObject, type Json, parseJson } from "../../../src/lib/json.ts";
import { readSettings } from "../../../src/simulator/control_input.ts";
import { BURSTS, DEFAULT_SETTINGS } from "../../../src/simulator/settings.ts";

Deno.test("every setting can be given to the control API", () => {
  const written = parseJson(JSON.stringify(DEFAULT_SETTINGS));
  assertEquals(readSettings(written), DEFAULT_SETTINGS);
  for (const burst of Object.values(BURSTS)) {
    assertEquals(readSettings(parseJson(JSON.stringify(burst))), burst);
  }
});

Deno.test("every setting stands in the documents with its default", () => {
  const text = Deno.readTextFileSync(new URL("../../../docs/SIMULATOR.md", import.meta.url));
  const told: Record<string, Json> = {};
  for (const [, names = "", values = ""] of text.matchAll(/^\| (`\w.*?) \| (`.*?) \|/gm)) {
    const inBackticks = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word);
    const defaults = inBackticks(values);
    for (const [at, name] of inBackticks(names).entries()) {
      told[name ?? ""] = parseJson(defaults[at] ?? "null");
    }
  }
  const written = parseJson(JSON.stringify(DEFAULT_SETTINGS));
  const sorted = (given: Json) => isObject(given) ? Object.entries(given).toSorted() : [];
  assertEquals(sorted(told), sorted(written));
});
