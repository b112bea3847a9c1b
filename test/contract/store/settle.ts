import { assert, assertEquals } from "@std/assert";
import { asId, type ClientId, type MessageId } from "../../../src/core/ids.ts";
import { answerWith, BEN, deliverTo, said, type StoreLife } from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

/** What a client would be handed, as texts of the raw messages. */
async function queueOf(life: StoreLife, at: number): Promise<readonly string[]> {
  const { deliveries } = await life.poll({ client: life.client(at), batch: 50 });
  return deliveries.map(({ raw }) => JSON.parse(raw).text);
}

export const SETTLE: Subject = {
  "settle() queues the message, ends it and says who is woken": async (life) => {
    const message = await life.say("hello");
    const both = [life.client(), life.client(1)] as const;
    assertEquals(await life.settle(message, deliverTo(both)), {
      kind: "settled",
      woken: both,
      hasSends: false,
    });
    assertEquals(await life.look(message), {
      state: "routed",
      reason: "",
      deliveries: ["alpha waiting", "beta waiting"],
      replies: [],
      hubSends: [],
    });
    assertEquals(await life.store.unsettledCount(life.account.id), 0);
  },

  "settle() of a settled message does nothing": async (life) => {
    const message = await life.deliver("hello");
    const again = await life.settle(message, deliverTo([life.client(1)], { say: "again" }));
    assertEquals(again, { kind: "already_settled" });
    assertEquals((await life.look(message)).deliveries, ["alpha waiting"]);
    const nobody = await life.settle(asId<MessageId>(99), deliverTo([life.client()]));
    assertEquals(nobody, { kind: "already_settled" });
  },

  "settle() that names a client that has gone writes nothing": async (life) => {
    await life.store.removeClient(life.client(1), life.nowMs);
    const message = await life.say("hello");
    const gone = { kind: "client_gone" } as const;
    const to = [life.client(), life.client(1)] as const;
    assertEquals(await life.settle(message, deliverTo(to, { say: "hm" })), gone);
    const binding = { kind: "bind", client: asId<ClientId>(99) } as const;
    assertEquals(await life.settle(message, deliverTo([life.client()], { binding })), gone);
    assertEquals(await life.settle(message, answerWith("ok", { binding })), gone);
    assertEquals((await life.look(message)).state, "received");
    assertEquals(await life.sends(), []);
  },

  "settle() sends what the hub says, before any reply": async (life) => {
    const { store } = life;
    const message = await life.deliver("question");
    await life.poll();
    await life.reply("a reply", message);
    const asked = await life.say("/list");
    const settled = await life.settle(asked, answerWith("alpha, beta"));
    assertEquals(settled, { kind: "settled", woken: [], hasSends: true });
    const say = deliverTo([life.client()], { say: "alpha has it" });
    await life.settle(await life.say("and this"), say);
    const texts = [];
    for (let at = 0; at < 3; at++) {
      const { content, reply } = await life.sendNext();
      texts.push([JSON.parse(content).item_list[0].text_item.text, reply === null]);
    }
    assertEquals(texts, [["alpha, beta", true], ["alpha has it", true], ["a reply", false]]);
    assertEquals((await life.look(asked)).hubSends, ["alpha, beta sent"]);
    assertEquals((await store.trace(asked))?.state, "routed");
  },

  "settle() of a choice makes undecided what had nobody in this conversation": async (life) => {
    const [parked, choice] = await life.ingest([said("1"), said("/use alpha")]);
    assert(parked !== undefined && choice !== undefined);
    const nobody = { kind: "park", why: "no_client", say: null, reason: "nobody" } as const;
    await life.settle(parked, nobody);
    const elsewhere = await life.say("2", { from: BEN });
    await life.settle(elsewhere, nobody);
    const binding = { kind: "bind", client: life.client() } as const;
    await life.settle(choice, answerWith("ok", { binding, moveWaiting: true }));
    const heads = await life.store.heads({ skip: new Set(), limit: 9 });
    assertEquals(heads.map(({ message }) => message), [parked]);
  },

  "settle() drops and parks with their reasons": async (life) => {
    const [dropped, parked] = await life.ingest([said("1"), said("2")]);
    assert(dropped !== undefined && parked !== undefined);
    await life.settle(dropped, { kind: "drop", why: "sender_not_allowed", reason: "a stranger" });
    const park = { kind: "park", why: "no_client", say: "wait", reason: "nobody" } as const;
    await life.settle(parked, park);
    assertEquals((await life.look(dropped)).reason, "sender_not_allowed: a stranger");
    const look = await life.look(parked);
    assertEquals([look.reason, look.hubSends], ["no_client: nobody", ["wait planned"]]);
  },

  "settle() binds, keeps and unbinds": async (life) => {
    const bindingAfter = async (binding: Parameters<typeof deliverTo>[1]) => {
      await life.settle(await life.say("x"), deliverTo([life.client()], binding));
      const next = await life.say("y");
      const input = await life.store.readForDecision(next);
      await life.settle(next, deliverTo([life.client()]));
      return input?.binding?.client ?? null;
    };
    const bind = { binding: { kind: "bind", client: life.client(1) } } as const;
    assertEquals(await bindingAfter(bind), life.client(1));
    assertEquals(await bindingAfter({}), life.client(1));
    assertEquals(await bindingAfter({ binding: { kind: "unbind" } }), null);
  },

  "settle() forgets a plugin's memory that is empty and keeps the others": async (life) => {
    const { store } = life;
    const remember = async (memories: Parameters<typeof store.settle>[0]["memories"]) => {
      const decision = deliverTo([life.client()]);
      const trace = {
        decidedAtMs: 0,
        steps: [],
        seen: { binding: null, clients: [] },
        decision: {},
      };
      const message = await life.say("x");
      await store.settle({ message, decision, trace, memories, atMs: life.nowMs });
    };
    await remember({ a: { n: 1 }, b: { n: 2 } });
    await remember({ a: {}, c: { n: 3 } });
    const input = await store.readForDecision(await life.say("y"));
    assertEquals(input?.memories, { b: { n: 2 }, c: { n: 3 } });
  },

  "settle() gives the client another text, whatever is in it": async (life) => {
    const text = "cut \u0000 here: 二 \ud83d\ude00";
    await life.settle(await life.say("//x"), deliverTo([life.client()], { text }));
    const { deliveries: [delivery] } = await life.poll();
    assertEquals(delivery?.text, text);
    assertEquals(JSON.parse(delivery?.raw ?? "").text, "//x");
  },

  "settle() parks the newest of a flooding conversation before it fills the client's queue": async (
    life,
  ) => {
    for (let at = 0; at < 3; at++) await life.deliver(`a${at}`);
    const flood = await life.deliver("a3");
    assertEquals(await life.look(flood), {
      state: "parked",
      reason: "conversation_queue_full: a test says so",
      deliveries: ["alpha parked"],
      replies: [],
      hubSends: [],
    });
    const other = await life.say("b0", { from: BEN });
    await life.settle(other, deliverTo([life.client()]));
    assertEquals((await life.look(other)).state, "routed");
    const both = await life.deliver("a4", [life.client(), life.client(1)]);
    const look = await life.look(both);
    assertEquals([look.state, look.deliveries], ["routed", ["alpha parked", "beta waiting"]]);
    assertEquals(await queueOf(life, 0), ["a0", "a1", "a2", "b0"]);
  },

  "settle() parks what a client's queue has no room for": async (life) => {
    for (let at = 0; at < 5; at++) {
      const message = await life.say("x", { from: `p${at}@im.wechat` });
      await life.settle(message, deliverTo([life.client()]));
    }
    const message = await life.deliver("one too many");
    assertEquals((await life.look(message)).reason, "client_queue_full: a test says so");
    const { seq } = await life.poll();
    await life.poll({ acknowledged: { kind: "through", seq }, batch: 0 });
    await life.store.unpark(message);
    await life.settle(message, deliverTo([life.client()]));
    assertEquals((await life.look(message)).deliveries, ["alpha parked", "alpha waiting"]);
  },

  "settle() moves what waits for others to the new client, oldest first and before the new": async (
    life,
  ) => {
    const first = await life.deliver("1");
    await life.poll();
    await life.deliver("2");
    const other = await life.say("of Ben", { from: BEN });
    await life.settle(other, deliverTo([life.client()]));
    const now = await life.say("3");
    const settled = await life.settle(now, deliverTo([life.client(1)], { moveWaiting: true }));
    assertEquals(settled.kind === "settled" && settled.woken, [life.client(1)]);
    assertEquals((await life.look(first)).deliveries, ["alpha handed_out"]);
    assertEquals(await queueOf(life, 1), ["2", "3"]);
    assertEquals(await queueOf(life, 0), ["1", "of Ben"]);
    assertEquals((await life.store.clients()).map(({ waiting }) => waiting), [2, 2]);
  },

  "settle() of an answer that binds moves what waits to the bound client": async (life) => {
    await life.deliver("1");
    const settled = await life.settle(
      await life.say("/use beta"),
      answerWith("beta it is", {
        binding: { kind: "bind", client: life.client(1) },
        moveWaiting: true,
      }),
    );
    assertEquals(settled, { kind: "settled", woken: [life.client(1)], hasSends: true });
    assertEquals([await queueOf(life, 0), await queueOf(life, 1)], [[], ["1"]]);
  },

  "settle() moves nothing that the new client has already, and no more than it has room for":
    async (
      life,
    ) => {
      await life.deliver("for both", [life.client(), life.client(1)]);
      for (const text of ["2", "3"]) await life.deliver(text);
      const now = await life.say("4");
      await life.settle(now, deliverTo([life.client(1)], { moveWaiting: true }));
      assertEquals(await queueOf(life, 1), ["for both", "2", "3"]);
      assertEquals((await life.look(now)).reason, "conversation_queue_full: a test says so");
      assertEquals(await queueOf(life, 0), ["for both"]);
    },
};
