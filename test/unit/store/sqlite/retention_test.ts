import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../../../src/core/limits.ts";
import { createFakeClock, type FakeClock } from "../../../fake/fake_clock.ts";
import {
  answerWith,
  BEN,
  openTestStore,
  said,
  START_MS,
  StoreLife,
} from "../../../fake/store_life.ts";
import { asId, type DeliverySeq } from "../../../../src/core/ids.ts";

const DAY_MS = 24 * 3_600_000;
const LARGE = Number.MAX_SAFE_INTEGER;

interface World {
  readonly life: StoreLife;
  readonly clock: FakeClock;
  readonly path: string;
  /** Removes what ended before the time in days from the start; gives the number of slices. */
  retain(days: number, fileBytesMax?: number): Promise<number>;
  texts(): Promise<readonly string[]>;
}

async function withWorld(use: (world: World) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/hub.db`;
  const clock = createFakeClock(START_MS);
  const store = await openTestStore({ path, clock, limits: { retentionSliceRows: 50 } });
  const life = await StoreLife.begin(store);
  await use({
    life,
    clock,
    path,
    async retain(days, fileBytesMax = LARGE) {
      const call = { olderThanMs: START_MS + days * DAY_MS, fileBytesMax };
      let slices = 1;
      for (; slices < 1_000 && await store.retain(call) === "more"; slices++);
      return slices;
    },
    async texts() {
      const rows = await store.lastMessages({ limit: 99_999, before: null });
      return rows.map(({ text }) => text).toReversed();
    },
  });
  await store.close();
  await Deno.remove(directory, { recursive: true });
}

/** A message that was delivered, received, answered and whose answer went out. */
async function wholeLife(life: StoreLife, text: string): Promise<void> {
  const message = await life.deliver(text);
  const { seq } = await life.poll();
  await life.poll({ acknowledged: { kind: "through", seq }, batch: 0 });
  await life.reply(`answer to ${text}`, message);
  await life.sendNext();
}

Deno.test("retain() removes what has ended and is old, and nothing younger", () =>
  withWorld(async ({ life, clock, retain, texts }) => {
    await wholeLife(life, "old");
    life.nowMs += 10 * DAY_MS;
    await wholeLife(life, "young");
    clock.jump(30 * DAY_MS);
    await retain(5);
    assertEquals(await texts(), ["young"]);
    assertEquals((await life.store.counts()).messages.routed, 1);
    assertEquals((await life.store.counts()).sends.sent, 1);
    await retain(50);
    assertEquals(await texts(), []);
    assertEquals((await life.store.clients())[0]?.waiting, 0);
  }));

Deno.test("retain() keeps what has not ended, however old", () =>
  withWorld(async ({ life, clock, retain, texts }) => {
    await wholeLife(life, "ended");
    await life.deliver("not acknowledged");
    await life.poll();
    const unsent = await life.say("not answered yet", { from: BEN });
    await life.settle(unsent, {
      kind: "answer",
      text: "the hub's words",
      binding: { kind: "keep" },
      moveWaiting: false,
      reason: "",
    });
    await life.say("undecided", { from: "carl@im.wechat" });
    const message = await life.deliver("its answer waits", [life.client(1)]);
    const { seq } = await life.poll({ client: life.client(1) });
    const acknowledged = { kind: "through", seq } as const;
    await life.poll({ client: life.client(1), acknowledged, batch: 0 });
    await life.reply("planned", message, { client: life.client(1) });
    const open = ["not acknowledged", "not answered yet", "undecided", "its answer waits"];
    clock.jump(99 * DAY_MS);
    await retain(90);
    assertEquals(await texts(), open);
    await retain(90, 0);
    assertEquals(await texts(), open);
  }));

Deno.test("retain() keeps what dedupe and repeated replies look back on", () =>
  withWorld(async ({ life, clock, retain, texts }) => {
    await wholeLife(life, "x");
    clock.jump(LIMITS.dedupeIdMs - 1);
    await retain(90);
    assertEquals(await texts(), ["x"]);
    clock.jump(2);
    await retain(90);
    assertEquals(await texts(), []);
  }));

Deno.test("retain() keeps a message as long as a reply to it", () =>
  withWorld(async ({ life, clock, retain, texts }) => {
    await life.deliver("question");
    const { seq } = await life.poll();
    await life.poll({ acknowledged: { kind: "through", seq }, batch: 0 });
    const [row] = await life.store.lastMessages({ limit: 1, before: null });
    life.nowMs += 20 * DAY_MS;
    await life.reply("a late answer", asId(row?.id ?? 0));
    await life.sendNext();
    clock.jump(60 * DAY_MS);
    await retain(10);
    assertEquals(await texts(), ["question"]);
    await retain(30);
    assertEquals(await texts(), []);
  }));

Deno.test("retain() works in slices, and each pass looks at a row once", () =>
  withWorld(async ({ life, clock, retain, texts }) => {
    const messages = await life.ingest(Array.from({ length: 100 }, (_, at) => said(`${at}`)));
    for (const message of messages.slice(0, 60)) {
      await life.settle(message, { kind: "drop", why: "plugin", reason: "" });
    }
    clock.jump(30 * DAY_MS);
    const slices = await retain(20);
    assert(slices >= 10 && slices <= 13, `${slices} slices of 10 messages`);
    assertEquals((await texts()).length, 40);
    assertEquals((await life.store.counts()).messages, {
      received: 40,
      routed: 0,
      parked: 0,
      dropped: 0,
    });
  }));

Deno.test("retain() shrinks the file when it is too large, oldest first", () =>
  withWorld(async ({ life, clock, path, retain, texts }) => {
    const body = { raw: JSON.stringify({ text: "x".repeat(20_000) }) };
    for (let at = 0; at < 60; at++) {
      const message = await life.say(`${at}`, body);
      await life.settle(message, { kind: "drop", why: "plugin", reason: "" });
    }
    clock.jump(1_000);
    await retain(-1, 600_000);
    const left = await texts();
    assert(left.length > 5 && left.length < 40, `${left.length} are left`);
    assertEquals(left.at(-1), "59");
    await life.store.close();
    const { size } = await Deno.stat(path);
    assert(size < 700_000, `${size} bytes`);
  }));

Deno.test("retain() keeps the newest with their replies when the file is too large", () =>
  withWorld(async ({ life, clock, retain, texts }) => {
    for (let at = 0; at < 40; at++) {
      await wholeLife(life, `${at} ${"x".repeat(5_000)}`);
    }
    clock.jump(1_000);
    await retain(-1, 800_000);
    const left = await texts();
    assert(left.length > 5 && left.length < 30, `${left.length} are left`);
    const rows = await life.store.lastMessages({ limit: 99, before: null });
    for (const { id } of rows) {
      assertEquals((await life.store.trace(asId(id)))?.replies.length, 1);
    }
    assertEquals((await life.store.counts()).sends.sent, left.length);
  }));

Deno.test("retain() forgets replies to messages that were never kept here", () =>
  withWorld(async ({ life, clock, retain }) => {
    const message = await life.deliver("question");
    const { seq } = await life.poll();
    await life.poll({ acknowledged: { kind: "through", seq }, batch: 0 });
    await life.reply("an answer to something else", asId(99));
    await life.sendNext();
    clock.jump(30 * DAY_MS);
    await retain(20);
    assertEquals(await life.store.trace(message), null);
    assertEquals((await life.store.counts()).sends.sent, 0);
  }));

Deno.test("an answer is known by its id when it is quoted, for as long as retain() keeps it", () =>
  withWorld(async ({ life, clock, retain }) => {
    const message = await life.deliver("old");
    const { seq } = await life.poll();
    await life.poll({ acknowledged: { kind: "through", seq }, batch: 0 });
    await life.reply("answer to old", message);
    await life.sendNext("901");
    const quotedAuthor = async () => {
      const quote = { wireId: "901", text: "", createTimeMs: null };
      const quoting = await life.say("go on", { quote });
      return (await life.store.readForDecision(quoting))?.quoted?.client;
    };
    clock.jump(31 * DAY_MS);
    life.nowMs += 29 * DAY_MS;
    await retain(-1); // 30 days before
    assertEquals(await quotedAuthor(), life.client());
    life.nowMs += 2 * DAY_MS;
    await retain(1);
    assertEquals(await quotedAuthor(), undefined);
  }));

Deno.test("numbers of a client outlive its deliveries", () =>
  withWorld(async ({ life, clock, retain }) => {
    await wholeLife(life, "old");
    clock.jump(99 * DAY_MS);
    await retain(90);
    await life.deliver("new");
    const acknowledged = { kind: "through", seq: asId<DeliverySeq>(1) } as const;
    const handed = await life.poll({ acknowledged });
    assertEquals([Number(handed.seq), handed.acknowledged], [2, 0]);
  }));

Deno.test("retain() forgets what the hub said of answers that wait with the message that they are for", () =>
  withWorld(async ({ life, clock, retain }) => {
    const message = await life.deliver("old");
    const { seq } = await life.poll();
    await life.poll({ acknowledged: { kind: "through", seq }, batch: 0 });
    const { conversation } = await life.conversation();
    const told = { conversation, text: "there is more", atMs: life.nowMs };
    assertEquals(await life.store.tellUnsent(told), true);
    await life.sendNext();
    assertEquals((await life.look(message)).hubSends, ["there is more sent"]);
    clock.jump(30 * DAY_MS);
    await retain(20);
    assertEquals((await life.store.counts()).sends["sent"], 0);
    assertEquals(await life.store.tellUnsent(told), false);
  }));

Deno.test("retain() forgets sends whose end nobody knows when their account was removed", () =>
  withWorld(async ({ life, clock, retain, texts }) => {
    const { store } = life;
    await life.settle(await life.say("ended"), answerWith("yes"));
    await life.settle(await life.say("in flight", { from: BEN }), answerWith("yes"));
    const [ended, inFlight] = await life.sends();
    assert(ended !== undefined && inFlight !== undefined);
    const atMs = life.nowMs;
    for (const { send } of [ended, inFlight]) {
      await store.beginSend(send, { upstreamId: `up-${send}`, atMs });
    }
    await store.endSend(ended.send, { kind: "unknown", reason: "no answer", atMs });
    await store.removeAccount(life.account.id);
    await store.recoverSends();
    assertEquals((await store.counts()).sends["unknown"], 2);
    assertEquals(await store.unknownSends(life.account.id), []);
    clock.jump(30 * DAY_MS);
    await retain(20);
    assertEquals(await texts(), []);
  }));

Deno.test("what was removed for its room is no sign of another program when it is quoted", () =>
  withWorld(async ({ life, clock, retain, texts }) => {
    const hourMs = 3_600_000;
    life.nowMs += hourMs;
    await wholeLife(life, "young");
    clock.jump(life.nowMs + hourMs - clock.now());
    await retain(0, 0);
    assertEquals(await texts(), []);
    life.nowMs += 2 * hourMs;
    const quoted = { wireId: "4711", text: "[image]" };
    const createTimeMs = life.nowMs - 2 * hourMs;
    await life.say("that one", { createTimeMs: life.nowMs, quote: { ...quoted, createTimeMs } });
    assertEquals((await life.store.counts()).accounts[0]?.foreign, null);
  }));
