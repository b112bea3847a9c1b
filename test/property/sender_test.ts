import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ConversationId } from "../../src/core/ids.ts";
import type { SendState } from "../../src/core/lifecycle.ts";
import { isObject, objectMember, parseJson, textMember } from "../../src/lib/json.ts";
import type { FaultAct } from "../../src/simulator/faults.ts";
import { Sender } from "../../src/upstream/sender.ts";
import { NO_DEADLINE, setUpUpstream } from "../unit/upstream/upstream_setup.ts";
import { SEND_LIMITS } from "../fake/send_limits.ts";

/** What happens to a sender, one thing after another. */
type Happening =
  | { readonly kind: "plan"; readonly person: number }
  | { readonly kind: "write"; readonly person: number }
  | { readonly kind: "fault"; readonly act: FaultAct; readonly times: number }
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "disk"; readonly isFull: boolean }
  | { readonly kind: "network"; readonly isUp: boolean }
  | { readonly kind: "log_out" }
  | { readonly kind: "log_in" };

const PEOPLE = 3;
const BUDGET = 4;
const WINDOW_MS = 3_600_000;

const person = fc.nat({ max: PEOPLE - 1 });
const act: fc.Arbitrary<FaultAct> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("reset" as const, "silence" as const),
    processed: fc.boolean(),
  }),
  fc.constant<FaultAct>({ kind: "half_body" }),
  fc.record({
    kind: fc.constant("replace" as const),
    processed: fc.boolean(),
    status: fc.constantFrom(200, 503),
    body: fc.constantFrom("html" as const, "empty" as const, "invalid_json" as const),
  }),
  fc.record({
    kind: fc.constant("replace" as const),
    processed: fc.constant(false),
    status: fc.constantFrom(302, 404, 429),
    body: fc.constant("html" as const),
  }),
  fc.record({
    kind: fc.constant("ret" as const),
    processed: fc.constant(false),
    ret: fc.constantFrom(-1, -2, -3, -14),
  }),
);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("plan" as const), person }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("write" as const), person }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("fault" as const),
      act,
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      ms: fc.constantFrom(0, 50, 2_000, 20_000, 90_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("disk" as const), isFull: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("network" as const), isUp: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant<Happening>({ kind: "log_out" }) },
  { weight: 2, arbitrary: fc.constant<Happening>({ kind: "log_in" }) },
);

/** Runs a sender through all of it, then lets everything end well, and gives what there is to check. */
async function live(happenings: readonly Happening[], unknownSends: "show" | "repeat") {
  const setup = await setUpUpstream({ budget: 1_000_000, holdMs: 100 });
  const { clock, store, upstream, account, logIn } = setup;
  const { simulator } = upstream;
  const breaches: string[] = [];
  const people = Array.from({ length: PEOPLE }, () => simulator.addPerson());
  const conversations = people.map(({ id: to }) => store.addConversation(account.id, { to }));
  const sender = new Sender(account.id, {
    ...setup.ports,
    settings: {
      ...{ ...SEND_LIMITS, sendsPerInbound: BUDGET, windowMs: WINDOW_MS, coolDownMs: 10_000 },
      ...{
        coolDownMaxMs: 60_000,
        suspectStreak: 3,
        spacingMs: 1_000,
        unknownSends,
        deferredMs: 1e9,
      },
    },
    onEnded: () => {},
    onDeferredUntil: () => {},
    onLoggedOut: () => {},
  });

  function write(at: number): void {
    const conversation = conversations[at];
    if (conversation === undefined) return;
    simulator.say({ person: people[at]?.id ?? "", what: "hi" });
    store.setLedger(conversation, { lastInboundAtMs: clock.now(), sendsSinceInbound: 0 });
  }
  function happen(given: Happening): void {
    switch (given.kind) {
      case "plan":
        return void store.plan(conversations[given.person] as ConversationId, "text");
      case "write":
        return write(given.person);
      case "fault":
        return void simulator.addFault({ ...given, endpoint: "sendmessage" });
      case "disk":
        store.failure = given.isFull ? new Error("disk full") : null;
        return;
      case "network":
        upstream.isReachable = given.isUp;
        return;
      case "log_out":
        return simulator.unbind();
    }
  }

  people.forEach((_, at) => write(at));
  const unwatch = simulator.watch((event) => {
    if (event.kind !== "request") return;
    const open = simulator.requests().filter((request) =>
      request.endpoint === "sendmessage" && request.outcome === "pending"
    ).map(({ body }) => recipientOf(body));
    if (new Set(open).size !== open.length) breaches.push(`two calls at a time for ${open}`);
    for (const conversation of conversations) {
      const { sendsSinceInbound } = store.ledger(conversation);
      if (sendsSinceInbound > BUDGET) breaches.push(`${sendsSinceInbound} sends of ${BUDGET}`);
    }
  });
  for (const given of happenings) {
    if (given.kind === "log_in" && store.failure === null) {
      simulator.bind({ owner: "o9owner@im.wechat" });
      await logIn();
    } else if (given.kind === "pass") await clock.advance(given.ms);
    else happen(given);
    sender.ring();
    await store.resumeSends(clock.now()).catch(() => {});
  }

  simulator.clearFaults();
  store.failure = null;
  upstream.isReachable = true;
  await clock.advance(120_000);
  const stopped = sender.stop(NO_DEADLINE);
  await clock.advance(60_000);
  await stopped;
  unwatch();
  return { store, simulator, breaches: [...breaches, ...store.breaches], pending: clock.pending };
}

function recipientOf(body: string): string {
  const request = parseJson(body);
  assert(isObject(request));
  return textMember(objectMember(request, "msg") ?? {}, "to_user_id");
}

/** Where a send may be once all has passed: anywhere but in a call. */
const RESTS: readonly SendState[] = [
  "planned",
  "deferred",
  "sent",
  "unconfirmed",
  "suspect",
  "refused",
  "unknown",
];

Deno.test("whatever happens, a sender keeps one send of a conversation in flight, its budget, and one end for each", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { maxLength: 60, size: "max" }),
      fc.constantFrom("show" as const, "repeat" as const),
      async (happenings, unknownSends) => {
        const { store, simulator, breaches, pending } = await live(happenings, unknownSends);
        assertEquals(breaches, []);
        assertEquals(pending, 0);
        const shown = simulator.sent().map(({ clientId }) => clientId);
        for (const send of store.sends) {
          const state = send.states.at(-1) ?? "planned";
          assert(RESTS.includes(state), `send ${send.id} ended as ${send.states}`);
          if (state === "unknown") assert(send.isSettled, `send ${send.id} was left unsettled`);
          // A first send is seen once at most; a repeat under the same id is the setting's doing.
          const times = shown.filter((clientId) => clientId === send.upstreamId).length;
          const begun = send.states.filter((step) => step === "sending").length;
          assert(times <= begun, `send ${send.id} was seen ${times} times in ${begun} tries`);
          if (unknownSends === "show") {
            assert(times <= 1, `send ${send.id} was seen ${times} times`);
          }
          if (state === "sent") assert(times >= 1, `send ${send.id} was never seen`);
        }
      },
    ),
    { numRuns: 150 },
  );
});
