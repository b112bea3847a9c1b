import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { readFrame, writeCall, writeLoad } from "../../../src/plugin/frames.ts";
import { FACTS, MESSAGE, REPLY } from "../../fake/plugin_questions.ts";

Deno.test("writeCall() and writeLoad() give one line of JSON each, whatever the texts hold", () => {
  const text = 'two\nlines \u2028 \ud800 " \\';
  const call = writeCall({
    ...{ hook: "route", facts: FACTS, memory: { text } },
    subject: { ...MESSAGE, text },
  }, { id: "ab", deadlineMs: 250 });
  const load = writeLoad({ id: "ab", url: "file:///p.ts", rootUrl: "file:///", config: { text } });
  assert(!call.includes("\n") && !load.includes("\n"));
  const { kind, id, deadlineMs, subject, facts, memory } = JSON.parse(call);
  assertEquals({ kind, id, deadlineMs }, { kind: "route", id: "ab", deadlineMs: 250 });
  assertEquals(subject.text, text);
  assertEquals(facts, FACTS);
  assertEquals(memory, { text });
  assertEquals(JSON.parse(load).config, { text });
});

Deno.test("writeCall() tells of a reply what it is", () => {
  const call = writeCall(
    { hook: "reply", subject: REPLY, facts: FACTS, memory: {} },
    { id: "ab", deadlineMs: 1 },
  );
  assertEquals(JSON.parse(call).kind, "reply");
  assertEquals(JSON.parse(call).subject, REPLY);
});

Deno.test("readFrame() reads the three kinds there are, and nothing else", () => {
  assertEquals(readFrame('{"kind":"log","id":"a","line":"hi"}'), {
    ...{ kind: "log", id: "a", line: "hi" },
  });
  assertEquals(readFrame('{"kind":"ready","id":"a","hooks":["route",7],"exported":{"x":1}}'), {
    ...{ kind: "ready", id: "a", hooks: ["route"], exported: { x: 1 }, problem: null },
  });
  const answer = { fault: null, text: "", memory: undefined };
  assertEquals(readFrame('{"kind":"answer","id":"a","verdict":{"kind":"pass"}}'), {
    ...{ kind: "answer", id: "a", ...answer },
    verdict: { kind: "pass" },
  });
  for (
    const line of [
      ...["", "hello", "null", "7", "[]", "{", "{}", '{"kind":"answer"}'],
      ...['{"kind":"answer","id":7}', '{"kind":"load","id":"a"}', '{"kind":"grant","id":"a"}'],
    ]
  ) {
    assertEquals(readFrame(line), null, line);
  }
});

Deno.test("readFrame() takes no fault from a process that only the hub can find", () => {
  for (const fault of ["too_late", "unavailable", "nonsense", 7]) {
    const frame = readFrame(JSON.stringify({ kind: "answer", id: "a", fault, text: "x" }));
    assert(frame?.kind === "answer");
    assertEquals(frame.fault, null);
  }
});

Deno.test("readFrame() drops every member called __proto__, however it is spelled", () => {
  const spellings = ["__proto__", "\\u005f_proto__", "_\\u005Fproto__", "__pr\\u006fto__"];
  for (const name of [...spellings, "\\u005f\\u005f\\u0070roto\\u005f\\u005f"]) {
    const frame = readFrame(
      `{"kind":"answer","id":"a","memory":{"deep":{"${name}":{"x":1},"y":2}}}`,
    );
    assert(frame?.kind === "answer");
    assertEquals(JSON.stringify(frame.memory), '{"deep":{"y":2}}', name);
  }
});

Deno.test("readFrame() throws at no line", () => {
  const framed = fc.record({
    kind: fc.constantFrom("ready", "answer", "log"),
    id: fc.string(),
    ...{ hooks: fc.jsonValue(), exported: fc.jsonValue(), problem: fc.jsonValue() },
    ...{ verdict: fc.jsonValue(), memory: fc.jsonValue(), fault: fc.jsonValue() },
  }).map((frame) => JSON.stringify(frame));
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), framed), (line) => {
    const frame = readFrame(line);
    assert(frame === null || typeof frame.id === "string");
  }));
  assertEquals(readFrame('{"a":'.repeat(50_000)), null);
});
