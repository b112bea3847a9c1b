import { assert, assertEquals, assertRejects } from "@std/assert";
import { HubError } from "../../../../src/core/error.ts";
import { openTestStore, said, StoreLife } from "../../../fake/store_life.ts";

async function withLife(use: (life: StoreLife, directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  const store = await openTestStore({ path: `${directory}/hub.db` });
  try {
    await use(await StoreLife.begin(store), directory);
  } finally {
    await store.close();
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("backup() copies all that was committed while steps go on", () =>
  withLife(async (life, directory) => {
    await life.ingest(Array.from({ length: 200 }, (_, at) => said(`before ${at}`)));
    let isCopied = false;
    const copying = life.store.backup(`${directory}/copy.db`).then(() => isCopied = true);
    let meanwhile = 0;
    for (; !isCopied && meanwhile < 10_000; meanwhile++) await life.say("meanwhile");
    await copying;
    assert(meanwhile > 0, "no step went on");
    const copy = await openTestStore({ path: `${directory}/copy.db` });
    const { received } = (await copy.counts()).messages;
    assert(received >= 200 && received <= 200 + meanwhile, String(received));
    const rows = await copy.lastMessages({ limit: 100_000, before: null });
    assertEquals(rows.length, received, "the counters are of the same moment");
    assertEquals((await copy.clients()).length, 2);
    await copy.close();
    assertEquals([...Deno.readDirSync(directory)].filter(({ name }) => /part/.test(name)), []);
  }));

Deno.test("backup() writes over nothing and says why it cannot write", () =>
  withLife(async ({ store }, directory) => {
    await Deno.writeTextFile(`${directory}/there`, "x");
    const codeFor = async (path: string) =>
      (await assertRejects(() => store.backup(path), HubError)).code;
    assertEquals(await codeFor(`${directory}/there`), "USAGE");
    assertEquals(await codeFor(`${directory}/no/such/copy.db`), "DATA_DIRECTORY_UNUSABLE");
    assertEquals(await Deno.readTextFile(`${directory}/there`), "x");
  }));

Deno.test("backup() of a database in memory is refused", async () => {
  const store = await openTestStore();
  const error = await assertRejects(() => store.backup("x"), HubError);
  assertEquals(error.code, "USAGE");
  await store.close();
});
