import { assertEquals, assertRejects } from "@std/assert";
import type { Json } from "../../../src/lib/json.ts";
import { hideSecrets, hideSecretsIn, resolveSecrets } from "../../../src/lib/secrets.ts";

function resolve(raw: Json) {
  const env: Readonly<Record<string, string>> = { KEY: "secret-key", SHORT: "ab" };
  const files: Readonly<Record<string, string>> = { "/run/key": "from a file\n" };
  return resolveSecrets(raw, {
    env: (name) => env[name],
    readText(path) {
      const text = files[path];
      return text === undefined ? Promise.reject(new Error("no such file")) : Promise.resolve(text);
    },
  });
}

Deno.test("references are replaced wherever they stand, and all else stays", async () => {
  const raw = { a: ["$env:KEY", 1, null], b: { c: "$file:/run/key" }, d: "costs $env:KEY" };
  assertEquals(await resolve(raw), {
    config: { a: ["secret-key", 1, null], b: { c: "from a file" }, d: "costs $env:KEY" },
    secrets: ["secret-key", "from a file"],
  });
});

Deno.test("a reference with nothing behind it is named", async () => {
  await assertRejects(() => resolve("$env:NONE"), Error, `"$env:NONE" names a variable`);
  await assertRejects(() => resolve("$file:/none"), Error, `"$file:/none" cannot be read: no such`);
  await assertRejects(() => resolve("$file:key"), Error, "want an absolute path");
});

Deno.test("secrets are hidden in texts and in values; short ones would hide too much", () => {
  const secrets = ["secret-key", `with "quotes"`, "ab"];
  assertEquals(hideSecrets("a secret-key, about", secrets), "a •••, about");
  const verdict = { kind: "drop", reason: `saw with "quotes" and secret-key` };
  assertEquals(hideSecretsIn(verdict, secrets), { kind: "drop", reason: "saw ••• and •••" });
  const innocent = { kind: "pass" };
  assertEquals(hideSecretsIn(innocent, secrets) === innocent, true);
});
