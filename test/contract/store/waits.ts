import { assertEquals } from "@std/assert";
import { BEN, deliverTo, START_MS, type StoreLife } from "../../fake/store_life.ts";
import type { UntoldWait } from "../../../src/store/store.ts";
import type { Subject } from "./suite.ts";

/** What waits untold since before now, by the given clients or the first. */
function untold(life: StoreLife, clients = [life.client()]): Promise<readonly UntoldWait[]> {
  return life.store.untoldWaits({ clients, toMs: life.nowMs });
}

export const WAITS: Subject = {
  "untoldWaits() gives the newest message of each conversation whose oldest waits for long": async (
    life,
  ) => {
    await life.deliver("taken");
    await life.poll();
    await life.deliver("one");
    life.nowMs += 20_000;
    const newest = await life.deliver("two");
    await life.deliver("Ben's", [life.client()], { from: BEN });
    const [wait, ...others] = await life.store.untoldWaits({
      clients: [life.client(), life.client(1)],
      toMs: START_MS,
    });
    assertEquals([wait?.message, wait?.client, wait?.account, others.length], [
      newest,
      life.client(),
      life.account.id,
      0,
    ]);
    assertEquals(wait?.ledger.sendsSinceInbound, 0);
    assertEquals((await untold(life)).length, 2);
    assertEquals(await untold(life, [life.client(1)]), []);
  },

  "untoldWaits() leaves out what was taken, and what the hub spoke of": async (life) => {
    const taken = await life.deliver("taken");
    await life.poll();
    assertEquals(await untold(life), []);
    const told = await life.say("told");
    await life.settle(told, deliverTo([life.client()], { say: "it waits" }));
    await life.deliver("behind it");
    assertEquals(await untold(life), []);
    await life.poll({ acknowledged: { kind: "through", seq: (await life.poll()).seq } });
    assertEquals((await life.look(taken)).deliveries, ["alpha acknowledged"]);
    assertEquals((await untold(life)).length, 1);
  },

  "untoldWaits() says nothing where sends wait, nor of an account that is logged out": async (
    life,
  ) => {
    const message = await life.deliver("one");
    assertEquals((await untold(life)).length, 1);
    await life.poll();
    await life.reply("a reply", message);
    await life.deliver("two");
    const { conversation } = await life.conversation();
    const wait = { reason: "throttle", untilMs: life.nowMs + 1, atMs: life.nowMs } as const;
    await life.store.deferSends(conversation, wait);
    assertEquals(await untold(life), []);
    await life.store.resumeSends(life.nowMs + 1);
    assertEquals((await untold(life)).length, 1);
    await life.store.markLoggedOut(life.account.id, { generation: 1, atMs: life.nowMs });
    assertEquals(await untold(life), []);
  },

  "tellWait() plans the hub's words once, while the message waits": async (life) => {
    const message = await life.deliver("one");
    const told = { client: life.client(), message, text: "it waits", atMs: life.nowMs };
    assertEquals(await life.store.tellWait({ ...told, client: life.client(1) }), false);
    assertEquals(await life.store.tellWait(told), true);
    assertEquals(await life.store.tellWait(told), false);
    assertEquals((await life.look(message)).hubSends, ["it waits planned"]);
    assertEquals(await untold(life), []);
    const next = await life.deliver("two");
    await life.poll({ batch: 2 });
    assertEquals(await life.store.tellWait({ ...told, message: next }), false);
    assertEquals((await life.sends()).map(({ rank }) => rank), ["hub"]);
  },

  "tellUnsent() plans the hub's words once for each message of the person": async (life) => {
    const message = await life.deliver("one");
    await life.poll();
    const { conversation } = await life.conversation();
    const tell = () =>
      life.store.tellUnsent({ conversation, text: "there is more", atMs: life.nowMs });
    await life.reply("a reply", message);
    assertEquals(await tell(), true);
    assertEquals(await tell(), false);
    assertEquals((await life.look(message)).hubSends, ["there is more planned"]);
    assertEquals((await life.sendNext()).rank, "hub");
    assertEquals(await tell(), false);
    life.nowMs += 1_000;
    await life.deliver("two", undefined, { createTimeMs: life.nowMs });
    assertEquals(await tell(), true);
  },
};
