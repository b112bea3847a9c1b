/** Repeats, newest context token and turns of one conversation against a model that keeps everything in a list. */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { LIMITS } from "../../src/core/limits.ts";
import { openTestStore, START_MS, StoreLife } from "../fake/store_life.ts";

interface Arrival {
  readonly wireId: string | null;
  /** Relative to the start; `null` without a stamp. */
  readonly stampMs: number | null;
  readonly digest: string;
  readonly hasToken: boolean;
  readonly waitMs: number;
  /** Whether a send is made after it. */
  readonly isAnswered: boolean;
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  wireId: fc.option(fc.constantFrom("1", "2", "3", "4"), { nil: null }),
  stampMs: fc.option(
    fc.constantFrom(0, 1_000, LIMITS.dedupeDigestMs, LIMITS.dedupeIdMs, 9 * LIMITS.dedupeIdMs),
    { nil: null },
  ),
  digest: fc.constantFrom("a", "b"),
  hasToken: fc.boolean(),
  waitMs: fc.constantFrom(0, 1, 1_000, LIMITS.dedupeDigestMs, LIMITS.dedupeIdMs / 2),
  isAnswered: fc.boolean(),
});

interface Seen extends Arrival {
  readonly atMs: number;
  readonly stamp: number | null;
  readonly token: string;
  readonly isDuplicate: boolean;
}

function isRepeat(one: Omit<Seen, "isDuplicate">, before: readonly Seen[]): boolean {
  return before.some((other) => {
    if (other.isDuplicate) return false;
    const ageMs = one.atMs - other.atMs;
    const sameId = one.wireId !== null && one.wireId === other.wireId;
    const sameContent = one.stamp !== null && one.stamp === other.stamp &&
      one.digest === other.digest;
    return (sameId && ageMs < LIMITS.dedupeIdMs) || (sameContent && ageMs < LIMITS.dedupeDigestMs);
  });
}

/** The last of the newest; the stamp counts, but not beyond the arrival. */
function newestOf<T extends Seen>(seen: readonly T[]): T | null {
  const timeOf = ({ stamp, atMs }: Seen) => Math.min(stamp ?? atMs, atMs);
  return seen.reduce<T | null>(
    (newest, one) => newest === null || timeOf(one) >= timeOf(newest) ? one : newest,
    null,
  );
}

Deno.test("ingest() finds repeats, the newest token and the turn as its model does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 12 }), async (arrivals) => {
      const store = await openTestStore();
      const life = await StoreLife.begin(store);
      // The conversation can be answered at any time.
      await life.deliver("x", undefined, { createTimeMs: 1, contextToken: "", wireId: null });
      await life.poll();
      const { conversation } = await life.conversation();
      const seen: Seen[] = [];
      const sendTimes: number[] = [];
      let turn: { readonly lastInboundAtMs: number; sends: number } = {
        lastInboundAtMs: 1,
        sends: 0,
      };
      for (const one of arrivals) {
        life.nowMs += one.waitMs;
        const stamp = one.stampMs === null ? null : START_MS + one.stampMs;
        const token = one.hasToken ? `token ${seen.length}` : "";
        const entry = { ...one, stamp, token, atMs: life.nowMs };
        const isDuplicate = isRepeat(entry, seen);
        seen.push({ ...entry, isDuplicate });
        const { wireId, digest } = one;
        const message = await life.say("y", {
          wireId,
          digest,
          createTimeMs: stamp,
          contextToken: token,
        });
        assertEquals((await life.look(message)).state, isDuplicate ? "dropped" : "received");
        const timeMs = Math.min(stamp ?? life.nowMs, life.nowMs);
        if (!isDuplicate && timeMs >= turn.lastInboundAtMs) {
          // What left between its writing and its arrival counts for it already.
          const sends = sendTimes.filter((atMs) => atMs >= timeMs).length;
          turn = { lastInboundAtMs: timeMs, sends: turn.sends === 0 ? 0 : sends };
        }
        if (one.isAnswered) {
          await life.reply("z", message);
          const { ledger } = await life.sendNext();
          assertEquals(ledger.sendsSinceInbound, turn.sends);
          assertEquals(ledger.lastInboundAtMs, turn.lastInboundAtMs);
          turn.sends += 1;
          sendTimes.push(life.nowMs);
        }
        const address = await store.conversationAddress(conversation);
        assertEquals(address?.contextToken, newestOf(seen.filter((s) => s.hasToken))?.token ?? "");
      }
      await store.close();
    }),
    { numRuns: 150 },
  );
});
