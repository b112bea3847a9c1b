/**
 * Reads fixtures: files that say what a plugin is asked and what it should answer. Only what matters has to be written; the
 * rest is an ordinary text message of one person, on a Monday morning.
 */
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { parseJsonc } from "../config/jsonc.ts";
import { HubError } from "../core/error.ts";
import type { Facts, Question } from "../hub/plugin_bench.ts";
import { isObject, type Json, type JsonObject } from "../lib/json.ts";
import { errorText } from "../lib/log.ts";
import { WRONG } from "../text/errors.ts";
import { PLUGIN } from "../text/plugins.ts";
import { type Lang, say } from "../text/say.ts";

export const FIXTURE_SUFFIX = ".fixture.json";

export interface Fixture {
  /** Absolute path of the plugin's file. */
  readonly plugin: string;
  /** What its `configure` gets. */
  readonly config: Json;
  readonly cases: readonly FixtureCase[];
}

export interface FixtureCase {
  readonly name: string;
  readonly question: Question;
  /** The verdict's members; `reason` counts only where it stands here. */
  readonly expect: JsonObject;
  /** What the plugin should remember afterwards; `undefined`: whatever it likes. */
  readonly memory: Json | undefined;
}

/** Monday, 5 January 2026, 09:00 in Shanghai. */
const NOW_MS = Date.UTC(2026, 0, 5, 1, 0, 0);

const JSON_VALUE = z.custom<Json>((value) => value !== undefined, { error: "any JSON" });
const JSON_OBJECT = z.custom<JsonObject>(isObject, { error: "an object" });
const TEXT = z.string({ error: "a text" });
const NUMBER = z.number({ error: "a number" });
const YES_NO = z.boolean({ error: "true or false" });

const KINDS = ["text", "image", "voice", "file", "video", "other"] as const;
const PART = z.strictObject({
  kind: z.enum(KINDS, { error: KINDS.join(", ") }),
  text: TEXT.default(""),
  bytes: NUMBER.nullable().default(null),
});
const SENDER = z.strictObject({ key: TEXT.default("p1"), alias: TEXT.default("") });
const ABOUT = {
  id: NUMBER.default(1),
  account: TEXT.default("account"),
  sender: SENDER.prefault({}),
  text: TEXT.default(""),
  parts: z.array(PART, { error: "a list of parts" }).optional(),
};
const MESSAGE = z.strictObject({
  ...ABOUT,
  isGroup: YES_NO.default(false),
  quote: z.strictObject({
    client: TEXT.nullable().default(null),
    match: TEXT.default(""),
    text: TEXT.default(""),
  }).nullable().default(null),
  receivedAtMs: NUMBER.optional(),
  attempt: NUMBER.default(1),
}, { error: "a text, or an object" });
const REPLY = z.strictObject({ ...ABOUT, client: TEXT.default("claude") }, {
  error: "a text, or an object",
});

const STATES = ["polling", "busy", "away", "new"] as const;
const CLIENT = z.strictObject({
  name: TEXT,
  label: TEXT.default(""),
  state: z.enum(STATES, { error: STATES.join(", ") }).default("polling"),
  lastSeenAtMs: NUMBER.nullable().default(null),
  waiting: NUMBER.default(0),
}, { error: "a name, or an object" });
const BINDING = z.strictObject({ client: TEXT, boundAtMs: NUMBER.optional() }, {
  error: "a name, an object, or null",
});
const TIME = z.iso.datetime({ offset: true, error: "a time such as 2026-01-05T09:00:00+08:00" })
  .transform((text) => Date.parse(text));
const STATE = z.strictObject({
  clients: z.array(named("name", CLIENT), { error: "a list of clients" }).default([]),
  binding: named("client", BINDING).nullable().default(null),
  defaultClient: TEXT.nullable().default(null),
  memory: JSON_OBJECT.default({}),
  sendsLeft: NUMBER.default(10),
  windowEndsAtMs: NUMBER.nullable().default(null),
  lang: z.enum(["zh", "en"], { error: "zh or en" }).default("en"),
  now: z.union([NUMBER, TIME]).default(NOW_MS),
}, { error: "an object" });

const ASKED = {
  message: named("text", MESSAGE).optional(),
  reply: named("text", REPLY).optional(),
  state: STATE.prefault({}),
};
const QUESTION = z.strictObject(ASKED);
const CASE = z.strictObject({
  ...ASKED,
  name: TEXT,
  expect: JSON_OBJECT,
  memory: JSON_VALUE.optional(),
}, { error: "an object" }).refine(
  ({ message, reply }) => (message === undefined) !== (reply === undefined),
  { error: "either a message or a reply" },
);
const FIXTURE = z.strictObject({
  $schema: TEXT.optional(),
  plugin: TEXT.min(1),
  config: JSON_VALUE.default(null),
  cases: z.array(CASE, { error: "a list of cases" }).min(1, { error: "one case at least" }),
}, { error: "an object" });

/** A text alone stands for an object with this member. */
function named<T extends z.ZodType>(member: string, schema: T) {
  return z.preprocess(
    (value) => typeof value === "string" ? { [member]: value } : value,
    schema,
  );
}

/** Throws `PLUGIN_INVALID` with the place, the value seen and the value wanted. */
export function readFixture(path: string, { version, lang }: {
  readonly version: string;
  readonly lang: Lang;
}): Fixture {
  const parsed = parseJsonc(readText(path, lang));
  if (parsed.kind === "broken") {
    throw new HubError("PLUGIN_INVALID", say(lang, WRONG.broken, { path, ...parsed }));
  }
  const { data, error } = FIXTURE.safeParse(parsed.value);
  if (data === undefined) throw wrong(path, error.issues[0], lang);
  return {
    plugin: resolve(dirname(path), data.plugin),
    config: data.config,
    cases: data.cases.map((one) => ({
      name: one.name,
      question: fillQuestion(one, version),
      expect: one.expect,
      memory: one.memory,
    })),
  };
}

/** The question of one message or reply and the state around it, written as in a fixture. */
export function questionOf(written: z.input<typeof QUESTION>, version: string): Question {
  return fillQuestion(QUESTION.parse(written), version);
}

function fillQuestion(one: z.infer<typeof QUESTION>, version: string): Question {
  const { state: { memory, binding, now, sendsLeft, windowEndsAtMs, ...rest } } = one;
  const facts: Facts = {
    ...rest,
    binding: binding === null
      ? null
      : { client: binding.client, boundAtMs: binding.boundAtMs ?? now },
    hub: { version, uptimeMs: 3_600_000, sendsLeft, windowEndsAtMs },
    lastDecision: null,
    nowMs: now,
  };
  if (one.reply !== undefined) {
    const { parts = partsOf(one.reply.text) } = one.reply;
    return { hook: "reply", reply: { ...one.reply, parts }, facts, memory };
  }
  const message = one.message ?? MESSAGE.parse({});
  const { parts = partsOf(message.text), receivedAtMs = now } = message;
  return { hook: "route", message: { ...message, parts, receivedAtMs }, facts, memory };
}

function partsOf(text: string) {
  return text === "" ? [] : [{ kind: "text" as const, text, bytes: null }];
}

function readText(path: string, lang: Lang): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const places = { path, text: errorText(error) };
    throw new HubError("PLUGIN_INVALID", say(lang, PLUGIN.fixtureOpen, places), { cause: error });
  }
}

function wrong(path: string, issue: z.core.$ZodIssue | undefined, lang: Lang): HubError {
  const place = issue?.path.join(".") || path;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys.join(", ") : null;
  const message = unknown === null
    ? say(lang, PLUGIN.fixtureValue, { path, place, wanted: issue?.message ?? "" })
    : say(lang, PLUGIN.fixtureMember, { path, place, member: unknown });
  return new HubError("PLUGIN_INVALID", message, {
    hint: say(lang, PLUGIN.fixtureForm),
  });
}
