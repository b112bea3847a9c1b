import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  hasDataDirectory,
  openDataDirectory,
  type OpenedDirectory,
  readAdminToken,
  readRunningHub,
} from "../../../src/cli/data_directory.ts";
import type { Settings } from "../../../src/config.ts";
import { readSettings } from "../../../src/config/read.ts";
import { HubError, type HubErrorCode } from "../../../src/core/error.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";

/** Runs `test` with a folder of its own. */
function withFolder(test: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function settingsFor(data: string, changes: Partial<Settings> = {}): Settings {
  const place = { directory: "/", home: null };
  const read = readSettings({ flags: { data }, env: () => undefined, file: null, place });
  assert(read.kind === "read");
  return { ...read.settings, ...changes };
}

function open(data: string, changes: Partial<Settings> = {}, seed = 1): OpenedDirectory {
  const opened = openDataDirectory(settingsFor(data, changes), {
    random: createFakeRandom(seed),
    directory: "/",
  });
  assert(opened !== null, "the lock is free");
  return opened;
}

function failure(code: HubErrorCode, action: () => unknown): HubError {
  const error = assertThrows(action, HubError);
  assertEquals(error.code, code, error.message);
  assert(error.hint !== null, "a failure says what to do");
  return error;
}

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}

Deno.test("openDataDirectory() makes the directory, key and admin token for their owner alone", () => {
  withFolder((folder) => {
    const data = `${folder}/deep/data`;
    assertEquals(hasDataDirectory(data), false);
    const opened = open(data);
    assertEquals(modeOf(data), 0o700);
    for (const name of ["hub.key", "hub.key.id", "admin-token", "hub.lock"]) {
      assertEquals(modeOf(`${data}/${name}`), 0o600, name);
    }
    assertEquals(opened.databasePath, `${data}/hub.db`);
    assertEquals(opened.newAdminToken, readAdminToken(data));
    assertEquals(hasDataDirectory(data), true);
    opened.release();
  });
});

Deno.test("openDataDirectory() keeps key and admin token, and shows the token only when it is new", () => {
  withFolder((folder) => {
    const first = open(folder);
    first.release();
    const second = open(folder, {}, 2);
    assertEquals(second.sealingKey, first.sealingKey);
    assertEquals(second.signingKey, first.signingKey);
    assert(second.sealingKey.toHex() !== second.signingKey.toHex());
    assertEquals(second.adminToken.current(), first.adminToken.current());
    assertEquals(second.newAdminToken, null);
    second.release();
  });
});

Deno.test("openDataDirectory() gives nothing while another holds the lock", () => {
  withFolder((folder) => {
    const opened = open(folder);
    const again = openDataDirectory(settingsFor(folder), {
      random: createFakeRandom(),
      directory: "/",
    });
    assertEquals(again, null);
    opened.release();
    open(folder).release();
  });
});

Deno.test("announce() says where the hub is until it is released, and a crashed hub's word is cleared", () => {
  withFolder((folder) => {
    const opened = open(folder);
    assertEquals(readRunningHub(folder), null);
    opened.announce({ pid: 7, url: "http://127.0.0.1:8765" });
    assertEquals(readRunningHub(folder), { pid: 7, url: "http://127.0.0.1:8765" });
    opened.release();
    assertEquals(readRunningHub(folder), null);
    Deno.writeTextFileSync(`${folder}/hub.json`, '{"pid":8,"url":"http://127.0.0.1:1"}');
    const next = open(folder);
    assertEquals(readRunningHub(folder), null);
    next.release();
  });
});

Deno.test("rotate() replaces the admin token in memory and on disk", async () => {
  const folder = Deno.makeTempDirSync();
  const opened = open(folder);
  const old = opened.adminToken.current();
  const fresh = await opened.adminToken.rotate();
  assert(fresh !== old);
  assertEquals(opened.adminToken.current(), fresh);
  assertEquals(readAdminToken(folder), fresh);
  opened.release();
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("an admin token from the settings is in force, is kept for local commands, and is not rotated", async () => {
  const folder = Deno.makeTempDirSync();
  open(folder).release();
  const opened = open(folder, { adminToken: "fixed" });
  assertEquals(opened.adminToken.current(), "fixed");
  assertEquals(opened.newAdminToken, null);
  assertEquals(readAdminToken(folder), "fixed");
  const refused = await opened.adminToken.rotate().catch((error: unknown) => error);
  assert(refused instanceof HubError && refused.code === "USAGE");
  opened.release();
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("a master key takes the place of the key file, as hex or base64", () => {
  withFolder((folder) => {
    const key = new Uint8Array(32).fill(7);
    const opened = open(folder, { masterKey: key.toHex() });
    opened.release();
    assertThrows(() => Deno.statSync(`${folder}/hub.key`), Deno.errors.NotFound);
    const again = open(folder, { masterKey: key.toBase64() });
    assertEquals(again.sealingKey, opened.sealingKey);
    again.release();
  });
});

Deno.test("a key that does not belong to the data is refused before anything is opened with it", () => {
  withFolder((folder) => {
    open(folder).release();
    const key = new Uint8Array(32).fill(9).toHex();
    failure("KEY_WRONG", () => open(folder, { masterKey: key }));
    Deno.writeTextFileSync(`${folder}/hub.key`, `${key}\n`);
    failure("KEY_WRONG", () => open(folder));
    Deno.writeTextFileSync(`${folder}/hub.key`, "not a key");
    failure("KEY_WRONG", () => open(folder));
    Deno.removeSync(`${folder}/hub.key`);
    const missing = failure("KEY_MISSING", () => open(folder));
    assert(missing.message.includes(`${folder}/hub.key`));
  });
});

Deno.test("a failed opening gives the lock up", () => {
  withFolder((folder) => {
    failure("CONFIG_INVALID", () => open(folder, { masterKey: "short" }));
    open(folder).release();
  });
});

Deno.test("a database of another kind, and a directory that is a file, are refused with words", () => {
  withFolder((folder) => {
    const error = failure("DATABASE_SCHEME", () => open(folder, { databaseUrl: "mysql://u:pw@h" }));
    assert(!error.message.includes("pw"));
    Deno.writeTextFileSync(`${folder}/file`, "");
    failure("DATA_DIRECTORY_UNUSABLE", () => open(`${folder}/file`));
    failure("DATA_DIRECTORY_UNUSABLE", () => open(`${folder}/file/below`));
  });
});
