import { assertEquals, assertThrows } from "@std/assert";
import { createWallClock, isWithin, readDays, readSpan } from "../../../plugins/_week.ts";

/** Whether the rule holds at a moment, given as in "2026-01-05T09:00Z". */
function holds(
  { zone, hours, days = "mon-sun" }: {
    readonly zone: string;
    readonly hours: string;
    readonly days?: string;
  },
  moment: string,
): boolean {
  const within = { spans: [readSpan(hours)], days: readDays(days) };
  return isWithin(createWallClock(zone)(Date.parse(moment)), within);
}

Deno.test("a span holds from its first minute up to its last", () => {
  const zone = "Asia/Shanghai";
  for (
    const [hours, moment, expected] of [
      ["09:00-18:00", "2026-01-05T00:59Z", false],
      ["09:00-18:00", "2026-01-05T01:00Z", true],
      ["09:00-18:00", "2026-01-05T09:59:59Z", true],
      ["09:00-18:00", "2026-01-05T10:00Z", false],
      ["22:00-07:00", "2026-01-05T14:00Z", true],
      ["22:00-07:00", "2026-01-05T22:59Z", true],
      ["22:00-07:00", "2026-01-05T23:00Z", false],
      ["00:00-24:00", "2026-01-05T15:59Z", true],
      ["18:00-24:00", "2026-01-05T16:00Z", false],
    ] as const
  ) assertEquals(holds({ zone, hours }, moment), expected, `${hours} at ${moment}`);
});

Deno.test("the day is the one on the wall, not the one of UTC", () => {
  const monday = { hours: "00:00-24:00", days: "mon" };
  // Monday in Shanghai begins while it is Sunday in UTC; in Los Angeles it ends when UTC has Tuesday.
  assertEquals(holds({ zone: "Asia/Shanghai", ...monday }, "2026-01-04T16:00Z"), true);
  assertEquals(holds({ zone: "Asia/Shanghai", ...monday }, "2026-01-05T16:00Z"), false);
  assertEquals(holds({ zone: "America/Los_Angeles", ...monday }, "2026-01-06T07:59Z"), true);
});

Deno.test("a night belongs to the day on which it begins", () => {
  const night = { zone: "UTC", hours: "22:00-07:00", days: "fri" };
  assertEquals(holds(night, "2026-01-09T23:00Z"), true); // Friday evening
  assertEquals(holds(night, "2026-01-10T06:59Z"), true); // the morning after
  assertEquals(holds(night, "2026-01-09T06:00Z"), false); // Thursday's night
  assertEquals(holds(night, "2026-01-10T23:00Z"), false); // Saturday's night
  assertEquals(holds({ ...night, days: "sun" }, "2026-01-12T03:00Z"), true); // over the week's end
});

Deno.test("where clocks are put forward the hours are those that the clocks show", () => {
  const zone = "Europe/Berlin"; // 2026-03-29: 01:59 is followed by 03:00
  const hour = { zone, hours: "02:00-03:00" };
  for (let minute = 0; minute < 180; minute++) {
    const moment = new Date(Date.parse("2026-03-29T00:00Z") + minute * 60_000).toISOString();
    assertEquals(holds(hour, moment), false, moment);
  }
  assertEquals(holds({ zone, hours: "09:00-17:00" }, "2026-03-28T08:00Z"), true);
  assertEquals(holds({ zone, hours: "09:00-17:00" }, "2026-03-29T07:00Z"), true);
  assertEquals(holds({ zone, hours: "09:00-17:00" }, "2026-03-29T15:00Z"), false);
});

Deno.test("where clocks are put back an hour holds twice", () => {
  const hour = { zone: "America/New_York", hours: "01:00-02:00", days: "sun" };
  const moments = ["04:59", "05:00", "05:59", "06:00", "06:59", "07:00"];
  assertEquals(
    moments.map((time) => holds(hour, `2026-11-01T${time}Z`)),
    [false, true, true, true, true, false],
  );
});

Deno.test("days are read one by one and in ranges, over the week's end too", () => {
  assertEquals(readDays("mon"), [0]);
  assertEquals(readDays("mon-fri"), [0, 1, 2, 3, 4]);
  assertEquals(readDays("Fri-Mon"), [4, 5, 6, 0]);
  assertEquals(readDays("sun-sun"), [6]);
  assertEquals(readDays("mon-sun"), [0, 1, 2, 3, 4, 5, 6]);
  for (const wrong of ["", "monday", "mon-", "mon-fri-sun", "周一"]) {
    assertThrows(() => readDays(wrong), Error, `want days such as "sat" or "mon-fri"`);
  }
});

Deno.test("what is no span is refused", () => {
  for (
    const wrong of ["9-18", "09:00", "09:60-10:00", "24:00-07:00", "09:00-24:01", "09:00-09:00"]
  ) {
    assertThrows(() => readSpan(wrong), Error, "want two times of day");
  }
});
