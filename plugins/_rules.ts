/** Reads the rule table of `keywords.ts`. What is wrong with it is told with the rule, the value seen and what is wanted. */
import type { Json } from "ilink-hub/plugin";
import { CONDITION_NAMES, readConditions, readTexts, type Test } from "./_rule_conditions.ts";
import { createWallClock } from "./_week.ts";

export interface Table {
  readonly isDryRun: boolean;
  readonly rules: readonly Rule[];
}

export interface Rule {
  readonly id: string;
  /** All must hold. */
  readonly tests: readonly Test[];
  readonly result: Result;
  readonly isDryRun: boolean;
}

export type Mode = "all" | "first_available";

export type Result =
  | { readonly kind: "to"; readonly names: readonly string[]; readonly mode: Mode }
  | { readonly kind: "pool"; readonly label: string; readonly mode: Mode }
  | { readonly kind: "reply"; readonly text: string }
  | { readonly kind: "drop" };

type Members = { readonly [name: string]: Json };

const RESULT_NAMES = ["to", "pool", "reply", "drop"];
const RULE_NAMES = ["id", "dryRun", "timezone", "mode", ...RESULT_NAMES, ...CONDITION_NAMES];

/** Each takes a few milliseconds for the worst of messages, and they are tried one after the other. */
const REGEX_RULES_MAX = 50;
const ID_LENGTH_MAX = 60;
const REPLY_LENGTH_MAX = 10_000;
const SEEN_LENGTH_MAX = 80;

/** Throws with words for the owner. */
export function readTable(raw: Json): Table {
  if (raw === null) return { isDryRun: false, rules: [] };
  const { timezone, dryRun, rules = [], ...rest } = readMembers(raw, "The configuration");
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new Error(`There is no setting "${unknown}", want rules, timezone, dryRun`);
  }
  if (!Array.isArray(rules)) throw new Error(`rules is ${picture(rules)}, want a list`);
  const zone = told("timezone", timezone, () => readTimezone(timezone));
  const isDryRun = told("dryRun", dryRun, () => readFlag(dryRun));
  const written = rules.map((rule, index) => readMembers(rule, `Rule ${index + 1}`));
  const read = written.map((rule, index) => readRule(rule, { number: index + 1, timezone: zone }));
  checkIds(read);
  const regexes = written.filter(({ regex }) => regex !== undefined).length;
  if (regexes > REGEX_RULES_MAX) {
    throw new Error(`There are ${regexes} rules with a regex, want at most ${REGEX_RULES_MAX}`);
  }
  return { isDryRun, rules: read };
}

function checkIds(rules: readonly Rule[]): void {
  for (const [index, { id }] of rules.entries()) {
    const first = rules.findIndex((rule) => rule.id === id);
    if (first === index) continue;
    throw new Error(`Rule ${index + 1} has the id "${id}" of rule ${first + 1}, want unlike ids`);
  }
}

function readRule(
  members: Members,
  { number, timezone }: { readonly number: number; readonly timezone: string | undefined },
): Rule {
  const { id, dryRun } = members;
  if (typeof id !== "string" || id === "" || id.length > ID_LENGTH_MAX) {
    const wanted = `want a name of at most ${ID_LENGTH_MAX} characters`;
    throw new Error(`Rule ${number}: id is ${picture(id)}, ${wanted}`);
  }
  const place = `Rule ${number} "${id}"`;
  const unknown = Object.keys(members).find((name) => !RULE_NAMES.includes(name));
  if (unknown !== undefined) {
    throw new Error(`${place} has the unknown "${unknown}", want ${RULE_NAMES.join(", ")}`);
  }
  const during = <T>(name: string, read: () => T): T =>
    told(`${place}: ${name}`, members[name], read);
  const zone = during("timezone", () => readTimezone(members["timezone"])) ?? timezone;
  return {
    id,
    tests: readConditions(members, { timezone: zone, during }),
    result: readResult(members, { place, during }),
    isDryRun: during("dryRun", () => readFlag(dryRun)),
  };
}

function readResult(
  members: Members,
  { place, during }: {
    readonly place: string;
    readonly during: <T>(name: string, read: () => T) => T;
  },
): Result {
  const [kind, ...others] = RESULT_NAMES.filter((name) => members[name] !== undefined);
  if (kind === undefined || others.length > 0) {
    const seen = kind === undefined ? "nothing to do" : [kind, ...others].join(" and ");
    throw new Error(`${place} has ${seen}, want one of ${RESULT_NAMES.join(", ")}`);
  }
  const { to = "", pool = "", reply, drop, mode } = members;
  const chosen = during("mode", () => readMode(mode, kind));
  return during<Result>(kind, () => {
    switch (kind) {
      case "to":
        return { kind, names: readTexts(to), mode: chosen };
      case "pool":
        if (typeof pool === "string" && pool !== "") return { kind, label: pool, mode: chosen };
        throw new Error("want the label of the clients in it");
      case "reply":
        if (typeof reply === "string" && reply !== "" && reply.length <= REPLY_LENGTH_MAX) {
          return { kind, text: reply };
        }
        throw new Error(`want a text of at most ${REPLY_LENGTH_MAX} characters`);
      default:
        if (drop === true) return { kind: "drop" };
        throw new Error("want true");
    }
  });
}

function readMode(written: Json | undefined, kind: string): Mode {
  if (written === undefined) return kind === "pool" ? "first_available" : "all";
  if (kind !== "to" && kind !== "pool") throw new Error(`want it only with to or pool`);
  if (written === "all" || written === "first_available") return written;
  throw new Error(`want "all" or "first_available"`);
}

function readFlag(written: Json | undefined): boolean {
  if (written === undefined || typeof written === "boolean") return written === true;
  throw new Error("want true or false");
}

function readTimezone(written: Json | undefined): string | undefined {
  if (written === undefined) return undefined;
  if (typeof written !== "string") throw new Error(`want a name such as "Asia/Shanghai"`);
  try {
    createWallClock(written);
  } catch {
    throw new Error(`want a name such as "Asia/Shanghai"`);
  }
  return written;
}

/** What goes wrong within `read` is told with the place where it stands and the value seen. */
function told<T>(place: string, seen: Json | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const wanted = error instanceof Error ? error.message : String(error);
    throw new Error(`${place} is ${picture(seen)}, ${wanted}`);
  }
}

function picture(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? "not there";
  return text.length <= SEEN_LENGTH_MAX ? text : `${text.slice(0, SEEN_LENGTH_MAX - 1)}…`;
}

function readMembers(raw: Json, what: string): Members {
  if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) return raw;
  throw new Error(`${what} is ${picture(raw)}, want an object`);
}
