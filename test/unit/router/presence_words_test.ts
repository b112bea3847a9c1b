import { assert, assertEquals } from "@std/assert";
import type { ClientState } from "../../../src/core/client.ts";
import { asId, type ClientId } from "../../../src/core/ids.ts";
import { HUB_ID } from "../../../src/plugin/manifest.ts";
import { decide, type Decided, type DecisionPorts } from "../../../src/router/chain.ts";
import type { DecisionInput } from "../../../src/store/store.ts";
import { client, decisionInput, statesOf } from "../../fake/decision_input.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";
import { answering, hostOf, shippedHost } from "../../fake/plugins.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

const clock = createFakeClock();
const CLAUDE = asId<ClientId>(1);
const MINUTE_MS = 60_000;
const NOW_MS = 100 * 60 * MINUTE_MS;

/** Three clients: 1 claude, 2 codex, 3 OpenClaw; claude is the default. */
function ports(
  states: Readonly<Record<number, ClientState>>,
  { calledAtMs = NOW_MS - 12 * MINUTE_MS, prefix = "/", ...changes }: Partial<DecisionPorts> & {
    readonly calledAtMs?: number | null;
    readonly prefix?: string | null;
  } = {},
): DecisionPorts {
  return {
    host: shippedHost(clock),
    policy: { senders: { kind: "owner", ids: [] }, groups: { kind: "none", ids: [] } },
    clients: [client(1, "claude"), client(2, "codex"), client(3, "OpenClaw")],
    states: { ...statesOf(states), lastCallAtMs: () => calledAtMs },
    limits: SEND_LIMITS,
    lang: "zh",
    version: "0.1.0",
    startedAtMs: 0,
    nowMs: NOW_MS,
    words: { saysAway: true, commandPrefix: prefix },
    ...changes,
  };
}

function written(text: string, changes: Parameters<typeof decisionInput>[1] = {}): DecisionInput {
  const { account } = decisionInput("");
  return decisionInput(text, {
    account: { ...account, defaultClient: CLAUDE },
    ledger: { lastInboundAtMs: NOW_MS, sendsSinceInbound: 0, coolDownUntilMs: 0 },
    ...changes,
  });
}

async function lineFor(input: DecisionInput, given: DecisionPorts): Promise<string | null> {
  const { decision } = await decide(input, given);
  assert(decision.kind === "deliver");
  return decision.say;
}

/** The person's next message, with what was remembered. */
function next(text: string, { memories }: Decided): DecisionInput {
  return written(text, { memories });
}

Deno.test("a message for an agent that is away is told, with one that is there to pass it on to", async () => {
  const line = await lineFor(written("hi"), ports({ 2: "polling" }));
  assertEquals(line, "claude 离线 12 分钟，已为你保留消息，回复 /转 codex 可改投");
  const english = await lineFor(written("hi"), ports({ 3: "busy" }, { lang: "en" }));
  assertEquals(
    english,
    "claude has been away for 12 min; your message is kept. Reply /use OpenClaw to pass it on",
  );
});

Deno.test("the offer is made in the words that the owner's commands have, or not at all", async () => {
  const there = { 2: "polling" } as const;
  assertEquals(
    await lineFor(written("hi"), ports(there, { prefix: "#" })),
    "claude 离线 12 分钟，已为你保留消息，回复 #转 codex 可改投",
  );
  const kept = "claude 离线 12 分钟，已为你保留消息";
  assertEquals(await lineFor(written("hi"), ports(there, { prefix: null })), kept);
  assertEquals(await lineFor(written("hi"), ports(there, { host: hostOf(clock, {}) })), kept);
  assertEquals(await lineFor(written("hi"), ports({})), kept);
});

Deno.test("how long an agent is away is told in the unit that fits", async () => {
  const away = (minutes: number | null) =>
    lineFor(
      written("hi"),
      ports({}, { calledAtMs: minutes === null ? null : NOW_MS - minutes * MINUTE_MS }),
    );
  assertEquals(await away(0), "claude 刚刚离线，已为你保留消息");
  assertEquals(await away(200), "claude 离线 3 小时，已为你保留消息");
  assertEquals(await away(4 * 24 * 60), "claude 离线 4 天，已为你保留消息");
  assertEquals(await away(null), "claude 还没有连上过，已为你保留消息");
});

Deno.test("an absence is told once, and the next one again", async () => {
  const first = await decide(written("hi"), ports({}));
  const again = next("are you there?", first);
  assertEquals(await lineFor(again, ports({}, { nowMs: NOW_MS + MINUTE_MS })), null);
  const later = { nowMs: NOW_MS + 30 * MINUTE_MS, calledAtMs: NOW_MS + 10 * MINUTE_MS };
  assertEquals(
    await lineFor(again, ports({}, later)),
    "claude 离线 20 分钟，已为你保留消息",
  );
  const other = next("@codex hi", first);
  assertEquals(await lineFor(other, ports({})), "codex 离线 12 分钟，已为你保留消息");
});

Deno.test("who has just chosen an agent that is away was told so and does not hear it again", async () => {
  const chosen = await decide(written("/用 codex"), ports({}));
  assert(chosen.decision.kind === "answer");
  assertEquals(
    chosen.decision.text,
    "已切到 codex（离线 12 分钟）。消息会等它上线。之前的 claude 仍可用 @claude",
  );
  const bound = { binding: { client: asId<ClientId>(2), boundAtMs: NOW_MS } };
  const { memories } = chosen;
  assertEquals(await lineFor(written("hi", { memories, ...bound }), ports({})), null);
  const later = { nowMs: NOW_MS + 30 * MINUTE_MS, calledAtMs: NOW_MS + 10 * MINUTE_MS };
  assertEquals(
    await lineFor(written("hi", { memories, ...bound }), ports({}, later)),
    "codex 离线 20 分钟，已为你保留消息",
  );
  const there = await decide(written("/用 codex"), ports({ 2: "polling" }));
  assertEquals(there.memories[HUB_ID], undefined);
});

Deno.test("decided again, a message gets the same line, and it stands in the trace", async () => {
  const one = await decide(written("hi"), ports({}));
  const two = await decide(written("hi"), ports({}));
  assertEquals(one.decision, two.decision);
  assertEquals(one.memories, two.memories);
  assert(JSON.stringify(one.trace.decision).includes("已为你保留消息"));
});

Deno.test("nothing is said where one of several is there, a plugin speaks, or the owner wants silence", async () => {
  const all = written("/群发 hi");
  assertEquals(await lineFor(all, ports({ 3: "polling" })), null);
  assertEquals(await lineFor(all, ports({})), "claude、codex、OpenClaw 都不在线，已为你保留消息");
  const to = { kind: "route", to: ["claude"], reason: "" };
  const host = hostOf(clock, { night: answering({ ...to, say: "zzz" }) });
  assertEquals(await lineFor(written("hi"), ports({}, { host })), "zzz");
  const words = { saysAway: false, commandPrefix: "/" };
  assertEquals(await lineFor(written("hi"), ports({}, { words })), null);
});

Deno.test("an agent that has not called since the hub began is given time to do so", async () => {
  const states = { ...statesOf(), lastCallAtMs: () => null };
  const clients = [{ ...client(1, "claude"), lastSeenAtMs: NOW_MS - 12 * MINUTE_MS }];
  const begun = (minutes: number) =>
    lineFor(
      written("hi"),
      ports({}, { states, clients, startedAtMs: NOW_MS - minutes * MINUTE_MS }),
    );
  assertEquals(await begun(1), null);
  assertEquals(await begun(3), "claude 离线 12 分钟，已为你保留消息");
});

Deno.test("nothing is said with the last sends, in a cool-down or after the window", async () => {
  const { ledger } = written("hi");
  const wait = { lastInboundAtMs: NOW_MS, sendsSinceInbound: 0 };
  for (
    const low of [
      { ...ledger, sendsSinceInbound: 8 },
      { ...wait, coolDownUntilMs: NOW_MS + 1 },
      { ...ledger, lastInboundAtMs: NOW_MS - 25 * 60 * MINUTE_MS },
    ]
  ) {
    assertEquals(await lineFor(written("hi", { ledger: low }), ports({})), null);
  }
  const enough = { ...ledger, sendsSinceInbound: 7 };
  assert(await lineFor(written("hi", { ledger: enough }), ports({})) !== null);
});

Deno.test("a word to stop is delivered to a busy agent and acknowledged, each time", async () => {
  const busy = ports({ 1: "busy" });
  const line = "claude 正忙，做完当前这一步就会收到";
  for (
    const word of ["停止", "停", "stop", "/stop", " STOP ", "／ＳＴＯＰ", "停止。", "@claude 停止"]
  ) {
    const { decision, memories } = await decide(written(word), busy);
    assert(decision.kind === "deliver");
    assertEquals([decision.to, decision.say], [[CLAUDE], line], word);
    assertEquals(memories[HUB_ID], undefined);
  }
  for (const text of ["停止一下", "stop it", "hi", "don't stop"]) {
    assertEquals(await lineFor(written(text), busy), null, text);
  }
});

Deno.test("a word to stop to an agent that listens gets no line, and one that is away is told as such", async () => {
  assertEquals(await lineFor(written("停止"), ports({ 1: "polling" })), null);
  assertEquals(await lineFor(written("停止"), ports({})), "claude 离线 12 分钟，已为你保留消息");
});
