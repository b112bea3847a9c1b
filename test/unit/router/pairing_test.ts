import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { PairingId } from "../../../src/core/ids.ts";
import { createPairingDesk } from "../../../src/downstream/pairing_desk.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { startRouter } from "../../../src/router/router.ts";
import { statesOf } from "../../fake/decision_input.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { shippedHost } from "../../fake/plugins.ts";
import { openRoutedWorld, type RoutedWorld, until } from "../../fake/routed_world.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

type Desk = ReturnType<typeof createPairingDesk>;

/** A router with one client and one request; `write` sends a message and waits for its decision. */
async function withRequest(
  use: (given: {
    readonly world: RoutedWorld;
    readonly desk: Desk;
    readonly code: string;
    readonly key: string;
    readonly told: PairingId[];
    write(from: string, text: string): Promise<void>;
  }) => Promise<void>,
  senders: "owner" | "open" = "open",
): Promise<void> {
  const world = await openRoutedWorld();
  const { store, clock } = world;
  await world.addClient("node");
  const random = createFakeRandom();
  const ports = { store, clock, random, log: silentLog };
  const desk = createPairingDesk({ ...ports, signKey: new Uint8Array(32), onRegistered() {} });
  const told: PairingId[] = [];
  let settled = 0;
  const router = startRouter({
    ...ports,
    pairing: { find: desk.find, noteApproved: (pairing) => void told.push(pairing) },
    host: await shippedHost(clock),
    states: statesOf(),
    policy: { senders: { kind: senders, ids: [] }, groups: { kind: "open", ids: [] } },
    limits: SEND_LIMITS,
    lang: "en",
    version: "0.1.0",
    startedAtMs: 0,
    onDelivered() {},
    onSends() {},
    onSettled: () => settled += 1,
  });
  try {
    const hints = { userAgent: "node", method: "GET", address: "", tokens: [] };
    const made = await desk.request(hints);
    assert(made !== "full");
    await use({
      ...{ world, desk, told, ...made },
      async write(from, text) {
        const before = settled;
        await world.receive([from, text]);
        router.bell.ring();
        await until(() => settled > before);
      },
    });
  } finally {
    await router.stop();
    desk.stop();
    await world.close();
  }
}

Deno.test("the owner approves a request by sending its code, and the trace says so without the code", () =>
  withRequest(async ({ world, desk, code, key, told, write }) => {
    await write("owner", ` ${code.slice(0, 4).toLowerCase()} ${code.slice(4)} `);
    const [trace] = await world.traces();
    assertEquals([trace?.state, trace?.deliveries.length, trace?.hubSends.length], [
      "routed",
      0,
      1,
    ]);
    assertEquals(told.length, 1);
    const { decision, steps } = trace?.trace ?? {};
    const explained = JSON.stringify({ decision, steps });
    assertStringIncludes(explained, '"by":"hub"');
    assertStringIncludes(explained, "approved node-2");
    assert(!explained.includes(code));
    const { status } = await desk.poll(key);
    assertEquals(status, "confirmed");
    assertEquals((await world.store.clients()).map(({ name }) => name), ["node", "node-2"]);
  }));

Deno.test("a code approves once; sent again it is a message as any other", () =>
  withRequest(async ({ world, code, told, write }) => {
    await write("owner", code);
    await write("owner", code);
    const [_, second] = await world.traces();
    assertEquals(second?.deliveries.map(({ client }) => client), ["node"]);
    assertEquals(told.length, 1);
  }));

Deno.test("nobody but the owner approves, though anybody may write; nor does a text with more in it", () =>
  withRequest(async ({ world, desk, code, told, write }) => {
    await write("mallory", code);
    await write("owner", `ok ${code}`);
    await write("owner", "AAAA-BBBB");
    assertEquals(told, []);
    assertEquals((await desk.find(code))?.state, "waiting");
    const clients = (await world.traces()).map(({ deliveries }) => deliveries[0]?.client);
    assertEquals(clients, ["node", "node", "node"]);
  }));

Deno.test("a request that is over is approved by nobody", () =>
  withRequest(async ({ world, code, told, write }) => {
    await world.clock.advance(10 * 60_000);
    await write("owner", code);
    assertEquals(told, []);
    assertEquals((await world.store.clients()).length, 1);
  }));

Deno.test("what was approved while the code was on its way is not approved again", () =>
  withRequest(async ({ world, desk, code, told, write }) => {
    const found = await desk.find(code);
    assert(found !== null);
    // Found as waiting, and approved elsewhere before the decision is settled.
    const { find } = desk;
    const { settle } = world.store;
    let hasRaced = false;
    Object.assign(world.store, {
      settle: async (...given: Parameters<typeof settle>) => {
        if (!hasRaced) {
          hasRaced = true;
          await desk.approve(found.id, { name: "page", by: "owner" });
        }
        return await settle(...given);
      },
    });
    await write("owner", code);
    assertEquals(told, []);
    assertEquals((await find(code))?.name, "page");
    const [trace] = await world.traces();
    assertEquals(trace?.hubSends.length, 0);
  }));
