/** What users of hubs suffer from beside delivery, played against the whole hub under a fake clock. */
import { assert, assertEquals } from "@std/assert";
import { createChannelDesk } from "../../src/alerts/channel_desk.ts";
import type { Notice } from "../../src/alerts/notice.ts";
import { startAlerts } from "../../src/alerts/watch.ts";
import { itemsOf, textOfItem, textOfItems } from "../../src/core/content.ts";
import { createExchange } from "../../src/downstream/exchange.ts";
import { gatherFacts } from "../../src/hub/alerts.ts";
import {
  isObject,
  type JsonObject,
  listMember,
  parseJson,
  textMember,
} from "../../src/lib/json.ts";
import { silentLog } from "../../src/lib/log.ts";
import { type DeliveryWorld, withDelivery } from "../fake/delivery_world.ts";
import { createFakeRandom } from "../fake/fake_random.ts";
import { sightsOf } from "../fake/hub_sights.ts";
import { OWNER } from "../fake/fake_upstream.ts";

async function logInAgain({ upstream, hub, clock }: DeliveryWorld): Promise<void> {
  const { token, id: botId } = upstream.simulator.bind({ owner: OWNER });
  const { baseUrl } = upstream.simulator;
  await hub.store.saveLogin({ userId: OWNER, botId, token, baseUrl, atMs: clock.now() });
  await hub.stations.upstream.refresh();
}

Deno.test("a dead login is no agent's business: polls stay open, sends are taken, and all of it leaves after a scan", async () => {
  await withDelivery(async (world) => {
    const { clock, upstream, hub, agent, say, poll, reply, shown, calls } = world;
    await say("hello");
    await poll();
    upstream.simulator.unbind();
    await clock.advance(60_000);
    assertEquals((await hub.store.accounts())[0]?.state, "logged_out");

    const startedMs = clock.monotonic();
    assertEquals(await poll(), null);
    assert(clock.monotonic() - startedMs >= 20_000, "a poll is answered at once");
    const answers = [await agent("ann").call("getupdates", { get_updates_buf: "" })];
    for (const path of ["getconfig", "sendtyping"]) {
      answers.push(await agent("ann").call(path, { ilink_user_id: OWNER, status: 1 }));
    }
    answers.push(await agent("ann").reply("while you were away"), await agent("ann").reply("more"));
    assertEquals(answers.map(({ ret }) => Number(ret)), [0, 0, 0, 0, 0]);
    assert(!JSON.stringify(answers).includes("-14"), "the code of a dead login is an agent's");
    const before = calls();
    await clock.advance(3_600_000);
    assertEquals(calls(), before);

    await say("are you there");
    await logInAgain(world);
    await clock.advance(60_000);
    await poll();
    assertEquals(await reply("here I am"), 0);
    await poll();
    await clock.advance(60_000);
    const texts = shown().join("\n\n").split("\n\n");
    for (const text of ["while you were away", "more", "here I am"]) {
      assertEquals(texts.filter((one) => one === text).length, 1, text);
    }
    assertEquals((await hub.store.counts()).sends.deferred ?? 0, 0);
  });
});

Deno.test("when only a send meets the dead login, polls and later sends are spared too", async () => {
  await withDelivery(async (world) => {
    const { clock, upstream, hub, agent, say, poll, reply, shown } = world;
    await say("hello");
    await poll();
    upstream.simulator.addFault({
      endpoint: "sendmessage",
      act: { kind: "ret", processed: false, errcode: -14, errmsg: "session timeout" },
    });
    const told = await agent("ann").reply("first");
    assertEquals(Number(told["ret"]), 0);
    assert(!JSON.stringify(told).includes("-14"));
    assertEquals(await reply("second"), 0);
    assertEquals((await hub.store.accounts())[0]?.state, "logged_out");
    await logInAgain(world);
    await say("go on");
    await poll();
    await clock.advance(180_000);
    assertEquals(shown().join("\n\n").split("\n\n"), ["first", "second"]);
  });
});

Deno.test("sends that vanish are told over a channel once, since when and how many, and once that it is over", async () => {
  await withDelivery(async ({ clock, upstream, hub, say, poll, reply }) => {
    const told: Notice[] = [];
    const ports = { clock, random: createFakeRandom(9), log: silentLog, lang: "en" } as const;
    const sights = sightsOf(hub);
    const alerts = startAlerts({
      ...ports,
      facts: () => gatherFacts(sights, clock.now()),
      loginLink: () => Promise.resolve(null),
      channels: createChannelDesk([{
        ...{ name: "phone", kind: "webhook", target: "phone.invalid" },
        send(notice) {
          told.push(notice);
          return Promise.resolve({ kind: "taken" });
        },
      }], ports),
      memory: { read: () => null, write: () => Promise.resolve() },
      settings: { backlogMin: 200, repeatMs: 6 * 3_600_000 },
      onNotice() {},
    });
    await say("hello");
    await poll();
    await reply("seen");
    upstream.simulator.change({ sendAnswer: "ret" });
    const sinceMs = clock.now();
    for (let at = 1; at <= 2; at++) await reply(`part ${at}`);
    await clock.advance(60_000);
    assertEquals(told, [], "two may be chance");
    await reply("part 3");
    await clock.advance(40 * 60_000);
    const kinds = () =>
      told.filter(({ kind }) => kind === "suspect_streak").map(({ act, kind }) => `${act} ${kind}`);
    assertEquals(kinds(), ["raise suspect_streak"]);
    const seenMs = told[0]?.sinceMs ?? 0;
    assert(seenMs >= sinceMs && seenMs < sinceMs + 60_000, `since ${seenMs}`);
    assert(told[0]?.text.includes("3"), told[0]?.text);

    upstream.simulator.change({ sendAnswer: "message_id" });
    await reply("part 4");
    await clock.advance(2 * 3_600_000);
    assertEquals(kinds(), ["raise suspect_streak", "recover suspect_streak"]);
    await alerts.stop();
  });
});

Deno.test("of two polls with one token the newer takes what comes, the older ends empty in its time, nothing is lost", async () => {
  await withDelivery(async ({ clock, hub, say }) => {
    const open = (cursor: string) => {
      const poll: { answer: JsonObject | null } = { answer: null };
      const exchange = createExchange();
      const request = new Request("http://hub/ilink/bot/getupdates", {
        method: "POST",
        headers: { authorization: "Bearer vhub_ann" },
        body: JSON.stringify({ get_updates_buf: cursor }),
      });
      void Promise.resolve(hub.stations.downstream.app.fetch(request, { exchange }))
        .then(async (response) => {
          const answer = parseJson(await response.text());
          exchange.end("written");
          assert(isObject(answer));
          poll.answer = answer;
        });
      return poll;
    };
    const textsOf = ({ answer }: { answer: JsonObject | null }) =>
      listMember(answer ?? {}, "msgs").filter(isObject).flatMap(itemsOf).map(textOfItem);

    const older = open("");
    await clock.advance(2_000);
    const newer = open("");
    await clock.advance(2_000);
    await say("one");
    assertEquals([older.answer, textsOf(newer)], [null, ["one"]]);
    await clock.advance(30_000);
    assertEquals([Number(older.answer?.["ret"]), textsOf(older)], [0, []]);
    const next = open(textMember(newer.answer ?? {}, "get_updates_buf"));
    await say("two");
    assertEquals(textsOf(next), ["two"]);
  });
});

Deno.test("ids that an agent guesses or takes from another reach no conversation but its own, and are counted", async () => {
  await withDelivery(async ({ upstream, hub, agent, clock }) => {
    const { simulator } = upstream;
    const other = simulator.addPerson({ id: "o9other@im.wechat" }).id;
    simulator.say({ what: "@ann for ann alone" });
    simulator.say({ person: other, what: "@bob for bob alone" });
    await clock.advance(1_000);
    const stolen = await take("ann");
    const own = await take("bob");
    assertEquals([stolen.to, own.to], [OWNER, other]);

    const [head = "", ...rest] = stolen.contextToken.split(".");
    const guessed = [head, "2", ...rest.slice(1)].join(".");
    for (const contextToken of [stolen.contextToken, guessed]) {
      const refused = await agent("bob").reply(forged(contextToken, OWNER));
      assertEquals(Number(refused["ret"]), -3, JSON.stringify(refused));
      // Without a recipient of its own a foreign token says nothing.
      assertEquals(Number((await agent("bob").reply(forged(contextToken, "")))["ret"]), -3);
      assertEquals(Number((await agent("bob").reply(forged(contextToken, other)))["ret"]), 0);
    }
    const ticket = textMember(
      await agent("ann").call("getconfig", { ilink_user_id: OWNER }),
      "typing_ticket",
    );
    const typing = () => simulator.chat({ person: OWNER }).typings.length;
    const typed = typing();
    await agent("bob").call("sendtyping", { typing_ticket: ticket, status: 1 });
    assertEquals(typing(), typed);
    // Ann's cursor takes nothing away from bob, and bob's nothing from ann.
    simulator.say({ what: "@ann second" });
    await clock.advance(1_000);
    await agent("bob").call("getupdates", { get_updates_buf: stolen.cursor });
    const again = await agent("ann").call("getupdates", { get_updates_buf: stolen.cursor });
    assertEquals(
      textOfItems(listMember(again, "msgs").filter(isObject).flatMap(itemsOf)),
      "second",
    );

    const seen = simulator.sent().filter(({ person }) => person === OWNER);
    assertEquals(seen.map(({ text }) => text), []);
    const { states } = hub.stations.downstream;
    const clients = await hub.store.clients();
    const counts = clients.map(({ id, name }) => [name, states.foreignIds?.(id)]);
    assertEquals(counts, [["ann", 0], ["bob", 8]]);

    async function take(name: string) {
      const answer = await agent(name).call("getupdates", { get_updates_buf: "" });
      const [message] = listMember(answer, "msgs");
      assert(isObject(message));
      return {
        to: textMember(message, "from_user_id"),
        contextToken: textMember(message, "context_token"),
        cursor: textMember(answer, "get_updates_buf"),
      };
    }
  }, { agents: ["ann", "bob"], flags: { "allow-senders": "open" } });
});

function forged(contextToken: string, to: string): JsonObject {
  return {
    context_token: contextToken,
    to_user_id: to,
    item_list: [{ type: 1, text_item: { text: "psst" } }],
  };
}
