import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import keywords, { type Rule } from "../../../plugins/keywords.ts";
import { compileBounded } from "../../../plugins/_bounded_regex.ts";
import type { InboundView, Json, Verdict } from "../../../src/plugin/api.ts";
import { inboundView, pluginContext } from "../../fake/plugin_views.ts";

function rulesOf(raw: Json): readonly Rule[] {
  const rules = keywords.configure?.(raw);
  assert(rules !== undefined);
  return rules;
}

function ask(rules: Json[], message: InboundView, nowMs = Date.UTC(2026, 0, 5, 4)): Verdict {
  const config = rulesOf({ timezone: "Asia/Shanghai", rules });
  const verdict = keywords.route?.(message, pluginContext(config, { nowMs }));
  assert(verdict !== undefined && !(verdict instanceof Promise));
  return verdict;
}

/** Whether a rule with this condition takes the message. */
function fits(condition: { [key: string]: Json }, message: InboundView, nowMs?: number): boolean {
  return ask([{ id: "r", to: "x", ...condition }], message, nowMs).kind === "route";
}

Deno.test("without rules every message is passed on", () => {
  const config = rulesOf(null);
  assertEquals(config, []);
  assertEquals(keywords.route?.(inboundView("hi"), pluginContext(config)), { kind: "pass" });
});

Deno.test("the first rule that fits decides, and its id is the reason", () => {
  const rules = [
    { id: "bills", text: ["invoice", "发票"], to: "office" },
    { id: "rest", to: ["a", "b"], mode: "first_available" },
  ];
  assertEquals(ask(rules, inboundView("请开发票")), {
    kind: "route",
    to: ["office"],
    mode: "all",
    reason: "rule bills",
  });
  assertEquals(ask(rules, inboundView("hi")), {
    kind: "route",
    to: ["a", "b"],
    mode: "first_available",
    reason: "rule rest",
  });
});

Deno.test("conditions are about text, prefix, pattern, kind, sender and account", () => {
  const image = inboundView("", { parts: [{ kind: "image", text: "", bytes: 1 }] });
  const mother = inboundView("Hi", { sender: { key: "k1", alias: "mother" }, account: "home" });
  assert(fits({ text: "HELLO" }, inboundView("well, hello there")));
  assert(!fits({ text: "hello" }, inboundView("help")));
  assert(fits({ prefix: ["draw", "画"] }, inboundView(" 画一只猫")));
  assert(!fits({ prefix: "draw" }, inboundView("please draw")));
  assert(fits({ regex: "^\\d{6,12}$" }, inboundView("12345678")));
  assert(!fits({ regex: "^\\d{6,12}$" }, inboundView("12 345")));
  assert(fits({ kind: ["image", "video"] }, image));
  assert(!fits({ kind: "image" }, mother));
  assert(fits({ sender: "mother" }, mother));
  assert(fits({ sender: ["x", "k1"] }, mother));
  assert(!fits({ sender: "father" }, mother));
  assert(fits({ account: "home" }, mother));
  assert(!fits({ account: "work" }, mother));
});

Deno.test("all conditions of a rule must hold", () => {
  assert(fits({ text: "a", prefix: "b" }, inboundView("b a")));
  assert(!fits({ text: "a", prefix: "b" }, inboundView("a b")));
});

Deno.test("a time of day holds from its first minute to its last, over midnight too", () => {
  const at = (hour: number, minute: number) => Date.UTC(2026, 0, 5, hour - 8, minute);
  const message = inboundView("hi");
  for (
    const [hours, hour, minute, expected] of [
      ["09:00-18:00", 8, 59, false],
      ["09:00-18:00", 9, 0, true],
      ["09:00-18:00", 17, 59, true],
      ["09:00-18:00", 18, 0, false],
      ["22:00-07:00", 23, 0, true],
      ["22:00-07:00", 6, 59, true],
      ["22:00-07:00", 7, 0, false],
      ["00:00-24:00", 23, 59, true],
    ] as const
  ) {
    assertEquals(
      fits({ hours }, message, at(hour, minute)),
      expected,
      `${hours} ${hour}:${minute}`,
    );
  }
});

Deno.test("patterns that may take for ever are refused before they are run", () => {
  for (
    const pattern of [
      "(a+)+$",
      "(a|a)*$",
      "(a|aa)+$",
      "^(\\w+\\s?)*$",
      "(.*)*x",
      "(a?){40}b",
      "a*a*a*a*b",
      "((a{1,30}){1,30})x",
      "(?:a+)*",
      "(x+x+)+y",
      "a?".repeat(40) + "b",
      "(a)\\1+",
      "(?<n>a)\\k<n>",
      "(?=(a+)+)b",
    ]
  ) assertThrows(() => compileBounded(pattern), Error, "may take too long");
  for (
    const pattern of [
      "invoice|发票",
      "^/task\\b.*",
      "\\d+ (km|miles)",
      "a.*b.*c",
      "[(+*]+",
      "(?<year>\\d{4})-\\d\\d",
      "\\p{Script=Han}+",
      "^(?:no|yes)?[.!]*$",
    ]
  ) assert(compileBounded(pattern) instanceof RegExp, pattern);
});

Deno.test("a pattern that is taken never takes long on a hostile text", () => {
  const atoms = fc.constantFrom("a", ".", "[ab]", "(?:a|b)", "(a)", "\\w", "b");
  const signs = fc.constantFrom("", "*", "+", "?", "{2,5}", "{3}", "+?", "{1,}");
  const flat = fc.array(fc.tuple(atoms, signs), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.map(([atom, sign]) => atom + sign).join(""));
  const nested = fc.tuple(flat, signs, flat).map(([inner, sign, tail]) =>
    `(${inner})${sign}${tail}`
  );
  const texts = ["a".repeat(300), "ab".repeat(150), `${"a".repeat(299)}!`];
  fc.assert(
    fc.property(fc.oneof(flat, nested), (pattern) => {
      let regex: RegExp;
      try {
        regex = compileBounded(`${pattern}!$`);
      } catch {
        return; // refused, which is always safe
      }
      const beganMs = performance.now();
      for (const text of texts) regex.test(text);
      assert(performance.now() - beganMs < 2_000, pattern);
    }),
    { numRuns: 300 },
  );
});

Deno.test("only the first 300 characters are looked at by a pattern", () => {
  assert(fits({ regex: "x$" }, inboundView(`${" ".repeat(299)}x and more`)));
  assert(!fits({ regex: "more" }, inboundView(`${" ".repeat(300)}more`)));
});

Deno.test("a configuration that is none says where and what is wanted", () => {
  const refused = (raw: Json, words: string) => assertThrows(() => rulesOf(raw), Error, words);
  refused([], "The configuration is [], want an object");
  refused({ rule: [] }, `no setting "rule", want rules, timezone`);
  refused({ rules: {} }, "rules is {}, want a list");
  refused({ rules: ["x"] }, `Rule 1 is "x", want an object`);
  refused({ rules: [{ to: "x" }] }, "Rule 1 has no id");
  refused({ rules: [{ id: "a" }] }, "Rule a: to: want a text or a list of texts");
  refused({ rules: [{ id: "a", to: [] }] }, "Rule a: to: want a text");
  refused({ rules: [{ id: "a", to: "x", txt: "y" }] }, "Rule a: txt: want text, prefix, regex");
  refused({ rules: [{ id: "a", to: "x", kind: "photo" }] }, "Rule a: kind: want text, image");
  refused({ rules: [{ id: "a", to: "x", hours: "9-18" }] }, "Rule a: hours: want a time of day");
  refused({ rules: [{ id: "a", to: "x", regex: "(" }] }, "Rule a: regex: Invalid regular");
  refused({ rules: [{ id: "a", to: "x", mode: "any" }] }, `Rule a: mode is "any"`);
  refused({ rules: [{ id: "a", to: "x" }, { id: "a", to: "y" }] }, `two rules "a"`);
  refused({ timezone: "Mars", rules: [{ id: "a", to: "x", hours: "09:00-10:00" }] }, "Mars");
});
