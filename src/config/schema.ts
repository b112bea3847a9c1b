/** The JSON schema of the configuration file, for editors. */
import { SETTINGS } from "../config.ts";
import { isObject, type JsonObject } from "../lib/json.ts";

/** `explain` gives the sentence about a setting, by its name. */
export function settingsSchema(explain: (name: string) => string): JsonObject {
  const root: JsonObject = { $schema: { type: "string" } };
  for (const [name, { key, kind, byDefault }] of Object.entries(SETTINGS)) {
    if (key === null) continue;
    const schema: JsonObject = { ...kind.schema, description: explain(name) };
    if (byDefault !== null) schema["default"] = byDefault;
    const [group = "", member] = key.split(".");
    if (member === undefined) root[group] = schema;
    else propertiesOf(root, group)[member] = schema;
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "ilink-hub",
    ...objectOf(root),
  };
}

function propertiesOf(root: JsonObject, group: string): JsonObject {
  const there = root[group];
  if (isObject(there) && isObject(there["properties"])) return there["properties"];
  const properties: JsonObject = {};
  root[group] = objectOf(properties);
  return properties;
}

function objectOf(properties: JsonObject): JsonObject {
  return { type: "object", additionalProperties: false, properties };
}
