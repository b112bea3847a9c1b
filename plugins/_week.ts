/**
 * Hours and days as they are written in rules, on the wall clock of a place. A day on which clocks are put forward or back
 * has the hours that its clocks show.
 */

const MINUTES_PER_DAY = 24 * 60;
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** What a clock on the wall shows. `day` counts from Monday, 0. */
export interface WallTime {
  readonly day: number;
  readonly minute: number;
}

/** From a minute of the day up to another, which it leaves out; over midnight when `to` is the smaller one. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Reads the wall clock of a time zone by its name, of this machine without one. Throws for a zone that there is not. */
export function createWallClock(timezone: string | undefined): (atMs: number) => WallTime {
  const format = new Intl.DateTimeFormat("en-US", {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: timezone,
  });
  return (atMs) => {
    const parts = format.formatToParts(atMs);
    const partOf = (wanted: string) => parts.find(({ type }) => type === wanted)?.value ?? "";
    return {
      day: DAYS.indexOf(partOf("weekday").toLowerCase()),
      minute: Number(partOf("hour")) * 60 + Number(partOf("minute")),
    };
  };
}

/** Reads "09:00-18:00" or "22:00-07:00". Throws with what is wanted. */
export function readSpan(written: string): Span {
  const [_, ...digits] = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(written) ?? [];
  const [fromHour = 99, fromMinute = 0, toHour = 99, toMinute = 0] = digits.map(Number);
  const from = fromHour * 60 + fromMinute;
  const to = toHour * 60 + toMinute;
  const isTime = fromMinute < 60 && toMinute < 60 && from < MINUTES_PER_DAY &&
    to <= MINUTES_PER_DAY;
  if (isTime && from !== to) return { from, to };
  throw new Error(`want two times of day such as "09:00-18:00" or "22:00-07:00"`);
}

/** Reads "sat" or "mon-fri" as the days' numbers. Throws with what is wanted. */
export function readDays(written: string): number[] {
  const [first = -1, last = first, ...more] = written.toLowerCase().split("-")
    .map((word) => DAYS.indexOf(word));
  if (first < 0 || last < 0 || more.length > 0) {
    throw new Error(`want days such as "sat" or "mon-fri", of ${DAYS.join(", ")}`);
  }
  return DAYS.map((_, ahead) => (first + ahead) % 7).slice(0, (last - first + 7) % 7 + 1);
}

/** Whether the time is within a span that begins on one of the days: the night from Friday to Saturday is Friday's. */
export function isWithin(
  { day, minute }: WallTime,
  { spans, days }: { readonly spans: readonly Span[]; readonly days: readonly number[] },
): boolean {
  const dayBefore = (day + 6) % 7;
  return spans.some(({ from, to }) => {
    if (from < to) return days.includes(day) && minute >= from && minute < to;
    return minute >= from ? days.includes(day) : minute < to && days.includes(dayBefore);
  });
}
