import { assert, assertEquals } from "@std/assert";
import { hostOf } from "../../fake/plugins.ts";
import {
  answer,
  FILE,
  lastReply,
  sendAll,
  text,
  textsOf,
  untilShaped,
  withReplies,
} from "../../fake/replying_world.ts";
import type { RoutedWorld } from "../../fake/routed_world.ts";

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

Deno.test("a file takes the place of those texts only that cost more than it", async () => {
  const of = (...texts: readonly string[]) =>
    items(...texts.map((text) => ({ type: 1, text_item: { text } })));
  const short = "A short sentence. ".repeat(150);
  for (
    const [content, kinds, uploads] of [
      [of(short, LONG), [1, 1, 1, 4], 1],
      // Five texts of two parts: files would cost as much.
      [of(short, short, short, short, short), Array(10).fill(1), 0],
    ] as const
  ) {
    await withReplies({ settings: { overflow: "file" } }, async (running) => {
      await untilShaped(running, await answer(running, "p1", content));
      const contents = (await sendAll(running)).map(({ content }) => JSON.parse(content));
      assertEquals(contents.map(({ item_list }) => item_list[0].type), kinds);
      assertEquals(running.uploads.length, uploads);
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

Deno.test("the line that notices are merged into stands before the words of their answer and costs nothing", async () => {
  const picture = { type: 2, image_item: {} };
  const said = (text: string) => ({ type: 1, is_completed: true, text_item: { text } });
  const cases = [
    [[START, said("found"), END], [[said("[tool] search\n\nfound")]]],
    [[START, picture, said("found")], [[picture], [said("[tool] search\n\nfound")]]],
    [[START, picture], [[{ type: 1, text_item: { text: "[tool] search" } }], [picture]]],
    [[said("found"), END], [[said("found")]]],
  ] as const;
  for (const [given, sends] of cases) {
    await withReplies({ settings: { progress: "merge" } }, async (running) => {
      await untilShaped(running, await answer(running, "p1", items(...given)));
      const sent = (await sendAll(running)).map(({ content }) => JSON.parse(content).item_list);
      assertEquals(sent, sends.map((list) => [...list]));
    });
  }
});
