import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../../src/core/limits.ts";
import { isObject, type JsonObject, parseJson } from "../../../src/lib/json.ts";
import { fanOut, replaceText, withoutMarkdown } from "../../../src/router/fanout.ts";

function content(text: string): JsonObject {
  const value = parseJson(text);
  assert(isObject(value));
  return value;
}

function fannedOut(text: string): string[] {
  return fanOut(content(text)).map((part) => JSON.stringify(part));
}

Deno.test("a content of one item, of none, or of something else leaves as it came", () => {
  for (
    const text of [
      `{"run_id":"r","item_list":[{"type":1,"text_item":{"text":"hi","x":12345678901234567890}}],"y":1.50}`,
      `{"run_id":"r","context":7501234567890123456}`,
      `{"item_list":[]}`,
      `{"item_list":"x"}`,
      `{"item_list":[{"type":1,"text_item":{"text":"a"}},7]}`,
      `{"item_list":[{"type":11,"is_completed":false,"tool_call_start_item":{"tool_name":"t"}}]}`,
    ]
  ) assertEquals(fannedOut(text), [text]);
});

Deno.test("each item becomes a send of its own, in order, with all that stands around it", () => {
  const media = `{"type":2,"image_item":{"media":{"aes_key":"k"},"mid_size":18446744073709551615}}`;
  assertEquals(
    fannedOut(
      `{"run_id":"r","n":1.0,"item_list":[{"type":1,"text_item":{"text":"see"}},${media}]}`,
    ),
    [
      `{"run_id":"r","n":1.0,"item_list":[{"type":1,"text_item":{"text":"see"}}]}`,
      `{"run_id":"r","n":1.0,"item_list":[${media}]}`,
    ],
  );
});

Deno.test("a long text becomes several, and ids and quotes stay with the first", () => {
  const text = `${"a".repeat(1_500)}\n\n${"b".repeat(1_500)}`;
  const parts = fanOut({
    message_id: 7,
    run_id: "r",
    item_list: [{
      type: 1,
      msg_id: "v1:7",
      is_completed: true,
      ref_msg: {},
      text_item: { text, x: 1 },
    }],
  });
  assertEquals(parts, [
    {
      message_id: 7,
      run_id: "r",
      item_list: [{
        type: 1,
        msg_id: "v1:7",
        is_completed: true,
        ref_msg: {},
        text_item: { text: `${"a".repeat(1_500)}\n(1/2)`, x: 1 },
      }],
    },
    {
      run_id: "r",
      item_list: [{
        type: 1,
        is_completed: true,
        text_item: { text: `${"b".repeat(1_500)}\n(2/2)`, x: 1 },
      }],
    },
  ]);
});

Deno.test("a text at the limit stays whole, one unit more is split", () => {
  const of = (length: number) =>
    fanOut({ item_list: [{ type: 1, text_item: { text: "x".repeat(length) } }] }).length;
  assertEquals([of(LIMITS.sendTextMax), of(LIMITS.sendTextMax + 1)], [1, 2]);
});

Deno.test("an edited text stands where the first text stood", () => {
  const image = { type: 2, image_item: {} };
  const text = (text: string) => ({ type: 1, text_item: { text, x: 1 } });
  assertEquals(
    replaceText({ a: 1, item_list: [image, text("old"), image, text("more")] }, "new"),
    { a: 1, item_list: [image, text("new"), image] },
  );
  assertEquals(replaceText({ item_list: [image] }, "caption"), {
    item_list: [{ type: 1, text_item: { text: "caption" } }, image],
  });
  assertEquals(replaceText({}, "new"), { item_list: [{ type: 1, text_item: { text: "new" } }] });
});

Deno.test("a text of several parts says in each which of how many it is, within the limit", () => {
  const parts = fanOut({
    item_list: [{ type: 1, text_item: { text: "word ".repeat(3_000) } }],
  }).map((part) => JSON.parse(JSON.stringify(part)).item_list[0].text_item.text);
  assertEquals(parts.length, 9);
  for (const [at, part] of parts.entries()) {
    assert(part.endsWith(`\n(${at + 1}/9)`) && part.length <= LIMITS.sendTextMax, part);
  }
});

Deno.test("Markdown goes from texts alone, and a content without any is the same object", () => {
  const same = content(`{"item_list":[{"type":1,"text_item":{"text":"snake_case"}},{"type":2}]}`);
  assert(withoutMarkdown(same) === same);
  const strange = content(`{"item_list":[{"type":1,"text_item":{"text":"**a**"}},7]}`);
  assert(withoutMarkdown(strange) === strange);
  const only = content(`{"item_list":[{"type":1,"text_item":{"text":"![](data:x/y,z)"}}]}`);
  assert(withoutMarkdown(only) === only);
  assertEquals(
    JSON.stringify(withoutMarkdown(content(
      `{"n":1.50,"item_list":[{"type":1,"text_item":{"x":1.0,"text":"**a**"}},{"type":9,"t":"**b**"}]}`,
    ))),
    `{"n":1.50,"item_list":[{"type":1,"text_item":{"x":1.0,"text":"a"}},{"type":9,"t":"**b**"}]}`,
  );
});
