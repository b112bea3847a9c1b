import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { loadSettings } from "../../../src/cli/settings.ts";
import type { Settings } from "../../../src/config.ts";
import { HubError } from "../../../src/core/error.ts";
import { createFakeTerminal } from "../../fake/fake_terminal.ts";

/** Loads the settings in a folder with these files. */
function load(
  files: Readonly<Record<string, string>>,
  given: {
    readonly flags?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
  },
): Settings {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/data`);
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(`${folder}/${name}`, text);
    }
    const terminal = createFakeTerminal({ directory: folder, env: given.env ?? {} });
    return loadSettings({ flags: { data: "data", ...given.flags }, terminal, lang: "en" });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function refusal(...args: Parameters<typeof load>): string {
  const error = assertThrows(() => load(...args), HubError);
  assertEquals(error.code, "CONFIG_INVALID");
  return error.message;
}

Deno.test("loadSettings() reads the data directory's own file, if there is one", () => {
  assertEquals(load({}, {}).addr.port, 8765);
  const files = { "data/ilink-hub.jsonc": '{ "addr": "127.0.0.1:1", } // mine' };
  assertEquals(load(files, {}).addr.port, 1);
});

Deno.test("loadSettings() reads the file that is named, by flag or environment, instead", () => {
  const files = {
    "data/ilink-hub.jsonc": '{ "addr": "127.0.0.1:1" }',
    "other.jsonc": '{ "addr": "127.0.0.1:2" }',
    "third.jsonc": '{ "addr": "127.0.0.1:3" }',
  };
  const env = { ILINK_HUB_CONFIG: "other.jsonc" };
  assertEquals(load(files, { env }).addr.port, 2);
  assertEquals(load(files, { env, flags: { config: "third.jsonc" } }).addr.port, 3);
});

Deno.test("loadSettings() refuses a named file that is not there, and says where a file is broken", () => {
  assertMatch(refusal({}, { flags: { config: "none.jsonc" } }), /Cannot open .*none\.jsonc/);
  const files = { "data/ilink-hub.jsonc": "{\n  addr: 1\n}" };
  assertMatch(refusal(files, {}), /ilink-hub\.jsonc, line 2, column 3/);
});

Deno.test("loadSettings() refuses the data directory's own file that names another one", () => {
  const folder = Deno.makeTempDirSync();
  Deno.mkdirSync(`${folder}/.ilink-hub`);
  Deno.writeTextFileSync(`${folder}/.ilink-hub/ilink-hub.jsonc`, '{ "data": "/elsewhere" }');
  const terminal = createFakeTerminal({ directory: folder, home: folder });
  const error = assertThrows(
    () => loadSettings({ flags: {}, terminal, lang: "en" }),
    HubError,
  );
  assertMatch(error.message, /is in the data directory itself/);
  Deno.removeSync(folder, { recursive: true });
});
