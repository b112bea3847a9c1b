/** Whether a plugin's answer is the one that its fixture wants, and what is different. */
import { isDeepStrictEqual } from "node:util";
import type { BenchedPlugin } from "../hub/plugin_bench.ts";
import { isObject, type Json, type JsonObject, listMember, parseJson } from "../lib/json.ts";
import { PLUGIN } from "../text/plugins.ts";
import { type Lang, say } from "../text/say.ts";
import type { FixtureCase } from "./plugin_fixture.ts";

export type Answered = Awaited<ReturnType<BenchedPlugin["ask"]>>;

/** The answer as a fixture would expect it. */
export function answerAsJson(answer: Answered): JsonObject {
  if (answer.kind === "fault") {
    return { kind: "fault", fault: answer.fault, text: answer.text };
  }
  const verdict = parseJson(JSON.stringify(answer.verdict));
  return isObject(verdict) ? verdict : {};
}

/** What is different, in lines; none when the answer is as expected. */
export function findDifferences(wanted: FixtureCase, answer: Answered, lang: Lang): string[] {
  const seen = answerAsJson(answer);
  const verdict = differingMembers(wanted.expect, seen);
  const memory = wanted.memory === undefined || answer.kind === "fault" ||
      isDeepStrictEqual(wanted.memory, answer.memory)
    ? []
    : [
      `- ${PLUGIN.remembers[lang]}: ${JSON.stringify(wanted.memory)}`,
      `+ ${PLUGIN.remembers[lang]}: ${JSON.stringify(answer.memory)}`,
    ];
  const unknown = unknownClients(wanted, seen);
  return [
    ...(verdict.length === 0 ? [] : [
      say(lang, PLUGIN.expected, { value: JSON.stringify(wanted.expect) }),
      say(lang, PLUGIN.got, { value: JSON.stringify(seen) }),
      ...verdict,
    ]),
    ...memory,
    ...unknown.map((name) => say(lang, PLUGIN.noSuchClient, { name })),
  ];
}

function differingMembers(wanted: JsonObject, seen: JsonObject): string[] {
  // Words for people count only where the fixture has them.
  const words = seen["kind"] === "fault" ? "text" : "reason";
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(seen)])]
    .filter((name) => name !== words || wanted[name] !== undefined);
  return names.flatMap((name) => {
    if (isDeepStrictEqual(wanted[name], seen[name])) return [];
    return [...line("-", name, wanted[name]), ...line("+", name, seen[name])];
  });
}

function line(mark: string, name: string, value: Json | undefined): string[] {
  return value === undefined ? [] : [`${mark} ${name}: ${JSON.stringify(value)}`];
}

/** The router makes it a fault when a verdict names a client that there is not. */
function unknownClients({ question }: FixtureCase, seen: JsonObject): string[] {
  const known = question.facts.clients.map(({ name }) => name);
  const bound = typeof seen["bind"] === "string" ? [seen["bind"]] : [];
  return [...listMember(seen, "to"), ...bound].map(String).filter((name) => !known.includes(name));
}
