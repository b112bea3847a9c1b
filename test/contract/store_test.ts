import type { Store } from "../../src/store/store.ts";
import { makeQuickFolder } from "../fake/quick_folder.ts";
import { openTestStore } from "../fake/store_life.ts";
import { SUBJECTS } from "./store/subjects.ts";
import { declareTests, type Implementation, SMALL_LIMITS } from "./store/suite.ts";

const IMPLEMENTATIONS: readonly Implementation[] = [
  { name: "SQLite in memory", withStore: (use) => withStoreAt(":memory:", use) },
  {
    name: "SQLite in a file",
    async withStore(use) {
      const directory = await makeQuickFolder();
      try {
        await withStoreAt(`${directory}/hub.db`, use);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  },
];

async function withStoreAt(path: string, use: (store: Store) => Promise<void>): Promise<void> {
  const store = await openTestStore({ path, limits: SMALL_LIMITS });
  try {
    await use(store);
  } finally {
    await store.close();
  }
}

for (const implementation of IMPLEMENTATIONS) {
  for (const subject of SUBJECTS) declareTests(implementation, subject);
}
