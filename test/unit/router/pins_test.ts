import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import commands from "../../../plugins/commands.ts";
import { asId, type ClientId, type ReplyId } from "../../../src/core/ids.ts";
import type { Inbound } from "../../../src/core/message.ts";
import { isOpen, type Pin } from "../../../src/core/pin.ts";
import { decide, type Decided } from "../../../src/router/chain.ts";
import type { DecisionInput } from "../../../src/store/store.ts";
import { client, decisionInput, statesOf } from "../../fake/decision_input.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";
import { answering, hostOf } from "../../fake/plugins.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

const MINUTE_MS = 60_000;
const CLAUDE = asId<ClientId>(1);
const HERMES = asId<ClientId>(2);
const THIRD = asId<ClientId>(3);
/** A client that has gone. */
const NOBODY = asId<ClientId>(9);
const clock = createFakeClock();

/** Commands as they are shipped, and a plugin that sends everything else to everybody. */
const HOST = hostOf(clock, {
  commands: {
    route: (message, ctx) =>
      commands.route?.(message, { ...ctx, config: { prefix: "/" } }) ?? { kind: "pass" },
  },
  everybody: answering({ kind: "route", to: ["claude", "hermes", "third"], reason: "a mirror" }),
});

/** As `HOST`, but everything else goes to `third` alone. */
const ONE = hostOf(clock, {
  commands: {
    route: (message, ctx) =>
      commands.route?.(message, { ...ctx, config: { prefix: "/" } }) ?? { kind: "pass" },
  },
  one: answering({ kind: "route", to: ["third"], reason: "by rule" }),
});

/** `from` asked at 1,000 ms, for a minute. */
function pin(from: ClientId, reply: number = from, changes: Partial<Pin> = {}): Pin {
  return {
    client: from,
    reply: asId<ReplyId>(reply),
    askedAtMs: 1_000,
    forMs: MINUTE_MS,
    ...changes,
  };
}

interface Around {
  readonly pins: readonly Pin[];
  readonly memories?: DecisionInput["memories"];
  readonly atMs?: number;
  readonly sender?: string;
  readonly inbound?: Partial<Inbound>;
  readonly lang?: "zh" | "en";
  readonly host?: typeof HOST;
}

/** What becomes of a text that comes two seconds after the questions. */
function write(text: string, around: Around): Promise<Decided> {
  const { pins, memories = {}, atMs = 3_000, sender = "p1", lang = "en", host = HOST } = around;
  const inbound = around.inbound ?? {};
  const input = decisionInput(text, {
    pins,
    memories,
    sender: { key: sender, alias: "" },
    inbound,
  });
  return decide({ ...input, message: { ...input.message, receivedAtMs: atMs } }, {
    host,
    policy: { senders: { kind: "open", ids: [] }, groups: { kind: "open", ids: [] } },
    clients: [client(1, "claude"), client(2, "hermes"), client(3, "third")],
    states: statesOf(),
    limits: SEND_LIMITS,
    lang,
    version: "0.1.0",
    startedAtMs: 0,
    nowMs: 9_000,
  });
}

/** Whom it goes to, and with which text. */
function targets({ decision }: Decided): readonly [readonly ClientId[], string | null] {
  assert(decision.kind === "deliver", decision.kind);
  return [decision.to, decision.text];
}

const EVERYBODY = [CLAUDE, HERMES, THIRD];

Deno.test("a short answer goes to who asked and to nobody else, and the trace says so", async () => {
  const decided = await write("yes", { pins: [pin(HERMES)] });
  assertEquals(decided.decision, {
    kind: "deliver",
    to: [HERMES],
    text: null,
    say: null,
    binding: { kind: "keep" },
    moveWaiting: false,
    reason: "it answers what hermes asked",
  });
  assertEquals(decided.endedPins, [asId<ReplyId>(2)]);
  assertEquals(decided.trace.steps.map(({ plugin, outcome }) => [plugin, outcome]), [
    ["commands", { kind: "verdict", verdict: { kind: "pass" } }],
    ["hub", {
      kind: "verdict",
      verdict: { kind: "pin", to: ["hermes"], reason: "it answers what hermes asked" },
    }],
  ]);
  assertEquals(decided.trace.decision, {
    kind: "deliver",
    by: "hub",
    to: ["hermes"],
    reason: "it answers what hermes asked",
  });
  assertEquals(decided.trace.seen.pins, [
    { client: "hermes", reply: asId<ReplyId>(2), askedAtMs: 1_000, forMs: MINUTE_MS },
  ]);
});

Deno.test("what is long, quotes, is a command or shows something is no short answer", async () => {
  const pins = [pin(HERMES)];
  const image = { kind: "image", text: "", bytes: 1 } as const;
  const quote = { wireId: "1", text: "that", createTimeMs: null };
  const voice = { kind: "voice", text: "yes", bytes: null } as const;
  for (
    const [text, inbound, isAnswer] of [
      ["y".repeat(40), {}, true],
      ["汉".repeat(40), {}, true],
      ["😀".repeat(40), {}, true],
      ["y".repeat(41), {}, false],
      ["yes", { parts: [voice] }, true],
      ["yes", { parts: [image, { kind: "text", text: "yes", bytes: null }] }, false],
      ["", { parts: [image] }, false],
      ["  ", {}, false],
      ["yes", { quote }, false],
      ["/approve", {}, false],
      ["／approve", {}, false],
      ["//yes", {}, false],
      ["@@third yes", {}, false],
    ] as const
  ) {
    const given = { inbound: inbound as Partial<Inbound>, host: ONE };
    const [to] = targets(await write(text, { pins, ...given }));
    assertEquals(to, [isAnswer ? HERMES : THIRD], JSON.stringify([text, inbound]));
  }
});

Deno.test("commands and mentions do as they always do", async () => {
  const pins = [pin(HERMES)];
  assertEquals((await write("/list", { pins })).decision.kind, "answer");
  assertEquals(targets(await write("@claude yes", { pins })), [[CLAUDE], "yes"]);
  assertEquals(targets(await write("/broadcast yes", { pins: [] })), [EVERYBODY, "yes"]);
});

Deno.test("a broadcast approves nothing: a short one goes to nobody while somebody waits, a long one leaves the question open", async () => {
  const pins = [pin(HERMES)];
  const short = await write("/broadcast yes", { pins });
  const reason = "hermes asked something, and a short text for several answers nobody";
  const text = "Not sent: hermes asked you something, and a text for all answers nobody. " +
    "To answer write @hermes TEXT";
  assertEquals(short.decision, {
    ...{ kind: "answer", text, reason },
    ...{ binding: { kind: "keep" }, moveWaiting: false },
  });
  assertEquals(short.endedPins, []);
  assertEquals(short.trace.steps.map(({ plugin }) => plugin), ["commands", "hub"]);
  assertEquals(short.trace.steps.at(-1)?.outcome, {
    kind: "verdict",
    verdict: { kind: "pin", text, reason },
  });
  // It is not held either: what comes next is an answer of its own.
  assertEquals(targets(await write("no", { pins, memories: short.memories })), [[HERMES], null]);
  const inChinese = await write("/群发 好", { pins, lang: "zh" });
  assert(inChinese.decision.kind === "answer");
  assertEquals(
    inChinese.decision.text,
    "没有群发：hermes 在等回答，群发不算回答。要回答请写：@hermes 内容",
  );
  const long = "tell me what you have done since this morning";
  const sent = await write(`/broadcast ${long}`, { pins });
  assertEquals(targets(sent), [EVERYBODY, long]);
  assertEquals(sent.endedPins, []);
});

Deno.test("no plugin makes a text the answer of several agents", async () => {
  const pins = [pin(HERMES)];
  const quote = { wireId: "1", text: "that", createTimeMs: null };
  const image = { kind: "image", text: "", bytes: 1 } as const;
  for (const [text, inbound] of [["yes", { quote }], ["/approve", {}], ["//ok", {}]] as const) {
    assertEquals((await write(text, { pins, inbound })).decision.kind, "answer", text);
  }
  const turned = hostOf(clock, {
    turned: answering({ kind: "route", to: ["claude", "hermes"], text: "ok", reason: "mine" }),
  });
  const pictured = { pins, inbound: { parts: [image] }, host: turned };
  assertEquals((await write("", pictured)).decision.kind, "answer");
  const others = hostOf(clock, {
    others: answering({ kind: "route", to: ["claude", "third"], reason: "nobody of them waits" }),
  });
  const quoting = { pins, inbound: { quote }, host: others };
  assertEquals(targets(await write("yes", quoting))[0], [CLAUDE, THIRD]);
});

Deno.test("a question is open from when it was sent until its time is over", async () => {
  const pins = [pin(HERMES)];
  const isAnswer = async (atMs: number, changes: Partial<Pin> = {}) => {
    const [to] = targets(await write("yes", { pins: [pin(HERMES, 2, changes)], atMs }));
    return to.length === 1;
  };
  assertEquals(await isAnswer(999), false); // written before it was asked
  assertEquals(await isAnswer(1_000), true);
  assertEquals(await isAnswer(60_999), true);
  assertEquals(await isAnswer(61_000), false);
  assertEquals(await isAnswer(3_000, { askedAtMs: null }), false);
  assertEquals((await write("yes", { pins, atMs: 61_000 })).endedPins, [asId<ReplyId>(2)]);
  assertEquals((await write("yes", { pins, atMs: 999 })).endedPins, []);
});

Deno.test("a client that is gone has asked nothing", async () => {
  const gone = pin(asId<ClientId>(9));
  assertEquals(targets(await write("yes", { pins: [gone] }))[0], EVERYBODY);
  assertEquals(targets(await write("yes", { pins: [gone, pin(CLAUDE)] }))[0], [CLAUDE]);
});

Deno.test("a question ends when its client alone gets a message, or when another agent is chosen", async () => {
  const pins = [pin(CLAUDE), pin(HERMES)];
  assertEquals((await write("@hermes yes", { pins })).endedPins, [asId<ReplyId>(2)]);
  assertEquals((await write("/use third", { pins })).endedPins, [1, 2].map(asId<ReplyId>));
  assertEquals((await write("/status", { pins })).endedPins, []);
  assertEquals(
    (await write("a message of more than forty characters....", { pins })).endedPins,
    [],
  );
});

Deno.test("of two questions the hub asks which is meant and routes nothing until it is named", async () => {
  const pins = [pin(CLAUDE), pin(HERMES)];
  const asked = await write("yes", { pins });
  const text = "Who is this answer for? Reply with a name: claude, hermes";
  assertEquals(asked.decision, {
    kind: "answer",
    text,
    binding: { kind: "keep" },
    moveWaiting: false,
    reason: "claude, hermes wait for an answer",
  });
  assertEquals(asked.endedPins, []);
  assertEquals(asked.trace.steps.at(-1)?.outcome, {
    kind: "verdict",
    verdict: { kind: "pin", text, reason: "claude, hermes wait for an answer" },
  });
  for (const name of ["hermes", " Hermes ", "@hermes", "ＨＥＲＭＥＳ", "＠hermes"]) {
    const named = await write(name, { pins, memories: asked.memories });
    assertEquals(targets(named), [[HERMES], "yes"], name);
    assertEquals(named.endedPins, [asId<ReplyId>(2)]);
    assertEquals(named.decision.reason, "it says that the answer is for hermes");
    assertEquals(named.memories["hub"], {});
  }
  const inChinese = await write("好", { pins, lang: "zh" });
  assert(inChinese.decision.kind === "answer");
  assertEquals(inChinese.decision.text, "这是回答谁的？请回复名字：claude、hermes");
});

Deno.test("what is no name is asked about again, and all of it goes to who is named", async () => {
  const pins = [pin(CLAUDE), pin(HERMES)];
  const first = await write("yes", { pins });
  const again = await write("the second", { pins, memories: first.memories });
  assertEquals(again.decision.kind, "answer");
  const named = await write("hermes", { pins, memories: again.memories });
  assertEquals(targets(named), [[HERMES], "yes\nthe second"]);
});

Deno.test("when one question is left the answer and what was held go there", async () => {
  const both = [pin(CLAUDE), pin(HERMES)];
  const { memories } = await write("yes", { pins: both });
  const last = await write("please", { pins: [pin(HERMES)], memories });
  assertEquals(targets(last), [[HERMES], "yes\nplease"]);
  assertEquals(last.memories["hub"], {});
});

Deno.test("an answer that was held counts for the questions that were open, and for its writer", async () => {
  const { memories } = await write("yes", { pins: [pin(CLAUDE), pin(HERMES)] });
  const newer = [pin(CLAUDE, 11), pin(HERMES, 12)];
  const later = await write("no", { pins: newer, memories });
  const named = await write("claude", { pins: newer, memories: later.memories });
  assertEquals(targets(named), [[CLAUDE], "no"]);
  const other = await write("claude", {
    pins: [pin(CLAUDE), pin(HERMES)],
    memories,
    sender: "p2",
  });
  assertEquals(other.decision.kind, "answer");
  // Without an open question a name is a message like any other.
  assertEquals(targets(await write("claude", { pins: [], memories })), [EVERYBODY, null]);
});

Deno.test("the hub's other memory of the conversation stays", async () => {
  const memories = { hub: { noClientSaidAtMs: 5 } };
  const pins = [pin(CLAUDE), pin(HERMES)];
  const asked = await write("yes", { pins, memories });
  assertEquals(asked.memories["hub"]?.["noClientSaidAtMs"], 5);
  const named = await write("claude", { pins, memories: { ...memories, ...asked.memories } });
  assertEquals(named.memories["hub"], { noClientSaidAtMs: 5 });
});

Deno.test("a command plugin that fails does not take the answer along, unless nothing may pass it", async () => {
  const broken = {
    route() {
      throw new Error("broken");
    },
  };
  const pins = [pin(HERMES)];
  const next = await write("yes", { pins, host: hostOf(clock, { commands: broken }) });
  assertEquals(targets(next), [[HERMES], null]);
  const parking = hostOf(clock, { commands: { ...broken, onFault: "park" } });
  assertEquals((await write("yes", { pins, host: parking })).decision.kind, "park");
});

Deno.test("whatever is written, and whoever asks, an answer never goes to two", async () => {
  const text = fc.oneof(
    fc.string({ maxLength: 45 }),
    fc.constantFrom("yes", "claude", "@hermes", "/use claude", "@third ok", "third"),
    fc.constantFrom("/broadcast ok", "/all a text that is by far too long for a short answer"),
  );
  const someone = fc.constantFrom(CLAUDE, HERMES, THIRD, NOBODY);
  const open = fc.uniqueArray(
    fc.record({
      client: someone,
      reply: fc.integer({ min: 1, max: 9 }).map(asId<ReplyId>),
      askedAtMs: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: null }),
      forMs: fc.integer({ min: 1, max: 5_000 }),
    }),
    { selector: ({ client }) => client, maxLength: 4 },
  );
  const verdict = fc.record({
    kind: fc.constant("route" as const),
    to: fc.constantFrom<[string, ...string[]]>(
      ["claude", "hermes", "third"],
      ["hermes", "third"],
      ["third"],
    ),
    mode: fc.constantFrom("all" as const, "first_available" as const),
    text: fc.constantFrom("ok", "", "a text that is by far too long for a short answer"),
    reason: fc.constant("mine"),
  });
  const plugin = fc.option(verdict, { nil: null });
  const around = fc.array(fc.tuple(text, open, plugin), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(around, async (messages) => {
      let memories: DecisionInput["memories"] = {};
      for (const [written, pins, given] of messages) {
        const host = given === null ? HOST : hostOf(clock, { turned: answering(given) });
        const decided = await write(written, { pins, memories, host });
        memories = { ...memories, ...decided.memories };
        const { decision } = decided;
        const isPinned = JSON.parse(JSON.stringify(decided.trace.decision)).by === "hub";
        if (isPinned && decision.kind === "deliver") {
          assertEquals(decision.to.length, 1);
          const [to] = decision.to;
          assert(pins.some((one) => one.client === to && one.askedAtMs !== null));
        }
        const waiting = pins.filter((one) => isOpen(one, 3_000) && one.client !== NOBODY);
        if (decision.kind === "deliver" && decision.to.length > 1) {
          const length = [...(decision.text ?? written).trim()].length;
          const isFree = waiting.every(({ client }) => !decision.to.includes(client));
          assert(isFree || length === 0 || length > 40, "several got a short text");
        }
        const isShort = /^[^/@／＠]/.test(written.trim()) && [...written.trim()].length <= 40;
        if (waiting.length > 1 && isShort && decision.kind === "deliver") {
          const name = ["claude", "hermes", "third"].find((one) => one === written.trim());
          assert(name !== undefined, "delivered before a name was said");
        }
        for (const ended of decided.endedPins) assert(pins.some(({ reply }) => reply === ended));
      }
    }),
    { numRuns: 600 },
  );
});
