import { assertEquals, assertMatch } from "@std/assert";
import { type JsonObject, objectMember, textMember } from "../../../src/lib/json.ts";
import { readInbound } from "../../../src/wire/message.ts";
import { readUpdatesAnswer } from "../../../src/wire/updates.ts";
import type { Inbound } from "../../../src/core/message.ts";
import type { Say } from "../../../src/simulator/say.ts";
import { firstItem, firstMessage, type Reply, setUp } from "./bot_caller.ts";

const HELLO = new TextEncoder().encode("hello world");
const HELLO_MD5 = "5eb63bbbe01eeed093cb22bb8f5acdc3";

async function deliver(what: string | Say): Promise<{ reply: Reply; read: Inbound }> {
  const { simulator, post } = await setUp();
  simulator.say({ what });
  const reply = await post("getupdates", {});
  await simulator.close();
  const answer = readUpdatesAnswer(reply.text);
  const read = readInbound(answer.kind === "updates" ? answer.messages[0] ?? "" : "").read;
  if (read.kind !== "message") throw new Error(`Unreadable: ${reply.text}`);
  return { reply, read: read.message };
}

Deno.test("texts arrive unharmed: empty, long, beyond the basic plane, several", async () => {
  for (const text of ["", "é 你好 👩‍👩‍👧 𝄞", "x".repeat(10_000), 'quote " slash \\ \u2028']) {
    assertEquals((await deliver(text)).read.text, text);
  }
  const { read } = await deliver({
    parts: [{ kind: "text", text: "one" }, { kind: "text", text: "two" }],
  });
  assertEquals(read.parts.map((part) => part.text), ["one", "two"]);
});

Deno.test("an image carries its key as hex and as base64 of the raw bytes", async () => {
  const { reply, read } = await deliver({ parts: [{ kind: "image", bytes: HELLO }] });
  const image = objectMember(firstItem(reply), "image_item") ?? {};
  const media = objectMember(image, "media") ?? {};
  const key = textMember(image, "aeskey");
  assertMatch(key, /^[0-9a-f]{32}$/);
  assertEquals(Uint8Array.fromBase64(textMember(media, "aes_key")).toHex(), key);
  assertEquals(image["mid_size"], 16);
  assertEquals(read.parts.map(({ kind, bytes }) => [kind, bytes]), [["image", 16]]);
});

Deno.test("a file carries name, plain size as text, digest, and its key as base64 of hex", async () => {
  const { reply } = await deliver({ parts: [{ kind: "file", name: "a.txt", bytes: HELLO }] });
  const file = objectMember(firstItem(reply), "file_item") ?? {};
  const media = objectMember(file, "media") ?? {};
  assertEquals([file["file_name"], file["len"], file["md5"]], ["a.txt", "11", HELLO_MD5]);
  assertMatch(atob(textMember(media, "aes_key")), /^[0-9a-f]{32}$/);
});

Deno.test("a voice message has a transcript only when it is given one", async () => {
  const spoken = await deliver({ parts: [{ kind: "voice", transcript: "good morning" }] });
  assertEquals(spoken.read.text, "good morning");
  const silent = await deliver({ parts: [{ kind: "voice" }] });
  const voice = objectMember(firstItem(silent.reply), "voice_item") ?? {};
  assertEquals("text" in voice, false);
  assertEquals(voice["encode_type"], 6);
});

Deno.test("several parts of any kind come in one message, unknown types and members too", async () => {
  const { reply, read } = await deliver({
    parts: [
      { kind: "text", text: "look" },
      { kind: "video" },
      { kind: "other", item: { type: 99, mystery_item: { a: 1 } } },
    ],
    extra: { group_id: "group", brand_new: { x: [1] } },
  });
  assertEquals(read.parts.map((part) => part.kind), ["text", "video", "other"]);
  assertEquals(read.group, "group");
  assertEquals(firstMessage(reply)["brand_new"], { x: [1] });
});

Deno.test("a quote comes embedded, as an id alone, or as an id with what was selected", async () => {
  const { simulator, post } = await setUp();
  const wireId = simulator.say({ what: "the quoted text" });
  await post("getupdates", {});
  const quote = async (style: "embedded" | "id" | "partial"): Promise<JsonObject> => {
    simulator.say({
      what: {
        parts: [{ kind: "text", text: "this" }],
        quote: { wireId, style, selected: "quoted" },
      },
    });
    return objectMember(firstItem(await post("getupdates", {})), "ref_msg") ?? {};
  };
  const embedded = objectMember(await quote("embedded"), "message_item") ?? {};
  assertEquals(embedded["msg_id"], `v1:${wireId}`);
  assertEquals(embedded["text_item"], { text: "the quoted text" });
  assertEquals(await quote("id"), { svr_id: wireId });
  const partial = await quote("partial");
  assertEquals(partial["svr_id"], wireId);
  assertEquals(
    objectMember(partial, "partial_text")?.["quotemd5"],
    "c771841f494f76ff9957878b66f9b5a8",
  );
  await simulator.close();
});

Deno.test("naming nobody, or nobody known, is an error and sends nothing", async () => {
  const { simulator } = await setUp();
  simulator.bind();
  for (const given of [{}, { bot: "nobody" }, { bot: "abc@im.bot", person: "nobody" }]) {
    try {
      simulator.say({ ...given, what: "x" });
      throw new Error("nothing was thrown");
    } catch (error) {
      assertEquals(error instanceof RangeError, true);
    }
  }
  assertEquals(simulator.bots().map((bot) => bot.waiting), [0, 0]);
  await simulator.close();
});
