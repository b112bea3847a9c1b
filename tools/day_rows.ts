/** What a simulated day comes to, as numbers: hour by hour, and for each thing that went wrong. */
import { type Books, carrierOf, repliesOf, type SendRow } from "../test/fake/day_books.ts";
import { accountOf, DAY, DAY_FAULTS, DAY_MS, type DayFault } from "../test/fake/day_script.ts";
import type { CallSeen, NoticeSeen, PushSeen } from "../test/fake/day_world.ts";
import type { MessageTrace, ReplyTrace } from "../src/store/trace.ts";

export interface HourRow {
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly begun: readonly DayFault[];
  readonly ended: readonly DayFault[];
  readonly messages: number;
  readonly repeats: number;
  readonly delivered: number;
  readonly answers: number;
  readonly calls: number;
  readonly shown: number;
  readonly merged: number;
  /** Sends that waited at the hour's end. */
  readonly waiting: number;
  readonly notices: readonly NoticeSeen[];
}

export interface FaultRow {
  readonly fault: DayFault;
  readonly messages: number;
  readonly repeats: number;
  /** The longest time from a person's pen to an agent's hand; `null`: no agent was asked. */
  readonly deliveredMs: number | null;
  readonly answers: number;
  /** Answers seen within a minute, later, and never. */
  readonly soon: number;
  readonly late: number;
  readonly hidden: number;
  readonly latestMs: number;
  /** Bubbles with the hub's own words. */
  readonly hubWords: number;
  /** What agents were told, each with how often. */
  readonly told: ReadonlyMap<string, number>;
  readonly pushes: readonly PushSeen[];
  readonly calls: number;
  readonly notices: readonly NoticeSeen[];
}

/** The script's notices are for its owner. */
const [PUSHED_TO = ""] = Object.keys(DAY.accounts);
const HOUR_MS = 3_600_000;
/** What agents and scripts write has one at its end. */
const MARK = /r\d{4}z/;
const SOON_MS = 60_000;
/** So long after a fault what the owner is told still belongs to it. */
const AFTERMATH_MS = 75 * 60_000;

export function hourRows(books: Books, waiting: readonly number[]): readonly HourRow[] {
  const { messages, shown, calls, notices } = books;
  const replies = repliesOf(books).filter(({ text }) => text !== "");
  const { sends } = books;
  return Array.from({ length: DAY_MS / HOUR_MS }, (_, hour) => {
    const fromMs = DAY.startMs + hour * HOUR_MS;
    const isIn = (atMs: number | null) =>
      atMs !== null && atMs >= fromMs && atMs < fromMs + HOUR_MS;
    const isInDay = (atMs: number) => isIn(DAY.startMs + atMs);
    const received = messages.filter(({ receivedAtMs }) => isIn(receivedAtMs));
    const deliveries = messages.flatMap(({ deliveries }) => deliveries);
    return {
      fromMs,
      begun: DAY_FAULTS.filter((fault) => isInDay(fault.fromMs)),
      ended: DAY_FAULTS.filter((fault) => isInDay(fault.toMs)),
      messages: received.filter(({ duplicateOf }) => duplicateOf === null).length,
      repeats: received.filter(({ duplicateOf }) => duplicateOf !== null).length,
      delivered: deliveries.filter(({ acknowledgedAtMs }) => isIn(acknowledgedAtMs)).length,
      answers: replies.filter(({ acceptedAtMs }) => isIn(acceptedAtMs)).length,
      calls: calls.filter(({ atMs }) => isIn(atMs)).length,
      shown: shown.filter(({ atMs }) => isIn(atMs)).length,
      merged: sends.filter(({ state, endedAtMs }) => state === "merged" && isIn(endedAtMs)).length,
      waiting: waiting[hour] ?? 0,
      notices: notices.filter(({ atMs }) => isIn(atMs)),
    };
  });
}

export function faultRows(books: Books): readonly FaultRow[] {
  const sends = new Map(books.sends.map((send) => [send.id, send]));
  const seenAtMs = new Map(books.shown.map(({ wireId, atMs }) => [wireId, atMs]));
  return DAY_FAULTS.map((fault) => faultRow(books, { fault, sends, seenAtMs }));
}

function faultRow(
  { messages, written, shown, calls, notices, agents, pushes }: Books,
  { fault, sends, seenAtMs }: {
    readonly fault: DayFault;
    readonly sends: ReadonlyMap<number, SendRow>;
    readonly seenAtMs: ReadonlyMap<string, number>;
  },
): FaultRow {
  const fromMs = DAY.startMs + fault.fromMs;
  const toMs = DAY.startMs + fault.toMs;
  const isIn = (atMs: number) => atMs >= fromMs && atMs < toMs;
  const isOf = (account: string) => fault.account === null || account === fault.account;
  const struck = messages.filter(({ account }) => isOf(account));
  const penned = new Map(written.map(({ text, atMs }) => [text, atMs]));
  const pennedAtMs = ({ text, receivedAtMs }: MessageTrace) => penned.get(text) ?? receivedAtMs;
  const asked = struck.filter((one) => isIn(pennedAtMs(one)));
  const replies = struck.flatMap((one) => one.replies).filter(({ text, acceptedAtMs }) =>
    text !== "" && acceptedAtMs >= fromMs && acceptedAtMs < toMs + SOON_MS
  );
  const delays = replies.flatMap((reply) => delayOf(reply, sends, seenAtMs));
  const known = delays.filter((delay) => delay !== null);
  return {
    fault,
    messages: asked.filter(({ duplicateOf }) => duplicateOf === null).length,
    repeats: asked.filter(({ duplicateOf }) => duplicateOf !== null).length,
    deliveredMs: longestDelivery(asked, pennedAtMs),
    answers: replies.length,
    soon: known.filter((delay) => delay < SOON_MS).length,
    late: known.filter((delay) => delay >= SOON_MS).length,
    hidden: delays.length - known.length,
    latestMs: Math.max(0, ...known),
    hubWords:
      shown.filter(({ text, person, atMs }) =>
        isIn(atMs) && !MARK.test(text) && isOf(accountOf(Number(person.slice(1, 3))))
      ).length,
    told: countBy(
      agents.flatMap(({ told }) => told).filter(({ mark }) =>
        replies.some(({ text }) => text.startsWith(mark))
      ).map(({ ret }) => ret),
    ),
    pushes: pushes.filter(({ atMs }) => isIn(atMs) && isOf(PUSHED_TO)),
    calls: countCalls(calls, { isIn, isOf }),
    notices: notices.filter(({ atMs, subject }) =>
      atMs >= fromMs && atMs < toMs + AFTERMATH_MS &&
      (fault.account === null ? !(subject in DAY.accounts) : subject === fault.account)
    ),
  };
}

/** How long after its acceptance the last of a reply was seen; `null`: never. */
function delayOf(
  reply: ReplyTrace,
  sends: ReadonlyMap<number, SendRow>,
  seenAtMs: ReadonlyMap<string, number>,
): number | null {
  const seen = reply.sends.map((send) => seenAtMs.get(carrierOf(send, sends)?.wireId ?? ""));
  const times = seen.filter((atMs) => atMs !== undefined);
  return times.length < seen.length ? null : Math.max(...times) - reply.acceptedAtMs;
}

function longestDelivery(
  messages: readonly MessageTrace[],
  pennedAtMs: (message: MessageTrace) => number,
): number | null {
  const waits = messages.flatMap((message) =>
    message.deliveries.map(({ acknowledgedAtMs }) =>
      (acknowledgedAtMs ?? Infinity) - pennedAtMs(message)
    )
  );
  return waits.length === 0 ? null : Math.max(...waits);
}

function countCalls(
  calls: readonly CallSeen[],
  { isIn, isOf }: {
    readonly isIn: (atMs: number) => boolean;
    readonly isOf: (account: string) => boolean;
  },
): number {
  return calls.filter(({ atMs, account }) => isIn(atMs) && isOf(account)).length;
}

function countBy(words: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));
}
