/**
 * The client queue against a small model, through lost answers, old and foreign cursors, restarts of the client and of the hub,
 * and databases that were put back. Whatever happens, nothing is taken out that the client did not receive, nothing is
 * forgotten, and the order stays.
 */
import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { asId, type DeliverySeq } from "../../src/core/ids.ts";
import type { HandedOut, HandOutCall, Store } from "../../src/store/store.ts";
import { makeQuickFolder } from "../fake/quick_folder.ts";
import { openTestStore, StoreLife } from "../fake/store_life.ts";

/** What happens next. `age` picks from what is known, 0 being the newest. */
type Event =
  | { readonly kind: "message" }
  | {
    readonly kind: "poll";
    /** Which cursor the client presents. */
    readonly cursor:
      | { readonly kind: "kept"; readonly age: number }
      | { readonly kind: "empty" }
      | { readonly kind: "foreign" };
    readonly batch: number;
    /** Whether the client gets the answer and keeps its cursor. */
    readonly isReceived: boolean;
    readonly hasRestarted: boolean;
  }
  | { readonly kind: "hub_restarts" }
  | { readonly kind: "copy_taken" }
  | { readonly kind: "copy_put_back" };

const cursor = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: "kept", age: 0 } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("kept" as const), age: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "empty" } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "foreign" } as const) },
);

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "message" } as const) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("poll" as const),
      cursor,
      batch: fc.integer({ min: 0, max: 4 }),
      isReceived: fc.boolean(),
      hasRestarted: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "hub_restarts" } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "copy_taken" } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "copy_put_back" } as const) },
);

interface Cursor {
  readonly epoch: string;
  readonly seq: DeliverySeq;
}

/** A client, its hub, and what is known about both from outside. */
class World {
  readonly #path: string;
  #store: Store;
  #life: StoreLife;
  /** Texts in queue order, as the present database must know them. No text is used twice, ids are after a roll-back. */
  #queued: string[] = [];
  /** What the client has ever received. */
  readonly #received = new Set<string>();
  /** What it may present, newest first. */
  readonly #cursors: Cursor[] = [];
  /** Epoch and number of everything that was ever handed out. */
  readonly #numbers = new Set<string>();
  #texts = 0;
  #copy: readonly string[] | null = null;

  private constructor(path: string, store: Store, life: StoreLife) {
    this.#path = path;
    this.#store = store;
    this.#life = life;
  }

  static async begin(path: string): Promise<World> {
    const store = await openTestStore({ path });
    return new World(path, store, await StoreLife.begin(store, { clients: ["alpha"] }));
  }

  async happen(event: Event): Promise<void> {
    switch (event.kind) {
      case "message": {
        const text = `message ${++this.#texts}`;
        await this.#life.deliver(text);
        this.#queued.push(text);
        return;
      }
      case "poll":
        await this.#poll(event);
        return;
      case "hub_restarts":
        return await this.#restart(() => {});
      case "copy_taken":
        this.#copy = [...this.#queued];
        return await this.#restart(() => Deno.copyFileSync(this.#path, `${this.#path}.copy`));
      case "copy_put_back": {
        if (this.#copy === null) return;
        this.#queued = [...this.#copy];
        return await this.#restart(() => Deno.copyFileSync(`${this.#path}.copy`, this.#path));
      }
    }
  }

  /** The client behaves from now on: everything that it never had must come, in order. */
  async drain(): Promise<void> {
    for (let polls = 0; polls < 200; polls++) {
      const handed = await this.#poll({
        cursor: { kind: "kept", age: 0 },
        batch: 1,
        isReceived: true,
        hasRestarted: false,
      });
      if (handed.deliveries.length === 0) break;
    }
    const missing = this.#queued.filter((text) => !this.#received.has(text));
    assertEquals(missing, [], "never received");
    assertEquals((await this.#store.clients())[0]?.waiting, 0);
  }

  async end(): Promise<void> {
    await this.#store.close();
  }

  async #poll(
    event: Omit<Extract<Event, { kind: "poll" }>, "kind">,
  ): Promise<HandedOut> {
    const before = await this.#unacknowledged();
    const handed = await this.#life.poll({
      client: this.#life.client(),
      acknowledged: this.#acknowledged(event.cursor),
      batch: event.batch,
      hasRestarted: event.hasRestarted,
    });
    const after = await this.#unacknowledged();
    const gone = before.filter((text) => !after.includes(text));
    const notHad = gone.filter((text) => !this.#received.has(text));
    assertEquals(notHad, [], "acknowledged without having been received");
    assertEquals(handed.acknowledged, gone.length);
    const given: readonly string[] = handed.deliveries.map(({ raw }) => JSON.parse(raw).text);
    assertEquals(given, after.slice(0, event.batch), "not the oldest, or not in order");
    for (const { seq } of handed.deliveries) this.#noteNumber(seq);
    if (event.isReceived) {
      for (const text of given) this.#received.add(text);
      this.#cursors.unshift({ epoch: this.#store.epoch, seq: handed.seq });
    }
    return handed;
  }

  #acknowledged(cursor: Extract<Event, { kind: "poll" }>["cursor"]): HandOutCall["acknowledged"] {
    if (cursor.kind !== "kept") return { kind: "none" };
    const kept = this.#cursors[Math.min(cursor.age, this.#cursors.length - 1)];
    return kept?.epoch === this.#store.epoch
      ? { kind: "through", seq: kept.seq }
      : { kind: "none" };
  }

  #noteNumber(seq: DeliverySeq): void {
    const name = `${this.#store.epoch} ${seq}`;
    assert(!this.#numbers.has(name), `the number ${seq} was given twice`);
    this.#numbers.add(name);
  }

  /** What the store still keeps for the client, from its traces. */
  async #unacknowledged(): Promise<readonly string[]> {
    const rows = await this.#store.lastMessages({ limit: 999, before: null });
    const states = new Map<string, string>();
    for (const { id, text } of rows.toReversed()) {
      const trace = await this.#store.trace(asId(id));
      for (const { state } of trace?.deliveries ?? []) states.set(text, state);
    }
    assertEquals([...states.keys()], this.#queued, "forgotten or made up");
    return this.#queued.filter((text) => states.get(text) !== "acknowledged");
  }

  async #restart(meanwhile: () => void): Promise<void> {
    await this.#store.close();
    meanwhile();
    this.#store = await openTestStore({ path: this.#path });
    this.#life = await this.#life.over(this.#store);
  }
}

Deno.test("the client queue keeps, orders and acknowledges like its model, whatever happens", async () => {
  const directory = await makeQuickFolder();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 40 }), async (events) => {
      runs += 1;
      const world = await World.begin(`${directory}/${runs}.db`);
      try {
        for (const event of events) await world.happen(event);
        await world.drain();
      } finally {
        await world.end();
      }
    }),
    { numRuns: 40 },
  );
  await Deno.remove(directory, { recursive: true });
});
