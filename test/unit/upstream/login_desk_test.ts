import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Account } from "../../../src/core/account.ts";
import type { LoginView } from "../../../src/core/login.ts";
import { createLoginDesk, type UpstreamLoginDesk } from "../../../src/upstream/login_desk.ts";
import { startRelogin } from "../../../src/upstream/relogin.ts";
import { OWNER } from "../../fake/fake_upstream.ts";
import { setUpUpstream, type UpstreamSetup } from "./upstream_setup.ts";

interface Setup extends UpstreamSetup {
  readonly desk: UpstreamLoginDesk;
  readonly views: LoginView[];
  readonly loggedIn: Account[];
  steps(): string[];
  /** The person scans and confirms the code shown last. */
  scan(person: string): Promise<void>;
}

async function withDesk(act: (setup: Setup) => Promise<void>): Promise<void> {
  const setup = await setUpUpstream();
  const { clock, upstream: { simulator } } = setup;
  const views: LoginView[] = [];
  const loggedIn: Account[] = [];
  const desk = createLoginDesk({
    ...setup.ports,
    baseUrl: simulator.baseUrl,
    onView: (view) => views.push(view),
    onLoggedIn: (account) => loggedIn.push(account),
  });
  await act({
    ...setup,
    desk,
    views,
    loggedIn,
    steps: () => views.map(({ step }) => step),
    async scan(person) {
      const qrcode = simulator.codes().at(-1)?.qrcode ?? "";
      simulator.scan(qrcode, person);
      await clock.advance(2_000);
      if (simulator.codes().at(-1)?.status !== "scaned") return;
      simulator.confirm(qrcode);
      await clock.advance(2_000);
    },
  });
  const stopped = desk.stop();
  await clock.advance(1_000);
  await stopped;
  assertEquals(clock.pending, 0);
}

Deno.test("a login at the desk is shown step by step and stored as an account", async () => {
  await withDesk(async ({ clock, desk, store, upstream, views, steps, loggedIn, scan }) => {
    const newcomer = upstream.simulator.addPerson();
    assertEquals(desk.view(), null);
    assertEquals(desk.start().step, "starting");
    await clock.advance(100);
    const shown = desk.view();
    assertEquals([shown?.step, shown?.qr?.number], ["waiting", 1]);
    assertMatch(shown?.qr?.content ?? "", /^http/);
    await scan(newcomer.id);
    assertEquals(steps(), ["starting", "waiting", "scanned", "done"]);
    const [, account] = await store.accounts();
    assertEquals(account?.userId, newcomer.id);
    assertEquals(views.at(-1)?.account, account?.name);
    assertEquals(loggedIn, [account]);
  });
});

Deno.test("a second start gives the login that goes on; after its end a new one begins", async () => {
  await withDesk(async ({ clock, desk }) => {
    const first = desk.start();
    await clock.advance(100);
    assertEquals(desk.start().id, first.id);
    desk.cancel();
    await clock.advance(1_000);
    assertEquals(desk.view()?.step, "cancelled");
    assertEquals(desk.start().id, first.id + 1);
  });
});

Deno.test("the digits reach WeChat through the desk", async () => {
  await withDesk(async ({ clock, desk, upstream: { simulator }, steps }) => {
    const newcomer = simulator.addPerson();
    assertEquals(desk.giveCode("1"), "not_wanted");
    desk.start();
    await clock.advance(100);
    const qrcode = simulator.codes()[0]?.qrcode ?? "";
    simulator.scan(qrcode, newcomer.id);
    simulator.askVerifyCode(qrcode, "42");
    await clock.advance(2_000);
    assertEquals(desk.view()?.step, "code_wanted");
    assertEquals(desk.giveCode("41"), "taken");
    await clock.advance(2_000);
    assertEquals(desk.view()?.step, "code_wrong");
    assertEquals(desk.giveCode("42"), "taken");
    await clock.advance(2_000);
    assertEquals(steps().at(-1), "scanned");
    assertEquals(desk.giveCode("42"), "not_wanted");
  });
});

Deno.test("a login shows WeChat the tokens held, so that it can say already bound", async () => {
  await withDesk(async ({ clock, desk, store, scan }) => {
    desk.start();
    await clock.advance(100);
    await scan(OWNER);
    assertEquals(desk.view()?.step, "already_bound");
    assertEquals((await store.accounts())[0]?.generation, 1);
  });
});

Deno.test("a login that WeChat does not take fails with words", async () => {
  await withDesk(async ({ clock, desk, upstream }) => {
    upstream.isReachable = false;
    desk.start();
    await clock.advance(60_000);
    assertEquals(desk.view()?.step, "failed");
    assertMatch(desk.view()?.reason ?? "", /^WeChat cannot be reached: connection refused$/);
  });
});

Deno.test("a confirmed login is stored as soon as the disk takes it", async () => {
  await withDesk(async ({ clock, desk, store, upstream, scan }) => {
    const newcomer = upstream.simulator.addPerson();
    desk.start();
    await clock.advance(100);
    store.failure = new Error("disk full");
    await scan(newcomer.id);
    await clock.advance(10_000);
    assertEquals((await store.accounts()).length, 1);
    store.failure = null;
    await clock.advance(60_000);
    assertEquals((await store.accounts()).length, 2);
    assertEquals(desk.view()?.step, "done");
  });
});

/** As `withDesk`, with the task that keeps the hub logged in. */
async function withRelogin(
  act: (setup: Setup & { readonly relogin: ReturnType<typeof startRelogin> }) => Promise<void>,
): Promise<void> {
  await withDesk(async (setup) => {
    const relogin = startRelogin({ ...setup.ports, desk: setup.desk });
    await act({ ...setup, relogin });
    const stopped = relogin.stop();
    await setup.clock.advance(1_000);
    await stopped;
  });
}

async function logOut({ store, upstream, account, clock }: UpstreamSetup): Promise<void> {
  upstream.simulator.unbind();
  const { generation } = account;
  await store.markLoggedOut(account.id, { generation, atMs: clock.now() });
}

Deno.test("while every account is logged in, no code is asked for", async () => {
  await withRelogin(async ({ clock, upstream }) => {
    await clock.advance(600_000);
    assertEquals(upstream.simulator.requests(), []);
  });
});

Deno.test("an account that logs out gets fresh codes until somebody scans, and then no more", async () => {
  await withRelogin(async (setup) => {
    const { clock, relogin, upstream, store, views, loggedIn, scan } = setup;
    await logOut(setup);
    relogin.ring();
    await clock.advance(900_000);
    assert((views.at(-1)?.qr?.number ?? 0) >= 6);
    await scan(OWNER);
    const [account] = await store.accounts();
    assertEquals([account?.state, account?.generation], ["active", 2]);
    assertEquals(loggedIn, [account]);
    await clock.advance(60_000);
    const calls = upstream.simulator.requests().length;
    await clock.advance(600_000);
    assertEquals(upstream.simulator.requests().length, calls);
  });
});

Deno.test("a hub without an account shows a code from the start", async () => {
  await withRelogin(async ({ clock, relogin, store, account, desk }) => {
    await store.removeAccount(account.id);
    relogin.ring();
    await clock.advance(1_000);
    assertEquals(desk.view()?.step, "waiting");
  });
});

Deno.test("codes are taken back when the account that needed them is removed", async () => {
  await withRelogin(async (setup) => {
    const { clock, relogin, store, account, desk, logIn } = setup;
    await logOut(setup);
    relogin.ring();
    await clock.advance(1_000);
    assertEquals(desk.view()?.step, "waiting");
    await store.removeAccount(account.id);
    setup.upstream.simulator.bind({ owner: OWNER });
    await logIn();
    relogin.ring();
    await clock.advance(60_000);
    assertEquals(desk.view()?.step, "cancelled");
  });
});

Deno.test("a login that the owner has begun is left to the owner", async () => {
  await withRelogin(async (setup) => {
    const { clock, relogin, desk } = setup;
    desk.start();
    await clock.advance(100);
    relogin.ring();
    await clock.advance(1_000);
    assertEquals(desk.view()?.step, "waiting");
  });
});
