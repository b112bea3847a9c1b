import { assert, assertEquals } from "@std/assert";
import { parseJsonc } from "../../../src/config/jsonc.ts";

Deno.test("parseJsonc() reads comments and trailing commas, and leaves strings alone", () => {
  const text = `\uFEFF// the hub
{
  "addr": "127.0.0.1:1", /* here
  and there */
  "url": "http://x//y", // "no": 1,
  "comma": ",}",
  "list": [1, 2,],
}`;
  assertEquals(parseJsonc(text), {
    kind: "value",
    value: { addr: "127.0.0.1:1", url: "http://x//y", comma: ",}", list: [1, 2] },
  });
});

const BROKEN: readonly (readonly [string, number, number])[] = [
  ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
  ['{\n  "lang": "en",\n  "x": yes\n}', 3, 8],
  ["{ a: 1 }", 1, 3],
  ['{ "a": 1 } x', 1, 12],
  ['{ "a": [1,,] }', 1, 11],
  ["[,]", 1, 2],
  ["", 1, 1],
  ['{ "a": ', 1, 7],
  ["/* open {}", 1, 1],
  ["{ 'a': 1 }", 1, 3],
];

Deno.test("parseJsonc() says at which line and column a text is broken", () => {
  for (const [text, line, column] of BROKEN) {
    const result = parseJsonc(text);
    assert(result.kind === "broken", text);
    assertEquals([result.line, result.column], [line, column], `${text} ${result.text}`);
    assert(result.text !== "" && !result.text.includes("position"), result.text);
  }
});
