/** A real store in memory with accounts, people and clients, for tests of the router and the replies. */
import { assert } from "@std/assert";
import type { Account } from "../../src/core/account.ts";
import type { Client } from "../../src/core/client.ts";
import type { MessageId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/lib/log.ts";
import { openStore } from "../../src/store/sqlite/open.ts";
import type { Store } from "../../src/store/store.ts";
import type { MessageTrace } from "../../src/store/trace.ts";
import { readInbound } from "../../src/wire/message.ts";
import { createFakeClock, type FakeClock, settle } from "./fake_clock.ts";
import { createFakeRandom } from "./fake_random.ts";

export interface RoutedWorld {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly account: Account;
  addClient(name: string): Promise<Client>;
  /** People write, one after the other: `[who, text]`. */
  receive(...messages: readonly (readonly [string, string])[]): Promise<void>;
  /** What has become of all messages, the oldest first. */
  traces(): Promise<readonly MessageTrace[]>;
  close(): Promise<void>;
}

export async function openRoutedWorld(): Promise<RoutedWorld> {
  const clock = createFakeClock();
  const store = await openStore({
    path: ":memory:",
    clock,
    random: createFakeRandom(),
    log: silentLog,
    signKey: new Uint8Array(32),
    sealer: { seal: (plain) => plain, unseal: (sealed) => sealed },
  });
  const account = await store.saveLogin({
    userId: "owner@im.wechat",
    botId: "bot@im.bot",
    token: "bot-token",
    baseUrl: "https://wechat.example",
    atMs: clock.now(),
  });
  let received = 0;

  function rawMessage(from: string, text: string): string {
    received += 1;
    return JSON.stringify({
      message_id: 1_000 + received,
      from_user_id: `${from}@im.wechat`,
      create_time_ms: clock.now() + received,
      context_token: `context-${received}`,
      item_list: [{ type: 1, text_item: { text } }],
    });
  }

  return {
    store,
    clock,
    account,
    addClient: (name) =>
      store.registerClient({ name, label: "", tokenHash: `hash of ${name}`, atMs: clock.now() }),
    async receive(...messages) {
      await store.ingest({
        account: account.id,
        generation: account.generation,
        messages: messages.map(([from, text]) => readInbound(rawMessage(from, text))),
        unreadableBody: null,
        cursor: "",
        atMs: clock.now(),
      });
    },
    async traces() {
      const newest = await store.lastMessages({ limit: 1_000, before: null });
      const traces = [];
      for (const { id } of newest.toReversed()) {
        const trace = await store.trace(id as MessageId);
        assert(trace !== null);
        traces.push(trace);
      }
      return traces;
    },
    close: () => store.close(),
  };
}

/** Lets the event loop turn until `isDone`; fails when it never is. */
export async function until(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !isDone(); turn++) await settle();
  assert(isDone(), "waited for something that did not come");
}
