import { assert, assertEquals, assertRejects } from "@std/assert";
import type { MessageId } from "../../src/core/ids.ts";
import type { Store } from "../../src/store/store.ts";
import { Crash, crashAt } from "./failing_store.ts";
import { deliverTo, openTestStore, StoreLife } from "./store_life.ts";

/** Three messages are taken and routed; notes what was promised before the end. */
async function scenario(store: Store, promised: MessageId[]): Promise<void> {
  const life = await StoreLife.begin(store);
  for (const text of ["1", "2", "3"]) {
    const message = await life.say(text);
    promised.push(message);
    await life.settle(message, deliverTo([life.client()]));
  }
}

async function endOf(running: Promise<void>): Promise<"done" | "died"> {
  try {
    await running;
    return "done";
  } catch (error) {
    assert(error instanceof Crash, String(error));
    return "died";
  }
}

for (const moment of ["before", "after"] as const) {
  Deno.test(`crashAt(n, "${moment}") leaves exactly what was committed, for every n`, async () => {
    const directory = await Deno.makeTempDir();
    let commit = 1;
    for (; commit < 100; commit++) {
      const path = `${directory}/${commit}.db`;
      const plan = crashAt(commit, moment);
      const store = await openTestStore({ path, ...plan });
      const promised: MessageId[] = [];
      const end = await endOf(scenario(store, promised));
      await store.close();
      const again = await openTestStore({ path });
      const kept = await again.lastMessages({ limit: 9, before: null });
      await again.close();
      const extra = kept.length - promised.length;
      assert(extra === 0 || (moment === "after" && extra === 1), `commit ${commit}: ${extra}`);
      assertEquals(end, plan.hasCrashed ? "died" : "done");
      if (!plan.hasCrashed) break;
    }
    assert(commit > 9, `only ${commit} commits`);
    await Deno.remove(directory, { recursive: true });
  });
}

Deno.test("a store that died refuses every further call, and its file can be opened again", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/hub.db`;
  const store = await openTestStore({ path, ...crashAt(1, "after") });
  await assertRejects(() => StoreLife.begin(store), Crash);
  await assertRejects(() => store.clients(), Crash);
  await assertRejects(() => store.recoverSends(), Crash);
  await store.close();
  const again = await openTestStore({ path });
  assertEquals((await again.accounts()).length, 1);
  await again.close();
  await Deno.remove(directory, { recursive: true });
});
