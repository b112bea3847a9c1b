import { assert, assertEquals } from "@std/assert";
import { CONDITION_NAMES } from "../../../plugins/_rule_conditions.ts";
import { parseJsonc } from "../../../src/config/jsonc.ts";
import { readSettings } from "../../../src/config/read.ts";
import { isObject, type Json, listMember } from "../../../src/lib/json.ts";
import { readyShipped } from "../../../src/plugin/catalog.ts";
import { SHIPPED_IDS } from "../../../src/plugin/shipped.ts";

/** The configuration files that the document shows. */
async function examples(): Promise<Json[]> {
  const path = new URL("../../../plugins/README.md", import.meta.url);
  const text = await Deno.readTextFile(path);
  return [...text.matchAll(/^```jsonc\n([\s\S]*?)^```/gm)].map(([_, block = ""]) => {
    const parsed = parseJsonc(block);
    assert(parsed.kind === "value", JSON.stringify(parsed));
    return parsed.value;
  });
}

Deno.test("the example configuration is the same in both languages, and is taken as it stands", async () => {
  const [english, chinese, ...others] = await examples();
  assert(english !== undefined && others.length === 0);
  assertEquals(chinese, english);
  const place = { directory: "/", home: "/" };
  const file = { path: "hub.jsonc", directory: "/", value: english };
  const read = readSettings({ flags: {}, env: () => undefined, file, place });
  assert(read.kind === "read", JSON.stringify(read));
  const { pluginsConfig } = read.settings;
  const configs = new Map(SHIPPED_IDS.map((id) => [id, pluginsConfig[id] ?? null]));
  assertEquals(readyShipped(configs).problems, []);
});

Deno.test("the example shows every setting of keywords and affinity", async () => {
  const [example] = await examples();
  const memberOf = (value: Json | undefined, name: string) =>
    value !== undefined && isObject(value) ? value[name] : undefined;
  const config = memberOf(memberOf(example, "plugins"), "config");
  const keywords = memberOf(config, "keywords");
  assert(keywords !== undefined && isObject(keywords));
  const rules = listMember(keywords, "rules").filter(isObject);
  const shown = new Set(rules.flatMap((rule) => Object.keys(rule)));
  const names = ["id", "to", "mode", "pool", "reply", "drop", "dryRun", "timezone"];
  assertEquals([...shown].toSorted(), [...names, ...CONDITION_NAMES].toSorted());
  assertEquals(Object.keys(keywords).toSorted(), ["dryRun", "rules", "timezone"]);
  const affinity = Object.keys(Object(memberOf(config, "affinity")));
  assertEquals(affinity, ["pool", "bindingHours", "failover", "return"]);
});
