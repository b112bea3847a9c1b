import { assert, assertEquals } from "@std/assert";
import { asId, type ClientId, type ConversationId, type MessageId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { startWaitingWords } from "../../../src/router/waiting_words.ts";
import type { UntoldWait } from "../../../src/store/store.ts";
import { client, decisionInput, statesOf } from "../../fake/decision_input.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { shippedHost } from "../../fake/plugins.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

const MANY = 350;

/** So many clients that are all away, each with a message that waits; what each look read and what was told. */
async function played(
  options: { readonly noted: readonly ClientId[]; readonly forMs: number },
): Promise<{ readonly reads: readonly number[]; readonly told: ReadonlySet<ClientId> }> {
  const clock = createFakeClock();
  await clock.advance(600_000);
  const { account } = decisionInput("");
  const clients = Array.from({ length: MANY }, (_, at) => ({
    ...client(at + 1, `c${at + 1}`),
    waiting: 1,
  }));
  const reads: number[] = [];
  const told = new Set<ClientId>();
  const waitOf = (id: ClientId): UntoldWait => ({
    client: id,
    account: account.id,
    conversation: asId<ConversationId>(id),
    message: asId<MessageId>(id),
    ledger: { lastInboundAtMs: clock.now(), sendsSinceInbound: 0, coolDownUntilMs: 0 },
    memories: {},
  });
  const words = startWaitingWords({
    store: {
      clients: () => Promise.resolve(clients),
      untoldWaits(call) {
        reads.push(call.clients.length);
        return Promise.resolve(call.clients.filter((id) => !told.has(id)).map(waitOf));
      },
      tellWait({ client }) {
        told.add(client);
        return Promise.resolve(true);
      },
    },
    host: shippedHost(clock),
    words: { saysAway: true, commandPrefix: "/" },
    busyWordsMs: 20_000,
    states: { ...statesOf(), lastCallAtMs: () => 1 },
    limits: SEND_LIMITS,
    ...{ lang: "en", version: "0.1.0", startedAtMs: 0 },
    ...{ clock, random: createFakeRandom(), log: silentLog },
    onSends() {},
  });
  words.noteQueued(options.noted);
  await clock.advance(options.forMs);
  await words.stop();
  return { reads, told };
}

Deno.test("one look reads a bounded number of queues, and in the end everybody's", async () => {
  const all = Array.from({ length: MANY }, (_, at) => asId<ClientId>(at + 1));
  const { reads, told } = await played({ noted: all, forMs: 10_000 });
  assert(reads.length >= 4);
  assertEquals(Math.max(...reads), 100);
  assertEquals(told.size, MANY);
});

Deno.test("only those are looked at for whom something was queued, and no longer than it takes", async () => {
  const { reads, told } = await played({ noted: [asId<ClientId>(7)], forMs: 3_600_000 });
  assertEquals([...told], [7]);
  assert(reads.length < 100, `${reads.length}`);
  assert(reads.every((count) => count === 1));
});
