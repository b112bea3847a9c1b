import type { Store } from "../../src/store/store.ts";
import { openTestStore } from "../fake/store_life.ts";
import { ACCOUNTS } from "./store/accounts.ts";
import { CLIENTS } from "./store/clients.ts";
import { HAND_OUT } from "./store/hand_out.ts";
import { INGEST } from "./store/ingest.ts";
import { LOOKS } from "./store/looks.ts";
import { REPLIES } from "./store/replies.ts";
import { ROUTE } from "./store/route.ts";
import { SENDS } from "./store/sends.ts";
import { SETTLE } from "./store/settle.ts";
import { declareTests, type Implementation, SMALL_LIMITS } from "./store/suite.ts";

const SUBJECTS = [ACCOUNTS, CLIENTS, INGEST, ROUTE, SETTLE, HAND_OUT, REPLIES, SENDS, LOOKS];

const IMPLEMENTATIONS: readonly Implementation[] = [
  { name: "SQLite in memory", withStore: (use) => withStoreAt(":memory:", use) },
  {
    name: "SQLite in a file",
    async withStore(use) {
      const directory = await Deno.makeTempDir();
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
