/** Brings a database file to the newest schema, in one transaction, after a copy of an older file has been put aside. */
import { backup } from "node:sqlite";
import { HubError } from "../../core/error.ts";
import type { Database } from "./database.ts";
import { databaseError } from "./faults.ts";
import { touchPrivate } from "./private_file.ts";
import { APPLICATION_ID, VERSION_1, VERSION_2, VERSION_3, VERSION_4 } from "./schema.ts";

/** Step `n` (from 0) leads from version `n` to `n + 1`. */
const MIGRATIONS: readonly string[] = [VERSION_1, VERSION_2, VERSION_3, VERSION_4];

const READ_APPLICATION_ID = "PRAGMA application_id";
const READ_VERSION = "PRAGMA user_version";
const COUNT_TABLES = "SELECT count(*) AS tables FROM sqlite_schema";
const BEGIN = "BEGIN EXCLUSIVE";
const COMMIT = "COMMIT";
const ROLLBACK = "ROLLBACK";

/** All pages in one go, so that no write of another program makes the copy start again. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Makes or migrates the schema. Says whether the database is new. Throws `DATABASE_FOREIGN` for a file of another program
 * and `DATABASE_NEWER` for one of a newer hub, before anything is written.
 */
export async function migrate(
  db: Database,
  { path, migrations = MIGRATIONS }: {
    readonly path: string;
    readonly migrations?: readonly string[];
  },
): Promise<"new" | "migrated" | "current"> {
  const { application_id: application } = db.one<{ application_id: number }>(READ_APPLICATION_ID);
  const { user_version: version } = db.one<{ user_version: number }>(READ_VERSION);
  const isNew = application === 0 && version === 0 &&
    db.one<{ tables: number }>(COUNT_TABLES).tables === 0;
  if (!isNew && application !== APPLICATION_ID) {
    throw databaseError("DATABASE_FOREIGN", path, {
      seen: `, its application id is ${application}`,
    });
  }
  if (version > migrations.length) throw newer(path, version, migrations.length);
  if (version === migrations.length) return "current";
  if (isNew) {
    db.script("PRAGMA auto_vacuum = INCREMENTAL"); // takes effect only before the first table
  } else {
    const copy = `${path}.version-${version}`;
    touchPrivate(copy);
    await backup(db.connection, copy, { rate: ALL_PAGES });
  }
  apply(db, migrations, version);
  return isNew ? "new" : "migrated";
}

function apply(db: Database, migrations: readonly string[], version: number): void {
  db.run(BEGIN);
  try {
    for (const statements of migrations.slice(version)) db.script(statements);
    db.script(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.script(`PRAGMA user_version = ${migrations.length}`);
    db.run(COMMIT);
  } catch (error) {
    if (db.isInTransaction) db.run(ROLLBACK);
    throw error;
  }
}

function newer(path: string, version: number, known: number): HubError {
  return new HubError(
    "DATABASE_NEWER",
    `Cannot use the database ${path}: its schema is version ${version}, this hub knows up to ${known}`,
    {
      hint:
        `Run the newer hub again, or restore the copy ${path}.version-${known} that it made when it came`,
    },
  );
}
