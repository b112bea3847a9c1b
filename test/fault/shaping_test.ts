/** What agents write and what a person reads of it, played against the whole hub under a fake clock. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  isObject,
  type Json,
  type JsonObject,
  objectMember,
  textMember,
} from "../../src/lib/json.ts";
import type { Fault } from "../../src/simulator/faults.ts";
import { type DeliveryWorld, withDelivery } from "../fake/delivery_world.ts";

/** About 2,600 characters with a fence of code in the middle, which a cut goes through. */
const REPORT = [
  "# Report",
  "",
  "| File | Lines | State |",
  "|---|--:|---|",
  "| `a.ts` | 10 | **done** |",
  "",
  "All of it is **ready**, see [the docs](https://example.com/docs).",
  "",
  "```ts",
  ...Array.from({ length: 60 }, (_, line) => `const value_${line} = "**not bold**" + ${line};`),
  "```",
  "",
  "*Done.*",
].join("\n");

Deno.test("an answer of 2,600 characters with a fence arrives in readable parts, marked and in order", async () => {
  await withDelivery(async ({ clock, say, poll, reply, shown }) => {
    await say("report");
    await poll();
    assertEquals(await reply(REPORT), 0);
    await poll();
    await clock.advance(60_000);
    const parts = shown();
    assertEquals(parts.map((part) => part.slice(part.lastIndexOf("\n"))), ["\n(1/2)", "\n(2/2)"]);
    const [first = "", second = ""] = parts;
    assert(parts.every(({ length }) => length <= 1_800));
    assert(first.startsWith("Report\n\n• File: `a.ts`\n  Lines: 10\n  State: done\n"), first);
    assert(first.includes("All of it is ready, see the docs (https://example.com/docs)."));
    assert(first.endsWith("\n```\n(1/2)") && second.startsWith("```ts\n"), second);
    assert(second.endsWith("```\n\nDone.\n(2/2)"));
    const lines = parts.join("\n").split("\n").filter((line) => line.startsWith("const"));
    assertEquals(lines.length, 60);
    assert(lines.every((line) => line.includes('"**not bold**"')), "code was touched");
  });
});

Deno.test("a quote of any part of an answer finds its agent, by its id and by its words", async () => {
  for (const style of ["id", "embedded"] as const) {
    await withDelivery(async ({ clock, upstream, say, agent }) => {
      await say("@bob report");
      await agent("bob").poll();
      await agent("bob").reply(REPORT);
      await agent("bob").poll();
      await clock.advance(60_000);
      const parts = upstream.simulator.sent().filter(({ text }) => /\(\d\/2\)$/.test(text));
      assertEquals(parts.length, 2);
      await say("/use ann");
      for (const { wireId, text } of parts) {
        const quote = { wireId, style };
        await say({ parts: [{ kind: "text", text: `what is ${text.slice(-5)}?` }], quote });
        assertEquals(await agent("bob").poll(), `what is ${text.slice(-5)}?`);
      }
      assertEquals(await agent("ann").poll(), null);
    }, { agents: ["ann", "bob"], ...(style === "embedded" ? { sendAnswer: "ret" } : {}) });
  }
});

/** Thirteen parts. */
const BOOK = `# Book\n\n${"One **more** sentence. ".repeat(1_200)}`;

/** What the person got, texts as they are and files by what is in them. */
function received({ upstream: { simulator } }: DeliveryWorld): string[] {
  return simulator.sent().map(({ text, items: [item] }) => {
    const file = objectMember(asObject(item), "file_item");
    if (file === null) return text;
    const param = textMember(objectMember(file, "media") ?? {}, "encrypt_query_param");
    const bytes = simulator.media(param);
    assert(bytes !== null, "the file cannot be downloaded");
    assertEquals(textMember(file, "len"), String(bytes.length));
    return `${textMember(file, "file_name")}: ${new TextDecoder().decode(bytes)}`;
  });
}

function asObject(value: Json | undefined): JsonObject {
  assert(isObject(value));
  return value;
}

Deno.test("an answer of 13 parts goes as its beginning and one file that opens, and costs two sends", async () => {
  for (const uploadAnswer of ["full_only", "param_only"] as const) {
    await withDelivery(async (world) => {
      const { clock, upstream, say, agent, calls } = world;
      await agent("ann").set({ overflow: "file" });
      await say("read it to me");
      await agent("ann").poll();
      const book = BOOK.replace("Book", "书 \u{1F4D6}");
      assertEquals((await agent("ann").reply(book))["ret"], 0);
      await clock.advance(60_000);
      const [beginning = "", file, ...more] = received(world);
      assertMatch(beginning, /^书 \u{1F4D6}\n\nOne more sentence\. One more/u);
      assertMatch(beginning, /\n\n\(too long for a chat: the whole answer is in answer\.md\)$/);
      assertEquals(file, `answer.md: ${book}`);
      assertEquals([more, calls()], [[], 2]);
      const [upload] = upstream.simulator.uploads();
      assertEquals([upload?.problem, upload?.mediaType], ["", 3]);
    }, { uploadAnswer });
  }
});

Deno.test("where the file cannot be uploaded the parts go as far as they may, and the rest waits with its reason", async () => {
  const faults: readonly Fault[] = [
    { endpoint: "getuploadurl", act: { kind: "ret", processed: false, ret: 2 } },
    { endpoint: "upload", act: { kind: "reset", processed: false } },
    { endpoint: "upload", act: { kind: "silence", processed: false } },
    { endpoint: "upload", act: { kind: "missing_header" } },
  ];
  for (const fault of faults) {
    await withDelivery(async (world) => {
      const { clock, upstream, say, agent, traces } = world;
      await agent("ann").set({ overflow: "file" });
      upstream.simulator.addFault(fault);
      await say("read it to me");
      await agent("ann").poll();
      await agent("ann").reply(BOOK);
      await agent("ann").poll();
      await clock.advance(300_000);
      const shown = received(world);
      assert(shown.length >= 8 && shown.length <= 9, `${shown.length} sends`);
      assert(shown[0]?.endsWith("(1/13)"), shown[0]?.slice(-20));
      const sends = (await traces())[0]?.replies[0]?.sends ?? [];
      assertEquals(sends.length, 13);
      const waiting = sends.filter(({ state }) => state === "deferred");
      assertEquals(waiting.length, 13 - shown.length);
      for (const { reason } of waiting) assertEquals(reason, "budget");
    });
  }
});

Deno.test("a short answer goes as text although the agent may send files", async () => {
  await withDelivery(async (world) => {
    const { clock, say, agent } = world;
    await agent("ann").set({ overflow: "file" });
    await say("report");
    await agent("ann").poll();
    await agent("ann").reply(REPORT);
    await clock.advance(60_000);
    assertEquals(received(world).length, 2);
    assert(received(world).every((text) => !text.startsWith("answer.md")));
  });
});

function toolItem(at: number): JsonObject {
  return at % 2 === 0
    ? { type: 11, is_completed: false, tool_call_start_item: { tool_name: `tool${at / 2}` } }
    : { type: 12, is_completed: true, tool_call_result_item: { status: "completed" } };
}

/** Twelve notices of tools, then the answer. */
async function workAndAnswer({ clock, say, agent }: DeliveryWorld): Promise<void> {
  await say("look it up");
  await agent("ann").poll();
  for (let at = 0; at < 12; at++) {
    assertEquals((await agent("ann").reply({ item_list: [toolItem(at)] }))["ret"], 0);
    await clock.advance(2_000);
  }
  await agent("ann").reply("here it is");
  await agent("ann").poll();
  await clock.advance(60_000);
}

Deno.test("twelve notices of tools show as typing and cost nothing; the agent is told yes, the trace what became of them", async () => {
  await withDelivery(async (world) => {
    const { upstream, calls, traces } = world;
    await workAndAnswer(world);
    assertEquals(received(world), ["here it is"]);
    assertEquals(calls(), 1);
    assert(upstream.simulator.chat().typings.some(({ isOn }) => isOn), "no bubble was shown");
    assertEquals(upstream.simulator.chat().isTyping, false);
    const replies = (await traces())[0]?.replies ?? [];
    assertEquals(replies.map(({ state }) => state), [...Array(12).fill("stopped"), "sent"]);
    assertMatch(JSON.stringify(replies[0]?.steps), /"kind":"typing","reason":"a notice of a tool/);
  });
});

Deno.test("notices that are merged or forwarded never crowd out the answer, and dropped ones are nowhere", async () => {
  for (const progress of ["drop", "merge", "forward"] as const) {
    await withDelivery(async (world) => {
      await world.agent("ann").set({ progress });
      await workAndAnswer(world);
      const shown = received(world);
      assert(world.calls() <= 9, `${progress}: ${world.calls()} calls`);
      assert(shown.some((text) => text.includes("here it is")), `${progress}: no answer`);
      assertEquals(shown.some((text) => text.includes("[tool] tool0")), progress === "merge");
      if (progress === "drop") assertEquals(shown, ["here it is"]);
    });
  }
});
