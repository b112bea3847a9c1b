/** What the store counts and what it notes of work to do, against what its own traces say after any life. */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { asId, type MessageId, type SendId } from "../../src/core/ids.ts";
import type { MessageTrace, SendTrace } from "../../src/store/trace.ts";
import type { SendEnd, Store } from "../../src/store/store.ts";
import { makeQuickFolder } from "../fake/quick_folder.ts";
import {
  answerWith,
  contentOf,
  deliverTo,
  openTestStore,
  said,
  StoreLife,
} from "../fake/store_life.ts";

const PEOPLE = ["p0", "p1", "p2"];
const LIMITS = { waitingPerConversation: 2, waitingPerClient: 4, unsentPerConversation: 6 };

/** One thing that happens; `pick` chooses among what is there. */
interface Event {
  readonly kind: typeof KINDS[number];
  readonly pick: number;
}

const KINDS = [
  "say",
  "say",
  "say_again",
  "unreadable",
  "deliver",
  "deliver",
  "deliver_to_both",
  "move",
  "answer",
  "park",
  "drop",
  "unpark",
  "poll",
  "poll",
  "poll_without_memory",
  "accept",
  "accept",
  "plan",
  "plan",
  "stop",
  "begin",
  "begin",
  "end",
  "end",
  "defer",
  "resume",
  "recover",
  "settle_unknown",
  "logout_and_in",
  "register",
  "remove_client",
  "retain",
] as const;

const event: fc.Arbitrary<Event> = fc.record({
  kind: fc.constantFrom(...KINDS),
  pick: fc.nat(99),
});

class World {
  readonly #life: StoreLife;
  readonly #store: Store;
  readonly #sending: SendId[] = [];
  #registered = 0;
  /** Once retention has taken a message, a reply to it stands in no message's trace any more. */
  #hasForgotten = false;

  constructor(life: StoreLife) {
    this.#life = life;
    this.#store = life.store;
  }

  async happen({ kind, pick }: Event): Promise<void> {
    const store = this.#store;
    this.#life.nowMs += 1_000;
    const atMs = this.#life.nowMs;
    const from = `${PEOPLE[pick % PEOPLE.length]}@im.wechat`;
    switch (kind) {
      case "say":
      case "say_again": {
        const more = kind === "say" ? {} : { wireId: "77" };
        await this.#life.ingest([said("x", { from, ...more })]);
        return;
      }
      case "unreadable":
        await this.#life.ingest([{ raw: `${pick}`, read: { kind: "unreadable", reason: "" } }]);
        return;
      case "deliver":
      case "deliver_to_both":
      case "move":
      case "answer":
      case "park":
      case "drop":
        return await this.#decide(kind, pick);
      case "unpark": {
        const parked = (await this.#traces()).filter(({ state }) => state === "parked");
        const id = parked[pick % Math.max(1, parked.length)]?.id;
        if (id !== undefined) await store.unpark(asId<MessageId>(id)).catch(() => {});
        return;
      }
      case "poll":
      case "poll_without_memory": {
        const client = (await store.clients())[pick % 2];
        if (client === undefined) return;
        const acknowledged = kind === "poll"
          ? { kind: "written" } as const
          : { kind: "none" } as const;
        const call = { client: client.id, acknowledged, hasRestarted: pick % 3 === 0, atMs };
        const { deliveries } = await store.handOut({ ...call, written: [], batch: 1 + pick % 3 });
        const written = deliveries.map(({ seq }) => seq);
        await store.handOut({ ...call, written, batch: 0 });
        return;
      }
      case "accept": {
        const [client] = await store.clients();
        if (client === undefined || this.#hasForgotten) return;
        const given = { sendId: "", digest: "d", content: contentOf("y"), answers: null, to: from };
        await store.accept({ ...given, client: client.id, atMs });
        return;
      }
      case "plan":
      case "stop": {
        const [reply] = await store.acceptedReplies(1);
        if (reply === undefined) return;
        const contents = kind === "stop" ? [] : [contentOf("1"), contentOf("2")];
        await store.plan({ reply: reply.id, contents, steps: [], atMs });
        return;
      }
      default:
        return await this.#send(kind, pick);
    }
  }

  async #decide(
    kind: "deliver" | "deliver_to_both" | "move" | "answer" | "park" | "drop",
    pick: number,
  ): Promise<void> {
    const heads = await this.#store.heads({ skip: new Set(), limit: 9 });
    const head = heads[pick % Math.max(1, heads.length)];
    const [first, second] = await this.#store.clients();
    if (head === undefined || first === undefined) return;
    const { message } = head;
    switch (kind) {
      case "deliver":
        await this.#life.settle(message, deliverTo([first.id]));
        return;
      case "deliver_to_both":
        await this.#life.settle(message, deliverTo([first.id, second?.id ?? first.id]));
        return;
      case "move": {
        const target = second?.id ?? first.id;
        await this.#life.settle(message, deliverTo([target], { moveWaiting: true }));
        return;
      }
      case "answer":
        await this.#life.settle(message, answerWith("words"));
        return;
      case "park":
        await this.#life.settle(message, { kind, why: "no_client", say: "hm", reason: "" });
        return;
      case "drop":
        await this.#life.settle(message, { kind, why: "plugin", reason: "" });
    }
  }

  async #send(kind: Event["kind"], pick: number): Promise<void> {
    const store = this.#store;
    const { account } = this.#life;
    const atMs = this.#life.nowMs;
    const [job] = await store.nextSends({ account: account.id, skip: new Set(), limit: 1 });
    switch (kind) {
      case "begin":
        if (job === undefined) return;
        await store.beginSend(job.send, { upstreamId: "u", atMs });
        this.#sending.push(job.send);
        return;
      case "end": {
        const send = this.#sending.shift();
        if (send !== undefined) await store.endSend(send, { ...endOf(pick, atMs), atMs });
        return;
      }
      case "defer":
        if (job === undefined) return;
        await store.deferSends(job.conversation, {
          reason: pick % 2 === 0 ? "throttle" : "logged_out",
          untilMs: pick % 3 === 0 ? null : atMs + 2_000,
          atMs,
        });
        return;
      case "resume":
        await store.resumeSends(atMs);
        return;
      case "recover":
        await store.recoverSends();
        this.#sending.length = 0;
        return;
      case "settle_unknown": {
        const [unknown] = await store.unknownSends(account.id);
        if (unknown === undefined) return;
        return await store.settleUnknown(unknown.send, pick % 2 === 0 ? "show" : "repeat");
      }
      case "logout_and_in":
        await store.saveLogin({ ...account, token: "t", atMs });
        return;
      case "register": {
        const name = `extra-${++this.#registered}`;
        await store.registerClient({ name, label: "", tokenHash: name, atMs });
        return;
      }
      case "remove_client": {
        const clients = await store.clients();
        const client = clients[pick % clients.length];
        if (client !== undefined && clients.length > 1) await store.removeClient(client.id, atMs);
        return;
      }
      case "retain": {
        const before = (await this.#traces()).length;
        await store.retain({ olderThanMs: 0, fileBytesMax: 0 });
        if ((await this.#traces()).length < before) this.#hasForgotten = true;
      }
    }
  }

  /** Everything that is counted or noted stands in the traces as well. */
  async check(): Promise<void> {
    const traces = await this.#traces();
    const counts = await this.#store.counts();
    const wanted: Record<string, number> = { received: 0, routed: 0, parked: 0, dropped: 0 };
    for (const { state } of traces) wanted[state] = (wanted[state] ?? 0) + 1;
    assertEquals(counts.messages as Record<string, number>, wanted);
    assertEquals(await this.#store.unsettledCount(this.#life.account.id), wanted.received);
    const sends = traces.flatMap(sendsOf);
    for (const [state, count] of Object.entries(counts.sends)) {
      assertEquals([state, sends.filter((send) => send.state === state).length], [state, count]);
    }
    for (const { name, waiting } of await this.#store.clients()) {
      const open = traces.flatMap(({ deliveries }) => deliveries).filter(({ client, state }) =>
        client === name && (state === "waiting" || state === "handed_out")
      );
      assertEquals([name, open.length], [name, waiting]);
    }
    const heads = await this.#store.heads({ skip: new Set(), limit: 99 });
    assertEquals(heads.map(({ message }) => Number(message)), firstOfEach(traces));
  }

  async #traces(): Promise<readonly MessageTrace[]> {
    const rows = await this.#store.lastMessages({ limit: 999, before: null });
    const traces = [];
    for (const { id } of rows.toReversed()) {
      const trace = await this.#store.trace(asId<MessageId>(id));
      if (trace !== null) traces.push(trace);
    }
    return traces;
  }
}

function endOf(pick: number, atMs: number): SendEnd {
  switch (pick % 6) {
    case 0:
      return { kind: "sent", wireId: String(pick + 1) };
    case 1:
      return { kind: "sent", wireId: null };
    case 2:
      return { kind: "refused", reason: "no" };
    case 3:
      return { kind: "unknown", reason: "?" };
    case 4:
      return { kind: "back", reason: "not reached" };
    default:
      return { kind: "deferred", reason: "throttle", untilMs: atMs + 3_000 };
  }
}

function sendsOf({ hubSends, replies }: MessageTrace): readonly SendTrace[] {
  return [...hubSends, ...replies.flatMap((reply) => reply.sends)];
}

/** The oldest undecided message of each person. */
function firstOfEach(traces: readonly MessageTrace[]): readonly number[] {
  const heads = new Map<string, number>();
  for (const { id, state, sender } of traces) {
    if (state === "received" && !heads.has(sender.key)) heads.set(sender.key, id);
  }
  return [...heads.values()];
}

Deno.test("counters, queues and heads say what the traces say, after any life", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 10, maxLength: 80 }), async (events) => {
      const store = await openTestStore({ limits: LIMITS });
      const world = new World(await StoreLife.begin(store));
      for (const one of events) await world.happen(one);
      await world.check();
      await store.close();
    }),
    { numRuns: 150 },
  );
});

Deno.test("counters, queues and heads are the same after the file is opened again", async () => {
  const directory = await makeQuickFolder();
  const path = `${directory}/hub.db`;
  const store = await openTestStore({ path, limits: LIMITS });
  const life = await StoreLife.begin(store);
  const world = new World(life);
  const events = fc.sample(fc.array(event, { minLength: 200, maxLength: 200 }), 1).flat();
  for (const one of events) await world.happen(one);
  const before = [await store.counts(), await store.clients()];
  await store.close();
  const again = await openTestStore({ path, limits: LIMITS });
  assertEquals([await again.counts(), await again.clients()], before);
  await new World(await life.over(again)).check();
  await again.close();
  await Deno.remove(directory, { recursive: true });
});
