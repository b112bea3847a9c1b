/** Ledger, turn and gate against models so small that they are obviously right. Nothing here waits. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { asId, type ClientId, type ReplyId, type SendId } from "../../src/core/ids.ts";
import { admit } from "../../src/core/ledger.ts";
import { closedBy, gateAfter, type GateEvent, OPEN_GATE } from "../../src/core/send_gate.ts";
import { groupWaiting } from "../../src/core/send_groups.ts";
import {
  admitInTurn,
  hasPlenty,
  type SendRank,
  sendsForEnd,
  type Turn,
  type TurnLimits,
  type WaitingSend,
} from "../../src/core/turn.ts";
import { textContent } from "../../src/core/content.ts";
import { SEND_LIMITS } from "../fake/send_limits.ts";

const RUNS = { numRuns: 2_000 };

const limits: fc.Arbitrary<TurnLimits> = fc.record({
  sendsPerInbound: fc.integer({ min: 1, max: 12 }),
  keptForAnswer: fc.nat({ max: 3 }),
  keptForHub: fc.nat({ max: 3 }),
}).map((given) => ({ ...SEND_LIMITS, ...given }));

/** What happens in a conversation: a text that wants to leave, the person's words, or the end of the turn. */
type Step =
  | { readonly kind: "text"; readonly rank: "hub" | "reply" | "push"; readonly by: number }
  | { readonly kind: "inbound" | "end" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("text" as const),
      rank: fc.constantFrom("hub" as const, "reply" as const, "reply" as const, "push" as const),
      by: fc.nat({ max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("inbound" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("end" as const) }) },
);

const CLIENTS = [0, 1, 2].map((id) => asId<ClientId>(id));
/** Nobody asks it anything. */
const SCRIPT = asId<ClientId>(9);

function sendOf(id: number, given: Partial<WaitingSend> = {}): WaitingSend {
  return {
    ...{ send: asId<SendId>(id), reply: asId<ReplyId>(id), client: asId<ClientId>(0) },
    ...{ clientName: "ann", rank: "reply", content: JSON.stringify(textContent(`text ${id}`)) },
    ...{ plannedAtMs: 1, isHeld: true, isFixed: false, isQuestion: false },
    ...given,
  };
}

/** A conversation that obeys the ledger and the turn, and counts as WeChat does. */
class Conversation {
  readonly #limits: TurnLimits;
  #left: number;
  #hub = 0;
  #minor = 0;
  #heard = new Map<ClientId, number>();
  #waiting: WaitingSend[] = [];
  #ids = 0;

  constructor(given: TurnLimits) {
    this.#limits = given;
    this.#left = given.sendsPerInbound;
  }

  get left(): number {
    return this.#left;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  turn(): Turn {
    return {
      ...{ hasOpenDelivery: true, lastInboundAtMs: 1, lastReplyAtMs: 1 },
      ...{ sendsSinceInbound: this.#limits.sendsPerInbound - this.#left },
      ...{ hubSends: this.#hub, minorSends: this.#minor, heard: this.#heard },
      ...{ audience: CLIENTS, waiting: this.#waiting },
    };
  }

  /** Whether it left. */
  give(rank: "hub" | "reply" | "push", by: number): boolean {
    const client = rank === "hub" ? null : rank === "push" ? SCRIPT : asId<ClientId>(by);
    const may = this.#admits(rank, client);
    if (may) this.#spend(rank, client);
    else if (client !== null) this.#waiting.push(sendOf(++this.#ids, { client, rank }));
    return may;
  }

  inbound(): void {
    this.#left = this.#limits.sendsPerInbound;
    this.#hub = 0;
    this.#minor = 0;
    this.#heard = new Map();
  }

  /** How many sends left. */
  end(): number {
    const slots = sendsForEnd(this.turn(), this.#limits);
    const { groups, rest } = groupWaiting(this.#waiting, { textMax: 1_800, slots, sinceMs: 1 });
    let sent = 0;
    for (const { carrier } of groups) {
      const { client = null } = this.#waiting.find(({ send }) => send === carrier) ?? {};
      if (!this.#admits("released", client)) continue;
      this.#spend("released", client);
      sent += 1;
    }
    this.#waiting = this.#waiting.filter(({ send }) => rest.includes(send));
    assertEquals(sent, groups.length, "what is released leaves");
    return sent;
  }

  #admits(rank: SendRank, client: ClientId | null): boolean {
    const ledger = {
      lastInboundAtMs: 1,
      sendsSinceInbound: this.#limits.sendsPerInbound - this.#left,
      coolDownUntilMs: 0,
    };
    const admission = admit(ledger, { ...SEND_LIMITS, ...this.#limits }, 2);
    if (admission.kind === "defer") return false;
    return admitInTurn(this.turn(), { rank, client }, this.#limits) === "send";
  }

  #spend(rank: SendRank, client: ClientId | null): void {
    this.#left -= 1;
    if (rank === "hub") this.#hub += 1;
    if (rank === "push") this.#minor += 1;
    else if (client !== null) this.#heard.set(client, (this.#heard.get(client) ?? 0) + 1);
  }
}

Deno.test("whatever wants to leave, no message gets more answers than it may, and the end of a turn is never without one", () => {
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 60, size: "max" }), (given, steps) => {
      const conversation = new Conversation(given);
      // What is kept for the end is there once, unless the hub speaks more often than is kept for it.
      let hasEnded = false;
      let hubWords = 0;
      for (const one of steps) {
        switch (one.kind) {
          case "text":
            if (conversation.give(one.rank, one.by) && one.rank === "hub") hubWords += 1;
            break;
          case "inbound":
            conversation.inbound();
            hasEnded = false;
            hubWords = 0;
            break;
          case "end": {
            const { sendsPerInbound, keptForAnswer, keptForHub } = given;
            const isKept = keptForAnswer > 0 && sendsPerInbound > 1 &&
              hubWords <= Math.min(keptForHub, Math.max(0, sendsPerInbound - 1 - keptForAnswer));
            const mustSend = !hasEnded && conversation.waiting > 0 && isKept;
            const sent = conversation.end();
            assert(!mustSend || sent > 0, "the last text of the turn was kept back");
            hasEnded = true;
          }
        }
        assert(conversation.left >= 0, "more than the budget");
      }
    }),
    RUNS,
  );
});

Deno.test("who may leave unasked may leave when asked, and who may with few sends left may with more", () => {
  const rank = fc.constantFrom<SendRank>("hub", "reply", "push", "progress", "released");
  const client = fc.nat({ max: 2 }).map((id) => asId<ClientId>(id));
  const heard = fc.uniqueArray(client).map((all) => new Map(all.map((one) => [one, 1] as const)));
  const counts = fc.tuple(fc.nat({ max: 12 }), fc.nat({ max: 12 }), fc.nat({ max: 12 }));
  fc.assert(
    fc.property(limits, rank, client, heard, counts, (given, rank, answering, heard, counts) => {
      const [first, hub, minor] = counts;
      const client = rank === "push" ? SCRIPT : answering;
      const sendsSinceInbound = Math.min(first, given.sendsPerInbound);
      const turn: Turn = {
        ...{ hasOpenDelivery: true, lastInboundAtMs: 1, lastReplyAtMs: 1, sendsSinceInbound },
        ...{ hubSends: Math.min(hub, sendsSinceInbound), audience: CLIENTS, heard },
        ...{ minorSends: Math.min(minor, sendsSinceInbound), waiting: [sendOf(1)] },
      };
      const asked = admitInTurn(turn, { rank, client }, given) === "send";
      const left = given.sendsPerInbound - sendsSinceInbound;
      const others = rank === "push" ? CLIENTS.length : CLIENTS.length - 1;
      if (hasPlenty(left, { rank, others }, given)) assert(asked, "it may not when asked");
      if (!asked || sendsSinceInbound === 0) return;
      const richer = { ...turn, sendsSinceInbound: sendsSinceInbound - 1 };
      const poorOfHub = {
        ...richer,
        hubSends: Math.min(richer.hubSends, richer.sendsSinceInbound),
      };
      if (poorOfHub.hubSends === turn.hubSends) {
        assertEquals(admitInTurn(poorOfHub, { rank, client }, given), "send");
      }
    }),
    RUNS,
  );
});

Deno.test("what waits is put into as many sends as there may be, each text in one place, in order, the answer among them", () => {
  const one = fc.record({
    length: fc.constantFrom(1, 30, 90),
    isMedia: fc.boolean(),
    isFixed: fc.boolean(),
    isMinor: fc.boolean(),
    isOld: fc.boolean(),
  });
  const kept = fc.array(one, { maxLength: 20, size: "max" });
  fc.assert(
    fc.property(kept, fc.nat({ max: 6 }), (kept, slots) => {
      const waiting = kept.map(({ length, isMedia, isFixed, isMinor, isOld }, at) =>
        sendOf(at + 1, {
          ...{ isFixed, rank: isMinor ? "push" : "reply", plannedAtMs: isOld ? 1 : 2 },
          ...(isMedia
            ? { content: JSON.stringify({ item_list: [{ type: 2, image_item: {} }] }) }
            : { content: JSON.stringify(textContent(`<${at + 1}>`.padEnd(length, "x"))) }),
        })
      );
      const { groups, rest } = groupWaiting(waiting, { textMax: 100, slots, sinceMs: 2 });
      const members = groups.map(({ carrier, merged }) => [carrier, ...merged].map(Number));
      const all = [...members.flat(), ...rest.map(Number)];
      assertEquals(all.toSorted((a, b) => a - b), waiting.map(({ send }) => Number(send)));
      assert(groups.length <= slots, "more sends than there may be");
      assertEquals(members.flat(), members.flat().toSorted((a, b) => a - b));
      assertEquals(rest.map(Number), rest.map(Number).toSorted((a, b) => a - b));
      for (const [at, { content, merged }] of groups.entries()) {
        assertEquals(content === null, merged.length === 0);
        const numbers = [...(content ?? "").matchAll(/<(\d+)>/g)].map(([, text]) => Number(text));
        if (content !== null) assertEquals(numbers, members[at]);
        if (content !== null) assert(JSON.parse(content).item_list[0].text_item.text.length <= 100);
      }
      const newest = waiting.findLast(({ rank }) => rank === "reply");
      if (slots === 0 || newest?.plannedAtMs !== 2) return;
      assert(members.flat().includes(Number(newest.send)), "the answer is kept back");
    }),
    RUNS,
  );
});

Deno.test("a gate lets one try through after each wait, whatever answers come and however the clock moves", () => {
  const cool = { coolDownMs: 10, coolDownMaxMs: 100, suspectStreak: 3 };
  const event = fc.constantFrom<GateEvent>("queued", "hidden", "untold", "throttled");
  const moves = fc.array(fc.tuple(event, fc.constantFrom(0, 5, 10, 40, 100, -1_000)), {
    maxLength: 40,
    size: "max",
  });
  fc.assert(
    fc.property(moves, (moves) => {
      let gate = OPEN_GATE;
      let nowMs = 1_000_000;
      // The model: refusals and hidden ones in a row, and the end of the wait that the last of them began.
      let refusals = 0;
      let hidden = 0;
      let wait: { readonly fromMs: number; readonly untilMs: number } | null = null;
      for (const [event, ms] of moves) {
        nowMs += ms;
        const closed = closedBy(gate, { nowMs, ...cool });
        const isWaiting = wait !== null && nowMs < wait.untilMs && nowMs >= wait.fromMs;
        if (isWaiting) assertEquals(closed?.untilMs, wait?.untilMs);
        // A clock that was set back by less than the longest wait may make a wait longer, never than that.
        if (closed !== null) assert(closed.untilMs - nowMs <= cool.coolDownMaxMs);
        if (wait === null || nowMs >= wait.untilMs) assertEquals(closed, null);
        if (closed !== null) continue; // no call is made
        gate = gateAfter(gate, event, { limits: cool, nowMs });
        switch (event) {
          case "throttled": {
            const ms = Math.min(cool.coolDownMaxMs, cool.coolDownMs * 2 ** refusals++);
            wait = { fromMs: nowMs, untilMs: nowMs + ms };
            break;
          }
          case "hidden":
            refusals = 0;
            hidden += 1;
            wait = hidden >= cool.suspectStreak
              ? { fromMs: nowMs, untilMs: nowMs + cool.coolDownMaxMs }
              : null;
            break;
          case "queued":
            refusals = 0;
            hidden = 0;
            wait = null;
            break;
          case "untold":
            refusals = 0;
            wait = null;
        }
      }
    }),
    RUNS,
  );
});
