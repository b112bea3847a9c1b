import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type DeliveryLife, liveThrough } from "../fake/delivery_life.ts";
import {
  checkAnswer,
  checkBudget,
  checkEnds,
  checkLogout,
  checkMerged,
  checkOrder,
  checkThrottle,
  isTaken,
  type Seen,
  sendsOf,
  writeText,
} from "../fake/delivery_model.ts";
import { OWNER } from "../fake/fake_upstream.ts";
import { runsOf } from "../fake/runs.ts";

type Happening =
  | { readonly kind: "say" | "poll"; readonly agent: number }
  | {
    readonly kind: "reply";
    readonly agent: number;
    readonly length: number;
    readonly times: number;
  }
  | { readonly kind: "pass" | "throttle" | "hide" | "cut"; readonly ms: number }
  | { readonly kind: "lose"; readonly times: number; readonly how: "reset" | "silence" }
  | { readonly kind: "sleep" | "set_clock"; readonly hours: number }
  | { readonly kind: "settle" | "repeat" | "ask_hub" | "log_out" | "log_in" | "restart" };

const AGENTS = ["ann", "bob"];
const WINDOW_MS = 1_200_000;
const SENDS = 10;
const KEPT_FOR_HUB = 1;
const THROTTLE = { coolDownMs: 10_000, coolDownMaxMs: 60_000, sendsPerInbound: SENDS };
const FLAGS = {
  "window-hours": String(WINDOW_MS / 3_600_000),
  "cool-down-seconds": "10",
  "cool-down-max-seconds": "60",
};
/** Some sends wait longer than so many messages of the person only if they wait for ever. */
const ROUNDS_MAX = 100;
/** After this every wait of the hub's is over: turns, cool-downs, backoffs, the look after a login. */
const SETTLED_MS = 150_000;

const agent = fc.nat({ max: AGENTS.length - 1 });
const ms = fc.constantFrom(1_000, 20_000, 200_000);

function one<const Kind extends Happening["kind"]>(weight: number, kind: Kind) {
  return { weight, arbitrary: fc.record({ kind: fc.constant(kind) }) as fc.Arbitrary<Happening> };
}

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant("reply" as const),
      agent,
      length: fc.constantFrom(10, 700, 1_700, 4_000),
      times: fc.constantFrom(1, 2, 6),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom("say", "poll"), agent }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms }) },
  one(3, "settle"),
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("throttle", "hide", "cut"), ms }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("lose"),
      times: fc.integer({ min: 1, max: 3 }),
      how: fc.constantFrom("reset", "silence"),
    }),
  },
  one(1, "log_out"),
  one(1, "log_in"),
  one(1, "repeat"),
  one(1, "ask_hub"),
  one(1, "restart"),
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("sleep", "set_clock"),
      hours: fc.constantFrom(8, -8),
    }),
  },
) as fc.Arbitrary<Happening>;

/** What happens to the hub, and what the person and the agents do meanwhile. */
class Play {
  readonly #life: DeliveryLife;
  readonly #saidAtMs: number[] = [];
  readonly #clockSetAtMs: number[] = [];
  readonly #wokeAtMs: number[] = [];
  readonly #breaches: string[] = [];
  /** When something happened after which the newest answer need not arrive at once. */
  readonly #troubledAtMs: number[] = [];
  #isLoggedIn = true;
  /** A clock that is ahead makes the person's message look old, and the window closed. */
  #isClockRight = true;
  #texts = 0;

  constructor(life: DeliveryLife) {
    this.#life = life;
  }

  async run(happenings: readonly Happening[]): Promise<string[]> {
    await this.#happen({ kind: "say", agent: 0 });
    for (const { poll } of this.#life.agents) poll();
    await this.#life.clock.advance(1_000);
    for (const given of happenings) await this.#happen(given);
    await this.#endWell();
    const seen = await this.#seen();
    return [
      ...this.#breaches,
      ...checkBudget(seen),
      ...checkThrottle(seen, THROTTLE),
      ...checkLogout(seen),
      ...checkEnds(seen),
      ...checkMerged(seen),
      ...checkOrder(seen),
    ];
  }

  async #happen(given: Happening): Promise<void> {
    const { clock, upstream, agents } = this.#life;
    const { simulator } = upstream;
    switch (given.kind) {
      case "say":
        this.#say(`@${AGENTS[given.agent]} go on`);
        break;
      case "ask_hub":
        this.#say("/list");
        break;
      case "poll":
        agents[given.agent]?.poll();
        break;
      case "reply":
        for (let time = 0; time < given.times; time++) {
          agents[given.agent]?.reply(writeText(++this.#texts, given.length));
        }
        break;
      case "pass":
        return await clock.advance(given.ms);
      case "settle":
        return await this.#settle();
      case "repeat":
        simulator.addFault({
          endpoint: "getupdates",
          act: { kind: "duplicate_batch", contextToken: "new" },
        });
        break;
      default:
        this.#troubledAtMs.push(clock.now());
        await this.#trouble(given);
        this.#troubledAtMs.push(clock.now());
    }
    await clock.advance(1_000);
  }

  async #trouble(given: Happening): Promise<void> {
    const life = this.#life;
    const { clock, upstream } = life;
    const { simulator } = upstream;
    switch (given.kind) {
      case "throttle":
        simulator.addFault({
          endpoint: "sendmessage",
          act: { kind: "ret", processed: false, ret: -2, errmsg: "rate limited" },
          forMs: given.ms,
        });
        break;
      case "hide":
        simulator.change({ sendAnswer: "ret" });
        await clock.advance(given.ms);
        simulator.change({ sendAnswer: "message_id" });
        break;
      case "cut":
        upstream.isReachable = false;
        await clock.advance(given.ms);
        upstream.isReachable = true;
        break;
      case "lose":
        simulator.addFault({
          endpoint: "sendmessage",
          act: { kind: given.how, processed: true },
          times: given.times,
        });
        break;
      case "sleep":
        life.sleep(Math.abs(given.hours) * 3_600_000);
        this.#wokeAtMs.push(clock.now());
        break;
      case "set_clock":
        life.setClock(given.hours * 3_600_000);
        this.#clockSetAtMs.push(clock.now());
        this.#isClockRight = false;
        break;
      case "log_out":
        simulator.unbind();
        this.#isLoggedIn = false;
        break;
      case "log_in":
        simulator.bind({ owner: OWNER });
        await life.logIn();
        this.#isLoggedIn = true;
        break;
      case "restart":
        await life.restart();
    }
  }

  #say(what: string): void {
    this.#saidAtMs.push(this.#life.clock.now());
    this.#life.upstream.simulator.say({ what });
  }

  /** All agents come back from their work, and all that the hub waits for passes. */
  async #settle(): Promise<void> {
    const { clock, upstream, agents, calls } = this.#life;
    for (const { poll } of agents) poll();
    await clock.advance(SETTLED_MS);
    const sinceMs = this.#saidAtMs.at(-1) ?? 0;
    const isOpen = clock.now() - sinceMs < WINDOW_MS;
    const hasRefusals = sendsOf(calls).some(({ atMs, answer }) =>
      atMs >= sinceMs && !isTaken(answer)
    );
    const isCalm = (this.#troubledAtMs.at(-1) ?? 0) + SETTLED_MS < sinceMs && this.#isLoggedIn &&
      this.#isClockRight && upstream.simulator.faults().length === 0;
    if (!isOpen || hasRefusals || !isCalm) return;
    const limits = { sinceMs, sendsForReplies: SENDS - KEPT_FOR_HUB };
    this.#breaches.push(...checkAnswer({ ...this.#sight(), calls }, limits));
  }

  /** Nothing goes wrong any more, and the person writes until nothing waits. */
  async #endWell(): Promise<void> {
    const { clock, upstream, setClock, logIn } = this.#life;
    upstream.simulator.clearFaults();
    upstream.simulator.change({ sendAnswer: "message_id" });
    upstream.isReachable = true;
    setClock(0);
    this.#clockSetAtMs.push(clock.now());
    upstream.simulator.bind({ owner: OWNER });
    await logIn();
    for (let round = 0; round < ROUNDS_MAX; round++) {
      await this.#happen({ kind: "say", agent: round % AGENTS.length });
      for (const { poll } of this.#life.agents) poll();
      await clock.advance(SETTLED_MS);
      const states = (await this.#life.traces()).flatMap(({ replies }) => replies);
      if (states.every(({ state }) => state !== "deferred" && state !== "planned")) break;
    }
  }

  #sight(): Pick<Seen, "bubbles" | "given"> {
    return {
      bubbles: this.#life.upstream.simulator.sent(),
      given: this.#life.agents.flatMap(({ given }) => given),
    };
  }

  async #seen(): Promise<Seen> {
    return {
      ...this.#sight(),
      calls: this.#life.calls,
      traces: await this.#life.traces(),
      saidAtMs: this.#saidAtMs,
      wokeAtMs: this.#wokeAtMs,
      troubledAtMs: this.#troubledAtMs,
      clockSetAtMs: this.#clockSetAtMs,
    };
  }
}

Deno.test("whatever happens, no budget is overspent, each reply has one end, and each text leaves once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 40, size: "max" }), async (happenings) => {
      const isMortal = happenings.some(({ kind }) => kind === "restart");
      const settings = { windowMs: WINDOW_MS };
      await liveThrough({ agents: AGENTS, flags: FLAGS, isMortal, settings }, async (life) => {
        assertEquals(await new Play(life).run(happenings), []);
      });
    }),
    runsOf(60),
  );
});
