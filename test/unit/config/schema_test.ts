import { assert, assertEquals } from "@std/assert";
import { SETTING_NAMES, SETTINGS } from "../../../src/config.ts";
import { settingsSchema } from "../../../src/config/schema.ts";
import { isObject } from "../../../src/lib/json.ts";

Deno.test("settingsSchema() has every setting of the file, its kind, default and sentence", () => {
  const schema = settingsSchema((name) => `about ${name}`);
  assertEquals(schema["additionalProperties"], false);
  for (const name of SETTING_NAMES) {
    const { key, byDefault } = SETTINGS[name];
    if (key === null) continue;
    const found = key.split(".").reduce<unknown>((at, part) => {
      assert(isObject(at) && isObject(at["properties"]), key);
      return at["properties"][part];
    }, schema);
    assert(isObject(found), key);
    assertEquals(found["description"], `about ${name}`);
    assertEquals(found["default"] ?? null, byDefault, key);
  }
});
