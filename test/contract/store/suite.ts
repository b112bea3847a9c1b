/** How the store's contract is declared: each subject is a table of sentences, and every implementation is held to all. */
import type { Store } from "../../../src/store/store.ts";
import { StoreLife } from "../../fake/store_life.ts";

/** What a store promises, and the proof, which begins with an account and the clients `alpha` and `beta`. */
export type Subject = Readonly<Record<string, (life: StoreLife) => Promise<void>>>;

/** One implementation. */
export interface Implementation {
  readonly name: string;
  /** Opens an empty store with the small bounds below, hands it to `use` and clears up. */
  withStore(use: (store: Store) => Promise<void>): Promise<void>;
}

/** Bounds small enough to be reached in a test. */
export const SMALL_LIMITS = {
  waitingPerConversation: 3,
  waitingPerClient: 5,
  unsentPerConversation: 4,
  handOutsMax: 3,
};

export function declareTests(implementation: Implementation, subject: Subject): void {
  for (const [sentence, prove] of Object.entries(subject)) {
    Deno.test(`${implementation.name}: ${sentence}`, () =>
      implementation.withStore(async (store) => prove(await StoreLife.begin(store))));
  }
}
