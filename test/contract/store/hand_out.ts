import { assert, assertEquals } from "@std/assert";
import { asId, type DeliverySeq, type MessageId } from "../../../src/core/ids.ts";
import type { HandedOut } from "../../../src/store/store.ts";
import { said, type StoreLife } from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

const through = (seq: number) => ({ kind: "through", seq: asId<DeliverySeq>(seq) } as const);

function textsOf({ deliveries }: HandedOut): readonly string[] {
  return deliveries.map(({ raw }) => JSON.parse(raw).text);
}

async function stateOf(life: StoreLife, text: string): Promise<readonly string[]> {
  const rows = await life.store.lastMessages({ limit: 99, before: null });
  const found = rows.find((row) => row.text === text);
  const trace = found && await life.store.trace(asId<MessageId>(found.id));
  return trace?.deliveries.map(({ state, isUnanswered }) =>
    isUnanswered ? `${state}, unanswered` : state
  ) ?? [];
}

/** Three messages wait for alpha. */
async function three(life: StoreLife): Promise<void> {
  for (const text of ["1", "2", "3"]) await life.deliver(text);
}

export const HAND_OUT: Subject = {
  "handOut() of an empty queue gives nothing and the number 0": async (life) => {
    assertEquals(await life.poll(), {
      acknowledged: 0,
      parked: 0,
      deliveries: [],
      seq: asId<DeliverySeq>(0),
    });
  },

  "handOut() gives the oldest first, as it came, each under a new number": async (life) => {
    const raw = '{"text":"1","n":1.50,"id":18446744073709551615}';
    const first = await life.deliver("1", undefined, { raw });
    await life.deliver("2");
    const handed = await life.poll({ batch: 2 });
    assertEquals(handed.deliveries.map(({ seq }) => Number(seq)), [1, 2]);
    assertEquals(Number(handed.seq), 2);
    const [delivery] = handed.deliveries;
    assertEquals([delivery?.message, delivery?.raw, delivery?.text, delivery?.quotedWireId], [
      first,
      raw,
      null,
      null,
    ]);
    assertEquals(await stateOf(life, "1"), ["handed_out"]);
  },

  "handOut() acknowledges through the number and gives what comes next": async (life) => {
    await three(life);
    assertEquals(textsOf(await life.poll()), ["1"]);
    const next = await life.poll({ acknowledged: through(1) });
    assertEquals([next.acknowledged, Number(next.seq), textsOf(next)], [1, 2, ["2"]]);
    assertEquals(await stateOf(life, "1"), ["acknowledged"]);
    const last = await life.poll({ acknowledged: through(2), batch: 0 });
    assertEquals([last.acknowledged, Number(last.seq), last.deliveries], [1, 2, []]);
  },

  "handOut() gives again what was not acknowledged, under new numbers": async (life) => {
    await three(life);
    await life.poll({ batch: 2 });
    const again = await life.poll({ batch: 2 });
    assertEquals(textsOf(again), ["1", "2"]);
    assertEquals(again.deliveries.map(({ seq }) => Number(seq)), [3, 4]);
    const old = await life.poll({ acknowledged: through(2), batch: 2 });
    assertEquals([old.acknowledged, textsOf(old)], [0, ["1", "2"]]);
  },

  "handOut() lets a number cover nothing of an answer before the newest": async (life) => {
    await three(life);
    await life.poll({ batch: 2 });
    assertEquals(textsOf(await life.poll({ batch: 1 })), ["1"]);
    const next = await life.poll({ acknowledged: through(3), batch: 1 });
    assertEquals([next.acknowledged, textsOf(next)], [1, ["2"]]);
  },

  "handOut() acknowledges a part of a batch": async (life) => {
    await three(life);
    await life.poll({ batch: 3 });
    const next = await life.poll({ acknowledged: through(2), batch: 3 });
    assertEquals([next.acknowledged, textsOf(next)], [2, ["3"]]);
  },

  "handOut() ignores a number that was never given, and takes it for a roll-back": async (life) => {
    const { epoch } = life.store;
    await three(life);
    await life.poll();
    const handed = await life.poll({ acknowledged: through(9) });
    assertEquals([handed.acknowledged, textsOf(handed)], [0, ["1"]]);
    assert(life.store.epoch !== epoch);
  },

  "handOut() keeps its numbers growing when a queue was empty": async (life) => {
    await life.deliver("1");
    await life.poll();
    await life.poll({ acknowledged: through(1) });
    assertEquals(Number((await life.poll()).seq), 1);
    await life.deliver("2");
    assertEquals(Number((await life.poll({ acknowledged: through(1) })).seq), 2);
  },

  "handOut() by polls acknowledges what was fully written, and nothing else": async (life) => {
    await three(life);
    const first = await life.poll({ batch: 1 });
    const lost = await life.poll({ acknowledged: { kind: "written" }, batch: 1 });
    assertEquals([lost.acknowledged, textsOf(lost)], [0, ["1"]]);
    const stale = { acknowledged: { kind: "written" }, written: [first.seq] } as const;
    assertEquals((await life.poll({ ...stale, batch: 1 })).acknowledged, 0);
    const written = [asId<DeliverySeq>(3)];
    const next = await life.poll({ acknowledged: { kind: "written" }, written, batch: 1 });
    assertEquals([next.acknowledged, textsOf(next)], [1, ["2"]]);
  },

  "handOut() parks what was fully written too often, and the message with it": async (life) => {
    const message = await life.deliver("1");
    let written: readonly DeliverySeq[] = [];
    for (let at = 0; at < 3; at++) {
      const handed = await life.poll({ written });
      assertEquals(handed.parked, 0);
      written = [handed.seq];
    }
    const last = await life.poll({ written });
    assertEquals([last.parked, last.deliveries], [1, []]);
    const look = await life.look(message);
    assertEquals([look.state, look.reason], ["parked", "handed_out_too_often"]);
    assertEquals((await life.store.clients())[0]?.waiting, 0);
  },

  "handOut() counts no answer that was not fully written": async (life) => {
    await life.deliver("1");
    for (let at = 0; at < 9; at++) assertEquals(textsOf(await life.poll()), ["1"]);
    await life.poll({ acknowledged: through(9), batch: 0 });
    assertEquals(await stateOf(life, "1"), ["acknowledged"]);
  },

  "handOut() shows what a restarted client had received and not answered": async (life) => {
    const answered = await life.deliver("1");
    await life.poll();
    await life.reply("answer", answered);
    await life.poll({ acknowledged: through(1), hasRestarted: true, batch: 0 });
    assertEquals(await stateOf(life, "1"), ["acknowledged"]);
    const message = await life.deliver("2");
    await life.poll();
    const handed = await life.poll({ acknowledged: through(2), hasRestarted: true });
    assertEquals([handed.acknowledged, handed.deliveries], [1, []]);
    assertEquals(await stateOf(life, "2"), ["acknowledged, unanswered"]);
    assertEquals((await life.store.counts()).clients[0]?.unanswered, 1);
    await life.reply("late, but here", message);
    assertEquals(await stateOf(life, "2"), ["acknowledged"]);
    assertEquals((await life.store.counts()).clients[0]?.unanswered, 0);
  },

  "handOut() delivers it again to a client that wants so, and not for ever": async (life) => {
    await life.store.updateClient(life.client(), { settings: { onUnanswered: "redeliver" } });
    await life.deliver("1");
    let { seq } = await life.poll();
    for (let at = 0; at < 2; at++) {
      const restarted = { acknowledged: through(seq), written: [seq], hasRestarted: true };
      const handed = await life.poll(restarted);
      assertEquals([handed.acknowledged, textsOf(handed)], [0, ["1"]]);
      seq = handed.seq;
    }
    const last = await life.poll({
      acknowledged: through(seq),
      written: [seq],
      hasRestarted: true,
    });
    assertEquals([last.acknowledged, last.deliveries], [1, []]);
    assertEquals(await stateOf(life, "1"), ["acknowledged, unanswered"]);
  },

  "handOut() names a quoted reply by the digits its client was answered with": async (life) => {
    const { store } = life;
    const message = await life.deliver("question", [life.client(), life.client(1)]);
    await life.poll();
    await life.poll({ client: life.client(1) });
    const hub = await life.reply("answered too late", message);
    await store.noteAnswered(hub, "4000000000000001");
    await life.sendNext("901");
    await life.reply("answered with WeChat's id", message);
    await life.sendNext("902");
    const parts = ["part 1", "part 2"].map((text) => JSON.stringify({ item_list: [], text }));
    await life.reply("in two parts", message, { contents: parts });
    await life.sendNext("903");
    await life.sendNext("904");
    const quoted = async (wireId: string, at: number) => {
      const quote = { wireId, text: "", createTimeMs: null };
      const asked = await life.deliver("about that", [life.client(at)], { quote });
      const { deliveries } = await life.poll({ client: life.client(at), batch: 50 });
      const seq = deliveries.at(-1)?.seq ?? 0;
      const client = life.client(at);
      await life.poll({ client, acknowledged: through(seq), batch: 0 });
      return deliveries.find((delivery) => delivery.message === asked)?.quotedWireId;
    };
    assertEquals(await quoted("901", 0), "4000000000000001");
    assertEquals(await quoted("902", 0), null);
    assertEquals(await quoted("903", 0), null);
    assertEquals(await quoted("904", 0), "903");
    assertEquals(await quoted("901", 1), null, "the reply of another client");
    assertEquals(await quoted("999", 0), null);
  },

  "handOut() keeps an unpolled queue in the order of arrival over many people": async (life) => {
    const people = ["p1", "p2", "p3"];
    for (const from of people) {
      const [message] = await life.ingest([said(from, { from: `${from}@im.wechat` })]);
      assert(message !== undefined);
      await life.settle(message, {
        kind: "deliver",
        to: [life.client()],
        text: null,
        say: null,
        binding: { kind: "keep" },
        moveWaiting: false,
        reason: "",
      });
    }
    assertEquals(textsOf(await life.poll({ batch: 50 })), people);
  },
};
