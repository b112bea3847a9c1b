/** The compatibility list of ILINK.md 8.3, line by line: how clients may call. Over a real socket where that matters. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ALICE, createDownstreamWorld, elapse } from "../../fake/downstream_world.ts";
import { rawCall, serveWorld } from "../../fake/served_world.ts";

const ENDPOINTS = [
  "getupdates",
  "sendmessage",
  "getconfig",
  "sendtyping",
  "getuploadurl",
  "msg/notifystart",
  "msg/notifystop",
];

Deno.test("C1: doubled slashes, an ending slash, another case and a query are the same call, and nothing redirects", async () => {
  await using served = await serveWorld();
  for (
    const path of [
      "/ilink/bot/getconfig",
      "//ilink/bot/getconfig",
      "/ilink//bot///getconfig/",
      "/ilink/bot/getconfig/?timeout=35&x=%2F",
      "/iLink/Bot/GetConfig",
      "/ilink/bot/msg//notifystart",
    ]
  ) {
    const response = await served.post(path, { ilink_user_id: ALICE }, { redirect: "manual" });
    assertEquals(response.status, 200, path);
    assertEquals((await response.json()).ret, 0, path);
  }
});

Deno.test("C1: a request line with the whole address and one without a Host header are served", async () => {
  await using served = await serveWorld();
  const rest = `Authorization: Bearer ${served.world.token}\r\nContent-Length: 2\r\n` +
    "Connection: close\r\n\r\n{}";
  const absolute = await rawCall(
    served.port,
    `POST http://elsewhere:99/ilink/bot/msg/notifystop HTTP/1.1\r\nHost: elsewhere:99\r\n${rest}`,
  );
  assertMatch(absolute, /^HTTP\/1\.1 200 [\s\S]*\{"ret":0\}$/);
  const hostless = await rawCall(served.port, `POST /ilink/bot/msg/notifystop HTTP/1.1\r\n${rest}`);
  assertMatch(hostless, /^HTTP\/1\.1 200 [\s\S]*\{"ret":0\}$/);
});

Deno.test("C2: header names in any case, and none but the token is needed", async () => {
  await using served = await serveWorld();
  const variants = [
    {},
    { "X-Wechat-Uin": "not base64", Authorizationtype: "ilink_bot_token" },
    { "iLink-App-Id": "", "iLink-App-ClientVersion": "0" },
    { "Ilink-App-Id": "bot", "Ilink-App-Clientversion": "132105", SKRouteTag: "7" },
  ];
  for (const headers of variants) {
    const response = await served.post("/ilink/bot/msg/notifystart", {}, { headers });
    assertEquals(await response.json(), { ret: 0 });
  }
  const upper = await rawCall(
    served.port,
    "POST /ilink/bot/msg/notifystart HTTP/1.1\r\nHOST: hub\r\n" +
      `AUTHORIZATION: Bearer ${served.world.token}\r\nCONNECTION: close\r\n\r\n`,
  );
  assertMatch(upper, /^HTTP\/1\.1 200 /);
});

Deno.test("C3: bodies come chunked, up to 1 MiB, in UTF-8, with unknown and null members", async () => {
  await using served = await serveWorld();
  const { world } = served;
  await world.say("hi");
  await (await served.post("/ilink/bot/getupdates", {})).text();
  const message = {
    to_user_id: ALICE,
    context_token: null,
    client_id: null,
    run_id: null,
    item_list: [{ type: 1, text_item: { text: "你好 🎉" } }],
    unheard_of: { deep: [1] },
  };
  const long = { ...message, padding: "ü".repeat(500_000) };
  for (const msg of [message, long]) {
    const text = JSON.stringify({ msg, base_info: null });
    const sent = served.send("/ilink/bot/sendmessage", {
      body: new ReadableStream({
        start(controller) {
          const bytes = new TextEncoder().encode(text);
          for (let at = 0; at < bytes.length; at += 99_999) {
            controller.enqueue(bytes.slice(at, at + 99_999));
          }
          controller.close();
        },
      }),
    });
    const { value: response } = await elapse(world.clock, sent);
    assertEquals((await response.json()).ret, 0);
  }
  const { context_token: _null, ...stored } = message;
  assertEquals(JSON.parse(world.store.replies[0]?.content ?? ""), stored);
  assertEquals(world.store.replies[1]?.content.length, JSON.stringify(stored).length + 500_013);
});

Deno.test("C3: a longer body is refused with 413, announced or not", async () => {
  await using served = await serveWorld();
  const tooLong = JSON.stringify({ msg: { text: "x".repeat(1024 * 1024) } });
  const announced = await served.send("/ilink/bot/sendmessage", { body: tooLong });
  assertEquals(announced.status, 413);
  assertEquals((await announced.json()).ret, -1);
  const chunked = await rawCall(
    served.port,
    "POST /ilink/bot/sendmessage HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n" +
      `Authorization: Bearer ${served.world.token}\r\n\r\n` +
      `${(2 ** 20 + 1).toString(16)}\r\n${"x".repeat(2 ** 20 + 1)}\r\n0\r\n\r\n`,
    "errmsg",
  );
  assertMatch(chunked, /^HTTP\/1\.1 413 [\s\S]*"ret":-1/);
  assertEquals(served.world.store.replies.length, 0);
});

Deno.test("C3: a body nested beyond reason is refused before anything works on it", async () => {
  await using world = await createDownstreamWorld();
  for (const name of ENDPOINTS) {
    const text = `{"msg":{"deep":${"[".repeat(200_000)}${"]".repeat(200_000)}}}`;
    const { value } = await elapse(world.clock, world.call(`/ilink/bot/${name}`, text));
    assertEquals([value.status, value.body.ret], [400, -1], name);
  }
});

Deno.test("C4: every answer is a JSON object that says so, and a success is exactly 200", async () => {
  await using served = await serveWorld();
  const { world } = served;
  await world.say("hi");
  const requests: [string, RequestInit, number][] = [
    ["/ilink/bot/getupdates", { method: "POST", body: "{}" }, 200],
    ["/ilink/bot/getconfig", { method: "POST", body: "" }, 200],
    ["/ilink/bot/getconfig", { method: "POST", body: "[1]" }, 400],
    ["/ilink/bot/getconfig", { method: "POST", body: "{" }, 400],
    ["/ilink/bot/getupdates", { method: "GET" }, 405],
    ["/ilink/bot/gettoken", { method: "POST", body: "{}" }, 404],
    ["/ilink", { method: "GET" }, 404],
    ["/ilink/bot/getupdates", { method: "POST", headers: { authorization: "Bearer no" } }, 401],
  ];
  for (const [path, init, status] of requests) {
    const { value: response } = await elapse(world.clock, served.send(path, init));
    assertEquals(response.status, status, path);
    assertMatch(response.headers.get("content-type") ?? "", /^application\/json\b/);
    const body = await response.json();
    assertEquals(body.ret, status === 200 ? 0 : -1, path);
    assertEquals(body.errcode, status === 200 ? undefined : -1, path);
  }
  const broken = await rawCall(served.port, "NONSENSE\r\n\r\n");
  assertMatch(broken, /^HTTP\/1\.1 400 [\s\S]*application\/json[\s\S]*\{"ret":-1,/);
  const fat = await rawCall(
    served.port,
    `GET / HTTP/1.1\r\nHost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
  );
  assertMatch(fat, /^HTTP\/1\.1 431 [\s\S]*\{"ret":-1,/);
  const backslash = await rawCall(
    served.port,
    "POST /a\\b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  );
  assertMatch(backslash, /^HTTP\/1\.1 400 [\s\S]*application\/json[\s\S]*\{"ret":-1,/);
});

Deno.test("C4: a call that expects something before its body is served, whatever it expects", async () => {
  await using served = await serveWorld();
  for (const expected of ["100-continue", "tea"]) {
    const answer = await rawCall(
      served.port,
      `POST /ilink/bot/msg/notifystart HTTP/1.1\r\nHost: hub\r\nExpect: ${expected}\r\n` +
        `Authorization: Bearer ${served.world.token}\r\nContent-Length: 2\r\n` +
        "Connection: close\r\n\r\n{}",
    );
    assertMatch(answer, /HTTP\/1\.1 200 [\s\S]*\{"ret":0\}$/, expected);
  }
});

Deno.test("C5: the token is trimmed and its scheme has no case", async () => {
  await using world = await createDownstreamWorld();
  for (const authorization of [`bearer ${world.token}`, `  BEARER   ${world.token}  `]) {
    const given = await world.call("/ilink/bot/msg/notifystart", {}, {
      token: null,
      headers: { authorization },
    });
    assertEquals(given.body, { ret: 0 });
  }
});

Deno.test("C5: a missing, unknown or ended token is refused with 401 after two seconds, never with -14", async () => {
  await using world = await createDownstreamWorld();
  const gone = await world.addClient("gone");
  await world.store.removeClient(gone.client.id);
  for (const token of [null, "", "vhub_unknown", gone.token]) {
    const { value, tookMs } = await elapse(world.clock, world.poll("", { token }));
    assertEquals(value.status, 401);
    assertEquals(value.body, { ret: -1, errcode: -1, errmsg: "unknown token" });
    assert(tookMs >= 2_000 && tookMs < 3_000, `${tookMs} ms`);
  }
});

Deno.test("C4: every call of the list is served by POST alone", async () => {
  await using world = await createDownstreamWorld();
  for (const name of ENDPOINTS) {
    const given = await world.call(`/ilink/bot/${name}`, {}, { method: "GET" });
    assertEquals([given.status, given.body.ret], [405, -1], name);
  }
});
