import { assertEquals } from "@std/assert";
import { readDatabaseUrl } from "../../../src/config/database_url.ts";

const PLACES = { data: "/data", directory: "/here" };

Deno.test("readDatabaseUrl() reads the forms of sqlite addresses that people use", () => {
  const paths: readonly (readonly [string | null, string])[] = [
    [null, "/data/hub.db"],
    ["sqlite:hub.db", "/here/hub.db"],
    ["sqlite:/var/hub.db", "/var/hub.db"],
    ["sqlite:///var/hub.db", "/var/hub.db"],
    ["sqlite://hub.db?mode=rwc", "/here/hub.db"],
    ["SQLite:C:\\hub.db", "C:\\hub.db"],
  ];
  for (const [url, path] of paths) {
    assertEquals(readDatabaseUrl(url, PLACES), { kind: "path", path });
  }
});

Deno.test("readDatabaseUrl() refuses other databases and keeps passwords to itself", () => {
  assertEquals(readDatabaseUrl("postgres://u:secret@h/db", PLACES), {
    kind: "refused",
    scheme: "postgres",
  });
  assertEquals(readDatabaseUrl("/just/a/path", PLACES), { kind: "refused", scheme: "?" });
  assertEquals(readDatabaseUrl("sqlite::memory:", PLACES).kind, "refused");
  assertEquals(readDatabaseUrl("sqlite:", PLACES).kind, "refused");
});
