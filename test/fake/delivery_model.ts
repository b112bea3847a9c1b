/**
 * What must hold of everything a hub sent, told without looking into it: from what WeChat saw, what the agents gave, and what
 * the traces say. Each check gives its breaches as sentences.
 *
 * The order of texts, as promised: what one client gave stands in one bubble in the order given, and one bubble after the
 * other, except that
 * - what was kept back when the hub heard of the person again leaves as a digest, oldest first, after what is given later or was
 *   on its way then, be it that an outage or the lack of a login held that up,
 * - of what is more than a turn still holds, the newest text of that turn leaves, with what fits into the bubble in front of it,
 *   and what is older waits for the person, and
 * - what fell due while the machine slept may let what is given in the next seconds pass, and
 * - from when the hub's clock is set until the hub hears of the person again, it does not know which turn a text is of.
 */
import type { SendState } from "../../src/core/lifecycle.ts";
import { LIMITS } from "../../src/core/limits.ts";
import type { RequestRecord } from "../../src/simulator/exchange.ts";
import type { MessageTrace, ReplyTrace, SendTrace } from "../../src/store/trace.ts";
import type { Given } from "./delivery_life.ts";

export interface Seen {
  /** As WeChat counted them, oldest first. */
  readonly calls: readonly RequestRecord[];
  readonly given: readonly Given[];
  readonly traces: readonly MessageTrace[];
  /** What arrived at the person. */
  readonly bubbles: readonly Bubble[];
  /** When the person wrote; the hub may hear of it later. */
  readonly saidAtMs: readonly number[];
  /** When anything went wrong or right again: what was decided before may leave long after. */
  readonly troubledAtMs: readonly number[];
  /** When the machine had slept: what fell due meanwhile is looked for within some seconds. */
  readonly wokeAtMs: readonly number[];
  /** When the hub's wall clock was set by hand: no wait that it counts holds over it. */
  readonly clockSetAtMs: readonly number[];
}

export interface Bubble {
  readonly atMs: number;
  readonly text: string;
}

export interface Throttle {
  readonly coolDownMs: number;
  readonly coolDownMaxMs: number;
  readonly sendsPerInbound: number;
}

/** Text number `number` of so many characters; each of its paragraphs can be told from all others. */
export function writeText(number: number, length: number): string {
  const paragraphs = Math.ceil(length / PARAGRAPH);
  return Array.from(
    { length: paragraphs },
    (_, at) =>
      `(${number}.${at + 1}) `.padEnd(Math.min(PARAGRAPH, length - at * PARAGRAPH - 2), "x"),
  ).join("\n\n");
}

const PARAGRAPH = 400;

interface Mark {
  readonly number: number;
  readonly paragraph: number;
}

export function marksOf(text: string): Mark[] {
  return [...text.matchAll(/\((\d+)\.(\d+)\)/g)]
    .map(([, number, paragraph]) => ({ number: Number(number), paragraph: Number(paragraph) }));
}

export function numbersOf(text: string): number[] {
  return marksOf(text).map(({ number }) => number);
}

/**
 * WeChat refused nothing for its budget: by its own count, whatever was lost, repeated or renewed. While the hub's clock is
 * wrong by hours it cannot tell which sends were made before a message was written that it hears of late.
 */
export function checkBudget({ calls, clockSetAtMs }: Seen): string[] {
  const wrongFromMs = clockSetAtMs.length > 1 ? clockSetAtMs[0] ?? Infinity : Infinity;
  return sendsOf(calls)
    .filter(({ atMs, fault, answer }) =>
      atMs < wrongFromMs && fault === "" && answer.includes('"ret":-2')
    )
    .map(({ atMs }) => `a send at ${atMs} was more than WeChat's budget`);
}

/**
 * After each refusal for a throttle the account is silent for its wait, twice as long each time; then one send is tried. That
 * of the last answer to a message may be for the budget, whatever WeChat calls it: the person's next message is answered.
 */
export function checkThrottle(
  seen: Seen,
  { coolDownMs, coolDownMaxMs, sendsPerInbound }: Throttle,
): string[] {
  const breaches: string[] = [];
  const heardAtMs = heardIn(seen);
  let untilMs = 0;
  let waits = 0;
  let lastMs = 0;
  const sends = sendsOf(seen.calls);
  for (const [at, { atMs, answeredAtMs, answer }] of sends.entries()) {
    const setMs = seen.clockSetAtMs.findLast((ms) => ms <= atMs) ?? Infinity;
    const sendsSince = (times: readonly number[]) => {
      const sinceMs = times.findLast((ms) => ms < atMs) ?? 0;
      return sends.slice(0, at + 1).filter((send) => send.atMs >= sinceMs).length;
    };
    // What the person wrote may not have been heard yet, and what was sent before the clock was set may seem to be of this turn.
    const inTurn = Math.max(
      ...[seen.saidAtMs, heardAtMs].map(sendsSince),
      setMs === Infinity ? 0 : sendsSince(seen.saidAtMs.filter((ms) => ms < setMs)),
    );
    const isClockSet = seen.clockSetAtMs.some((ms) => ms >= lastMs && ms <= atMs);
    if (atMs < untilMs && !isClockSet) {
      breaches.push(`a send at ${atMs} within a wait until ${untilMs}`);
    }
    lastMs = atMs;
    if (answer.includes("rate limited") && inTurn < sendsPerInbound) {
      untilMs = (answeredAtMs ?? atMs) + Math.min(coolDownMaxMs, coolDownMs * 2 ** waits);
      waits += 1;
    } else if (isTaken(answer)) {
      untilMs = 0;
      waits = 0;
    }
  }
  return breaches;
}

/** Once WeChat has said that the login is over, nobody asks with it any more. */
export function checkLogout({ calls }: Seen): string[] {
  const deadAtMs = new Map<string, number>();
  const breaches: string[] = [];
  for (const { atMs, answeredAtMs, answer, headers, endpoint } of calls) {
    const token = String(headers["authorization"]);
    const sinceMs = deadAtMs.get(token);
    if (sinceMs !== undefined && atMs > sinceMs) breaches.push(`${endpoint} at ${atMs} after -14`);
    if (answer.includes("-14") && sinceMs === undefined) {
      deadAtMs.set(token, answeredAtMs ?? atMs);
    }
  }
  return breaches;
}

/** What is promised of a text in each state in which a reply may end: how often the person sees it. */
const TIMES: Readonly<Partial<Record<SendState, readonly [number, number]>>> = {
  sent: [1, 1],
  merged: [1, 1],
  unconfirmed: [1, 1],
  suspect: [1, 1],
  unknown: [0, 1],
  refused: [0, 0],
  expired: [0, 0],
};

/** Each accepted reply is there once, has ended, and each of its paragraphs was seen as often as its end says. */
export function checkEnds(seen: Seen): string[] {
  const breaches: string[] = [];
  const counts = new Map<string, number>();
  for (const { number, paragraph } of seen.bubbles.flatMap(({ text }) => marksOf(text))) {
    const key = `${number}.${paragraph}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const replies = repliesOf(seen);
  for (const { text, ret } of seen.given) {
    const [mark] = marksOf(text);
    const found = replies.filter((reply) => marksOf(reply.text)[0]?.number === mark?.number);
    if (ret !== "0") breaches.push(`text ${mark?.number} was answered with ${ret}`);
    if (found.length !== 1) breaches.push(`text ${mark?.number} is ${found.length} replies`);
  }
  for (const reply of replies) {
    const { number = 0 } = marksOf(reply.text)[0] ?? {};
    const times = TIMES[reply.state as SendState];
    if (times === undefined) {
      breaches.push(`text ${number} rests as ${reply.state}: ${reply.sends[0]?.reason}`);
      continue;
    }
    // Of a reply in several sends each part has an end of its own; the least settled one speaks for all.
    const isOneSend = reply.sends.length === 1;
    const [least, most] = isOneSend || reply.state === "sent" ? times : [0, 1];
    const tries = Math.max(1, ...reply.sends.map(({ attempts }) => attempts));
    const isRepeat = reply.sends.some((send) => send.isRepeat);
    for (const { paragraph } of marksOf(reply.text)) {
      const count = counts.get(`${number}.${paragraph}`) ?? 0;
      if (count < least || count > (isRepeat ? tries : most)) {
        breaches.push(`paragraph ${number}.${paragraph} (${reply.state}) was seen ${count} times`);
      }
    }
  }
  return breaches;
}

/** What is said to have gone out with another send stands in that send, and that one has ended. */
export function checkMerged(seen: Seen): string[] {
  const sends = new Map<number, SendTrace>();
  for (const send of repliesOf(seen).flatMap((reply) => reply.sends)) sends.set(send.id, send);
  const breaches: string[] = [];
  for (const send of sends.values()) {
    if (send.state !== "merged") continue;
    const [, into] = /^into: (\d+)$/.exec(send.reason) ?? [];
    const carrier = sends.get(Number(into));
    if (carrier === undefined) breaches.push(`send ${send.id} is merged "${send.reason}"`);
    else if (!marksOf(send.text).every((mark) => hasMark(carrier.text, mark))) {
      breaches.push(`send ${send.id} does not stand in send ${into}`);
    }
  }
  return breaches;
}

/** See the top. */
export function checkOrder(seen: Seen): string[] {
  const { bubbles, wokeAtMs } = seen;
  const heardAtMs = heardIn(seen);
  const lostAtMs = sendsOf(seen.calls).filter(({ fault }) => LOST.includes(fault))
    .map(({ answeredAtMs, atMs }) => answeredAtMs ?? atMs);
  const breaches: string[] = [];
  const replies = repliesOf(seen);
  const places = new Map(replies.map((reply) => [marksOf(reply.text)[0]?.number ?? 0, reply]));
  const givenAtMs = new Map(seen.given.map(({ text, atMs }) => [numbersOf(text)[0] ?? 0, atMs]));
  const shown = bubbles.flatMap(({ text, atMs }, bubble) =>
    marksOf(text).flatMap((mark) => {
      const reply = places.get(mark.number);
      return reply === undefined ? [] : [{ ...mark, reply, bubble, atMs }];
    })
  );
  const turnAt = (ms: number) => heardAtMs.filter((heardMs) => heardMs <= ms).length;
  const hasSaid = (fromMs: number, toMs: number) =>
    seen.saidAtMs.some((ms) => ms > fromMs && ms <= toMs);
  const isBefore = (a: typeof shown[number], b: typeof shown[number]) =>
    a.reply.id < b.reply.id || (a.reply.id === b.reply.id && a.paragraph < b.paragraph);
  for (const [at, late] of shown.entries()) {
    for (const early of shown.slice(0, at)) {
      if (early.reply.client !== late.reply.client || !isBefore(late, early)) continue;
      const text = `text ${late.number} after text ${early.number}`;
      if (early.bubble === late.bubble) breaches.push(`${text} in one bubble`);
      const lateGivenMs = givenAtMs.get(late.number) ?? 0;
      if (wokeAtMs.some((ms) => ms <= early.atMs && early.atMs - ms < SAME_MOMENT_MS)) continue;
      // Until the hub hears of the person again it cannot tell what was given after the last message from what was before.
      const setMs = seen.clockSetAtMs.findLast((ms) => ms <= early.atMs) ?? null;
      const isToldApart = setMs === null || heardAtMs.some((ms) => ms > setMs && ms <= lateGivenMs);
      if (!isToldApart) continue;
      // Turns are counted by what the hub had heard of the person; what it hears late was written earlier.
      const turn = turnAt(lateGivenMs);
      const together = numbersOf(bubbles[early.bubble]?.text ?? "");
      const earlyGivenMs = Math.max(...together.map((number) => givenAtMs.get(number) ?? 0));
      if (turn < turnAt(earlyGivenMs) || hasSaid(lateGivenMs, earlyGivenMs)) continue;
      // It was on its way, not kept back, when the person wrote; where something was wrong that may have taken long.
      const isTroubled = (untilMs: number) =>
        seen.troubledAtMs.some((ms) => ms >= earlyGivenMs && ms <= untilMs);
      const isOnItsWay = heardAtMs.some((ms) =>
        ms >= Math.max(lateGivenMs, earlyGivenMs) &&
        (ms - earlyGivenMs < SAME_MOMENT_MS || (ms <= early.atMs && isTroubled(ms)))
      );
      if (isOnItsWay) continue;
      const ownGiven = seen.given.filter(({ agent }) => agent === late.reply.client);
      const newest = newestGiven(ownGiven, early.atMs - SAME_MOMENT_MS);
      const isDelayed = isTroubled(early.atMs) ||
        lostAtMs.some((ms) => ms >= earlyGivenMs - BACKOFF_MS && ms <= early.atMs);
      const isOfTurn = turnAt(early.atMs) === turn || !hasSaid(earlyGivenMs, early.atMs);
      const isAnswer = isOfTurn &&
        (newest === null || isDelayed || earlyGivenMs >= newest.atMs);
      if (!isAnswer) breaches.push(`${text}, which nobody asked for`);
    }
  }
  return [...new Set(breaches)];
}

/** When the hub heard of the person. */
function heardIn({ calls }: Seen): number[] {
  return calls.filter(({ answer }) => answer.includes('"msgs":[{'))
    .map(({ answeredAtMs, atMs }) => answeredAtMs ?? atMs);
}

/** The faults of calls whose answer was lost; the next call may wait so long. */
const LOST = ["reset", "silence"];
const BACKOFF_MS = LIMITS.upstreamBackoffMaxMs;

/** Deciding, pacing and putting together take so long at most. */
const SAME_MOMENT_MS = 15_000;

/**
 * At the end of a turn in which WeChat took everything: the newest text is among what the person sees, or the turn had no send
 * left when it came, and the last one carried what was newest then.
 */
export function checkAnswer(
  seen: Pick<Seen, "bubbles" | "given" | "calls">,
  { sinceMs, sendsForReplies }: { readonly sinceMs: number; readonly sendsForReplies: number },
): string[] {
  const given = seen.given.filter(({ atMs }) => atMs >= sinceMs);
  const newest = given.toSorted((a, b) => a.atMs - b.atMs).at(-1);
  if (newest === undefined) return [];
  const bubbles = seen.bubbles.filter(({ atMs }) => atMs >= sinceMs);
  const marks = bubbles.flatMap((bubble) => marksOf(bubble.text));
  // Of an answer in several parts the first is what there may be room for.
  const isShown = ({ text }: Given) => {
    const [first] = marksOf(text);
    return marks.some((mark) =>
      mark.number === first?.number && mark.paragraph === first.paragraph
    );
  };
  if (isShown(newest)) return [];
  const calls = sendsOf(seen.calls).filter(({ atMs }) => atMs >= sinceMs);
  const number = numbersOf(newest.text)[0];
  if (calls.length < sendsForReplies) {
    return [`the answer ${number} is kept back although ${calls.length} sends were made`];
  }
  const last = bubbles.at(-1);
  const newestThen = newestGiven(given, (last?.atMs ?? 0) - SAME_MOMENT_MS);
  return newestThen === null || isShown(newestThen)
    ? []
    : [`the last send of the turn left out ${numbersOf(newestThen.text)[0]}`];
}

function newestGiven(given: readonly Given[], beforeMs: number): Given | null {
  return given.filter(({ atMs }) => atMs <= beforeMs).toSorted((a, b) => a.atMs - b.atMs).at(-1) ??
    null;
}

function hasMark(text: string, { number, paragraph }: Mark): boolean {
  return marksOf(text).some((mark) => mark.number === number && mark.paragraph === paragraph);
}

function repliesOf({ traces }: Pick<Seen, "traces">): ReplyTrace[] {
  return traces.flatMap(({ replies }) => replies).toSorted((a, b) => a.id - b.id);
}

export function sendsOf(calls: readonly RequestRecord[]): RequestRecord[] {
  return calls.filter(({ endpoint }) => endpoint === "sendmessage")
    .toSorted((a, b) => a.order - b.order);
}

/** Whether WeChat took the send and the hub could read so. */
export function isTaken(answer: string): boolean {
  return answer.includes("message_id") || answer.includes('"ret":0') || answer === "{}";
}
