import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SUBJECTS } from "../../../contract/store/subjects.ts";
import { SMALL_LIMITS } from "../../../contract/store/suite.ts";
import { openTestStore, StoreLife } from "../../../fake/store_life.ts";

/** Tables that grow with what was ever said. */
const LARGE = ["messages", "traces", "deliveries", "replies", "sends", "conversations"]
  .concat("client_conversations", "senders", "memories", "pins");

/** Indexes that hold only what is still to be done, so that reading all of one costs what there is to do. */
const QUEUES = ["conversations_head", "deliveries_unanswered", "replies_unshaped", "sends_due"]
  .concat("sends_open", "sends_held");

/** Every statement that the store prepares while it keeps its whole contract. */
async function preparedStatements(): Promise<ReadonlySet<string>> {
  const prepared = new Set<string>();
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (sql, ...more) {
    prepared.add(sql);
    return prepare.call(this, sql, ...more);
  };
  try {
    for (const prove of SUBJECTS.flatMap((subject) => Object.values(subject))) {
      const store = await openTestStore({ limits: SMALL_LIMITS });
      await prove(await StoreLife.begin(store));
      while (await store.retain({ olderThanMs: 0, fileBytesMax: 0 }) === "more");
      await store.close();
    }
  } finally {
    DatabaseSync.prototype.prepare = prepare;
  }
  return prepared;
}

Deno.test("no statement reads a table that grows from one end to the other", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/hub.db`;
  await (await openTestStore({ path })).close();
  const db = new DatabaseSync(path);
  const scans: string[] = [];
  let explained = 0;
  for (const sql of await preparedStatements()) {
    if (!/^\s*(SELECT|UPDATE|DELETE|INSERT)/.test(sql)) continue;
    explained += 1;
    for (const { detail } of db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()) {
      const [_, table = "", index = ""] =
        /^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?/.exec(String(detail)) ?? [];
      const isLarge = LARGE.includes(table) ||
        (table.length === 1 &&
          LARGE.some((name) => new RegExp(`\\b${name} AS ${table}\\b`).test(sql)));
      if (isLarge && !QUEUES.includes(index)) scans.push(`${detail}: ${sql.trim()}`);
    }
  }
  db.close();
  await Deno.remove(directory, { recursive: true });
  assertEquals(scans, []);
  assert(explained > 90, `only ${explained} statements`);
});
