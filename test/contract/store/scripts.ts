import { assert, assertEquals, assertRejects } from "@std/assert";
import { HubError } from "../../../src/core/error.ts";
import type { GivenPush } from "../../../src/store/store.ts";
import { ANN, BEN, contentOf, said, START_MS, type StoreLife } from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

const OWNER = "owner@im.wechat";

async function withScript(life: StoreLife, name = "nas") {
  const keyHash = `key of ${name}`;
  const script = await life.store.registerScript({ name, keyHash, atMs: life.nowMs });
  return {
    script,
    give: (text: string, more: Partial<GivenPush> = {}) =>
      life.store.push({
        script: script.id,
        ...{ sendId: "", digest: `digest of ${text}`, content: contentOf(text), person: ANN },
        ...{ account: "", atMs: life.nowMs },
        ...more,
      }),
  };
}

async function codeOf(act: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(act, HubError)).code;
}

export const SCRIPTS: Subject = {
  "a script is no client: nothing is routed to it, and neither's key opens the other's door":
    async (
      life,
    ) => {
      const { store } = life;
      const { script } = await withScript(life);
      assertEquals((await store.clients()).map(({ name }) => name), ["alpha", "beta"]);
      assertEquals((await store.counts()).clients.length, 2);
      assertEquals(await store.clientByToken("key of nas", life.nowMs), null);
      assertEquals(await store.scriptByKey("hash of alpha"), null);
      assertEquals(await store.scriptByKey("key of nas"), { id: script.id, name: "nas" });
      await store.recordSeen([{ client: script.id, atMs: life.nowMs }]);
      assertEquals((await store.clients()).length, 2);
      assertEquals(
        await codeOf(() => store.updateClient(script.id, { label: "x" })),
        "CLIENT_UNKNOWN",
      );
      const asDefault = { defaultClient: script.id };
      assertEquals(
        await codeOf(() => store.updateAccount(life.account.id, asDefault)),
        "CLIENT_UNKNOWN",
      );
      await store.removeClient(script.id, life.nowMs);
      assertEquals((await store.scripts()).length, 1);
    },

  "registerScript() refuses a name or key that a client or a script has, and so do clients": async (
    life,
  ) => {
    const { store } = life;
    await withScript(life);
    const atMs = life.nowMs;
    for (const name of ["nas", "alpha"]) {
      assertEquals(
        await codeOf(() => store.registerScript({ name, keyHash: "k", atMs })),
        "CLIENT_NAME_TAKEN",
      );
    }
    const taken = { name: "nas", label: "", tokenHash: "t", atMs };
    assertEquals(await codeOf(() => store.registerClient(taken)), "CLIENT_NAME_TAKEN");
    for (const keyHash of ["key of nas", "hash of beta"]) {
      assertEquals(
        await codeOf(() => store.registerScript({ name: "new", keyHash, atMs })),
        "USAGE",
      );
    }
  },

  "push() reaches who has written, by key, WeChat id or as the owner, without any delivery to it":
    async (
      life,
    ) => {
      const { store } = life;
      const { give } = await withScript(life);
      assertEquals(await codeOf(() => give("too early")), "PERSON_UNKNOWN");
      const message = await life.deliver("hello");
      await life.poll();
      await life.say("hi", { from: OWNER });
      const { key } = (await store.readForTry(""))?.sender ?? { key: "" };
      const places = [];
      for (const person of [ANN, key, "", OWNER]) {
        const pushed = await give(`to ${person}`, { person });
        assert(pushed.kind === "accepted");
        places.push(pushed.conversation);
      }
      const ann = (await life.conversation()).conversation;
      assertEquals(places[0], ann);
      assert(places[1] !== ann && new Set(places.slice(1)).size === 1);
      assertEquals(await codeOf(() => give("who?", { person: BEN })), "PERSON_UNKNOWN");
      const [reply] = await store.acceptedReplies(9);
      assertEquals(reply?.client.role, "push");
      assertEquals((await life.look(message)).replies, [], "a notice answers nothing");
    },

  "push() takes the account by its name, and none that is not there": async (life) => {
    const { store } = life;
    const { give } = await withScript(life);
    await life.deliver("hello");
    await life.poll();
    const { name } = life.account;
    assertEquals((await give("1", { account: name })).kind, "accepted");
    assertEquals(await codeOf(() => give("2", { account: "nowhere" })), "ACCOUNT_UNKNOWN");
    const login = { botId: "b1@im.bot", token: "t", baseUrl: "https://ilink.example" };
    const bare = await store.saveLogin({ ...login, userId: null, atMs: life.nowMs });
    assertEquals(await codeOf(() => give("3", { account: bare.name })), "PERSON_UNKNOWN");
    const { id: account, generation } = bare;
    await life.ingest([said("it is me", { from: BEN })], { account, generation });
    const pushed = await give("4", { account: bare.name, person: "" });
    assert(pushed.kind === "accepted");
    assert(pushed.conversation !== (await life.conversation()).conversation);
  },

  "push() of the same id and content gives the first answer, and is bounded as replies are": async (
    life,
  ) => {
    const { give } = await withScript(life);
    await life.deliver("hello");
    const first = await give("done", { sendId: "job-1" });
    const again = await give("done", { sendId: "job-1" });
    assert(first.kind === "accepted" && again.kind === "repeat");
    assertEquals([again.reply, again.outcome.state], [first.reply, "accepted"]);
    for (let at = 0; at < 3; at++) await give("one more");
    assertEquals(await give("too many"), { kind: "full" });
  },

  "pushOutcome() tells a script of its own notices alone": async (life) => {
    const { store } = life;
    const nas = await withScript(life);
    const other = await withScript(life, "cron");
    const message = await life.deliver("hello");
    await life.poll();
    const pushed = await nas.give("done");
    assert(pushed.kind === "accepted");
    assertEquals((await store.pushOutcome(nas.script.id, pushed.reply))?.state, "accepted");
    assertEquals(await store.pushOutcome(other.script.id, pushed.reply), null);
    const answer = await life.reply("answer", message);
    assertEquals(await store.pushOutcome(nas.script.id, answer), null);
  },

  "scripts() says when each was used last and how many of its notices wait": async (life) => {
    const { store } = life;
    const { give } = await withScript(life);
    await withScript(life, "cron");
    await life.deliver("hello");
    life.nowMs += 60_000;
    const pushed = await give("one");
    await give("two");
    assert(pushed.kind === "accepted");
    const plan = { reply: pushed.reply, contents: [contentOf("one")], steps: [], atMs: life.nowMs };
    await store.plan({ ...plan, rank: "push" });
    const shown = async () =>
      (await store.scripts()).map((
        { name, lastUsedAtMs, waiting },
      ) => [name, lastUsedAtMs, waiting]);
    assertEquals(await shown(), [["nas", START_MS + 60_000, 2], ["cron", null, 0]]);
    await life.sendNext();
    assertEquals(await shown(), [["nas", START_MS + 60_000, 1], ["cron", null, 0]]);
  },

  "removeScript() ends its key and frees its name; what it gave still goes out under it": async (
    life,
  ) => {
    const { store } = life;
    const { give } = await withScript(life);
    await life.deliver("hello");
    await give("done");
    await store.removeScript("nas", life.nowMs);
    assertEquals(await store.scriptByKey("key of nas"), null);
    assertEquals(await store.scripts(), []);
    for (const name of ["nas", "alpha"]) {
      assertEquals(await codeOf(() => store.removeScript(name, life.nowMs)), "SCRIPT_UNKNOWN");
    }
    const [reply] = await store.acceptedReplies(9);
    assertEquals([reply?.client.name, reply?.content], ["nas", contentOf("done")]);
    assertEquals((await withScript(life)).script.name, "nas");
  },

  "a notice waits for no short answer, and a quote of it names nobody": async (life) => {
    const { store } = life;
    const { give } = await withScript(life);
    await life.deliver("hello");
    const pushed = await give("disk is full");
    assert(pushed.kind === "accepted");
    const contents = [contentOf("disk is full")];
    const { reply } = pushed;
    await store.plan({ reply, contents, steps: [], pinnedForMs: 60_000, atMs: life.nowMs });
    await life.sendNext("777");
    const quote = { wireId: "777", text: "disk is full", createTimeMs: null };
    const asked = await life.say("what now?", { quote });
    const input = await store.readForDecision(asked);
    assertEquals([input?.pins, input?.quoted], [[], null]);
  },
};
