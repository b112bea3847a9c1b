import { assertEquals } from "@std/assert";
import { DEFAULT_CLIENT_SETTINGS } from "../../../../src/core/client.ts";
import { ClientCache } from "../../../../src/store/sqlite/client_cache.ts";
import { Database } from "../../../../src/store/sqlite/database.ts";
import { migrate } from "../../../../src/store/sqlite/migrations.ts";

Deno.test("a client that was written before a setting existed has that setting's default", async () => {
  const db = new Database(":memory:", { busyMs: 0 });
  try {
    await migrate(db, { path: ":memory:" });
    db.run(`INSERT INTO clients (name, label, token_hash, settings, created_at_ms)
      VALUES ('old', '', 'hash', '{"batch":7}', 0)`);
    const settings = new ClientCache(db).byToken("hash", 0)?.settings;
    assertEquals(settings, { ...DEFAULT_CLIENT_SETTINGS, batch: 7 });
  } finally {
    db.close();
  }
});
