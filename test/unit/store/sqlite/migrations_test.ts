import { assert, assertEquals, assertRejects } from "@std/assert";
import { Database } from "../../../../src/store/sqlite/database.ts";
import { migrate } from "../../../../src/store/sqlite/migrations.ts";
import { APPLICATION_ID, VERSION_1 } from "../../../../src/store/sqlite/schema.ts";

const VERSION_2 =
  "ALTER TABLE clients ADD COLUMN colour TEXT; CREATE TABLE extra (a INTEGER) STRICT;";

async function withFile(
  use: (db: Database, path: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/hub.db`;
  const db = new Database(path, { busyMs: 0 });
  try {
    await use(db, path);
  } finally {
    db.close();
    await Deno.remove(directory, { recursive: true });
  }
}

function stamps(db: Database): readonly [number, number] {
  const { application_id: application } = db.one<{ application_id: number }>(
    "PRAGMA application_id",
  );
  const { user_version: version } = db.one<{ user_version: number }>("PRAGMA user_version");
  return [application, version];
}

Deno.test("migrate() makes a new database, marked as this hub's, that gives room back", () =>
  withFile(async (db, path) => {
    assertEquals(await migrate(db, { path }), "new");
    assertEquals(stamps(db), [APPLICATION_ID, 4]);
    assertEquals(db.one("PRAGMA auto_vacuum"), { auto_vacuum: 2 });
    assertEquals(await migrate(db, { path }), "current");
  }));

Deno.test("migrate() puts a copy of the older file aside first", () =>
  withFile(async (db, path) => {
    await migrate(db, { path, migrations: [VERSION_1] });
    db.run("INSERT INTO meta VALUES ('kept', 'yes')");
    assertEquals(await migrate(db, { path, migrations: [VERSION_1, VERSION_2] }), "migrated");
    assertEquals(stamps(db), [APPLICATION_ID, 2]);
    const copy = new Database(`${path}.version-1`, { busyMs: 0 });
    assertEquals(stamps(copy), [APPLICATION_ID, 1]);
    assertEquals(copy.one("SELECT value FROM meta WHERE key = 'kept'"), { value: "yes" });
    copy.close();
  }));

Deno.test("migrate() does all of it or nothing", () =>
  withFile(async (db, path) => {
    await migrate(db, { path, migrations: [VERSION_1] });
    const failing = `${VERSION_2} INSERT INTO nowhere VALUES (1);`;
    await assertRejects(
      () => migrate(db, { path, migrations: [VERSION_1, failing] }),
      Error,
      "nowhere",
    );
    assertEquals(stamps(db), [APPLICATION_ID, 1]);
    assertEquals(db.all("SELECT 1 FROM sqlite_schema WHERE name = 'extra'"), []);
    assert(!db.isInTransaction);
  }));

Deno.test("migrate() makes every table STRICT, and no foreign key is looked up by a scan", () =>
  withFile(async (db, path) => {
    await migrate(db, { path });
    const tables = db.all<{ name: string; strict: 0 | 1 }>(
      "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    );
    assert(tables.length > 10);
    assertEquals(tables.filter(({ strict }) => strict === 0), []);
    // Rows of these are deleted, and each time the engine looks for rows that refer to them.
    const parents = ["messages", "replies"];
    const children = tables.flatMap(({ name: table }) =>
      db.all<{ table: string; from: string }>(
        `SELECT "table", "from" FROM pragma_foreign_key_list('${table}')`,
      )
        .filter((key) => parents.includes(key.table)).map(({ from }) => ({ table, from }))
    );
    assert(children.length > 4);
    for (const { table, from } of children) {
      const [plan] = db.all<{ detail: string }>(
        `EXPLAIN QUERY PLAN SELECT 1 FROM ${table} WHERE ${from} = ?`,
        1,
      );
      assert(plan?.detail.startsWith("SEARCH"), `${table}.${from}: ${plan?.detail}`);
    }
  }));
