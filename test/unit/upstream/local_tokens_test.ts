import { assertEquals } from "@std/assert";
import { collectLocalTokens } from "../../../src/upstream/local_tokens.ts";
import { createFakeUpstreamStore } from "../../fake/fake_upstream_store.ts";

Deno.test("collectLocalTokens() shows a host the tokens of its own site alone, newest first", async () => {
  const store = createFakeUpstreamStore();
  const logins = [
    ["old", "https://ilinkai.weixin.qq.com"],
    ["elsewhere", "https://idc-3.weixin.qq.com"],
    ["test", "http://127.0.0.1:9000"],
    ["broken", "not a url"],
  ] as const;
  for (const [token, baseUrl] of logins) {
    await store.saveLogin({ userId: token, botId: token, token, baseUrl, atMs: 0 });
  }
  assertEquals(await collectLocalTokens(store, "https://ilinkai.weixin.qq.com"), [
    "elsewhere",
    "old",
  ]);
  assertEquals(await collectLocalTokens(store, "http://127.0.0.1:9000"), ["test"]);
  assertEquals(await collectLocalTokens(store, "http://127.0.0.1:9001"), []);
  assertEquals(await collectLocalTokens(store, "http://weixin.qq.com.attacker.example"), []);
});
