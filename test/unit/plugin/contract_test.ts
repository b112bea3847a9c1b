/** What the contract's types refuse, seen by the compiler: a mistake that can be found while writing is found there. */
import { assertEquals, assertStringIncludes } from "@std/assert";

const API = new URL("../../../src/plugin/api.ts", import.meta.url);

const MANIFEST = `manifest: { id: "x", api: 1, version: "1.0.0" }`;

/** The plugin, and the words of the compiler's complaint; `null`: it is right. */
const PLUGINS: Readonly<
  Record<string, { readonly code: string; readonly complaint: string | null }>
> = {
  right: {
    code:
      `const x: Plugin = { ${MANIFEST}, route: () => ({ kind: "route", to: ["a"], reason: "" }) };`,
    complaint: null,
  },
  right_with_configuration: {
    code: `const x: Plugin<{ to: string }> = { ${MANIFEST}, configure: () => ({ to: "a" }),
      route: (_, { config }) => ({ kind: "route", to: [config.to], reason: "" }) };`,
    complaint: null,
  },
  typed_configuration_without_configure: {
    code: `const x: Plugin<{ to: string }> = { ${MANIFEST}, route: () => ({ kind: "pass" }) };`,
    complaint: "Property 'configure' is missing",
  },
  verdict_of_unknown_kind: {
    code:
      `const x: Plugin = { ${MANIFEST}, route: () => ({ kind: "forward", to: ["a"], reason: "" }) };`,
    complaint: `"forward"' is not assignable to type`,
  },
  route_to_nobody: {
    code:
      `const x: Plugin = { ${MANIFEST}, route: () => ({ kind: "route", to: [], reason: "" }) };`,
    complaint: "Source has 0 element(s) but target requires 1",
  },
  route_without_reason: {
    code: `const x: Plugin = { ${MANIFEST}, route: () => ({ kind: "route", to: ["a"] }) };`,
    complaint: "Property 'reason' is missing",
  },
  memory_that_is_no_json: {
    code: `const x: Plugin = { ${MANIFEST}, route(_, { memory }) {
      memory["since"] = new Date(0);
      return { kind: "pass" };
    } };`,
    complaint: "Type 'Date' is not assignable to type 'Json'",
  },
};

Deno.test("what the contract forbids does not compile, and what it allows does", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "ilink-hub-contract-" });
  try {
    Deno.writeTextFileSync(
      `${folder}/deno.json`,
      JSON.stringify({ imports: { "ilink-hub/plugin": API.href } }),
    );
    for (const [name, { code }] of Object.entries(PLUGINS)) {
      const text = `import type { Plugin } from "ilink-hub/plugin";\n${code}\nexport default x;\n`;
      Deno.writeTextFileSync(`${folder}/${name}.ts`, text);
    }
    const names = Object.keys(PLUGINS);
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--no-lock", ...names.map((name) => `${name}.ts`)],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const complaints = new TextDecoder().decode(stderr).split(/^(?=TS\d+)/m);
    for (const [name, { complaint }] of Object.entries(PLUGINS)) {
      const seen = complaints.filter((text) => text.includes(`/${name}.ts:`)).join("");
      if (complaint === null) assertEquals(seen, "", name);
      else assertStringIncludes(seen, complaint, name);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
