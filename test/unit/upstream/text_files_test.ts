import { assert, assertEquals } from "@std/assert";
import { type AccountId, asId, type ConversationId } from "../../../src/core/ids.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { type JsonObject, objectMember, textMember } from "../../../src/lib/json.ts";
import { type Log, silentLog } from "../../../src/lib/log.ts";
import { systemRandom } from "../../../src/lib/random.ts";
import { startSimulator } from "../../../src/simulator/simulator.ts";
import { createCdn } from "../../../src/upstream/cdn.ts";
import { createHttpApi } from "../../../src/upstream/http_api.ts";
import { createHttpClient } from "../../../src/upstream/http_client.ts";
import { createTextFiles } from "../../../src/upstream/text_files.ts";

const CONVERSATION = asId<ConversationId>(1);
const ACCOUNT = asId<AccountId>(1);

/** Uploads over real connections; gives the item, what WeChat's CDN has of it, and what was logged. */
async function upload(text: string, { isAnswered = true }: { readonly isAnswered?: boolean } = {}) {
  const simulator = await startSimulator({
    port: 0,
    clock: systemClock,
    random: systemRandom,
    bots: [{ owner: "o9owner@im.wechat" }],
  });
  const http = createHttpClient({ clock: systemClock });
  const api = createHttpApi({ http, random: systemRandom, version: "0.0.0" });
  const [bot] = simulator.bots();
  assert(bot !== undefined);
  const logged: string[] = [];
  const log: Log = { ...silentLog, warn: (event) => void logged.push(event) };
  try {
    const files = createTextFiles({
      store: {
        conversationAddress: () =>
          Promise.resolve({ account: ACCOUNT, to: "o9owner@im.wechat", contextToken: "" }),
      },
      live: {
        async uploadUrl({ request }) {
          if (!isAnswered) return { kind: "failed", text: "logged out" };
          const { signal } = new AbortController();
          const answer = await api.getUploadUrl(
            { baseUrl: simulator.baseUrl, token: bot.token },
            { request, signal },
          );
          assert(answer.kind === "ok", JSON.stringify(answer));
          return answer;
        },
      },
      wechatCdn: createCdn({ clock: systemClock }),
      cdnBaseUrl: `${simulator.baseUrl}/c2c`,
      clock: systemClock,
      random: systemRandom,
      log,
    });
    const item = await files.upload({ conversation: CONVERSATION, fileName: "answer.md", text });
    const media = objectMember(fileOf(item), "media") ?? {};
    const bytes = simulator.media(textMember(media, "encrypt_query_param"));
    return { item, media, bytes, logged, uploads: simulator.uploads() };
  } finally {
    http.close();
    await simulator.close();
  }
}

function fileOf(item: JsonObject | null): JsonObject {
  return objectMember(item ?? {}, "file_item") ?? {};
}

Deno.test("a text is uploaded as clients upload files, and opens as it was", async () => {
  // Lengths around a block of the cipher: what is announced must be right for each.
  for (
    const text of [
      "",
      "x".repeat(15),
      "x".repeat(16),
      "x".repeat(17),
      "表格 \u{1F600}\n".repeat(50_000),
    ]
  ) {
    const { item, media, bytes, uploads } = await upload(text);
    assertEquals(new TextDecoder().decode(bytes ?? undefined), text);
    const [{ problem, to, mediaType, rawBytes, keyHex } = { problem: "none came" }] = uploads;
    assertEquals([problem, to, mediaType], ["", "o9owner@im.wechat", 3]);
    assertEquals(item?.["type"], 4);
    const { file_name, len } = fileOf(item);
    assertEquals([file_name, len], ["answer.md", String(rawBytes)]);
    // The form that phones open: base64 of the key's digits.
    assertEquals(atob(textMember(media, "aes_key")), keyHex);
    assertEquals(media["encrypt_type"], 1);
  }
});

Deno.test("an upload that WeChat does not take gives nothing and a line in the log", async () => {
  const { item, logged } = await upload("text", { isAnswered: false });
  assertEquals([item, logged], [null, ["text_file_not_uploaded"]]);
});
