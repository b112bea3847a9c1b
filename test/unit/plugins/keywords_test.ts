import { assert, assertEquals, assertThrows } from "@std/assert";
import keywords from "../../../plugins/keywords.ts";
import { readTable } from "../../../plugins/_rules.ts";
import type { Context, InboundView, Json, Verdict } from "../../../src/plugin/api.ts";
import { clientView, inboundView, pluginContext } from "../../fake/plugin_views.ts";

const CLIENTS = ["office", "a", "b", "x"].map((name) => clientView(name));

/** The verdict of this table; the names in it are known unless `changes` say otherwise. */
function askTable(raw: Json, message: InboundView, changes: Partial<Context> = {}): Verdict {
  const ctx = { ...pluginContext(null, { clients: CLIENTS, ...changes }), config: readTable(raw) };
  const verdict = keywords.route?.(message, ctx);
  assert(verdict !== undefined && !(verdict instanceof Promise));
  return verdict;
}

function ask(rules: Json[], message: InboundView, changes: Partial<Context> = {}): Verdict {
  return askTable({ timezone: "Asia/Shanghai", rules }, message, changes);
}

/** Whether a rule with this condition takes the message. */
function fits(condition: { [key: string]: Json }, message: InboundView, nowMs = 0): boolean {
  return ask([{ id: "r", to: "x", ...condition }], message, { nowMs }).kind === "route";
}

Deno.test("without rules every message is passed on", () => {
  assertEquals(askTable(null, inboundView("hi")), { kind: "pass" });
  assertEquals(askTable({}, inboundView("hi")), { kind: "pass" });
  assertEquals(ask([], inboundView("hi")), { kind: "pass" });
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
  assertEquals(ask(rules, inboundView("hi"), { lang: "zh" }), {
    kind: "route",
    to: ["a", "b"],
    mode: "first_available",
    reason: "规则 rest",
  });
});

Deno.test("conditions are about what was written, by whom, and where", () => {
  const image = inboundView("", { parts: [{ kind: "image", text: "", bytes: 1 }] });
  const mother = inboundView("Hi", { sender: { key: "k1", alias: "mother" }, account: "home" });
  const quoting = (client: string | null) =>
    inboundView("ok", { quote: { client, match: "id", text: "" } });
  assert(fits({ text: "HELLO" }, inboundView("well, hello there")));
  assert(fits({ text: "hello" }, inboundView("ＨＥＬＬＯ！")));
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
  assert(fits({ group: true }, inboundView("hi", { isGroup: true })));
  assert(!fits({ group: true }, mother));
  assert(fits({ group: false }, mother));
  assert(fits({ quotes: ["a", "b"] }, quoting("b")));
  assert(!fits({ quotes: "a" }, quoting("b")));
  assert(!fits({ quotes: "a" }, quoting(null)));
  assert(!fits({ quotes: "a" }, mother));
});

Deno.test("a rule's own time zone goes before the table's", () => {
  const atMs = Date.UTC(2026, 0, 5, 1, 30); // Monday, 09:30 in Shanghai, 02:30 in Berlin
  const message = inboundView("hi");
  assert(fits({ hours: ["12:00-13:00", "09:00-10:00"], days: "mon" }, message, atMs));
  assert(!fits({ hours: "09:00-10:00", timezone: "Europe/Berlin" }, message, atMs));
  assert(fits({ hours: "02:00-03:00", timezone: "Europe/Berlin" }, message, atMs));
  assert(fits({ days: ["sat", "mon"] }, message, atMs));
  assert(!fits({ days: "tue-sun" }, message, atMs));
});

Deno.test("all conditions of a rule must hold", () => {
  assert(fits({ text: "a", prefix: "b" }, inboundView("b a")));
  assert(!fits({ text: "a", prefix: "b" }, inboundView("a b")));
});

Deno.test("a rule may answer or drop a message", () => {
  const rules = [
    { id: "hours", text: "open", reply: "We are open from nine." },
    { id: "thanks", text: "thanks", drop: true },
  ];
  assertEquals(ask(rules, inboundView("when do you open?")), {
    kind: "reply",
    text: "We are open from nine.",
    reason: "rule hours",
  });
  assertEquals(ask(rules, inboundView("thanks")), { kind: "drop", reason: "rule thanks" });
});

Deno.test("a pool is whoever bears the label, the person's own one first", () => {
  const clients = ["p", "q", "r"].map((name) => clientView(name, { label: "support" }));
  const seen = new Set<string>();
  for (let person = 0; person < 50; person++) {
    const message = inboundView("hi", { sender: { key: `${person}`, alias: "" } });
    const verdict = ask([{ id: "s", pool: "support" }], message, {
      clients: [...CLIENTS, ...clients],
    });
    assert(verdict.kind === "route" && verdict.mode === "first_available");
    assertEquals(verdict.to.toSorted(), ["p", "q", "r"]);
    assertEquals(verdict, ask([{ id: "s", pool: "support" }], message, { clients }));
    seen.add(verdict.to[0]);
  }
  assertEquals(seen.size, 3);
  const all = ask([{ id: "s", pool: "support", mode: "all" }], inboundView("hi"), { clients });
  assert(all.kind === "route" && all.mode === "all");
});

Deno.test("a rule names who is there, and one that names nobody does not count and says so", () => {
  const rules = [
    { id: "old", to: ["gone", "lost"] },
    { id: "none", pool: "night" },
    { id: "half", to: ["gone", "a"] },
  ];
  assertEquals(ask(rules, inboundView("hi")), {
    kind: "route",
    to: ["a"],
    mode: "all",
    reason: "rule half; there is no gone; rule old does not count (there is no gone, lost); " +
      "rule none does not count (nobody bears the label night)",
  });
  assertEquals(ask(rules.slice(0, 1), inboundView("hi"), { lang: "zh" }), {
    kind: "pass",
    reason: "规则 old 不算（没有 gone, lost）",
  });
});

Deno.test("a dry rule tells what it would have done and lets the next ones try", () => {
  const dry = { id: "dry", text: "hi", to: ["a", "b"], dryRun: true };
  assertEquals(ask([dry], inboundView("hi")), {
    kind: "pass",
    reason: "dry run: rule dry would send it to a, b",
  });
  assertEquals(ask([dry, { id: "live", to: "x" }], inboundView("hi")), {
    kind: "route",
    to: ["x"],
    mode: "all",
    reason: "rule live; dry run: rule dry would send it to a, b",
  });
  assertEquals(ask([dry], inboundView("other")), { kind: "pass" });
});

Deno.test("a dry table tells what it would have done, up to the rule that would have decided", () => {
  const rules = [
    { id: "dry", drop: true, dryRun: true },
    { id: "one", reply: "hello" },
    { id: "two", to: "x" },
  ];
  assertEquals(askTable({ dryRun: true, rules }, inboundView("hi")), {
    kind: "pass",
    reason: "dry run: rule dry would drop it; dry run: rule one would reply",
  });
});

Deno.test("a configuration that is none says where it is wrong, what was seen and what is wanted", () => {
  const refused = (raw: Json, words: string) => assertThrows(() => readTable(raw), Error, words);
  const rule = (members: { [key: string]: Json }, words: string) =>
    refused({ rules: [{ id: "first", to: "x" }, { id: "a", ...members }] }, words);
  refused([], "The configuration is [], want an object");
  refused({ rule: [] }, `no setting "rule", want rules, timezone, dryRun`);
  refused({ rules: {} }, "rules is {}, want a list");
  refused({ timezone: "Mars" }, `timezone is "Mars", want a name such as "Asia/Shanghai"`);
  refused({ dryRun: "yes" }, `dryRun is "yes", want true or false`);
  refused({ rules: ["x"] }, `Rule 1 is "x", want an object`);
  refused({ rules: [{ to: "x" }] }, "Rule 1: id is not there, want a name");
  refused({ rules: [{ id: "x".repeat(61), to: "x" }] }, "Rule 1: id is");
  rule({}, `Rule 2 "a" has nothing to do, want one of to, pool, reply, drop`);
  rule({ to: "x", drop: true }, `Rule 2 "a" has to and drop, want one of`);
  rule({ to: [] }, `Rule 2 "a": to is [], want a text or a list of texts`);
  rule({ pool: 1 }, `Rule 2 "a": pool is 1, want the label`);
  rule({ reply: "" }, `Rule 2 "a": reply is "", want a text`);
  rule({ drop: false }, `Rule 2 "a": drop is false, want true`);
  rule({ to: "x", txt: "y" }, `Rule 2 "a" has the unknown "txt", want id, dryRun`);
  rule({ to: "x", kind: "photo" }, `Rule 2 "a": kind is "photo", want text, image`);
  rule({ to: "x", hours: "9-18" }, `Rule 2 "a": hours is "9-18", want two times of day`);
  rule({ to: "x", days: "friday" }, `Rule 2 "a": days is "friday", want days such as`);
  rule({ to: "x", timezone: 8 }, `Rule 2 "a": timezone is 8, want a name`);
  rule({ to: "x", regex: "(" }, `Rule 2 "a": regex is "(", Invalid regular`);
  rule({ to: "x", regex: "(?=a)" }, `Rule 2 "a": regex is "(?=a)", want no (? other`);
  rule({ to: "x", mode: "any" }, `Rule 2 "a": mode is "any", want "all" or`);
  rule({ drop: true, mode: "all" }, `Rule 2 "a": mode is "all", want it only with`);
  rule({ to: "x", group: "yes" }, `Rule 2 "a": group is "yes", want true or false`);
  rule({ to: "x", text: "y".repeat(99_999), sender: 7 }, `Rule 2 "a": sender is 7`);
  refused(
    { rules: [{ id: "a", to: "x" }, { id: "b", to: "x" }, { id: "a", to: "y" }] },
    `Rule 3 has the id "a" of rule 1, want unlike ids`,
  );
  const many = Array.from({ length: 51 }, (_, at) => ({ id: `${at}`, to: "x", regex: "a" }));
  refused({ rules: many }, "There are 51 rules with a regex, want at most 50");
});
