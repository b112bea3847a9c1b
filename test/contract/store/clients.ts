import { assert, assertEquals, assertRejects } from "@std/assert";
import { DEFAULT_CLIENT_SETTINGS } from "../../../src/core/client.ts";
import { HubError } from "../../../src/core/error.ts";
import { asId, type ClientId } from "../../../src/core/ids.ts";
import { deliverTo, said, START_MS } from "../../fake/store_life.ts";
import type { Subject } from "./suite.ts";

export const CLIENTS: Subject = {
  "registerClient() makes a client that its token finds, and refuses a name that is taken": async (
    life,
  ) => {
    const { store } = life;
    assertEquals((await store.clients()).map(({ name }) => name), ["alpha", "beta"]);
    const found = await store.clientByToken("hash of beta", START_MS);
    assertEquals(found?.id, life.client(1));
    assertEquals(await store.clientByToken("hash of nobody", START_MS), null);
    const taken = { name: "alpha", label: "", tokenHash: "h", atMs: START_MS };
    const error = await assertRejects(() => store.registerClient(taken), HubError);
    assertEquals(error.code, "CLIENT_NAME_TAKEN");
  },

  "registerClient() makes messages that had no client undecided, in order": async (life) => {
    const { store } = life;
    const [first, second, third] = await life.ingest([said("1"), said("2"), said("3")]);
    assert(first !== undefined && second !== undefined && third !== undefined);
    const parked = { reason: "nobody is here", atMs: life.nowMs };
    await store.park(first, { ...parked, why: "no_client" });
    await store.park(second, { ...parked, why: "plugin_fault" });
    await store.park(third, { ...parked, why: "no_client" });
    await store.registerClient({ name: "gamma", label: "", tokenHash: "h", atMs: life.nowMs });
    const heads = await store.heads({ skip: new Set(), limit: 9 });
    assertEquals(heads.map(({ message }) => message), [first]);
    assertEquals((await store.readForDecision(first))?.message.attempt, 2);
    assertEquals((await life.look(second)).state, "parked");
    assertEquals(await store.unsettledCount(life.account.id), 2);
  },

  "updateClient() changes what is given and keeps the rest": async (life) => {
    const { store } = life;
    const changed = await store.updateClient(life.client(), {
      label: "my laptop",
      settings: { batch: 5 },
    });
    assertEquals([changed.name, changed.label], ["alpha", "my laptop"]);
    assertEquals(changed.settings, { ...DEFAULT_CLIENT_SETTINGS, batch: 5 });
    assertEquals((await store.clients())[0], changed);
    const taken = await assertRejects(
      () => store.updateClient(life.client(), { name: "beta" }),
      HubError,
    );
    assertEquals(taken.code, "CLIENT_NAME_TAKEN");
    const unknown = await assertRejects(
      () => store.updateClient(asId<ClientId>(99), { name: "x" }),
      HubError,
    );
    assertEquals(unknown.code, "CLIENT_UNKNOWN");
  },

  "rotateToken() lets the old token live until its time is over": async (life) => {
    const { store } = life;
    const rotation = { tokenHash: "new hash", oldValidUntilMs: START_MS + 1_000 };
    await store.rotateToken(life.client(), rotation);
    const idAt = async (hash: string, atMs: number) => (await store.clientByToken(hash, atMs))?.id;
    assertEquals(await idAt("new hash", START_MS + 5_000), life.client());
    assertEquals(await idAt("hash of alpha", START_MS + 999), life.client());
    assertEquals(await idAt("hash of alpha", START_MS + 1_000), undefined);
  },

  "removeClient() parks its queue, ends its bindings and default roles, and frees its name": async (
    life,
  ) => {
    const { store, account } = life;
    const both = await life.deliver("to both", [life.client(), life.client(1)]);
    const alone = await life.deliver("to alpha alone");
    const bound = await life.say("bind");
    await life.settle(
      bound,
      deliverTo([life.client(1)], { binding: { kind: "bind", client: life.client() } }),
    );
    await store.updateAccount(account.id, { defaultClient: life.client() });
    await store.removeClient(life.client(), life.nowMs);
    assertEquals((await store.clients()).map(({ name }) => name), ["beta"]);
    assertEquals(await store.clientByToken("hash of alpha", life.nowMs), null);
    assertEquals((await store.accounts())[0]?.defaultClient, null);
    const look = await life.look(both);
    assertEquals([look.state, look.deliveries], ["routed", ["alpha parked", "beta waiting"]]);
    assertEquals((await life.look(alone)).reason, "client_removed");
    const next = await life.say("who is bound now?");
    assertEquals((await store.readForDecision(next))?.binding, null);
    const again = { name: "alpha", label: "", tokenHash: "hash of alpha", atMs: life.nowMs };
    assert((await store.registerClient(again)).id !== life.client());
  },

  "removeClient() lets what the client had said go out": async (life) => {
    const { store } = life;
    const message = await life.deliver("question");
    await life.poll();
    const accepted = await life.accept("answer", message);
    assert(accepted.kind === "accepted");
    await store.removeClient(life.client(), life.nowMs);
    const [reply] = await store.acceptedReplies(9);
    assertEquals(reply?.client.name, "alpha");
    const content = reply?.content ?? "";
    await store.plan({ reply: accepted.reply, contents: [content], steps: [], atMs: life.nowMs });
    assertEquals((await life.sends()).length, 1);
    assertEquals((await life.poll()).deliveries, []);
  },

  "recordSeen() notes the newest call of each client": async (life) => {
    const { store } = life;
    await store.recordSeen([{ client: life.client(), atMs: START_MS + 60_000 }]);
    await store.recordSeen([{ client: life.client(), atMs: START_MS }]);
    const seen = (await store.clients()).map(({ lastSeenAtMs }) => lastSeenAtMs);
    assertEquals(seen, [START_MS + 60_000, null]);
  },

  "clients() counts what waits": async (life) => {
    const { store } = life;
    await life.deliver("1", [life.client(), life.client(1)]);
    await life.deliver("2");
    assertEquals((await store.clients()).map(({ waiting }) => waiting), [2, 1]);
    const { seq } = await life.poll();
    assertEquals((await store.clients()).map(({ waiting }) => waiting), [2, 1]);
    await life.poll({ acknowledged: { kind: "through", seq }, batch: 0 });
    assertEquals((await store.clients()).map(({ waiting }) => waiting), [1, 1]);
  },

  "removeClient() leaves nobody to wait for in a turn": async (life) => {
    await life.deliver("for alpha", [life.client(), life.client(1)]);
    await life.poll();
    const { conversation } = await life.conversation();
    assertEquals((await life.store.turn(conversation)).hasOpenDelivery, true);
    await life.store.removeClient(life.client(), life.nowMs);
    await life.store.removeClient(life.client(1), life.nowMs);
    const { hasOpenDelivery, audience } = await life.store.turn(conversation);
    assertEquals([hasOpenDelivery, audience], [false, []]);
  },
};
