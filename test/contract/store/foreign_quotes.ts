import { assertEquals } from "@std/assert";
import type { Quote } from "../../../src/core/message.ts";
import { answerWith, contentOf, START_MS, type StoreLife } from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Lets Ann quote something written at `quotedAtMs`, an hour later. */
async function quote(life: StoreLife, quotedAtMs: number, more: Partial<Quote> = {}) {
  life.nowMs = quotedAtMs + HOUR;
  await life.say("about that", {
    quote: { wireId: null, text: "whose words?", createTimeMs: quotedAtMs, ...more },
    createTimeMs: life.nowMs,
  });
}

async function foreign({ store }: StoreLife) {
  return (await store.counts()).accounts[0]?.foreign;
}

export const FOREIGN_QUOTES: Subject = {
  "ingest() counts quotes of messages that never came and were never sent": async (life) => {
    await quote(life, START_MS + HOUR);
    const firstAtMs = life.nowMs;
    assertEquals((await foreign(life))?.count, 1);
    await quote(life, START_MS + 3 * HOUR, { wireId: "77" });
    await quote(life, START_MS + 3 * HOUR, { wireId: "77" });
    assertEquals(await foreign(life), {
      ...{ count: 2, firstAtMs, lastAtMs: life.nowMs },
      quoted: [String(START_MS + HOUR), "77"],
    });
  },

  "ingest() does not wonder about what the hub knows": async (life) => {
    life.nowMs += HOUR;
    const message = await life.say("mine", { createTimeMs: life.nowMs, wireId: "70" });
    await life.settle(message, answerWith("the hub's"));
    await life.sendNext("71");
    const atMs = life.nowMs;
    await quote(life, atMs + 30 * MINUTE, { wireId: "70" });
    await quote(life, atMs + 30 * MINUTE, { wireId: "71" });
    await quote(life, atMs + 3_000);
    await quote(life, atMs + 50_000, { text: "[image]" });
    await quote(life, atMs + 5 * HOUR, { text: "the hub's" });
    assertEquals(await foreign(life), null);
  },

  "ingest() does not wonder about what may be older than the login, or came in pieces": async (
    life,
  ) => {
    await quote(life, START_MS + MINUTE);
    life.nowMs = START_MS + 5 * HOUR;
    await life.ingest([{ raw: "x", read: { kind: "unreadable", reason: "y" } }]);
    await quote(life, life.nowMs);
    life.nowMs += HOUR;
    await life.say("no time", { quote: { wireId: "999", text: "", createTimeMs: null } });
    assertEquals(await foreign(life), null);
  },

  "ingest() does not wonder where the clocks differ: then no send is found by its time": async (
    life,
  ) => {
    const writtenMs = START_MS + 5 * HOUR;
    const quote = { wireId: null, text: "[image]", createTimeMs: writtenMs - HOUR };
    for (const apartMs of [-2 * HOUR, 2 * HOUR]) {
      life.nowMs = writtenMs + apartMs;
      await life.say(`about that, ${apartMs}`, { quote, createTimeMs: writtenMs });
      assertEquals(await foreign(life), null);
    }
    life.nowMs = writtenMs + 1_000;
    await life.say("about that", { quote, createTimeMs: writtenMs });
    assertEquals((await foreign(life))?.count, 1);
  },

  "ingest() does not wonder about a time when more was sent than is looked at": async (life) => {
    life.nowMs += HOUR;
    const [atMs, texts] = [life.nowMs, Array.from({ length: 540 }, (_, at) => `answer ${at}`)];
    const message = await life.deliver("tell me all");
    await life.poll();
    await life.reply("all", message, { contents: texts.map(contentOf) });
    for (const _ of texts) {
      await life.sendNext(null);
      life.nowMs += 2_000;
    }
    await quote(life, atMs, { text: "[image]" });
    assertEquals(await foreign(life), null);
  },

  "a login ends the suspicion, since it ends every other program's": async (life) => {
    await quote(life, START_MS + HOUR);
    await life.store.saveLogin({
      userId: "owner@im.wechat",
      botId: "new@im.bot",
      token: "new token",
      baseUrl: "https://ilink.example",
      atMs: life.nowMs,
    });
    assertEquals(await foreign(life), null);
  },
};
