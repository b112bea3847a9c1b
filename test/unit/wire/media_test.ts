import { assertEquals } from "@std/assert";
import { completeUploadAnswer, readUploadAnswer } from "../../../src/wire/media.ts";

const REQUEST = { filekey: "f+1", cdnBaseUrl: "https://cdn.example/c2c" };
const PARAM = "a+b/c==";
const FULL_URL =
  "https://cdn.example/c2c/upload?encrypted_query_param=a%2Bb%2Fc%3D%3D&filekey=f%2B1";

Deno.test("upload_param is derived from the full URL, decoded", () => {
  assertEquals(completeUploadAnswer({ upload_full_url: FULL_URL, x: 1 }, REQUEST), {
    upload_full_url: FULL_URL,
    x: 1,
    upload_param: PARAM,
  });
});

Deno.test("the full URL is made from upload_param and the filekey, encoded", () => {
  assertEquals(completeUploadAnswer({ upload_param: PARAM }, REQUEST), {
    upload_param: PARAM,
    upload_full_url: FULL_URL,
  });
});

Deno.test("an answer with both, or that gives nothing to derive from, stays as it is", () => {
  for (
    const body of [
      { upload_full_url: "https://elsewhere/x", upload_param: PARAM },
      { upload_full_url: "https://elsewhere/x" },
      { upload_full_url: "not a url" },
      {},
    ]
  ) {
    assertEquals(completeUploadAnswer(body, REQUEST), body);
  }
});

Deno.test("an upload answer without ret is a success", () => {
  assertEquals(readUploadAnswer('{"upload_param":"p"}'), {
    kind: "ok",
    body: { upload_param: "p" },
  });
  assertEquals(readUploadAnswer('{"ret":2}'), { kind: "refused", code: 2, text: "" });
  assertEquals(readUploadAnswer('{"ret":-14}'), { kind: "stale_token", text: "" });
  assertEquals(readUploadAnswer("nope"), { kind: "unreadable" });
});
