import { assertEquals } from "@std/assert";
import type { Store } from "../../../src/store/store.ts";
import { adoptToken } from "../../../src/upstream/bare_token.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";
import { openTestStore } from "../../fake/store_life.ts";

const TOKEN = "44b9b8ec@im.bot:060000b7";
const BASE_URL = "http://wechat.invalid";
const clock = createFakeClock();

async function withStore(use: (store: Store) => Promise<void>): Promise<void> {
  const store = await openTestStore({ clock });
  try {
    await use(store);
  } finally {
    await store.close();
  }
}

Deno.test("adoptToken() makes an account without an owner, named by the token's bot id", async () => {
  await withStore(async (store) => {
    await adoptToken({ store, clock }, { token: TOKEN, baseUrl: BASE_URL });
    const [account] = await store.accounts();
    assertEquals([account?.botId, account?.userId], ["44b9b8ec@im.bot", null]);
  });
});

Deno.test("adoptToken() does nothing at a restart, so that cursor and generation stay", async () => {
  await withStore(async (store) => {
    await adoptToken({ store, clock }, { token: TOKEN, baseUrl: BASE_URL });
    const before = await store.accounts();
    await adoptToken({ store, clock }, { token: TOKEN, baseUrl: BASE_URL });
    assertEquals(await store.accounts(), before);
  });
});

Deno.test("adoptToken() does not use a token again that WeChat has refused", async () => {
  await withStore(async (store) => {
    await adoptToken({ store, clock }, { token: TOKEN, baseUrl: BASE_URL });
    const [account] = await store.accounts();
    if (account === undefined) throw new Error("no account");
    await store.markLoggedOut(account.id, { generation: account.generation, atMs: clock.now() });
    await adoptToken({ store, clock }, { token: TOKEN, baseUrl: BASE_URL });
    assertEquals((await store.accounts()).map(({ state }) => state), ["logged_out"]);
  });
});

Deno.test("adoptToken() does not use a token again that a scan has replaced", async () => {
  await withStore(async (store) => {
    await adoptToken({ store, clock }, { token: TOKEN, baseUrl: BASE_URL });
    const login = { userId: "p@im.wechat", botId: "other@im.bot", token: "new", baseUrl: BASE_URL };
    const [account] = await store.accounts();
    if (account === undefined) throw new Error("no account");
    await store.markLoggedOut(account.id, { generation: account.generation, atMs: clock.now() });
    await store.saveLogin({ ...login, atMs: clock.now() });
    await adoptToken({ store, clock }, { token: TOKEN, baseUrl: BASE_URL });
    const accounts = await store.accounts();
    assertEquals(accounts.map(({ id, botId, state }) => [id, botId, state]), [
      [account.id, "other@im.bot", "active"],
    ]);
  });
});

Deno.test("adoptToken() without a token leaves the accounts alone", async () => {
  await withStore(async (store) => {
    await adoptToken({ store, clock }, { token: null, baseUrl: BASE_URL });
    assertEquals(await store.accounts(), []);
  });
});
