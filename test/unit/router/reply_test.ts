import { assert, assertEquals } from "@std/assert";
import type { TextFiles } from "../../../src/core/text_files.ts";
import type { Client, ClientSettings } from "../../../src/core/client.ts";
import type { ConversationId, MessageId, ReplyId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/lib/log.ts";
import type { PluginHost } from "../../../src/plugin/host.ts";
import { type Replies, type ReplyPorts, startReplies } from "../../../src/router/reply.ts";
import type { SendJob } from "../../../src/store/store.ts";
import { statesOf } from "../../fake/decision_input.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { hostOf } from "../../fake/plugins.ts";
import { openRoutedWorld, type RoutedWorld, until } from "../../fake/routed_world.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

interface Running {
  readonly world: RoutedWorld;
  readonly replies: Replies;
  readonly client: Client;
  /** Person -> their conversation and the message to answer. */
  readonly people: ReadonlyMap<string, { conversation: ConversationId; message: MessageId }>;
  sends: number;
  readonly uploads: Parameters<TextFiles["upload"]>[0][];
  readonly typings: Parameters<ReplyPorts["showTyping"]>[0][];
}

const FILE = { type: 4, file_item: { file_name: "answer.md", len: "9" } };

/** Two people have written, and `claude` got their messages. */
async function withReplies(
  options: {
    readonly host?: (world: RoutedWorld) => PluginHost;
    readonly store?: (world: RoutedWorld) => ReplyPorts["store"];
    readonly settings?: Partial<ClientSettings>;
    readonly isUploadFailing?: boolean;
  },
  use: (running: Running) => Promise<void>,
): Promise<void> {
  const world = await openRoutedWorld();
  const { store, clock } = world;
  const client = await world.addClient("claude");
  await store.updateClient(client.id, { settings: options.settings ?? {} });
  await world.receive(["p1", "hi"], ["p2", "hi"]);
  const people = new Map<string, { conversation: ConversationId; message: MessageId }>();
  for (const { message, conversation } of await store.heads({ skip: new Set(), limit: 10 })) {
    const input = await store.readForDecision(message);
    assert(input !== null);
    people.set(input.message.inbound.from.slice(0, 2), { conversation, message });
    await store.settle({
      message,
      decision: {
        kind: "deliver",
        to: [client.id],
        text: null,
        say: null,
        binding: { kind: "bind", client: client.id },
        moveWaiting: false,
        reason: "",
      },
      trace: { decidedAtMs: 0, steps: [], seen: { binding: null, clients: [] }, decision: null },
      memories: { hook: { remembered: true } },
      atMs: clock.now(),
    });
  }
  const running: Omit<Running, "replies"> = {
    world,
    client,
    people,
    sends: 0,
    uploads: [],
    typings: [],
  };
  const replies = startReplies({
    store: options.store?.(world) ?? store,
    host: options.host?.(world) ?? hostOf(clock, {}),
    states: statesOf(),
    limits: SEND_LIMITS,
    lang: "en",
    version: "0.1.0",
    startedAtMs: 0,
    clock,
    random: createFakeRandom(),
    log: silentLog,
    onSends: () => void running.sends++,
    files: {
      upload(file) {
        running.uploads.push(file);
        return Promise.resolve(options.isUploadFailing === true ? null : FILE);
      },
    },
    showTyping: (call) => void running.typings.push(call),
  });
  try {
    await use(Object.assign(running, { replies }));
  } finally {
    await replies.stop();
    await world.close();
  }
}

let given = 0;

/** The client answers a person; returns the reply's id. */
async function answer(
  running: Running,
  person: string,
  content: string,
  pinnedForMs: number | null = null,
): Promise<ReplyId> {
  const { world: { store, clock }, client, people } = running;
  const accepted = await store.accept({
    client: client.id,
    sendId: "",
    digest: `digest ${++given}`,
    content,
    answers: people.get(person) ?? null,
    to: "",
    pinnedForMs,
    atMs: clock.now(),
  });
  assert(accepted.kind === "accepted", accepted.kind);
  running.replies.bell.ring();
  return accepted.reply;
}

function text(words: string): string {
  return JSON.stringify({ item_list: [{ type: 1, text_item: { text: words } }] });
}

/** Everything planned, in the order in which it would be sent; the ledger is not asked. */
async function sendAll({ world: { store, account, clock } }: Running): Promise<SendJob[]> {
  const sent: SendJob[] = [];
  for (let round = 0; round < 100; round++) {
    const jobs = await store.nextSends({ account: account.id, skip: new Set(), limit: 10 });
    if (jobs.length === 0) return sent;
    for (const job of jobs) {
      await store.beginSend(job.send, { upstreamId: `up-${job.send}`, atMs: clock.now() });
      await store.endSend(job.send, { kind: "sent", wireId: `${job.send}`, atMs: clock.now() });
      sent.push(job);
    }
  }
  throw new Error("sends without end");
}

async function isShaped({ world: { store } }: Running, reply: ReplyId): Promise<boolean> {
  return (await store.replyOutcome(reply)).state !== "accepted";
}

async function untilShaped(running: Running, reply: ReplyId): Promise<void> {
  let isDone = false;
  await until(() => {
    void isShaped(running, reply).then((shaped) => isDone ||= shaped);
    return isDone;
  });
}

function textsOf(jobs: readonly SendJob[]): string[] {
  return jobs.map(({ content }) => JSON.parse(content).item_list[0].text_item.text);
}

Deno.test("a short reply is planned as it came, to the byte", async () => {
  await withReplies({}, async (running) => {
    const content =
      `{ "run_id":"r", "item_list":[{"type":1,"text_item":{"text":"hi"}}], "n":1.50 }`;
    await untilShaped(running, await answer(running, "p1", content));
    assertEquals((await sendAll(running)).map((job) => job.content), [content]);
    assertEquals(running.sends, 1);
  });
});

Deno.test("a long reply leaves in parts, whole and in order, before the next one", async () => {
  await withReplies({}, async (running) => {
    const words = Array.from({ length: 900 }, (_, index) => `word${index}`).join(" ");
    await answer(running, "p1", text(words));
    await untilShaped(running, await answer(running, "p1", text("after")));
    const texts = textsOf(await sendAll(running));
    assertEquals(texts.length, 5);
    for (const part of texts) assert(part.length <= 1_800);
    const marks = texts.slice(0, -1).map((part) => part.slice(-6));
    assertEquals(marks, Array.from({ length: 4 }, (_, at) => `\n(${at + 1}/4)`));
    assertEquals(texts.slice(0, -1).map((part) => part.slice(0, -6)).join(" "), words);
    assertEquals(texts.at(-1), "after");
  });
});

Deno.test("a text with a picture becomes two sends, and numbers keep their digits", async () => {
  await withReplies({}, async (running) => {
    const image = `{"type":2,"image_item":{"mid_size":18446744073709551615,"x":1.0}}`;
    const content = `{"item_list":[{"type":1,"text_item":{"text":"see"}},${image}],"run_id":"r"}`;
    await untilShaped(running, await answer(running, "p1", content));
    assertEquals((await sendAll(running)).map((job) => job.content), [
      `{"item_list":[{"type":1,"text_item":{"text":"see"}}],"run_id":"r"}`,
      `{"item_list":[${image}],"run_id":"r"}`,
    ]);
  });
});

Deno.test("what waited before the start is shaped at the start, in the order given", async () => {
  await withReplies({}, async (running) => {
    await running.replies.stop();
    for (let index = 0; index < 20; index++) await answer(running, "p1", text(`${index}`));
    const { world: { store, clock } } = running;
    const again = startReplies({
      store,
      host: hostOf(clock, {}),
      states: statesOf(),
      limits: { ...SEND_LIMITS, windowMs: 1 },
      lang: "en",
      version: "",
      startedAtMs: 0,
      clock,
      random: createFakeRandom(),
      log: silentLog,
      onSends: () => void running.sends++,
      files: { upload: () => Promise.resolve(null) },
      showTyping() {},
    });
    await until(() => running.sends === 20);
    await again.stop();
    assertEquals(
      textsOf(await sendAll(running)),
      Array.from({ length: 20 }, (_, index) => `${index}`),
    );
  });
});

Deno.test("reply hooks see the reply and the conversation, may change it, and may stop it", async () => {
  const host = ({ clock }: RoutedWorld) =>
    hostOf(clock, {
      broken: {
        reply: () => {
          throw new Error("broken");
        },
      },
      hook: {
        reply(reply, { binding, memory, nowMs }) {
          if (reply.text === "secret") return { kind: "stop", reason: "not for people" };
          const seen = [reply.client, reply.account, binding?.client, memory["remembered"]];
          const reason = JSON.stringify([...seen, nowMs > 0]);
          return { kind: "edit", text: `[${reply.client}] ${reply.text}`, reason };
        },
      },
      shout: {
        reply: (reply) => ({ kind: "edit", text: reply.text.toUpperCase(), reason: "loud" }),
      },
    });
  await withReplies({ host }, async (running) => {
    const { people, world } = running;
    const stopped = await answer(running, "p1", text("secret"));
    await untilShaped(running, await answer(running, "p1", text("hello")));
    assertEquals(textsOf(await sendAll(running)), ["[CLAUDE] HELLO"]);
    assertEquals((await world.store.replyOutcome(stopped)).state, "stopped");
    const message = people.get("p1")?.message;
    assert(message !== undefined);
    const [, edited] = (await world.store.trace(message))?.replies ?? [];
    const steps = JSON.parse(JSON.stringify(edited?.steps));
    assertEquals(steps.map((step: { plugin: string }) => step.plugin), ["broken", "hook", "shout"]);
    assertEquals(steps[0].outcome, { kind: "fault", fault: "threw", text: "broken" });
    assertEquals(
      steps[1].outcome.verdict.reason,
      `["claude","${world.account.name}","claude",true,true]`,
    );
  });
});

/** The newest reply to a person, as the owner sees it. */
async function lastReply({ world: { store }, people }: Running, person: string) {
  const message = people.get(person)?.message;
  assert(message !== undefined);
  const reply = (await store.trace(message))?.replies.at(-1);
  assert(reply !== undefined);
  return reply;
}

const throwing = {
  reply: () => {
    throw new Error("broken");
  },
};
const late = { reply: () => new Promise<never>(() => {}), deadlineMs: 1_000 };
const nonsense = { reply: () => ({ kind: "edit" }) as never };

for (
  const [fault, broken] of Object.entries({
    threw: throwing,
    too_late: late,
    not_a_verdict: nonsense,
  })
) {
  Deno.test(`a hook whose fault is ${fault} leaves the reply as the others made it`, async () => {
    const host = ({ clock }: RoutedWorld) =>
      hostOf(clock, {
        before: { reply: ({ text }) => ({ kind: "edit", text: `${text}!`, reason: "" }) },
        broken,
        after: { reply: ({ text }) => ({ kind: "edit", text: `${text}?`, reason: "" }) },
      });
    await withReplies({ host }, async (running) => {
      const reply = await answer(running, "p1", text("hello"));
      await running.world.clock.advance(1_000);
      await untilShaped(running, reply);
      assertEquals(textsOf(await sendAll(running)), ["hello!?"]);
    });
  });

  Deno.test(`a hook that nothing may pass stops the reply when its fault is ${fault}`, async () => {
    let isAsked = false;
    const host = ({ clock }: RoutedWorld) =>
      hostOf(clock, {
        broken: { ...broken, onFault: "park" },
        after: {
          reply() {
            isAsked = true;
            return { kind: "pass" };
          },
        },
      });
    await withReplies({ host }, async (running) => {
      const reply = await answer(running, "p1", text("hello"));
      await running.world.clock.advance(1_000);
      await untilShaped(running, reply);
      assertEquals(await sendAll(running), []);
      assertEquals([running.sends, isAsked], [0, false]);
      const shown = await lastReply(running, "p1");
      assertEquals([shown.state, shown.text], ["stopped", "hello"]);
      const [step] = JSON.parse(JSON.stringify(shown.steps));
      assertEquals([step.plugin, step.outcome.kind, step.outcome.fault], [
        "broken",
        "fault",
        fault,
      ]);
    });
  });
}

Deno.test("a pin is sent, stands in the trace, and is kept for the longest time asked for", async () => {
  const pinning = (forMs: number) => ({
    reply: () => ({ kind: "pin", forMs, reason: "asks" }) as const,
  });
  const host = ({ clock }: RoutedWorld) =>
    hostOf(clock, { long: pinning(60_000), short: pinning(1_000) });
  await withReplies({ host }, async (running) => {
    const reply = await answer(running, "p1", text("yes or no?"));
    await untilShaped(running, reply);
    assertEquals(textsOf(await sendAll(running)), ["yes or no?"]);
    const { steps } = await lastReply(running, "p1");
    const [step] = JSON.parse(JSON.stringify(steps));
    assertEquals(step.outcome.verdict, { kind: "pin", forMs: 60_000, reason: "asks" });
    const { world: { store, clock }, client } = running;
    await running.world.receive(["p1", "yes"]);
    const [head] = await store.heads({ skip: new Set(), limit: 1 });
    assert(head !== undefined);
    const input = await store.readForDecision(head.message);
    const askedAtMs = clock.now();
    assertEquals(input?.pins, [{ client: client.id, reply, askedAtMs, forMs: 60_000 }]);
  });
});

Deno.test("a pin of a reply that another hook stops is none", async () => {
  const host = ({ clock }: RoutedWorld) =>
    hostOf(clock, {
      pin: { reply: () => ({ kind: "pin", forMs: 60_000, reason: "asks" }) },
      stop: { reply: () => ({ kind: "stop", reason: "no" }) },
    });
  await withReplies({ host }, async (running) => {
    await untilShaped(running, await answer(running, "p1", text("yes or no?")));
    const { store } = running.world;
    await running.world.receive(["p1", "yes"]);
    const [head] = await store.heads({ skip: new Set(), limit: 1 });
    assert(head !== undefined);
    assertEquals((await store.readForDecision(head.message))?.pins, []);
  });
});

Deno.test("what a client asks for and what hooks ask for is kept for the longest time, and nothing once it is stopped", async () => {
  const hook = { reply: () => ({ kind: "pin", forMs: 30_000, reason: "asks" }) as const };
  const stop = { reply: () => ({ kind: "stop", reason: "no" }) as const };
  for (
    const [hooks, given, kept] of [
      [{}, 60_000, [60_000]],
      [{}, null, []],
      [{ hook }, 60_000, [60_000]],
      [{ hook }, 1_000, [30_000]],
      [{ hook, stop }, 60_000, []],
    ] as const
  ) {
    await withReplies({ host: ({ clock }) => hostOf(clock, hooks) }, async (running) => {
      await untilShaped(running, await answer(running, "p1", text("yes or no?"), given));
      await sendAll(running);
      await running.world.receive(["p1", "yes"]);
      const { store } = running.world;
      const [head] = await store.heads({ skip: new Set(), limit: 1 });
      assert(head !== undefined);
      const pins = (await store.readForDecision(head.message))?.pins ?? [];
      assertEquals(pins.map(({ forMs }) => forMs), [...kept]);
    });
  }
});

Deno.test("a hook that is slow for one conversation delays no other", async () => {
  const host = ({ clock }: RoutedWorld) =>
    hostOf(clock, {
      slow: {
        deadlineMs: 10_000,
        async reply(reply) {
          if (reply.text.startsWith("slow")) {
            await new Promise<void>((resolve) => clock.after(5_000, resolve));
          }
          return { kind: "pass" };
        },
      },
    });
  await withReplies({ host }, async (running) => {
    const slow = await answer(running, "p1", text("slow 1"));
    await answer(running, "p1", text("slow 2"));
    await untilShaped(running, await answer(running, "p2", text("quick")));
    await untilShaped(running, await answer(running, "p2", text("quick again")));
    assertEquals(await isShaped(running, slow), false);
    await running.world.clock.advance(5_000);
    await untilShaped(running, slow);
    await running.world.clock.advance(5_000);
    await until(() => running.sends === 4);
    assertEquals(textsOf(await sendAll(running)).filter((sent) => sent.startsWith("slow")), [
      "slow 1",
      "slow 2",
    ]);
  });
});

Deno.test("a reply whose planning fails is tried again and never passed over", async () => {
  let failures = 0;
  const store = ({ store }: RoutedWorld): ReplyPorts["store"] => ({
    acceptedReplies: (limit, skip) =>
      ++failures < 3
        ? Promise.reject(new Error("read failed"))
        : store.acceptedReplies(limit, skip),
    readForReply: (reply) => store.readForReply(reply),
    clients: () => store.clients(),
    plan: (planned) =>
      ++failures < 10 ? Promise.reject(new Error("plan failed")) : store.plan(planned),
  });
  await withReplies({ store }, async (running) => {
    await answer(running, "p1", text("one"));
    await answer(running, "p1", text("two"));
    await running.world.clock.advance(120_000);
    await until(() => running.sends === 2);
    assertEquals(textsOf(await sendAll(running)), ["one", "two"]);
  });
});

const TABLE = "# Ports\n\n| Name | Port |\n|---|---|\n| **web** | 80 |";

Deno.test("Markdown becomes what WeChat shows, unless the client's setting keeps it", async () => {
  await withReplies({}, async (running) => {
    await untilShaped(running, await answer(running, "p1", text(TABLE)));
    assertEquals(textsOf(await sendAll(running)), ["Ports\n\nName: Port\n• web: 80"]);
  });
  await withReplies({ settings: { markdown: "keep" } }, async (running) => {
    await untilShaped(running, await answer(running, "p1", text(TABLE)));
    assertEquals((await sendAll(running)).map(({ content }) => content), [text(TABLE)]);
  });
});

Deno.test("plugins that look at replies see the Markdown, and what they write is made plain, too", async () => {
  const host = ({ clock }: RoutedWorld) =>
    hostOf(clock, {
      look: { reply: ({ text }) => ({ kind: "edit", text: `${text}, **edited**`, reason: "" }) },
    });
  await withReplies({ host }, async (running) => {
    await untilShaped(running, await answer(running, "p1", text("*a*")));
    assertEquals(textsOf(await sendAll(running)), ["a, edited"]);
    const { steps } = await lastReply(running, "p1");
    assertEquals(JSON.parse(JSON.stringify(steps))[0].outcome.verdict.text, "*a*, **edited**");
  });
});

/** Ten parts; a message of the person brings ten sends, and some are kept for other words. */
const LONG = `# Long\n\n${"A **bold** sentence. ".repeat(1_000)}`;

Deno.test("a text of more parts than sends are left goes as its beginning and one file with all of it", async () => {
  await withReplies({ settings: { overflow: "file" } }, async (running) => {
    await untilShaped(running, await answer(running, "p1", text(LONG)));
    const contents = (await sendAll(running)).map(({ content }) => JSON.parse(content));
    assertEquals(contents.length, 2);
    const first = contents[0].item_list[0].text_item.text;
    assert(first.startsWith("Long\n\nA bold sentence. A bold"), first);
    assert(first.endsWith("\n\n(too long for a chat: the whole answer is in answer.md)"), first);
    assert(first.length <= 1_800);
    assertEquals(contents[1].item_list, [FILE]);
    const conversation = running.people.get("p1")?.conversation;
    const [upload] = running.uploads;
    assertEquals(running.uploads.length, 1);
    assertEquals([upload?.conversation, upload?.fileName], [conversation, "answer.md"]);
    assertEquals(upload?.text, LONG);
    const { steps } = await lastReply(running, "p1");
    assertEquals(JSON.parse(JSON.stringify(steps))[0].outcome.verdict.kind, "file");
  });
});

Deno.test("no file is made where the setting does not say so, where the parts fit, and where it cannot be uploaded", async () => {
  const cases = [
    { settings: {}, words: LONG, parts: 10 },
    { settings: { overflow: "file" }, words: LONG.slice(0, 6_000), parts: 3 },
    { settings: { overflow: "file" }, isUploadFailing: true, words: LONG, parts: 10 },
  ] as const;
  for (const { words, parts, ...options } of cases) {
    await withReplies(options, async (running) => {
      await untilShaped(running, await answer(running, "p1", text(words)));
      const texts = textsOf(await sendAll(running));
      assertEquals(texts.length, parts);
      assert(texts.at(-1)?.endsWith(`\n(${parts}/${parts})`));
    });
  }
});

const START = { type: 11, tool_call_start_item: { tool_name: "search", tool_call_id: "1" } };
const END = { type: 12, tool_call_result_item: { tool_name: "search", status: "completed" } };

function items(...list: readonly unknown[]): string {
  return JSON.stringify({ run_id: "r", item_list: list });
}

Deno.test("a notice of a tool shows as typing, costs no send, and says so", async () => {
  await withReplies({}, async (running) => {
    const reply = await answer(running, "p1", items(START));
    await untilShaped(running, reply);
    await untilShaped(running, await answer(running, "p1", items(END)));
    assertEquals(await sendAll(running), []);
    assertEquals(running.typings.map(({ client, on }) => [client, on]), [
      [running.client.id, true],
      [running.client.id, true],
    ]);
    const { state, steps } = await lastReply(running, "p1");
    assertEquals(state, "stopped");
    assertEquals(JSON.parse(JSON.stringify(steps)), [{
      plugin: "ilink-hub",
      version: "0.1.0",
      tookMs: 0,
      outcome: {
        kind: "verdict",
        verdict: { kind: "typing", reason: "a notice of a tool, not sent: it shows as typing" },
      },
    }]);
  });
});

Deno.test("notices are dropped, merged into a line or forwarded as the client is set, behind all answers", async () => {
  const cases = {
    drop: [],
    merge: ["[tool] search"],
    forward: [items(START), items(END)],
  } as const;
  for (const progress of ["drop", "merge", "forward"] as const) {
    await withReplies({ settings: { progress } }, async (running) => {
      await answer(running, "p1", items(START));
      await untilShaped(running, await answer(running, "p1", items(END)));
      const sent = await sendAll(running);
      const shown = progress === "merge" ? textsOf(sent) : sent.map(({ content }) => content);
      assertEquals(shown, [...cases[progress]]);
      for (const { rank } of sent) assertEquals(rank, "progress");
      assertEquals(running.typings, []);
    });
  }
});

Deno.test("of an answer with a notice the answer leaves as one", async () => {
  await withReplies({}, async (running) => {
    const said = { type: 1, text_item: { text: "found" } };
    await untilShaped(running, await answer(running, "p1", items(START, said, END)));
    const sent = await sendAll(running);
    assertEquals(sent.map(({ content, rank }) => [content, rank]), [[items(said), "reply"]]);
    assertEquals(running.typings.length, 1);
  });
});
