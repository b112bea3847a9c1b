import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { HubError, type HubErrorCode } from "../../../../src/core/error.ts";
import { explainFault } from "../../../../src/store/sqlite/faults.ts";
import {
  answerWith,
  FAKE_SEALER,
  openTestStore,
  said,
  StoreLife,
} from "../../../fake/store_life.ts";

async function withDirectory(use: (path: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await use(`${directory}/hub.db`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function refusal(path: string): Promise<HubError> {
  return await assertRejects(() => openTestStore({ path }), HubError);
}

/** The error names the file and says what to do. */
async function assertRefused(path: string, code: HubErrorCode): Promise<void> {
  const error = await refusal(path);
  assertEquals(error.code, code, error.message);
  assert(error.message.includes(path), error.message);
  assert((error.hint ?? "") !== "", "no hint");
}

/** A database with a few pages, made by a hub and closed. */
async function makeDatabase(path: string): Promise<void> {
  const store = await openTestStore({ path });
  const life = await StoreLife.begin(store);
  await life.ingest(Array.from({ length: 50 }, (_, at) => said(`message ${at}`)));
  await store.close();
}

Deno.test("openStore() keeps what was stored over a close and an open", () =>
  withDirectory(async (path) => {
    await makeDatabase(path);
    const store = await openTestStore({ path });
    assertEquals((await store.clients()).map(({ name }) => name), ["alpha", "beta"]);
    assertEquals((await store.counts()).messages.received, 50);
    assertEquals((await store.accounts())[0]?.botId, "b0t@im.bot");
    const account = (await store.accounts())[0]?.id;
    assert(account !== undefined);
    assertEquals((await store.credentials(account))?.token, "bot token");
    await store.close();
  }));

Deno.test("close() leaves the database in one file, with its epoch beside it", () =>
  withDirectory(async (path) => {
    await makeDatabase(path);
    const names = [...Deno.readDirSync(path.slice(0, path.lastIndexOf("/")))].map((f) => f.name);
    assertEquals(names.toSorted(), ["hub.db", "hub.db.epoch"]);
  }));

Deno.test({
  name: "only their owner can read the database and its copies",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withDirectory(async (path) => {
      const store = await openTestStore({ path });
      await StoreLife.begin(store);
      await store.backup(`${path}.copy`);
      for (const name of ["", "-wal", ".epoch", ".copy"]) {
        assertEquals((Deno.statSync(`${path}${name}`).mode ?? 0) & 0o077, 0, name);
      }
      await store.close();
    }),
});

Deno.test("openStore() refuses a file that is no database, and leaves it as it was", () =>
  withDirectory(async (path) => {
    const text = "not a database at all\n".repeat(100);
    await Deno.writeTextFile(path, text);
    await assertRefused(path, "DATABASE_FOREIGN");
    assertEquals(await Deno.readTextFile(path), text);
  }));

Deno.test("openStore() refuses another program's database, and leaves it as it was", () =>
  withDirectory(async (path) => {
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE messages (id INTEGER PRIMARY KEY); PRAGMA user_version = 3");
    other.close();
    const before = await Deno.readFile(path);
    await assertRefused(path, "DATABASE_FOREIGN");
    assertEquals(await Deno.readFile(path), before);
  }));

Deno.test("openStore() refuses a database of a newer hub", () =>
  withDirectory(async (path) => {
    await makeDatabase(path);
    const db = new DatabaseSync(path);
    db.exec("PRAGMA user_version = 999");
    db.close();
    const error = await refusal(path);
    assertEquals(error.code, "DATABASE_NEWER");
    assert(error.message.includes("version 999"), error.message);
  }));

Deno.test("openStore() says that a file is damaged, and does not touch it", () =>
  withDirectory(async (path) => {
    await makeDatabase(path);
    const whole = await Deno.readFile(path);
    await Deno.writeFile(path, whole.subarray(0, whole.length - 8192));
    await assertRefused(path, "DATABASE_CORRUPT");
    const garbled = whole.slice();
    garbled.fill(0x5a, 100, 4096);
    await Deno.writeFile(path, garbled);
    await assertRefused(path, "DATABASE_CORRUPT");
    assertEquals(await Deno.readFile(path), garbled);
  }));

Deno.test("openStore() refuses a database that another hub has open", () =>
  withDirectory(async (path) => {
    const store = await openTestStore({ path });
    await assertRefused(path, "DATABASE_LOCKED");
    await store.close();
    await (await openTestStore({ path })).close();
  }));

Deno.test("openStore() says so where there is no such directory, and where one is in the way", () =>
  withDirectory(async (path) => {
    await assertRefused(`${path}/missing/hub.db`, "DATA_DIRECTORY_UNUSABLE");
    await Deno.mkdir(path);
    await assertRefused(path, "DATA_DIRECTORY_UNUSABLE");
  }));

Deno.test({
  name: "openStore() says so where nothing can be written",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    // A part of Linux's file system where even root makes no files.
    const error = await refusal("/sys/hub.db");
    assertEquals(error.code, "DATABASE_READ_ONLY", error.message);
  },
});

Deno.test("what the engine says of the file becomes an error with a hint", () => {
  const codeOf = (errcode: number | undefined, message = "x") => {
    const error = Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR", errcode });
    const explained = explainFault(error, "hub.db");
    return explained instanceof HubError ? explained.code : "as it was";
  };
  assertEquals(codeOf(5), "DATABASE_LOCKED");
  assertEquals(codeOf(1544, "attempt to write a readonly database"), "DATABASE_READ_ONLY");
  assertEquals(codeOf(522), "DATA_DIRECTORY_UNUSABLE");
  assertEquals(codeOf(11), "DATABASE_CORRUPT");
  assertEquals(codeOf(13), "DATABASE_FULL");
  assertEquals(codeOf(26), "DATABASE_FOREIGN");
  assertEquals(codeOf(undefined, "database is locked"), "DATABASE_LOCKED");
  assertEquals(codeOf(787, "FOREIGN KEY constraint failed"), "as it was");
  const own = new HubError("USAGE", "x");
  assertEquals(explainFault(own, "hub.db"), own);
});

Deno.test("credentials() says so when the database was sealed with another key", () =>
  withDirectory(async (path) => {
    await makeDatabase(path);
    const sealer = {
      ...FAKE_SEALER,
      unseal(): Uint8Array {
        throw new Error("unable to authenticate data");
      },
    };
    const store = await openTestStore({ path, sealer });
    const [account] = await store.accounts();
    assert(account !== undefined);
    const error = await assertRejects(() => store.credentials(account.id), HubError);
    assertEquals(error.code, "KEY_WRONG");
    await store.close();
  }));

Deno.test("a bot token, a cursor and an unreadable body stand on disk sealed only", () =>
  withDirectory(async (path) => {
    const store = await openTestStore({ path });
    const life = await StoreLife.begin(store);
    const unreadableBody = new TextEncoder().encode("a body with a secret");
    await life.ingest([], { cursor: "cursor with a secret", unreadableBody });
    await life.settle(await life.say("x"), answerWith("y"));
    await store.close();
    const bytes = await Deno.readFile(path);
    const text = new TextDecoder("latin1").decode(bytes);
    for (const secret of ["bot token", "cursor with a secret", "a body with a secret"]) {
      assertEquals(text.includes(secret), false, secret);
    }
    assert(text.includes("https://ilink.example"), "the file is read as it is");
  }));
