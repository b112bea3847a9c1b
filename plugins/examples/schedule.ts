/**
 * Another agent by night. Configuration, every member optional:
 * `{ "from": "22:00", "to": "07:00", "timezone": "Asia/Shanghai", "agents": ["nightwatch", "claude"] }`
 */
import type { Json, Plugin } from "ilink-hub/plugin";

interface Config {
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
  readonly agents: readonly [string, ...string[]];
}

function configure(raw: Json): Config {
  const given = raw !== null && typeof raw === "object" && !Array.isArray(raw) ? raw : {};
  const { from = "22:00", to = "07:00", timezone = "Asia/Shanghai", agents } = given;
  for (const time of [from, to]) {
    if (typeof time === "string" && /^([01]\d|2[0-3]):[0-5]\d$/.test(time)) continue;
    throw new Error(`A time is ${JSON.stringify(time)}, want 00:00 to 23:59`);
  }
  const [first = "nightwatch", ...others] = Array.isArray(agents) ? agents.map(String) : [];
  clockAt(0, String(timezone)); // throws for a time zone that there is not
  return {
    from: String(from),
    to: String(to),
    timezone: String(timezone),
    agents: [first, ...others],
  };
}

/** The time of day as "23:59"; such texts compare like times. */
function clockAt(atMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" })
    .format(atMs);
}

const plugin: Plugin<Config> = {
  manifest: { id: "schedule", api: 1, version: "1.0.0" },
  configure,
  route(_message, { config: { from, to, timezone, agents }, nowMs }) {
    const now = clockAt(nowMs, timezone);
    const isOn = from <= to ? from <= now && now < to : from <= now || now < to;
    if (!isOn) return { kind: "pass" };
    return { kind: "route", to: agents, mode: "first_available", reason: `it is ${now}` };
  },
};
export default plugin;
