import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { COMMANDS } from "../../src/cli/commands.ts";
import { checkCommand, findCommand, flagsOf, parseLine } from "../../src/cli/parse.ts";
import { parseJsonc } from "../../src/config/jsonc.ts";
import { readSettings } from "../../src/config/read.ts";
import { HubError } from "../../src/core/error.ts";
import type { Json } from "../../src/lib/json.ts";

/** Words as people and accidents make them: real ones, halves of real ones, and anything. */
const WORD = fc.oneof(
  fc.constantFrom(...COMMANDS.flatMap(({ words }) => words.split(" "))),
  fc.constantFrom(...COMMANDS.flatMap((command) => [...flagsOf(command).keys()]))
    .map((flag) => `--${flag}`),
  fc.string({ unit: "grapheme" }),
  fc.string().map((text) => `--${text}`),
);

Deno.test("any command line is understood or refused as wrong usage, and nothing else", () => {
  fc.assert(fc.property(fc.array(WORD, { maxLength: 6 }), (args) => {
    try {
      const { flags, words } = parseLine(args, "en");
      const found = findCommand(words, "en");
      if (found === null) return;
      checkCommand(found.command, { flags, params: found.params }, "zh");
      for (const flag of Object.keys(flags)) assert(flagsOf(found.command).has(flag), flag);
    } catch (error) {
      assert(error instanceof HubError && error.code === "USAGE", String(error));
    }
  }));
});

const BLANK = fc.constantFrom("", " ", "\n", '/* , } ] " */', '// " , }\n', "\t");

Deno.test("JSON with comments and trailing commas anywhere means what the JSON means", () => {
  fc.assert(fc.property(fc.jsonValue(), BLANK, BLANK, fc.boolean(), (value, one, two, comma) => {
    const text = write(value as Json, { blank: one + two, comma: comma ? "," : "" });
    const parsed = parseJsonc(text);
    assert(parsed.kind === "value", text);
    assertEquals(JSON.stringify(parsed.value), JSON.stringify(value), text);
  }));
});

Deno.test("any text is JSON, or is broken at a place inside it", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const parsed = parseJsonc(text);
    if (parsed.kind === "value") return;
    assert(parsed.line >= 1 && parsed.line <= text.split("\n").length);
    assert(parsed.column >= 1 && parsed.column <= text.length + 1);
  }));
});

Deno.test("any configuration file gives settings or one problem", () => {
  const place = { directory: "/x", home: null };
  const file = (value: unknown) => ({ path: "/x/f", directory: "/x", value: value as Json });
  const keys = fc.constantFrom("addr", "plugins", "lang", "window-hours", "allow-senders", "data");
  fc.assert(fc.property(fc.dictionary(keys, fc.jsonValue()), (value) => {
    const flags = { data: "/data" };
    const read = readSettings({ flags, env: () => undefined, file: file(value), place });
    assert(read.kind === "read" || read.problem.kind !== undefined);
  }));
});

/** The value as JSON, with blanks wherever blanks may stand. */
function write(value: Json, style: { readonly blank: string; readonly comma: string }): string {
  const { blank, comma } = style;
  const list = (parts: readonly string[]) =>
    parts.length === 0 ? blank : parts.join(`${blank},`) + blank + comma + blank;
  if (Array.isArray(value)) {
    return `${blank}[${list(value.map((part) => write(part, style)))}]${blank}`;
  }
  if (typeof value !== "object" || value === null) return blank + JSON.stringify(value) + blank;
  const members = Object.entries(value).map(([key, part]) =>
    `${blank}${JSON.stringify(key)}${blank}:${write(part as Json, style)}`
  );
  return `${blank}{${list(members)}}${blank}`;
}
