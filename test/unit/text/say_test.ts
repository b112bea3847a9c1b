import { assertEquals } from "@std/assert";
import { listNames, say } from "../../../src/text/say.ts";

const HELLO = { zh: "{name} 你好，{count} 条", en: "Hello {name}, {count} messages" } as const;

Deno.test("say() fills in a sentence in either language", () => {
  assertEquals(say("en", HELLO, { name: "Ann", count: 2 }), "Hello Ann, 2 messages");
  assertEquals(say("zh", HELLO, { name: "Ann", count: 2 }), "Ann 你好，2 条");
  assertEquals(say("zh", { zh: "好", en: "good" }), "好");
});

Deno.test("say() does not fill in what a value looks like", () => {
  assertEquals(say("en", HELLO, { name: "{count}", count: 1 }), "Hello {count}, 1 messages");
});

Deno.test("say() does not compile without the places of the sentence", () => {
  // @ts-expect-error the count is missing
  say("en", HELLO, { name: "Ann" });
  // @ts-expect-error there is no such place
  say("en", { zh: "好", en: "good" }, { name: "Ann" });
});

Deno.test("of very many names the first are told, and that there are more", () => {
  const names = Array.from({ length: 11 }, (_, at) => `n${at}`);
  assertEquals(listNames(names.slice(0, 2), "en"), "n0, n1");
  assertEquals(listNames(names.slice(0, 10), "zh"), "n0、n1、n2、n3、n4、n5、n6、n7、n8、n9");
  assertEquals(listNames(names, "zh"), "n0、n1、n2、n3、n4、n5、n6、n7、n8、n9……");
  assertEquals(listNames(names, "en"), "n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 ...");
});
