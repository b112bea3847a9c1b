/**
 * A table of rules: the first that fits says where the message goes. Without rules it passes everything on.
 *
 * ```json
 * {
 *   "timezone": "Asia/Shanghai",
 *   "rules": [
 *     { "id": "photos", "kind": "image", "to": "vision" },
 *     { "id": "bills", "text": ["invoice", "发票"], "to": "office" },
 *     { "id": "night", "hours": "22:00-07:00", "to": ["night", "backup"], "mode": "first_available" }
 *   ]
 * }
 * ```
 *
 * A rule needs an `id` and `to` (a client's name or several). Conditions, all of which must hold; where several values are
 * given, one of them: `text` (contained, in any case), `prefix`, `regex` (looks at the first 300 characters), `kind` of a
 * part, `hours`, `sender` (key or alias), `account`.
 */
import type { Context, InboundView, Json, PartView, Plugin, Verdict } from "ilink-hub/plugin";
import { compileBounded, REGEX_TEXT_MAX } from "./_bounded_regex.ts";

export interface Rule {
  readonly id: string;
  readonly to: readonly [string, ...string[]];
  readonly mode: "all" | "first_available";
  fits(message: InboundView, nowMs: number): boolean;
}

type Test = (message: InboundView, nowMs: number) => boolean;
/** Reads a condition as it is written; throws with what is wanted. */
type Condition = (written: Json, timezone: string | undefined) => Test;

const KINDS: readonly string[] = [
  "text",
  "image",
  "voice",
  "file",
  "video",
  "other",
] satisfies PartView[
  "kind"
][];

const CONDITIONS: Readonly<Record<string, Condition>> = {
  text(written) {
    const wanted = texts(written).map((text) => text.toLowerCase());
    return ({ text }) => wanted.some((part) => text.toLowerCase().includes(part));
  },
  prefix(written) {
    const wanted = texts(written).map((text) => text.toLowerCase());
    return ({ text }) => wanted.some((part) => text.trimStart().toLowerCase().startsWith(part));
  },
  regex(written) {
    if (typeof written !== "string") throw new Error("want a pattern as text");
    const pattern = compileBounded(written);
    return ({ text }) => pattern.test(text.slice(0, REGEX_TEXT_MAX));
  },
  kind(written) {
    const wanted = texts(written);
    if (!wanted.every((kind) => KINDS.includes(kind))) throw new Error(`want ${KINDS.join(", ")}`);
    return ({ parts }) => parts.some(({ kind }) => wanted.includes(kind));
  },
  hours: readHours,
  sender(written) {
    const wanted = texts(written);
    return ({ sender }) => wanted.includes(sender.key) || wanted.includes(sender.alias);
  },
  account(written) {
    const wanted = texts(written);
    return ({ account }) => wanted.includes(account);
  },
};

function readHours(written: Json, timezone: string | undefined): Test {
  const [_, ...digits] = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(String(written)) ?? [];
  const [fromHour = 99, fromMinute = 0, toHour = 99, toMinute = 0] = digits.map(Number);
  if (fromHour > 24 || toHour > 24 || fromMinute > 59 || toMinute > 59) {
    throw new Error(`want a time of day such as "09:00-18:00" or "22:00-07:00"`);
  }
  const from = fromHour * 60 + fromMinute;
  const to = toHour * 60 + toMinute;
  const format = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: timezone,
  });
  return (_message, nowMs) => {
    const [hour = 0, minute = 0] = format.format(nowMs).split(":").map(Number);
    const now = hour * 60 + minute;
    return from <= to ? now >= from && now < to : now >= from || now < to;
  };
}

function route(message: InboundView, ctx: Context<readonly Rule[]>): Verdict {
  const rule = ctx.config.find(({ fits }) => fits(message, ctx.nowMs));
  if (rule === undefined) return { kind: "pass" };
  const reason = ctx.lang === "zh" ? `规则 ${rule.id}` : `rule ${rule.id}`;
  return { kind: "route", to: rule.to, mode: rule.mode, reason };
}

// ─── Configuration ──────────────────────────────────────────────────────────────────────────────────────────────────────

function configure(raw: Json): readonly Rule[] {
  if (raw === null) return [];
  const { timezone, rules = [], ...rest } = members(raw, "The configuration");
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new Error(`There is no setting "${unknown}", want rules, timezone`);
  }
  if (!Array.isArray(rules)) throw new Error(`rules is ${JSON.stringify(rules)}, want a list`);
  if (timezone !== undefined && typeof timezone !== "string") {
    throw new Error(`timezone is ${JSON.stringify(timezone)}, want a name such as "Asia/Shanghai"`);
  }
  const read = rules.map((rule, index) => readRule(rule, index, timezone));
  const repeated = read.find(({ id }, index) => read.findIndex((rule) => rule.id === id) < index);
  if (repeated !== undefined) {
    throw new Error(`There are two rules "${repeated.id}", want unlike ids`);
  }
  return read;
}

function readRule(raw: Json, index: number, timezone: string | undefined): Rule {
  const { id, to, mode = "all", ...conditions } = members(raw, `Rule ${index + 1}`);
  if (typeof id !== "string" || id === "") throw new Error(`Rule ${index + 1} has no id`);
  if (mode !== "all" && mode !== "first_available") {
    throw new Error(`Rule ${id}: mode is ${JSON.stringify(mode)}, want "all" or "first_available"`);
  }
  const tests = Object.entries(conditions).map(([name, written]) =>
    inRule(id, name, () => {
      const condition = CONDITIONS[name];
      if (condition === undefined) throw new Error(`want ${Object.keys(CONDITIONS).join(", ")}`);
      return condition(written, timezone);
    })
  );
  return {
    id,
    to: inRule(id, "to", () => texts(to ?? null)),
    mode,
    fits: (message, nowMs) => tests.every((test) => test(message, nowMs)),
  };
}

/** What goes wrong within `read` is told with the place where it stands. */
function inRule<T>(id: string, name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`Rule ${id}: ${name}: ${error instanceof Error ? error.message : error}`);
  }
}

function members(raw: Json, what: string): { [key: string]: Json } {
  if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) return raw;
  throw new Error(`${what} is ${JSON.stringify(raw)}, want an object`);
}

/** One text or a list of them. */
function texts(written: Json): [string, ...string[]] {
  const list = Array.isArray(written) ? written : [written];
  const found = list.filter((text) => typeof text === "string" && text !== "") as string[];
  const [first, ...others] = found;
  if (first === undefined || found.length < list.length) {
    throw new Error("want a text or a list of texts");
  }
  return [first, ...others];
}

const keywords: Plugin<readonly Rule[]> = {
  manifest: { id: "keywords", api: 1, version: "1.0.0" },
  configure,
  route,
};

export default keywords;
