import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv } from "node:crypto";
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type JsonObject, objectMember, textMember } from "../../../src/lib/json.ts";
import { firstItem, OWNER, readReply, type Reply, type Setup, setUp } from "./bot_caller.ts";

const KEY = "00112233445566778899aabbccddeeff";
const PLAIN = new TextEncoder().encode("hello world");
const ANNOUNCED: JsonObject = {
  filekey: "ab".repeat(16),
  media_type: 3,
  to_user_id: OWNER,
  rawsize: 11,
  rawfilemd5: "5eb63bbbe01eeed093cb22bb8f5acdc3",
  filesize: 16,
  no_need_thumb: true,
  aeskey: KEY,
};

function encrypt(plain: Uint8Array, keyHex = KEY): Uint8Array<ArrayBuffer> {
  const cipher = createCipheriv("aes-128-ecb", Uint8Array.fromHex(keyHex), null);
  return new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final()]));
}

async function announce(setup: Setup, differences: JsonObject = {}): Promise<string> {
  const answer = await setup.post("getuploadurl", { ...ANNOUNCED, ...differences });
  const url = textMember(answer.body, "upload_full_url");
  assertNotEquals(url, "", answer.text);
  return url;
}

async function upload(
  setup: Setup,
  given: { readonly url: string; readonly cipher: Uint8Array<ArrayBuffer> },
): Promise<Reply> {
  return await readReply(
    await setup.simulator.fetch(given.url, { method: "POST", body: given.cipher }),
  );
}

Deno.test("what is uploaded as announced can be downloaded and opened again", async () => {
  const setup = await setUp();
  const url = await announce(setup);
  const done = await upload(setup, { url, cipher: encrypt(PLAIN) });
  assertEquals(done.status, 200);
  const param = done.headers.get("x-encrypted-param") ?? "";
  const download = await setup.simulator.fetch(
    `${setup.simulator.baseUrl}/c2c/download?encrypted_query_param=${encodeURIComponent(param)}`,
  );
  assertEquals(new Uint8Array(await download.arrayBuffer()), encrypt(PLAIN));
  assertEquals(setup.simulator.media(param), PLAIN);
  assertEquals(setup.simulator.uploads().map(({ problem }) => problem), [""]);
  await setup.simulator.close();
});

Deno.test("an upload that differs from what was announced is refused with the reason", async () => {
  const setup = await setUp();
  const cases: readonly (readonly [JsonObject, Uint8Array<ArrayBuffer>, RegExp])[] = [
    [{ filesize: 32 }, encrypt(PLAIN), /16 bytes came, filesize says 32/],
    [{ rawsize: 16 }, encrypt(PLAIN), /is not rawsize 16 padded/],
    [{ rawsize: 10 }, encrypt(PLAIN), /11 bytes after decryption/],
    [{ rawfilemd5: "0".repeat(32) }, encrypt(PLAIN), /rawfilemd5/],
    [{}, encrypt(PLAIN, "ff".repeat(16)), /announced aeskey/],
  ];
  for (const [differences, cipher, reason] of cases) {
    const refused = await upload(setup, { url: await announce(setup, differences), cipher });
    assertEquals(refused.status, 400);
    assertMatch(refused.headers.get("x-error-message") ?? "", reason);
  }
  const url = (await announce(setup)).replace(/filekey=\w+/, "filekey=other");
  const wrongName = await upload(setup, { url, cipher: encrypt(PLAIN) });
  assertMatch(wrongName.headers.get("x-error-message") ?? "", /filekey/);
  const unknown = `${setup.simulator.baseUrl}/c2c/upload?encrypted_query_param=x&filekey=y`;
  assertEquals((await upload(setup, { url: unknown, cipher: encrypt(PLAIN) })).status, 403);
  await setup.simulator.close();
});

Deno.test("getuploadurl answers in the chosen shape", async () => {
  const setup = await setUp();
  const shapes = { full_only: [false, true], param_only: [true, false], both: [true, true] };
  for (const uploadAnswer of ["full_only", "param_only", "both"] as const) {
    setup.simulator.change({ uploadAnswer });
    const { body } = await setup.post("getuploadurl", ANNOUNCED);
    assertEquals(["upload_param" in body, "upload_full_url" in body], shapes[uploadAnswer]);
  }
  await setup.simulator.close();
});

Deno.test("voice uploads are refused unless accepted, incomplete requests always", async () => {
  const setup = await setUp();
  const voice = { ...ANNOUNCED, media_type: 4 };
  assertMatch((await setup.post("getuploadurl", voice)).text, /"ret":2/);
  setup.simulator.change({ voiceUpload: "accepted" });
  assertMatch((await setup.post("getuploadurl", voice)).text, /upload_full_url/);
  assertMatch((await setup.post("getuploadurl", { ...ANNOUNCED, aeskey: "short" })).text, /-2/);
  await setup.simulator.close();
});

Deno.test("media a person sends can be fetched by full_url and opened with the item's key", async () => {
  const setup = await setUp();
  setup.simulator.say({ what: { parts: [{ kind: "image", bytes: PLAIN }] } });
  const update = await setup.post("getupdates", {});
  const image = objectMember(firstItem(update), "image_item") ?? {};
  const media = objectMember(image, "media") ?? {};
  const response = await setup.simulator.fetch(textMember(media, "full_url"));
  const decipher = createDecipheriv(
    "aes-128-ecb",
    Uint8Array.fromHex(textMember(image, "aeskey")),
    null,
  );
  const cipher = new Uint8Array(await response.arrayBuffer());
  const plain = Buffer.concat([decipher.update(cipher), decipher.final()]);
  assertEquals(plain.toString(), "hello world");
  await setup.simulator.close();
});

Deno.test("an unknown download is 404 with a reason", async () => {
  const { simulator, get } = await setUp();
  const missing = await get("/c2c/download?encrypted_query_param=nothing");
  assertEquals(missing.status, 404);
  assert(missing.headers.has("x-error-message"));
  await simulator.close();
});
