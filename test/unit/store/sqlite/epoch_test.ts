import { assert, assertEquals } from "@std/assert";
import { asId, type DeliverySeq } from "../../../../src/core/ids.ts";
import { crashAt } from "../../../fake/failing_store.ts";
import { openTestStore, StoreLife } from "../../../fake/store_life.ts";

async function withPath(use: (path: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await use(`${directory}/hub.db`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Opens and closes the store; gives its epoch. */
async function epochAt(path: string): Promise<string> {
  const store = await openTestStore({ path });
  const { epoch } = store;
  await store.close();
  return epoch;
}

Deno.test("the epoch is a word of its own for each database and stays over restarts", () =>
  withPath(async (path) => {
    const epoch = await epochAt(path);
    assert(/^[0-9a-f]{16}$/.test(epoch), epoch);
    assertEquals(await epochAt(path), epoch);
    assert(await epochAt(`${path}.other`) !== epoch);
  }));

Deno.test("the epoch stays over a crash, whenever it comes", () =>
  withPath(async (path) => {
    const epoch = await epochAt(path);
    for (let commit = 1; commit < 4; commit++) {
      const store = await openTestStore({ path, ...crashAt(commit, "after") });
      await StoreLife.begin(store).catch(() => {});
      await store.close();
      assertEquals(await epochAt(path), epoch);
    }
  }));

Deno.test("the epoch is renewed when an older copy of the file was put back", () =>
  withPath(async (path) => {
    const epoch = await epochAt(path);
    await Deno.copyFile(path, `${path}.old`);
    assertEquals(await epochAt(path), epoch);
    await Deno.rename(`${path}.old`, path);
    const renewed = await epochAt(path);
    assert(renewed !== epoch);
    assertEquals(await epochAt(path), renewed);
  }));

Deno.test("the epoch is renewed where the file beside the database is missing or garbled", () =>
  withPath(async (path) => {
    const first = await epochAt(path);
    await Deno.remove(`${path}.epoch`);
    const second = await epochAt(path);
    await Deno.writeTextFile(`${path}.epoch`, "{");
    const third = await epochAt(path);
    assertEquals(new Set([first, second, third]).size, 3);
  }));

Deno.test("the epoch is renewed in a backup, and not in what it was made of", () =>
  withPath(async (path) => {
    const store = await openTestStore({ path });
    await store.backup(`${path}.copy`);
    const { epoch } = store;
    await store.close();
    assertEquals(await epochAt(path), epoch);
    assert(await epochAt(`${path}.copy`) !== epoch);
    await Deno.copyFile(`${path}.copy`, path);
    assert(await epochAt(path) !== epoch, "a restored backup");
  }));

Deno.test("the epoch is renewed when a client shows a number that was never given", () =>
  withPath(async (path) => {
    const store = await openTestStore({ path });
    const life = await StoreLife.begin(store);
    const { epoch } = store;
    await life.deliver("hello");
    const through = (seq: number) => ({ kind: "through", seq: asId<DeliverySeq>(seq) }) as const;
    await life.poll();
    await life.poll({ acknowledged: through(1) });
    assertEquals(store.epoch, epoch);
    await life.deliver("again");
    await life.poll({ acknowledged: through(7) });
    const renewed = store.epoch;
    assert(renewed !== epoch);
    await store.close();
    assertEquals(await epochAt(path), renewed);
  }));
