import { assert, assertEquals, assertRejects } from "@std/assert";
import { HubError } from "../../../src/core/error.ts";
import { type AccountId, asId, type ClientId } from "../../../src/core/ids.ts";
import { ANN, BEN, said, START_MS } from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

const LOGIN = {
  userId: "owner@im.wechat",
  botId: "b0t-2@im.bot",
  token: "second token",
  baseUrl: "https://other.example",
  atMs: START_MS + 5,
};

export const ACCOUNTS: Subject = {
  "saveLogin() makes an account, and credentials() gives it back with an empty cursor": async (
    { store, account },
  ) => {
    assertEquals(await store.accounts(), [account]);
    assertEquals(account.generation, 1);
    assertEquals(account.state, "active");
    assertEquals(await store.credentials(account.id), {
      account: account.id,
      generation: 1,
      state: "active",
      token: "bot token",
      baseUrl: "https://ilink.example",
      cursor: "",
    });
  },

  "saveLogin() of the same person replaces the bot and clears cursor and context tokens": async (
    life,
  ) => {
    const { store, account } = life;
    await life.ingest([said("hello", { contextToken: "old token" })], { cursor: "cursor 1" });
    assertEquals((await store.credentials(account.id))?.cursor, "cursor 1");
    const again = await store.saveLogin(LOGIN);
    assertEquals(again.id, account.id);
    assertEquals(again.name, account.name);
    assertEquals([again.botId, again.generation], ["b0t-2@im.bot", 2]);
    const credentials = await store.credentials(account.id);
    assertEquals([credentials?.token, credentials?.cursor], ["second token", ""]);
    const conversation = await life.onlyConversation();
    assertEquals((await store.conversationAddress(conversation))?.contextToken, "");
  },

  "saveLogin() of another person makes another account with a name of its own": async (
    { store, account },
  ) => {
    const other = await store.saveLogin({ ...LOGIN, userId: "other@im.wechat" });
    assert(other.id !== account.id);
    assert(other.name !== account.name);
    assertEquals((await store.accounts()).map(({ id }) => id), [account.id, other.id]);
  },

  "saveLogin() knows a bare token by its bot, and its owner once that bot is scanned": async (
    { store },
  ) => {
    const bare = await store.saveLogin({ ...LOGIN, userId: null, botId: "bare@im.bot" });
    assertEquals(bare.userId, null);
    const same = await store.saveLogin({ ...LOGIN, userId: null, botId: "bare@im.bot" });
    assertEquals([same.id, same.generation], [bare.id, 2]);
    const known = await store.saveLogin({
      ...LOGIN,
      userId: "new@im.wechat",
      botId: "bare@im.bot",
    });
    assertEquals([known.id, known.userId], [bare.id, "new@im.wechat"]);
  },

  "saveLogin() knows whose a dead bare token was by who wrote to it": async (life) => {
    const { store } = life;
    const bare = await store.saveLogin({ ...LOGIN, userId: null, botId: "bare@im.bot" });
    await life.ingest([said("hello", { from: BEN })], { account: bare.id, generation: 1 });
    const scan = (userId: string) =>
      store.saveLogin({ ...LOGIN, userId, botId: `${userId}.bot`, token: `of ${userId}` });
    assert((await scan(BEN)).id !== bare.id, "it is in use, and may be somebody else's");
    await store.removeAccount((await store.accounts()).at(-1)?.id ?? bare.id);
    await store.markLoggedOut(bare.id, { generation: 1, atMs: START_MS });
    assert((await scan(ANN)).id !== bare.id, "Ann never wrote to it");
    assertEquals(await store.isSpentToken(LOGIN.token), false);
    const known = await scan(BEN);
    assertEquals([known.id, known.userId, known.state], [bare.id, BEN, "active"]);
    assertEquals(await store.isSpentToken(LOGIN.token), true);
    assertEquals(await store.isSpentToken(`of ${BEN}`), false);
  },

  "saveLogin() plans the sends that waited for the login": async (life) => {
    const { store } = life;
    const message = await life.deliver("question");
    await life.poll();
    await life.reply("answer", message);
    const [job] = await life.sends();
    assert(job !== undefined);
    const deferred = { reason: "logged_out", untilMs: null, atMs: life.nowMs } as const;
    await store.deferSends(job.conversation, deferred);
    assertEquals(await life.sends(), []);
    await store.saveLogin(LOGIN);
    assertEquals((await life.sends()).map(({ send }) => send), [job.send]);
  },

  "markLoggedOut() does nothing when a newer login is stored": async ({ store, account }) => {
    await store.saveLogin(LOGIN);
    const seen = { generation: 1, atMs: START_MS + 9 };
    assertEquals(await store.markLoggedOut(account.id, seen), "outdated");
    assertEquals((await store.credentials(account.id))?.state, "active");
  },

  "markLoggedOut() of the present login shows in state and credentials": async (
    { store, account },
  ) => {
    const seen = { generation: 1, atMs: START_MS + 9 };
    assertEquals(await store.markLoggedOut(account.id, seen), "marked");
    assertEquals(await store.markLoggedOut(account.id, { ...seen, atMs: START_MS + 99 }), "marked");
    const [marked] = await store.accounts();
    assertEquals([marked?.state, marked?.stateSinceMs], ["logged_out", START_MS + 9]);
    assertEquals((await store.credentials(account.id))?.state, "logged_out");
  },

  "updateAccount() renames and sets the default client, and refuses what is wrong": async (
    life,
  ) => {
    const { store, account } = life;
    const changed = await store.updateAccount(account.id, {
      name: "family",
      defaultClient: life.client(1),
    });
    assertEquals([changed.name, changed.defaultClient], ["family", life.client(1)]);
    const other = await store.saveLogin({ ...LOGIN, userId: "other@im.wechat" });
    const refused = async (change: Parameters<typeof store.updateAccount>[1], id = other.id) =>
      (await assertRejects(() => store.updateAccount(id, change), HubError)).code;
    assertEquals(await refused({ name: "family" }), "USAGE");
    assertEquals(await refused({ name: " " }), "USAGE");
    assertEquals(await refused({ defaultClient: asId<ClientId>(99) }), "CLIENT_UNKNOWN");
    assertEquals(await refused({ name: "x" }, asId<AccountId>(99)), "ACCOUNT_UNKNOWN");
  },

  "updateAccount() with a default client makes what was parked for want of one undecided": async (
    life,
  ) => {
    const { store, account } = life;
    const message = await life.say("for whom?");
    await store.park(message, { why: "no_client", reason: "two and no default", atMs: life.nowMs });
    await store.updateAccount(account.id, { name: "family" });
    assertEquals((await store.heads({ skip: new Set(), limit: 9 })).length, 0);
    await store.updateAccount(account.id, { defaultClient: life.client() });
    assertEquals((await store.heads({ skip: new Set(), limit: 9 })).length, 1);
  },

  "removeAccount() takes the credentials away, expires its sends and keeps its messages": async (
    life,
  ) => {
    const { store, account } = life;
    const message = await life.deliver("question");
    await life.poll();
    const reply = await life.reply("answer", message);
    await store.removeAccount(account.id);
    assertEquals(await store.credentials(account.id), null);
    assertEquals(await store.accounts(), []);
    assertEquals((await store.replyOutcome(reply)).state, "expired");
    const late = await life.reply("and one more thing", message);
    assertEquals(await store.replyOutcome(late), {
      state: "expired",
      wireId: null,
      reason: "account_removed",
    });
    assertEquals((await life.look(message)).state, "routed");
    const again = await store.saveLogin({ ...LOGIN, userId: "owner@im.wechat" });
    assert(again.id !== account.id);
  },

  "a person keeps one key over accounts, and two people have two": async (life) => {
    const { store } = life;
    const other = await store.saveLogin({ ...LOGIN, userId: "other@im.wechat" });
    const [first, second] = await life.ingest([said("a"), said("b", { from: BEN })]);
    const [third] = await life.ingest([said("c", { from: ANN })], {
      account: other.id,
      generation: other.generation,
    });
    const keys = [];
    for (const id of [first, second, third]) {
      assert(id !== undefined);
      keys.push((await store.readForDecision(id))?.sender.key);
    }
    assertEquals(keys[0], keys[2]);
    assert(keys[0] !== keys[1]);
    assert(/^p_[0-9a-f]{12}$/.test(keys[0] ?? ""), keys[0]);
  },
};
