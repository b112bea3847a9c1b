import { assertEquals } from "@std/assert";
import { readBody } from "../../../src/lib/request_body.ts";

function chunked(chunks: readonly Uint8Array[], onCancel = () => {}): Request {
  let next = 0;
  const body = new ReadableStream({
    pull(controller) {
      const chunk = chunks[next++];
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: onCancel,
  });
  return new Request("http://hub/", { method: "POST", body });
}

function announced(text: string): Request {
  const headers = { "content-length": String(new TextEncoder().encode(text).length) };
  return new Request("http://hub/", { method: "POST", body: text, headers });
}

Deno.test("readBody gives a body up to the bound, in bytes, and null for a longer one", async () => {
  assertEquals(await readBody(announced("üü"), 4), "üü");
  assertEquals(await readBody(announced("üü"), 3), null);
  assertEquals(await readBody(new Request("http://hub/"), 3), "");
});

Deno.test("readBody puts characters together that were cut by chunks", async () => {
  const bytes = new TextEncoder().encode("a🎉b");
  assertEquals(await readBody(chunked([...bytes].map((byte) => Uint8Array.of(byte))), 6), "a🎉b");
});

Deno.test("readBody reads no further than the bound", async () => {
  let isCancelled = false;
  const chunk = new Uint8Array(10);
  const endless = chunked(Array(1_000).fill(chunk), () => isCancelled = true);
  assertEquals(await readBody(endless, 25), null);
  assertEquals(isCancelled, true);
});
