import { assertEquals } from "@std/assert";
import { QR_STATUSES, readQrAnswer, readQrCode } from "../../../src/wire/login.ts";

Deno.test("readQrCode() wants both texts", () => {
  assertEquals(readQrCode('{"qrcode":"k","qrcode_img_content":"https://x","ret":0}'), {
    qrcode: "k",
    content: "https://x",
  });
  for (const text of ["", "[]", '{"ret":1,"err_msg":"missing bot_type"}', '{"qrcode":"k"}']) {
    assertEquals(readQrCode(text), null);
  }
});

Deno.test("every status is read as it is; anything else counts as wait", () => {
  for (const status of QR_STATUSES) {
    if (status === "confirmed") continue;
    assertEquals(readQrAnswer(JSON.stringify({ ret: 0, status })).status, status);
  }
  for (const text of ["", "<html>", "[]", '{"status":"scanned"}', '{"status":7}', "{}"]) {
    assertEquals(readQrAnswer(text), { status: "wait" });
  }
});

Deno.test("a redirect names its host, or none", () => {
  assertEquals(readQrAnswer('{"status":"scaned_but_redirect","redirect_host":"idc-2.example"}'), {
    status: "scaned_but_redirect",
    redirectHost: "idc-2.example",
  });
  assertEquals(readQrAnswer('{"status":"scaned_but_redirect"}'), {
    status: "scaned_but_redirect",
    redirectHost: "",
  });
});

Deno.test("confirmed carries credentials; without a token it is not yet confirmed", () => {
  const answer = readQrAnswer(JSON.stringify({
    status: "confirmed",
    bot_token: " tok ",
    ilink_bot_id: "b@im.bot",
    ilink_user_id: "u@im.wechat",
    baseurl: "https://host//",
  }));
  assertEquals(answer, {
    status: "confirmed",
    credentials: {
      botToken: "tok",
      botId: "b@im.bot",
      userId: "u@im.wechat",
      baseUrl: "https://host",
    },
  });
  assertEquals(readQrAnswer('{"status":"confirmed","bot_token":" "}'), { status: "wait" });
  assertEquals(readQrAnswer('{"status":"confirmed","bot_token":"tok","baseurl":null}'), {
    status: "confirmed",
    credentials: { botToken: "tok", botId: "", userId: "", baseUrl: "" },
  });
});
