import { assert, assertEquals, assertMatch } from "@std/assert";
import { createLog, redact } from "../../../src/cli/logging.ts";
import { createFakeTerminal } from "../../fake/fake_terminal.ts";

const SECRETS: readonly string[] = [
  "vhub_0123456789abcdef0123456789abcdef",
  "hubadmin_0123456789abcdef0123456789abcdef01234567",
  "44b9b8ec@im.bot:060000b7deadbeefdeadbeef",
  "AARzJWAFAAABAAAAAABkb25lIGFuZCBkb25lIGFuZCBkb25l",
  "hubc.3.f00d.17.AAAAAAAAAAAAAAAAAAAAAA",
  "https://liteapp.weixin.qq.com/q/7GiQu1?qrcode=00112233445566778899aabbccddeeff",
  "CAESQ2dR".repeat(10),
];

Deno.test("redact() takes tokens, cursors and login links out of any field", () => {
  for (const secret of SECRETS) {
    const { error } = redact({ error: `refused: ${secret} (again)` }, { logContent: true });
    assert(typeof error === "string" && error.includes("[secret]"), secret);
    assert(!error.includes(secret.slice(-12)), error);
  }
});

Deno.test("redact() leaves ordinary fields, and shows content only where it was asked for", () => {
  const fields = { account: "mum", count: 3, isOk: true, at: null, error: "HTTP 502" };
  assertEquals(redact(fields, { logContent: false }), fields);
  assertEquals(redact({ content: "hello" }, { logContent: false }), { content: "[5 characters]" });
  assertEquals(redact({ content: "hello" }, { logContent: true }), { content: "hello" });
});

Deno.test("createLog() writes one line for each event from its level on, as text or as JSON", async () => {
  const terminal = createFakeTerminal();
  const text = await createLog(
    { logLevel: "info", logFormat: "text", logContent: false },
    terminal,
  );
  text.debug("too_small");
  text.warn("poll_failed", { account: "mum", error: "two words\nand a line" });
  assertEquals(terminal.noted.length, 1);
  assertMatch(
    terminal.noted[0] ?? "",
    /^\d{4}-.*Z WARNING poll_failed account=mum error="two words\\nand a line"$/,
  );
  const json = await createLog(
    { logLevel: "debug", logFormat: "json", logContent: false },
    terminal,
  );
  json.debug("polled", { count: 2 });
  const { time: _, ...line } = JSON.parse(terminal.noted[1] ?? "");
  assertEquals(line, { level: "debug", event: "polled", count: 2 });
});
