import { assert, assertEquals, assertRejects } from "@std/assert";
import { HubError } from "../../../../src/core/error.ts";
import { type AccountId, asId } from "../../../../src/core/ids.ts";
import { silentLog } from "../../../../src/lib/log.ts";
import { readCounter } from "../../../../src/store/sqlite/counters.ts";
import { Database } from "../../../../src/store/sqlite/database.ts";
import { Group, type GroupOptions, type Step } from "../../../../src/store/sqlite/group.ts";

const TABLES = `
  CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
  CREATE TABLE owned (note INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED) STRICT;
  CREATE TABLE counters (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;`;
const INSERT = "INSERT INTO notes (text) VALUES (?)";
const INSERT_OWNED = "INSERT INTO owned VALUES (?)";
const SELECT = "SELECT text FROM notes ORDER BY id";
const COUNTER = { kind: "message", account: asId<AccountId>(1), state: "received" } as const;

interface World {
  readonly db: Database;
  readonly group: Group;
  readonly commits: string[];
  texts(): string[];
}

/** A group over a database with notes; the steps of one call of `use` are one turn. */
async function withGroup(
  use: (world: World) => Promise<void>,
  options: Partial<GroupOptions> & { readonly path?: string } = {},
): Promise<void> {
  const db = new Database(options.path ?? ":memory:", { busyMs: 50 });
  db.script(`PRAGMA foreign_keys = ON; ${TABLES}`);
  const commits: string[] = [];
  const group = new Group({
    db,
    path: "hub.db",
    log: silentLog,
    schedule: (flush) => void setImmediate(flush),
    freeRoom: () => false,
    onCommit: (commit, moment) => void commits.push(`${moment} ${commit}`),
    onEnd: () => {},
    ...options,
  });
  try {
    await use({
      db,
      group,
      commits,
      texts: () => db.all<{ text: string }>(SELECT).map(({ text }) => text),
    });
  } finally {
    group.close(() => {});
  }
}

function note(text: string): (step: Step) => string {
  return ({ db }) => {
    db.run(INSERT, text);
    return text;
  };
}

/** What became of each promise, in words. */
async function ends(promises: readonly Promise<unknown>[]): Promise<string[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === "fulfilled") return "done";
    return result.reason instanceof HubError ? result.reason.code : result.reason.message;
  });
}

Deno.test("write() commits the steps of one turn together, in order, and gives what they gave", () =>
  withGroup(async ({ group, commits, texts }) => {
    const given = await Promise.all([group.write(note("a")), group.write(note("b"))]);
    assertEquals(given, ["a", "b"]);
    await group.write(note("c"));
    assertEquals(texts(), ["a", "b", "c"]);
    assertEquals(commits, ["before 1", "after 1", "before 2", "after 2"]);
  }));

Deno.test("write() rejects a step that throws and takes back what it did, the others stay", () =>
  withGroup(async ({ group, db, texts }) => {
    const failing = ({ db, count }: Step) => {
      db.run(INSERT, "half");
      count(COUNTER, 5);
      throw new HubError("USAGE", "no");
    };
    const counting = ({ count }: Step) => count(COUNTER, 1);
    const promises = [group.write(note("a")), group.write(failing), group.write(counting)];
    assertEquals(await ends(promises), ["done", "USAGE", "done"]);
    assertEquals(await ends([group.write(failing)]), ["USAGE"]);
    assertEquals(texts(), ["a"]);
    assertEquals(readCounter(db, COUNTER), 1);
    assertEquals(group.health.kind, "ok");
  }));

Deno.test("write() lets memory follow after the commit, before any promise, and never for a failure", () =>
  withGroup(async ({ group, texts }) => {
    const seen: string[] = [];
    const noting = (name: string, fails = false) =>
      group.write((step) => {
        step.db.run(INSERT, name);
        step.afterCommit(() => seen.push(`${name} of ${texts().length}`));
        if (fails) throw new Error("no");
      }).then(() => seen.push(`${name} done`), () => seen.push(`${name} failed`));
    await Promise.all([noting("a"), noting("b", true), noting("c")]);
    assertEquals(seen.slice(0, 2), ["a of 2", "c of 2"]);
    assertEquals(seen.slice(2).toSorted(), ["a done", "b failed", "c done"]);
  }));

Deno.test("write() runs each step alone when the engine ends the transaction", () =>
  withGroup(async ({ group, db, texts }) => {
    db.script("PRAGMA max_page_count = 12");
    const large = note("x".repeat(100_000));
    const promises = [group.write(note("a")), group.write(large), group.write(note("b"))];
    assertEquals(await ends(promises), ["done", "DATABASE_FULL", "done"]);
    assertEquals(texts(), ["a", "b"]);
    assertEquals(group.health.kind, "ok", "the last step was written");
    assertEquals(await ends([group.write(large)]), ["DATABASE_FULL"]);
    assert(group.health.kind === "failing" && group.health.reason.includes("full"));
    await group.write(note("c"));
    assertEquals(group.health.kind, "ok");
  }));

Deno.test("write() deals with a turn in which one step throws and another meets a full disk", () =>
  withGroup(async ({ group, db, texts }) => {
    db.script("PRAGMA max_page_count = 12");
    const throwing = () => {
      throw new HubError("USAGE", "no");
    };
    const promises = [note("a"), throwing, note("x".repeat(100_000)), note("b")]
      .map((body: (step: Step) => unknown) => group.write(body));
    assertEquals(await ends(promises), ["done", "USAGE", "DATABASE_FULL", "done"]);
    assertEquals(texts(), ["a", "b"]);
  }));

Deno.test("write() asks for room once when the disk is full, and tries again", () => {
  let asked = 0;
  let makeRoom = () => {};
  const freeRoom = () => {
    asked += 1;
    makeRoom();
    return true;
  };
  return withGroup(async ({ group, db, texts }) => {
    db.script("PRAGMA max_page_count = 12");
    const large = note("x".repeat(100_000));
    assertEquals(await ends([group.write(large)]), ["DATABASE_FULL"]);
    assertEquals(asked, 1);
    makeRoom = () => db.script("PRAGMA max_page_count = 1000");
    await group.write(large);
    assertEquals(texts().length, 1);
  }, { freeRoom });
});

Deno.test("write() runs each step alone when the commit fails, and only the guilty one rejects", () =>
  withGroup(async ({ group, texts }) => {
    const orphan = ({ db }: Step) => db.run(INSERT_OWNED, 99);
    const promises = [group.write(note("a")), group.write(orphan), group.write(note("b"))];
    assertEquals(await ends(promises), ["done", "FOREIGN KEY constraint failed", "done"]);
    assertEquals(texts(), ["a", "b"]);
  }));

Deno.test("write() rejects the whole turn after one wait when another program holds the file", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/x.db`;
  await withGroup(async ({ group, texts }) => {
    const other = new Database(path, { busyMs: 0 });
    other.run("BEGIN IMMEDIATE");
    const promises = Array.from({ length: 50 }, () => group.write(note("a")));
    const began = performance.now();
    assertEquals(new Set(await ends(promises)), new Set(["DATABASE_LOCKED"]));
    assert(performance.now() - began < 2_000, "each step waited");
    assertEquals(group.health.kind, "failing");
    other.run("ROLLBACK");
    other.close();
    await group.write(note("b"));
    assertEquals(texts(), ["b"]);
  }, { path });
  await Deno.remove(directory, { recursive: true });
});

Deno.test("read() sees what is committed and nothing of a group that is being gathered", () =>
  withGroup(async ({ group }) => {
    const count = () => group.read((db) => db.all(SELECT).length);
    const writing = group.write(note("a"));
    assertEquals(await count(), 0);
    await writing;
    assertEquals(await count(), 1);
    await assertRejects(() => group.read((db) => db.get("SELECT nothing")), Error, "nothing");
  }));

Deno.test("a crash before the commit leaves nothing of the group, after it everything", async () => {
  for (const moment of ["before", "after"] as const) {
    const directory = await Deno.makeTempDir();
    const path = `${directory}/x.db`;
    let isOpen = true;
    await withGroup(async ({ group }) => {
      const promises = [group.write(note("a")), group.write(note("b"))];
      assertEquals(await ends(promises), ["died", "died"]);
      assertEquals(await ends([group.write(note("c")), group.read(() => 1)]), ["died", "died"]);
      assertEquals(isOpen, false);
    }, {
      path,
      onCommit(_commit, at) {
        if (at === moment) throw new Error("died");
      },
      onEnd: () => isOpen = false,
    });
    const db = new Database(path, { busyMs: 0 });
    assertEquals(db.all(SELECT).length, moment === "before" ? 0 : 2);
    db.close();
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("close() commits what is queued and takes nothing more", () =>
  withGroup(async ({ group }) => {
    const writing = group.write(note("a"));
    let last = 0;
    group.close(() => last += 1);
    assertEquals(await ends([writing, group.write(note("b"))]), ["done", "The store is closed"]);
    group.close(() => last += 1);
    assertEquals(last, 1);
  }));
