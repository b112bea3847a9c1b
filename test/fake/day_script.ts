/**
 * The simulated day as a script: 20 people on two accounts, three agents, and what goes wrong. It begins at 05:00 and ends at
 * 09:00 the next morning; times are milliseconds since 05:00, hours after midnight go on as 24, 25 ...
 */
import { fraction, type Random } from "../../src/lib/random.ts";
import type { SayPart } from "../../src/simulator/items.ts";
import type { Work } from "./day_agent.ts";
import type { DayOptions, DayWorld } from "./day_world.ts";
import { createFakeRandom } from "./fake_random.ts";

export interface DayEvent {
  readonly atMs: number;
  readonly act: (world: DayWorld) => void | Promise<void>;
}

export const FAULTS = [
  "unreachable",
  "duplicates",
  "kill",
  "throttle",
  "sleep",
  "losses",
  "dead_agent",
  "closed_window",
  "logout",
] as const;
export type FaultName = typeof FAULTS[number];

export interface DayFault {
  readonly name: FaultName;
  readonly fromMs: number;
  /** When its cause is over; the hub may need longer. */
  readonly toMs: number;
  /** The account that is struck; `null`: all. */
  readonly account: string | null;
  readonly begin: (world: DayWorld) => void | Promise<void>;
  readonly end?: (world: DayWorld) => void | Promise<void>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FIRST_HOUR = 5;
export const DAY_MS = 28 * HOUR;
/** So long the machine sleeps. */
const SLEEP_MS = 30 * MINUTE;

/** Milliseconds since the day's beginning, of a time such as "26:30". */
export function at(time: string): number {
  const [hour = 0, minute = 0, second = 0] = time.split(":").map(Number);
  return (hour - FIRST_HOUR) * HOUR + minute * MINUTE + second * 1_000;
}

const HOME = "home";
const SHOP = "shop";
export const PEOPLE = Array.from({ length: 20 }, (_, index) => personOf(index + 1));
/** The first twelve write to `home`. */
const HOME_PEOPLE = 12;

function personOf(number: number): string {
  return `p${String(number).padStart(2, "0")}@im.wechat`;
}

/** To which account the person of this number writes. */
export function accountOf(number: number): string {
  return number <= HOME_PEOPLE ? HOME : SHOP;
}

export const DAY: DayOptions = {
  startMs: Date.UTC(2026, 0, 5, FIRST_HOUR),
  accounts: {
    [HOME]: { owner: personOf(1), agent: "ann" },
    [SHOP]: { owner: personOf(HOME_PEOPLE + 1), agent: "carl" },
  },
  agents: { ann: workFast, bob: workSlowly, carl: workEvenly },
};

// ─── Agents ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

const JOB_MS = 30 * MINUTE;
const NIGHT_JOB_MS = 24 * HOUR + 50 * MINUTE;
const STEPS = 11;
const LINES = 42;

/** Answers within seconds, and has jobs that end when nobody is awake. */
async function workFast({ text, say, pause, later }: Work): Promise<void> {
  await pause(1_500);
  await say(`to "${text}"`);
  if (text.includes("remind")) later(JOB_MS, () => say("here is what you asked for"));
  if (!text.includes("nightly")) return;
  for (const part of ["backup", "report", "disk"]) {
    later(NIGHT_JOB_MS, () => say(`the nightly ${part} is done`));
  }
}

/** Works for minutes without a poll, tells each step, and ends with more than a message holds. */
async function workSlowly({ text, say, progress, pause }: Work): Promise<void> {
  await pause(20_000);
  for (let step = 1; step <= STEPS; step++) {
    await progress("shell");
    await say(`step ${step} of "${text}"`);
    await pause(15_000);
  }
  const code = Array.from({ length: LINES }, (_, line) => `  call(${line}); // `.padEnd(60, "x"));
  await say(["done:", "```ts", ...code, "```", `all of "${text}"`].join("\n"));
}

async function workEvenly({ text, say, pause }: Work): Promise<void> {
  await pause(4_000);
  await say(`to "${text}"`);
}

// ─── People ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Everything people write, in order. */
export function peopleEvents(): readonly DayEvent[] {
  const random = createFakeRandom(20);
  const events = [
    ...[1, 2, 13, 14].flatMap((number) => chatty(number, random)),
    ...[3, 4, 5, 15, 16, 17, 18].flatMap((number) => rare(number, random)),
    ...steps(6, ["25:00", "25:20", "25:50"], "awake"),
    ...steps(6, ["26:45"], "remind me"),
    ...steps(6, ["27:20", "27:40", "28:10"], "still awake"),
    ...flood(7),
    ...media(8),
    ...written(9, [["08:30", "/use bob"], ["08:32", "fix the build"], ["18:10", "and the docs"]]),
    ...written(9, [["21:30", "/use ann"], ["21:31", "thanks"]]),
    ...written(10, [["11:05", "@bob a question"], ["19:30", "@carl are you there"]]),
    ...written(10, [["20:10", "@ann is carl there"], ["20:11", "/status"]]),
    ...written(11, [["09:40", "/broadcast who is there"], ["17:10", "/broadcast and now"]]),
    ...written(12, [["10:40", "@bob look at this"]]),
    { atMs: at("16:20"), act: (world: DayWorld) => quoteBob(world, 12) },
    ...["09:05", "16:05", "24:10", "28:00"].map((time) => ({
      atMs: at(time),
      act: ({ push }: DayWorld) => push(`a notice at ${time}`),
    })),
    ...written(19, [["05:20", "@ann the nightly jobs please"]]),
    // Their answers come when something has just gone wrong.
    ...written(3, [["09:59:59", "p3 is quick"], ["10:03", "p3 is patient"]]),
    ...written(4, [["11:59:59", "p4 is quick"], ["12:01", "p4 is patient"]]),
    ...written(5, [["15:29:59", "p5 is quick"]]),
    ...written(20, [["15:05", "@bob explain it"], ["22:00", "@bob explain it again"]]),
    ...PEOPLE.flatMap((_, index) => morning(index + 1)),
  ];
  return events.toSorted((a, b) => a.atMs - b.atMs);
}

function written(number: number, lines: readonly (readonly [string, string])[]): DayEvent[] {
  return lines.map(([time, text]) => event(number, at(time), text));
}

function event(number: number, atMs: number, what: string | readonly SayPart[]): DayEvent {
  const said = typeof what === "string" ? what : { parts: what };
  return {
    atMs,
    act: ({ say, upstream }) => {
      const { owner } = DAY.accounts[accountOf(number)] ?? { owner: "" };
      upstream.simulator.addPerson({ id: personOf(number) });
      say({ person: personOf(number), bot: owner, what: said });
    },
  };
}

function chatty(number: number, random: Random): DayEvent[] {
  const events: DayEvent[] = [];
  for (let atMs = at("07:00"); atMs < at("23:00"); atMs += (10 + 20 * fraction(random)) * MINUTE) {
    events.push(event(number, Math.floor(atMs), `p${number} says ${events.length + 1}`));
  }
  return events;
}

function rare(number: number, random: Random): DayEvent[] {
  return [1, 2, 3].map((count) => {
    const atMs = at("08:00") + fraction(random) * 14 * HOUR;
    return event(number, Math.floor(atMs), `p${number} asks ${count}`);
  });
}

function steps(number: number, times: readonly string[], text: string): DayEvent[] {
  return times.map((time) => event(number, at(time), `p${number} ${text} at ${time}`));
}

function flood(number: number): DayEvent[] {
  return Array.from(
    { length: 60 },
    (_, second) => event(number, at("14:20") + second * 1_000, `p${number} floods ${second + 1}`),
  );
}

function media(number: number): DayEvent[] {
  const sent: readonly (readonly [string, SayPart])[] = [
    ["09:15", { kind: "image" }],
    ["12:30", { kind: "voice", transcript: `p${number} speaks` }],
    ["16:40", { kind: "file", name: "plan.pdf" }],
    ["20:15", { kind: "video" }],
  ];
  return sent.map(([time, part]) => event(number, at(time), [part]));
}

/** What bob said first is quoted, while ann is the one who is asked. */
function quoteBob({ say, upstream }: DayWorld, number: number): void {
  const quoted = upstream.simulator.sent().find(({ person, text }) =>
    person === personOf(number) && text.includes("step 1")
  );
  if (quoted === undefined) throw new Error("bob has said nothing to quote");
  say({
    person: personOf(number),
    bot: DAY.accounts[accountOf(number)]?.owner ?? "",
    what: {
      parts: [{ kind: "text", text: "what does that mean" }],
      quote: { wireId: quoted.wireId, style: "id" },
    },
  });
}

/** The next morning everybody writes, so that nothing waits any longer. */
function morning(number: number): DayEvent[] {
  return ["32:05", "32:20", "32:35"].map((time) =>
    event(number, at(time) + number * 1_000, `p${number} good morning ${time}`)
  );
}

// ─── What goes wrong ────────────────────────────────────────────────────────────────────────────────────────────────────

export const DAY_FAULTS: readonly DayFault[] = [
  {
    ...{ name: "unreachable", fromMs: at("10:00"), toMs: at("10:10"), account: null },
    begin({ upstream }) {
      upstream.isReachable = false;
    },
    end({ upstream }) {
      upstream.isReachable = true;
    },
  },
  {
    ...{ name: "duplicates", fromMs: at("11:00"), toMs: at("11:30"), account: null },
    begin: ({ upstream }) =>
      upstream.simulator.change({
        ...{ mode: "dup", repeatMessageId: "new", repeatContextToken: "new" } as const,
        ...{ repeatMinMs: 3_000, repeatMaxMs: 11_000 },
      }),
    end: ({ upstream }) => upstream.simulator.change({ mode: "tencent" }),
  },
  {
    ...{ name: "kill", fromMs: at("12:00"), toMs: at("12:02"), account: null },
    begin: ({ killHub }) => killHub(),
    end: ({ startHub }) => startHub(),
  },
  {
    ...{ name: "throttle", fromMs: at("13:00"), toMs: at("14:00"), account: HOME },
    begin({ upstream }) {
      upstream.simulator.addFault({
        endpoint: "sendmessage",
        act: { kind: "ret", processed: false, ret: -2, errmsg: "rate limited" },
        ...{ forMs: HOUR, bot: DAY.accounts[HOME]?.owner ?? "" },
      });
    },
  },
  {
    ...{ name: "sleep", fromMs: at("15:30"), toMs: at("15:30") + SLEEP_MS, account: null },
    begin: ({ clock }) => clock.jump(SLEEP_MS),
  },
  {
    ...{ name: "losses", fromMs: at("17:00"), toMs: at("17:30"), account: SHOP },
    begin({ upstream }) {
      upstream.simulator.addFault({
        endpoint: "sendmessage",
        act: { kind: "ret", processed: false, ret: 0 },
        ...{ forMs: 30 * MINUTE, bot: DAY.accounts[SHOP]?.owner ?? "" },
      });
    },
  },
  {
    ...{ name: "dead_agent", fromMs: at("19:00"), toMs: at("21:00"), account: null },
    begin: ({ agent }) => agent("carl").die(),
    end: ({ agent }) => agent("carl").revive(),
  },
  {
    // The message of 05:20 is 24 h old, and its answers come at 06:40 (the machine has slept).
    ...{ name: "closed_window", fromMs: at("30:30"), toMs: at("30:50"), account: SHOP },
    begin() {},
  },
  {
    ...{ name: "logout", fromMs: at("27:00"), toMs: at("31:30"), account: HOME },
    begin: ({ upstream }) => upstream.simulator.unbind(DAY.accounts[HOME]?.owner),
    end: ({ logIn }) => logIn(HOME),
  },
];

/** Plays the day. Gives how many sends waited at the end of each hour. */
export async function playDay(world: DayWorld): Promise<readonly number[]> {
  const { clock } = world;
  const deferred: number[] = [];
  const faults = DAY_FAULTS.flatMap(({ fromMs, toMs, begin, end }): DayEvent[] => [
    { atMs: fromMs, act: begin },
    ...(end === undefined ? [] : [{ atMs: toMs, act: end }]),
  ]);
  // Where both stand at the same time, what goes wrong does so first.
  const events = [...faults, ...peopleEvents(), ...hourEnds(deferred)]
    .toSorted((a, b) => a.atMs - b.atMs);
  const untilOf = (atMs: number) => Math.max(0, DAY.startMs + atMs - clock.now());
  for (const { atMs, act } of events) {
    await clock.advance(untilOf(atMs));
    await act(world);
  }
  await clock.advance(untilOf(DAY_MS));
  return deferred;
}

function hourEnds(deferred: number[]): DayEvent[] {
  return Array.from({ length: DAY_MS / HOUR }, (_, hour) => ({
    atMs: (hour + 1) * HOUR - 1,
    async act({ hub }) {
      const { sends } = await hub().store.counts();
      deferred.push(sends.deferred ?? 0);
    },
  }));
}
