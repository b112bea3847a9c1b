/**
 * What a person can tell the hub in the chat: `/list`, `/use NAME`, `/broadcast TEXT`, `/status`, `/why`, `/help`, their
 * Chinese names, and `@name text` for one message. An unknown `/word` is the agent's; `//word` reaches it as `/word`.
 *
 * Configuration: `{ "prefix": "#" }` for another prefix than `/`. Every answer is short: it costs one of about ten sends.
 */
import type { ClientView, Context, InboundView, Json, Plugin, Verdict } from "ilink-hub/plugin";
import { WORDS } from "./_commands_words.ts";

export interface CommandsConfig {
  readonly prefix: string;
}

type Ctx = Context<CommandsConfig>;
type Command = "list" | "use" | "broadcast" | "status" | "why" | "help";

const NAMES: Readonly<Record<Command, readonly string[]>> = {
  list: ["list", "ls", "列表"],
  use: ["use", "switch", "用", "转"],
  broadcast: ["broadcast", "all", "群发"],
  status: ["status", "状态"],
  why: ["why", "为什么"],
  help: ["help", "帮助"],
};

/** Words after `/use` that end the choice, unless a client bears one of them as its name. */
const NOBODY = ["-", "none", "default", "默认", "取消"];

/** More clients than this are counted, not listed. */
const LISTED_MAX = 30;
/** More names than this are not told in one line. */
const NAMED_MAX = 10;
/** Clients in the status that are at work or kept waiting for. */
const HELD_MAX = 3;
/** A label, or a word that names nobody, is shown to the person up to this length. */
const WORD_LENGTH_MAX = 20;
/** Longer than any name. */
const MENTION_LENGTH_MAX = 200;

// ─── What the person wrote ──────────────────────────────────────────────────────────────────────────────────────────────

export type Request =
  /** Not for the hub. */
  | { readonly kind: "other" }
  /** For the agent, without the doubled sign in front. */
  | { readonly kind: "escaped"; readonly text: string }
  | {
    readonly kind: "command";
    readonly command: Command;
    readonly argument: string;
    /** As in `/用claude`: counts only if the argument is somebody's name or number. */
    readonly isGlued: boolean;
  }
  /** `@` and what follows it. */
  | { readonly kind: "mention"; readonly rest: string };

/** Reads a message's text; any text will do. */
export function parseRequest(text: string, prefix: string): Request {
  const start = text.trimStart();
  const head = fold(prefix);
  // Long texts are not folded whole: all that counts stands in front.
  const folded = fold(start.slice(0, 2 * head.length + 2));
  if (folded.startsWith("@@")) return { kind: "escaped", text: start.slice(1) };
  if (folded.startsWith("@")) {
    const rest = start.slice(1).trimEnd();
    return /^[\p{L}\p{N}]/u.test(rest) ? { kind: "mention", rest } : { kind: "other" };
  }
  if (folded.startsWith(head + head)) return { kind: "escaped", text: start.slice(prefix.length) };
  if (folded.startsWith(head)) return parseCommand(start.slice(prefix.length).trimEnd());
  const whole = start.trimEnd();
  const isBareHead = whole.length < head.length && fold(whole) === head.trimEnd();
  return isBareHead ? command("help", "") : { kind: "other" };
}

function parseCommand(body: string): Request {
  const word = /^\S*/.exec(body)?.[0] ?? "";
  const folded = fold(word.slice(0, WORD_LENGTH_MAX));
  const argument = body.slice(word.length).trim();
  for (const [name, words] of Object.entries(NAMES) as [Command, readonly string[]][]) {
    if (words.includes(folded)) return command(name, argument);
  }
  return /^[用转]./u.test(folded)
    ? { kind: "command", command: "use", argument: body.slice(1).trim(), isGlued: true }
    : { kind: "other" };
}

function command(name: Command, argument: string): Request {
  return { kind: "command", command: name, argument, isGlued: false };
}

/** Full-width signs and letters as plain ones, in lower case; every place keeps its index. */
function fold(text: string): string {
  return text.replace(/[\s\S]/g, (unit) => {
    const code = unit.charCodeAt(0);
    const plain = code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : unit;
    const lower = plain.toLowerCase();
    return lower.length === 1 ? lower : plain;
  });
}

// ─── Whom it names ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The client of this name, in any case, or of this number in `/list`. */
function findClient(clients: readonly ClientView[], word: string): ClientView | null {
  const wanted = fold(word);
  const byName = clients.find(({ name }) => fold(name) === wanted);
  const byNumber = /^[1-9]\d{0,5}$/.test(wanted) ? clients[Number(wanted) - 1] : undefined;
  return byName ?? byNumber ?? null;
}

interface Mention {
  readonly client: ClientView;
  readonly text: string;
}

/** The longest name that stands at the start of `rest`, or a number, and the text behind it. */
function findMention(clients: readonly ClientView[], rest: string): Mention | null {
  const folded = fold(rest.slice(0, MENTION_LENGTH_MAX));
  const named = clients
    .filter(({ name }) => folded.startsWith(fold(name)) && endsAt(rest, name.length))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  if (named !== undefined) return { client: named, text: textBehind(rest, named.name.length) };
  const number = /^\d+(?=\s|$)/.exec(folded)?.[0];
  const numbered = number === undefined ? null : findClient(clients, number);
  if (number === undefined || numbered === null) return null;
  return { client: numbered, text: textBehind(rest, number.length) };
}

/** Whether a name may end here: not within a longer word, except in scripts that write words without spaces. */
function endsAt(text: string, index: number): boolean {
  const before = text.slice(0, index);
  const after = text.slice(index);
  if (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}]$/u.test(before)) {
    return true;
  }
  return !/^(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}])\.?[\p{L}\p{N}_-]/u
    .test(after);
}

function textBehind(rest: string, index: number): string {
  return rest.slice(index).replace(/^[\s,，:：、]+/, "");
}

/** The name most like `word`, if there is one that a slip of the finger explains. */
function nearestName(clients: readonly ClientView[], word: string): string | null {
  const wanted = fold(word);
  const near = clients.slice(0, 1_000).map(({ name }) => {
    const distance = Math.min(
      editDistance(fold(name), wanted),
      editDistance(fold(name), wanted.slice(0, name.length)),
    );
    return { name, distance };
  }).filter(({ name, distance }) =>
    distance < name.length && distance <= Math.max(1, Math.floor(name.length / 3))
  );
  return near.toSorted((a, b) => a.distance - b.distance)[0]?.name ?? null;
}

/** Letters to insert, remove or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

// ─── What is answered ───────────────────────────────────────────────────────────────────────────────────────────────────

function route(message: InboundView, ctx: Ctx): Verdict {
  const { prefix } = ctx.config;
  const request = parseRequest(message.text, prefix);
  switch (request.kind) {
    case "other":
      return { kind: "pass" };
    case "escaped":
      return { kind: "pass", text: request.text, reason: WORDS[ctx.lang].escaped };
    case "mention":
      return mention(message, request.rest, ctx);
    case "command":
      return obey(request, ctx);
  }
}

function mention(message: InboundView, rest: string, ctx: Ctx): Verdict {
  const words = WORDS[ctx.lang];
  const found = findMention(ctx.clients, rest);
  if (found === null) {
    const word = /^[\p{L}\p{N}_.-]+/u.exec(rest)?.[0] ?? rest;
    return { kind: "reply", text: nobody(word, ctx), reason: words.command(`@${cut(word)}`) };
  }
  const { client: { name }, text } = found;
  const reason = words.command(`@${name}`);
  if (text === "" && message.parts.every(({ kind }) => kind === "text")) {
    return { kind: "reply", text: words.mentionUsage(name, ctx.config.prefix), reason };
  }
  return { kind: "route", to: [name], text, reason };
}

function obey(request: Extract<Request, { kind: "command" }>, ctx: Ctx): Verdict {
  const words = WORDS[ctx.lang];
  const { prefix } = ctx.config;
  const reason = words.command(prefix + request.command);
  const answer = (text: string): Verdict => ({ kind: "reply", text, reason });
  switch (request.command) {
    case "list":
      return answer(listText(ctx));
    case "use":
      if (request.isGlued && findClient(ctx.clients, request.argument) === null) {
        return { kind: "pass" };
      }
      return request.argument === ""
        ? answer(`${words.useUsage(prefix)}\n${listText(ctx)}`)
        : use(request.argument, ctx, reason);
    case "broadcast": {
      const [first, ...others] = ctx.clients.map(({ name }) => name);
      if (first === undefined) return answer(words.noClients);
      if (request.argument === "") return answer(words.broadcastUsage(prefix));
      return { kind: "route", to: [first, ...others], text: request.argument, reason };
    }
    case "status":
      return answer(statusText(ctx));
    case "why": {
      const last = ctx.lastDecision;
      return answer(last === null ? words.noLast : [last.summary, ...last.steps].join("\n"));
    }
    case "help":
      return answer(words.help(prefix));
  }
}

function use(argument: string, ctx: Ctx, reason: string): Verdict {
  const words = WORDS[ctx.lang];
  const client = findClient(ctx.clients, argument);
  if (client === null) {
    return NOBODY.includes(fold(argument))
      ? { kind: "reply", text: words.unbound(ctx.defaultClient), bind: null, reason }
      : { kind: "reply", text: nobody(argument, ctx), reason };
  }
  const before = ctx.binding?.client ?? ctx.defaultClient;
  const isThere = client.state === "polling" || client.state === "busy";
  const state = words.state(client, ctx.nowMs);
  const text = [
    before === client.name ? words.already(client.name, state) : words.bound(client.name, state),
    isThere ? "" : words.waits,
    before === null || before === client.name ? "" : words.before(before),
  ].join("");
  return { kind: "reply", text: text.trim(), bind: client.name, moveWaiting: true, reason };
}

/** One line for a name that nobody bears. */
function nobody(word: string, ctx: Ctx): string {
  const words = WORDS[ctx.lang];
  if (ctx.clients.length === 0) return words.noClients;
  const near = nearestName(ctx.clients, word.slice(0, 64));
  if (near !== null) return words.unknownNear(cut(word), near);
  return words.unknown(cut(word), ctx.clients.slice(0, NAMED_MAX).map(({ name }) => name));
}

function listText(ctx: Ctx): string {
  const words = WORDS[ctx.lang];
  if (ctx.clients.length === 0) return words.noClients;
  const lines = ctx.clients.slice(0, LISTED_MAX).map((client, index) => {
    const label = client.label === "" ? "" : ` ${cut(client.label)}`;
    const state = words.inBrackets(words.state(client, ctx.nowMs));
    const waiting = client.waiting === 0 ? "" : words.waiting(client.waiting);
    return `${index + 1}. ${client.name}${label}${state}${waiting}${mark(client, ctx)}`;
  });
  const more = ctx.clients.length - lines.length;
  return [...lines, ...(more > 0 ? [words.more(more)] : [])].join("\n");
}

function mark(client: ClientView, ctx: Ctx): string {
  const words = WORDS[ctx.lang];
  if (ctx.binding?.client === client.name) return words.current;
  return ctx.binding === null && ctx.defaultClient === client.name ? words.default : "";
}

function statusText(ctx: Ctx): string {
  const words = WORDS[ctx.lang];
  const { hub, clients, nowMs } = ctx;
  const name = ctx.binding?.client ?? ctx.defaultClient;
  const client = clients.find((candidate) => candidate.name === name);
  const there = clients.filter(({ state }) => state === "polling" || state === "busy").length;
  const held = clients.filter(({ state, waiting }) =>
    state === "busy" || (state !== "polling" && waiting > 0)
  );
  const throttledUntilMs = hub.throttledUntilMs ?? null;
  const sendsLeft = Math.max(0, hub.sendsLeft - 1); // this answer takes one
  return [
    words.hub(hub.version, words.duration(hub.uptimeMs)),
    client === undefined
      ? words.noCurrent
      : words.currentIs(client.name, words.state(client, nowMs)),
    words.counts(clients.length, there),
    ...(held.length === 0 ? [] : [heldText(held, ctx)]),
    hub.windowEndsAtMs === null
      ? words.sends(sendsLeft)
      : words.sendsWithin(sendsLeft, words.duration(hub.windowEndsAtMs - nowMs)),
    ...(throttledUntilMs === null ? [] : [words.throttled(clockText(throttledUntilMs))]),
  ].join("\n");
}

/** Who is at work or away while messages wait, in one line. */
function heldText(held: readonly ClientView[], ctx: Ctx): string {
  const words = WORDS[ctx.lang];
  const parts = held.slice(0, HELD_MAX).map((client) => {
    const waiting = client.waiting === 0 ? "" : words.waiting(client.waiting);
    return `${client.name}${words.inBrackets(words.state(client, ctx.nowMs))}${waiting}`;
  });
  const more = held.length - parts.length;
  return [...parts, ...(more > 0 ? [words.more(more)] : [])].join(words.separator);
}

/** Not how long from now: the answer itself may have to wait. */
function clockText(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

function cut(word: string): string {
  const letters = [...word];
  return letters.length <= WORD_LENGTH_MAX
    ? word
    : `${letters.slice(0, WORD_LENGTH_MAX).join("")}…`;
}

// ─── The plugin ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function configure(raw: Json): CommandsConfig {
  if (raw === null) return { prefix: "/" };
  const want = `want { "prefix": "#" }`;
  if (typeof raw !== "object" || Array.isArray(raw)) {
    throw new Error(`The configuration is ${JSON.stringify(raw)}, ${want}`);
  }
  const unknown = Object.keys(raw).find((key) => key !== "prefix");
  if (unknown !== undefined) throw new Error(`There is no setting "${unknown}", ${want}`);
  const { prefix = "/" } = raw;
  if (typeof prefix !== "string" || !/^[^\s@＠]/.test(prefix) || prefix.length > 10) {
    const limits = `1 to 10 characters that do not start with @ or a space`;
    throw new Error(`prefix is ${JSON.stringify(prefix)}, want ${limits}`);
  }
  return { prefix };
}

const commands: Plugin<CommandsConfig> = {
  manifest: { id: "commands", api: 1, version: "1.0.0" },
  configure,
  route,
};

export default commands;
