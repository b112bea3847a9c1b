import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { PERSONAS, work } from "../../../../src/cli/demo/personas.ts";
import type { Item, Message } from "../../../../src/cli/demo/simplest_agent.ts";
import { createFakeClock } from "../../../fake/fake_clock.ts";

const [ECHO, COUNTER] = PERSONAS;
const ABOUT = { nowMs: Date.UTC(2026, 0, 5, 9, 0, 0), lang: "en" } as const;

function messageOf(...items: Item[]): Message {
  return { from_user_id: "o1@im.wechat", client_id: "c", context_token: "t", item_list: items };
}

function textMessage(text: string): Message {
  return messageOf({ type: 1, text_item: { text } });
}

Deno.test("the first agent says things back in the language they were written in", () => {
  assertEquals(ECHO.answer(textMessage("hello"), ABOUT), "You said: hello");
  assertEquals(ECHO.answer(textMessage("你好 hello"), ABOUT), "你说：你好 hello");
  assertEquals(ECHO.answer(textMessage("42"), { ...ABOUT, lang: "zh" }), "你说：42");
});

Deno.test("the second agent counts, and tells the time when asked for it", () => {
  const counted = COUNTER.answer(textMessage("It's a well-made hub 👍"), ABOUT);
  assertEquals(counted, "22 characters: 4 words, 0 Chinese characters.");
  assertEquals(
    COUNTER.answer(textMessage("你好 hub"), ABOUT),
    "6 个字符：2 个汉字，1 个英文单词。",
  );
  assertMatch(COUNTER.answer(textMessage("what time is it?"), ABOUT), /^It is \d\d:00:00\.$/);
  assertMatch(COUNTER.answer(textMessage("几点了"), ABOUT), /^现在是 \d\d:00:00。$/);
});

Deno.test("both agents say what arrived when it was no text", () => {
  const file = messageOf({ type: 2 }, { type: 4, file_item: { file_name: "a.pdf" } });
  assertEquals(ECHO.answer(file, ABOUT), "A picture arrived.\nThe file a.pdf arrived.");
  assertEquals(COUNTER.answer(messageOf({ type: 5 }), { ...ABOUT, lang: "zh" }), "收到一段视频。");
});

Deno.test("an agent that is switched off while it works gives no answer", async () => {
  const clock = createFakeClock();
  const stopping = new AbortController();
  const given = {
    message: textMessage("hello"),
    clock,
    lang: "en",
    signal: stopping.signal,
  } as const;
  const kept = work(ECHO, given);
  await clock.advance(ECHO.workMs);
  assertEquals(await kept, "You said: hello");
  const cut = assertRejects(() => work(ECHO, given), Error);
  stopping.abort();
  await cut;
});
