/**
 * A table of rules: the first that fits says what becomes of the message. Without rules it passes everything on.
 *
 * ```json
 * {
 *   "timezone": "Asia/Shanghai",
 *   "rules": [
 *     { "id": "photos", "kind": "image", "to": "vision" },
 *     { "id": "bills", "text": ["invoice", "发票"], "days": "mon-fri", "pool": "office" },
 *     { "id": "night", "hours": "22:00-07:00", "to": ["night", "backup"], "mode": "first_available" },
 *     { "id": "thanks", "regex": "^(thanks|谢谢)[.!。！]*$", "drop": true, "dryRun": true }
 *   ]
 * }
 * ```
 *
 * A rule has an `id`, conditions, all of which must hold (of several values one), and one of:
 * - `to`: names of clients; `mode` is "all" (default) or "first_available"
 * - `pool`: the clients with this label; `mode` is "first_available" (default: the person's own one, else the next) or "all"
 * - `reply`: the hub answers with this text
 * - `drop`: true
 *
 * Conditions: `text` (contained), `prefix`, `regex` (see `_linear_regex.ts`), `kind` of a part, `hours` and `days` in the
 * `timezone` of the rule or the table, `sender` (key or alias), `account`, `group` (true or false), `quotes` (a client).
 * With `dryRun`, at a rule or at the table, it is only told what would have been done.
 */
import type { Context, InboundView, Plugin, Verdict } from "ilink-hub/plugin";
import { rankPool } from "./_pool.ts";
import { type Mode, readTable, type Rule, type Table } from "./_rules.ts";

const WORDS = {
  zh: {
    rule: (id: string) => `规则 ${id}`,
    skipped: (id: string, why: string) => `规则 ${id} 不算（${why}）`,
    noNamed: (names: string) => `没有 ${names}`,
    noLabelled: (label: string) => `没有标签为 ${label} 的智能体`,
    dryRun: (id: string, what: string) => `试运行：规则 ${id} 会${what}`,
    route: (names: string) => `发给 ${names}`,
    reply: "回复",
    drop: "丢弃",
  },
  en: {
    rule: (id: string) => `rule ${id}`,
    skipped: (id: string, why: string) => `rule ${id} does not count (${why})`,
    noNamed: (names: string) => `there is no ${names}`,
    noLabelled: (label: string) => `nobody bears the label ${label}`,
    dryRun: (id: string, what: string) => `dry run: rule ${id} would ${what}`,
    route: (names: string) => `send it to ${names}`,
    reply: "reply",
    drop: "drop it",
  },
};

function route(message: InboundView, ctx: Context<Table>): Verdict {
  const words = WORDS[ctx.lang];
  const notes: string[] = [];
  for (const rule of ctx.config.rules) {
    if (!rule.tests.every((test) => test(message, ctx.nowMs))) continue;
    const { verdict, note } = perform(rule, message, ctx);
    if (verdict === null) {
      notes.push(words.skipped(rule.id, note));
      continue;
    }
    if (!rule.isDryRun && !ctx.config.isDryRun) {
      const said = note === "" ? notes : [note, ...notes];
      return { ...verdict, reason: [words.rule(rule.id), ...said].join("; ") };
    }
    notes.push(words.dryRun(rule.id, tellVerdict(verdict, ctx)));
    // A rule that only shows what it would do lets the next ones try; in a table that does so, it would have ended here.
    if (!rule.isDryRun) break;
  }
  return notes.length === 0 ? { kind: "pass" } : { kind: "pass", reason: notes.join("; ") };
}

type Unreasoned =
  | { readonly kind: "route"; readonly to: readonly [string, ...string[]]; readonly mode: Mode }
  | { readonly kind: "reply"; readonly text: string }
  | { readonly kind: "drop" };

/** `null` when nobody is there whom the rule names: naming a client that has been removed would be a fault. */
function perform(
  { result }: Rule,
  message: InboundView,
  ctx: Context<Table>,
): { readonly verdict: Unreasoned | null; readonly note: string } {
  const words = WORDS[ctx.lang];
  switch (result.kind) {
    case "to": {
      const isKnown = (name: string) => ctx.clients.some((client) => client.name === name);
      const [first, ...others] = result.names.filter(isKnown);
      const missing = result.names.filter((name) => !isKnown(name)).join(", ");
      const note = missing === "" ? "" : words.noNamed(missing);
      if (first === undefined) return { verdict: null, note };
      return { verdict: { kind: "route", to: [first, ...others], mode: result.mode }, note };
    }
    case "pool": {
      const ranked = rankPool(ctx.clients, { label: result.label, person: message.sender.key });
      const [first, ...others] = ranked.map(({ name }) => name);
      if (first === undefined) return { verdict: null, note: words.noLabelled(result.label) };
      return { verdict: { kind: "route", to: [first, ...others], mode: result.mode }, note: "" };
    }
    case "reply":
    case "drop":
      return { verdict: result, note: "" };
  }
}

function tellVerdict(verdict: Unreasoned, { lang }: Context<Table>): string {
  const words = WORDS[lang];
  return verdict.kind === "route" ? words.route(verdict.to.join(", ")) : words[verdict.kind];
}

const keywords: Plugin<Table> = {
  manifest: { id: "keywords", api: 1, version: "1.1.0" },
  configure: readTable,
  route,
};

export default keywords;
