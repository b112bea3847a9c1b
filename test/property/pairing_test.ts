import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { PairingId } from "../../src/core/ids.ts";
import { LIMITS } from "../../src/core/limits.ts";
import type { Store } from "../../src/store/store.ts";
import { openTestStore, START_MS } from "../fake/store_life.ts";

type Act =
  | {
    readonly kind: "scan" | "approve" | "approve_page" | "confirm" | "refuse";
    readonly at: number;
  }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "open" | "close" | "forget" };

const PAIRINGS = 3;
const at = fc.nat({ max: PAIRINGS - 1 });

/** Several of one turn go into one commit, as they do when owner, page and client come at the same moment. */
const turns = fc.array(
  fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constantFrom("scan", "approve", "approve_page", "confirm", "confirm", "refuse"),
        at,
      }),
      fc.record({ kind: fc.constantFrom("open", "close", "forget") }),
    ) as fc.Arbitrary<Act>,
    { minLength: 1, maxLength: 6 },
  ).chain((acts) =>
    fc.constantFrom(0, 1_000, LIMITS.pairingRepeatMs, LIMITS.pairingMs / 2, LIMITS.pairingMs)
      .map((ms): readonly Act[] => [...acts, { kind: "wait", ms }])
  ),
  { maxLength: 12 },
);

/** What has come of one request. */
interface Fate {
  readonly id: PairingId;
  approvals: number;
  refusals: number;
  registrations: number;
  readonly tokens: Set<string>;
  /** When its token may be given for the last time. */
  untilMs: number;
}

Deno.test("a request is approved once, makes one client, gives one token, and is over when it is over", async () => {
  await fc.assert(
    fc.asyncProperty(turns, async (turns) => {
      const store = await openTestStore();
      try {
        await live(store, turns);
      } finally {
        await store.close();
      }
    }),
    { numRuns: 150 },
  );
});

async function live(store: Store, turns: readonly (readonly Act[])[]): Promise<void> {
  let nowMs = START_MS;
  let tokens = 0;
  await store.saveLogin({
    ...{ userId: "owner@im.wechat", botId: "b@im.bot", token: "t", baseUrl: "http://w" },
    atMs: nowMs,
  });
  const fates: Fate[] = [];
  for (let n = 0; n < PAIRINGS; n++) {
    const made = await store.requestPairing({
      ...{ codeHash: `code ${n}`, keyHash: `key ${n}`, name: "agent", address: "", known: null },
      atMs: nowMs,
    });
    assertEquals(made, "made");
    const found = await store.pairingBy({ keyHash: `key ${n}` }, nowMs);
    assert(found !== null);
    fates.push({
      ...{ id: found.id, approvals: 0, refusals: 0, registrations: 0, tokens: new Set() },
      untilMs: Infinity,
    });
  }

  async function act(one: Act, isOpen: boolean): Promise<void> {
    switch (one.kind) {
      case "open":
        return await store.openPairing(nowMs + LIMITS.pairingMs);
      case "close":
        return await store.openPairing(0);
      case "forget":
        return await store.forgetPairings(nowMs);
      case "wait":
        return;
    }
    const fate = fates[one.at];
    assert(fate !== undefined);
    switch (one.kind) {
      case "scan":
        return await store.scanPairing(fate.id, nowMs);
      case "approve":
      case "approve_page": {
        const wantsOpen = one.kind === "approve_page";
        const given = { name: null, account: null, wantsOpen, atMs: nowMs };
        const { kind } = await store.approvePairing(fate.id, given);
        if (kind === "approved") fate.approvals += 1;
        if (!isOpen) assert(!wantsOpen || kind !== "approved");
        return;
      }
      case "refuse": {
        const refused = await store.refusePairing(fate.id, { wantsOpen: false, atMs: nowMs });
        if (refused === "refused") fate.refusals += 1;
        return;
      }
      case "confirm": {
        const token = `token ${++tokens}`;
        const given = { token, tokenHash: `hash of ${token}`, atMs: nowMs };
        const confirmed = await store.confirmPairing(fate.id, given);
        if (confirmed === null) return;
        assert(fate.approvals === 1 && fate.refusals === 0);
        assert(nowMs < fate.untilMs, "a token was given after its time");
        assertEquals(confirmed.userId, "owner@im.wechat");
        fate.tokens.add(confirmed.token);
        if (confirmed.isNew) {
          fate.registrations += 1;
          fate.untilMs = nowMs + LIMITS.pairingRepeatMs;
          assertEquals(confirmed.token, token);
        }
      }
    }
  }

  for (const acts of turns) {
    const wasOpen = await store.pairingOpenUntil(nowMs) !== null;
    const isOpen = wasOpen || acts.some(({ kind }) => kind === "open");
    await Promise.all(acts.map((one) => act(one, isOpen)));
    for (const one of acts) if (one.kind === "wait") nowMs += one.ms;
    for (const fate of fates) {
      assert(fate.approvals <= 1 && fate.registrations <= 1 && fate.tokens.size <= 1);
      assert(fate.registrations <= fate.approvals);
      assert(fate.refusals === 0 || fate.registrations === 0);
    }
    const registered = fates.reduce((sum, fate) => sum + fate.registrations, 0);
    assertEquals((await store.clients()).length, registered);
    assertEquals(new Set((await store.clients()).map(({ name }) => name)).size, registered);
  }

  nowMs += LIMITS.pairingMs + LIMITS.pairingRepeatMs;
  for (const { id } of fates) {
    const late = { name: null, account: null, wantsOpen: false, atMs: nowMs };
    assertEquals(await store.approvePairing(id, late), { kind: "gone" });
    const given = { token: "late", tokenHash: "late", atMs: nowMs };
    assertEquals(await store.confirmPairing(id, given), null);
  }
  assertEquals(await store.pairings(nowMs), []);
}
