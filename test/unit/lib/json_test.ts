import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  digitsOf,
  isObject,
  isRawNumber,
  listMember,
  numberMember,
  objectMember,
  parseJson,
  rawNumber,
  sliceElements,
  textMember,
  tryParseJson,
} from "../../../src/lib/json.ts";

Deno.test("ids beyond 2^53 are carried as raw numbers, other numbers as numbers", () => {
  const value = parseJson('{"id":7501234567890123456,"n":12}');
  assert(isObject(value));
  assert(isRawNumber(value["id"]));
  assertEquals([digitsOf(value["id"]), digitsOf(value["n"])], ["7501234567890123456", "12"]);
  assertEquals([digitsOf("12"), digitsOf(null), digitsOf(undefined)], [null, null, null]);
  assertEquals(
    JSON.stringify({ id: rawNumber("7501234567890123456") }),
    '{"id":7501234567890123456}',
  );
});

Deno.test("tryParseJson() gives undefined for what cannot be read, also for endless nesting", () => {
  assertThrows(() => parseJson("{"), SyntaxError);
  assertEquals(tryParseJson("{"), undefined);
  assertEquals(tryParseJson(""), undefined);
  assertEquals(tryParseJson("[".repeat(100_000) + "1.50" + "]".repeat(100_000)), undefined);
  assertEquals(tryParseJson("null"), null);
});

Deno.test("members of another type read as if they were absent", () => {
  const value = parseJson('{"s":1,"n":"1","l":{},"o":[],"huge":1e999,"raw":7501234567890123456}');
  assert(isObject(value));
  assertEquals(textMember(value, "s"), "");
  assertEquals(numberMember(value, "n"), null);
  assertEquals(numberMember(value, "huge"), null);
  assertEquals(numberMember(value, "raw"), 7501234567890123456);
  assertEquals(listMember(value, "l"), []);
  assertEquals(objectMember(value, "o"), null);
  assertEquals(objectMember(value, "raw"), null);
  assertEquals(textMember(value, "absent"), "");
});

Deno.test("sliceElements() gives each element's text untouched", () => {
  const text =
    '{ "a": [0], "msgs" : [ {"id":7501234567890123456, "t":"]}\\"" } ,1.50, "x,y" ] , "b":2}';
  assertEquals(sliceElements(text, "msgs"), [
    '{"id":7501234567890123456, "t":"]}\\"" }',
    "1.50",
    '"x,y"',
  ]);
  assertEquals(sliceElements(text, "b"), []);
  assertEquals(sliceElements(text, "c"), []);
});

Deno.test("sliceElements() takes the last of repeated keys, and only those of the outermost object", () => {
  assertEquals(sliceElements('{"msgs":[1],"msgs":[2,3]}', "msgs"), ["2", "3"]);
  assertEquals(sliceElements('{"msgs":[1],"msgs":null}', "msgs"), []);
  assertEquals(sliceElements('{"x":{"msgs":[1]},"y":["msgs",[2]]}', "msgs"), []);
  assertEquals(sliceElements('{"\\u006dsgs":[1]}', "msgs"), ["1"]);
});
