/** The compatibility list of ILINK.md 8.3, line by line, for the calls the hub serves to clients. C1 to C5 over a real socket. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createExchange } from "../../src/downstream/exchange.ts";
import { asId, type ConversationId } from "../../src/core/ids.ts";
import { signText } from "../../src/core/tokens.ts";
import type { SendEnd } from "../../src/store/store.ts";
import { settle } from "../fake/fake_clock.ts";
import {
  ALICE,
  BOB,
  createDownstreamWorld,
  type DownstreamWorld,
  elapse,
  SIGN_KEY,
} from "../fake/downstream_world.ts";
import { rawCall, serveWorld } from "../fake/served_world.ts";

/** Real Tencent cursors hold the bot token; this one stands for them. */
const FOREIGN_CURSOR = "CgkIARAB" + "QUFSekpXQUZyZWFsYm90dG9rZW4".repeat(4);

const ENDPOINTS = [
  "getupdates",
  "sendmessage",
  "getconfig",
  "sendtyping",
  "getuploadurl",
  "msg/notifystart",
  "msg/notifystop",
];

// ─── Transport ─────────────────────────────────────────────────────────────────────────────────────────────────────────

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

// ─── Polling ───────────────────────────────────────────────────────────────────────────────────────────────────────────

Deno.test("C10: an idle poll is held 20 to 28 seconds, at most 10 on an empty cursor", async () => {
  await using world = await createDownstreamWorld();
  const first = await elapse(world.clock, world.poll(""));
  assert(first.tookMs >= 5_000 && first.tookMs <= 10_000, `${first.tookMs} ms`);
  const cursor = first.value.body.get_updates_buf;
  const second = await elapse(world.clock, world.poll(cursor));
  assert(second.tookMs >= 20_000 && second.tookMs <= 28_000, `${second.tookMs} ms`);
});

Deno.test("C10: what is queued is answered at once, what arrives wakes the poll", async () => {
  await using world = await createDownstreamWorld();
  await world.say("queued");
  const queued = await elapse(world.clock, world.poll(""));
  assertEquals(queued.tookMs, 0);
  assertEquals(textOf(queued.value), "queued");
  const poll = world.poll(queued.value.body.get_updates_buf);
  await settle();
  await world.say("arrived");
  const woken = await elapse(world.clock, poll);
  assertEquals(woken.tookMs, 0);
  assertEquals(textOf(woken.value), "arrived");
});

Deno.test("C11: an idle answer has every member, a cursor that is not empty, and no null", async () => {
  await using world = await createDownstreamWorld();
  const { value } = await elapse(world.clock, world.poll(""));
  const { get_updates_buf: cursor } = value.body;
  assertEquals(value.body, {
    ret: 0,
    msgs: [],
    get_updates_buf: cursor,
    sync_buf: cursor,
    longpolling_timeout_ms: 35_000,
  });
  assertMatch(cursor, /^hubc\./);
});

Deno.test("C12: a client that left takes nothing out", async () => {
  await using world = await createDownstreamWorld();
  const exchange = createExchange();
  const left = world.poll("", { exchange, keepOpen: true });
  await settle();
  exchange.end("closed");
  await left;
  assertEquals(world.clock.pending, 1, "only the note of its last call waits");
  await world.say("for the next one");
  await settle();
  assertEquals(world.store.handOuts.every(({ written }) => written.length === 0), true);
  assertEquals(textOf(await world.poll("")), "for the next one");
});

Deno.test("C12: a message whose answer could not be written is handed out again", async () => {
  await using world = await createDownstreamWorld();
  await world.say("twice on the wire");
  const exchange = createExchange();
  const lost = await world.poll("", { exchange, keepOpen: true });
  exchange.end("closed");
  const again = await world.poll("");
  assertEquals(textOf(lost), "twice on the wire");
  assertEquals(textOf(again), "twice on the wire");
  assert(lost.body.get_updates_buf !== again.body.get_updates_buf, "each under its own number");
  assertEquals(world.store.handOuts.at(-1)?.written, []);
});

Deno.test("C12: the server notices that a client hung up", async () => {
  await using served = await serveWorld();
  const { world } = served;
  const leaving = new AbortController();
  const poll = served.post("/ilink/bot/getupdates", {}, { signal: leaving.signal });
  await served.until(() => world.downstream.states.stateOf(world.client.id) === "polling");
  await served.until(() => world.store.handOuts.length === 1);
  leaving.abort();
  await poll.catch(() => {});
  await served.until(() => world.clock.pending === 1);
  await world.say("kept");
  const response = await served.post("/ilink/bot/getupdates", {});
  assertEquals((await response.json()).msgs.length, 1);
});

Deno.test("C13: what is not acknowledged comes again until the client presents the cursor that covers it", async () => {
  await using world = await createDownstreamWorld();
  await world.say("one");
  await world.say("two");
  assertEquals(textOf(await world.poll("")), "one");
  const again = await world.poll("");
  assertEquals(textOf(again), "one");
  assertEquals(textOf(await world.poll(again.body.get_updates_buf)), "two");
  assertEquals(await world.store.waiting(world.client.id), 1);
});

Deno.test("C13: empty, foreign, changed and outdated cursors are accepted, acknowledge nothing and leave no trace", async () => {
  await using world = await createDownstreamWorld();
  const other = await world.addClient("other");
  await world.say("still there");
  const first = await world.poll("");
  const good: string = first.body.get_updates_buf;
  const ofOther = signText(SIGN_KEY, {
    kind: "cursor",
    client: other.client.id,
    epoch: world.store.port.epoch,
    seq: asId(1),
  });
  const outdated = signText(SIGN_KEY, {
    kind: "cursor",
    client: world.client.id,
    epoch: "before",
    seq: asId(9),
  });
  const beyond = signText(SIGN_KEY, {
    kind: "cursor",
    client: world.client.id,
    epoch: world.store.port.epoch,
    seq: asId(999),
  });
  for (const cursor of [outdated, FOREIGN_CURSOR, ofOther, beyond, `${good}x`, good.slice(1)]) {
    const given = await world.poll(cursor);
    assertEquals(given.status, 200);
    assertEquals(textOf(given), "still there", cursor);
    assert(!given.text.includes(cursor), "a cursor of others is not echoed");
  }
  assert(!JSON.stringify(world.logged).includes(FOREIGN_CURSOR));
  assert(!JSON.stringify(world.store.handOuts).includes(FOREIGN_CURSOR));
});

Deno.test("C13: once the database was rolled back no cursor of before counts, not even the last one", async () => {
  await using world = await createDownstreamWorld();
  await world.say("again");
  const { body } = await world.poll("");
  world.store.epoch = "epoch2";
  const after = await world.poll(body.get_updates_buf);
  assertEquals(textOf(after), "again");
  await elapse(world.clock, world.poll(after.body.get_updates_buf));
  assertEquals(await world.store.waiting(world.client.id), 0);
});

Deno.test("C13: a cursor that is null or no text counts as empty", async () => {
  for (const buf of [null, 7, {}]) {
    await using world = await createDownstreamWorld();
    await world.say("hi");
    const given = await world.call("/ilink/bot/getupdates", { get_updates_buf: buf });
    assertEquals(textOf(given), "hi");
  }
});

Deno.test("C14: of two polls the newer is served, the older ends empty at its own deadline", async () => {
  await using world = await createDownstreamWorld();
  const cursor = (await elapse(world.clock, world.poll(""))).value.body.get_updates_buf;
  const startMs = world.clock.monotonic();
  const older = world.poll(cursor);
  await world.clock.advance(5_000);
  const newer = world.poll(cursor);
  await settle();
  await world.say("for the newer");
  assertEquals(textOf(await newer), "for the newer");
  const { value } = await elapse(world.clock, older);
  assertEquals(value.body.msgs, []);
  const tookMs = world.clock.monotonic() - startMs;
  assert(tookMs >= 20_000 && tookMs <= 28_000, `${tookMs} ms`);
});

Deno.test("C14: a third poll is refused with 503 after two seconds and disturbs nobody", async () => {
  await using world = await createDownstreamWorld();
  const polls = [world.poll(""), world.poll("")];
  await settle();
  const third = await elapse(world.clock, world.poll(""));
  assertEquals(third.value.status, 503);
  assertEquals(third.value.body.ret, -1);
  assert(third.tookMs >= 2_000 && third.tookMs < 3_000);
  await world.say("hi");
  const { value } = await elapse(world.clock, Promise.all(polls));
  assertEquals(value.map(({ body }) => body.msgs.length), [0, 1]);
});

Deno.test("C15: no answer without messages comes before one second, not even at the end of the hub", async () => {
  await using world = await createDownstreamWorld();
  const poll = world.poll("");
  await settle();
  await world.downstream.drain();
  const parked = await elapse(world.clock, poll);
  assert(parked.tookMs >= 1_000 && parked.tookMs < 2_000, `${parked.tookMs} ms`);
  const late = await elapse(world.clock, world.poll(parked.value.body.get_updates_buf));
  assertEquals(late.value.body.msgs, []);
  assert(late.tookMs >= 1_000 && late.tookMs < 2_000, `${late.tookMs} ms`);
});

Deno.test("C15: rings without messages do not end a poll", async () => {
  await using world = await createDownstreamWorld();
  const poll = world.poll("");
  for (let ring = 0; ring < 10; ring++) {
    await settle();
    world.clientBells.ring(world.client.id);
  }
  const { tookMs } = await elapse(world.clock, poll);
  assert(tookMs >= 5_000, `${tookMs} ms`);
});

Deno.test("C16: a bare message arrives with every default, ids digit for digit", async () => {
  await using world = await createDownstreamWorld();
  await world.deliver(
    `{"message_id":9223372036854775807,"from_user_id":${JSON.stringify(ALICE)},` +
      `"create_time_ms":1760000000000,"item_list":[{"type":1,"text_item":{"text":"hello"}}]}`,
  );
  const given = await world.poll("");
  assertStringIncludes(given.text, `"message_id":9223372036854775807`);
  const [message] = given.body.msgs;
  assertMatch(message.to_user_id, /^[0-9a-f]{12}@im\.bot$/);
  assertMatch(message.context_token, /^hubx\./);
  assertEquals(message, {
    ...message,
    seq: 0,
    from_user_id: ALICE,
    client_id: "",
    create_time_ms: 1760000000000,
    update_time_ms: 1760000000000,
    delete_time_ms: 0,
    session_id: "",
    group_id: "",
    message_type: 1,
    message_state: 2,
    item_list: [{
      type: 1,
      create_time_ms: 1760000000000,
      update_time_ms: 1760000000000,
      is_completed: true,
      msg_id: "",
      button_item_list: [],
      at_bot_username_list: [],
      text_item: { text: "hello" },
    }],
    root_id: 0,
    parent_id: 0,
  });
});

Deno.test("C16: what would break a strict parser is repaired", async () => {
  await using world = await createDownstreamWorld();
  await world.deliver(
    JSON.stringify({
      message_id: "7501234567890123456",
      from_user_id: ALICE,
      session_id: null,
      item_list: [
        {
          type: 2,
          image_item: { media: { full_url: "https://cdn/x", aes_key: null }, mid_size: "9" },
        },
        { type: 4, file_item: { file_name: "a.bin", len: 5_000_000_000, media: null } },
        { type: 5, video_item: { video_size: 5_000_000_000, play_length: 1.5 } },
        { type: 11, tool_call_start_item: { tool_name: "x" } },
        null,
        { type: 1, text_item: null, ref_msg: { message_item: null, svr_id: "75" } },
      ],
    }),
  );
  const given = await world.poll("");
  assertStringIncludes(given.text, `"message_id":7501234567890123456`);
  const [image, file, video, unknown, text] = given.body.msgs[0].item_list;
  assertEquals(image.image_item, {
    media: { full_url: "https://cdn/x", encrypt_query_param: "", aes_key: "" },
    mid_size: 9,
  });
  assertEquals(file.file_item, { file_name: "a.bin", len: "5000000000" });
  assertEquals(video.video_item, { video_size: 2 ** 31 - 1 });
  assertEquals([unknown.type, typeof unknown.text_item.text], [1, "string"]);
  assertEquals(text.text_item, { text: "" });
  assertEquals(text.ref_msg, { svr_id: "75" });
  assert(!given.text.includes("null"));
});

Deno.test("C17: a message that cannot be dressed becomes a line of text and blocks nobody", async () => {
  await using world = await createDownstreamWorld();
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  await world.deliver(
    `{"message_id":1,"from_user_id":${JSON.stringify(ALICE)},"deep":${deep}}`,
  );
  await world.say("after it");
  const poison = await world.poll("");
  assertEquals(poison.status, 200);
  assertEquals(poison.body.msgs[0].from_user_id, ALICE);
  assertMatch(textOf(poison), /无法读取.*could not be read/);
  assertEquals(textOf(await world.poll(poison.body.get_updates_buf)), "after it");
});

Deno.test("C18: minutes without a poll cost a client nothing", async () => {
  await using world = await createDownstreamWorld();
  await world.say("one");
  const { body } = await world.poll("");
  await world.say("two");
  await world.clock.advance(60 * 60_000);
  assertEquals(textOf(await world.poll(body.get_updates_buf)), "two");
});

Deno.test("C19: what waited keeps the time at which it was written", async () => {
  await using world = await createDownstreamWorld();
  const writtenMs = world.clock.now();
  await world.say("early");
  await world.clock.advance(10 * 60_000);
  const { body } = await world.poll("");
  assertEquals(body.msgs[0].create_time_ms, writtenMs);
});

// ─── Sending ───────────────────────────────────────────────────────────────────────────────────────────────────────────

Deno.test("C20: a send is answered with WeChat's digits when it ends in time", async () => {
  await using world = await introducedWorld();
  const sending = world.send("hi");
  await settle();
  await world.clock.advance(3_000);
  await world.endReply({ kind: "sent", wireId: "7501234567890123456" });
  const { text } = await sending;
  assertEquals(text, `{"ret":0,"message_id":7501234567890123456}`);
  assertEquals(world.store.answered.size, 0);
});

Deno.test("C20: a send that takes long is answered within ten seconds with a number of the hub's", async () => {
  await using world = await introducedWorld();
  const { value, tookMs } = await elapse(world.clock, world.send("hi"));
  assert(tookMs >= 5_000 && tookMs < 10_000, `${tookMs} ms`);
  assertEquals(value.body.ret, 0);
  assert(Number.isSafeInteger(value.body.message_id) && value.body.message_id > 0);
  assertEquals([...world.store.answered.values()], [String(value.body.message_id)]);
});

const ENDS_WITHOUT_AN_ID: Readonly<Record<string, SendEnd | "stopped">> = {
  unconfirmed: { kind: "sent", wireId: null },
  deferred: { kind: "deferred", reason: "budget", untilMs: null },
  unknown: { kind: "unknown", reason: "connection lost" },
  stopped: "stopped",
};
for (const [state, end] of Object.entries(ENDS_WITHOUT_AN_ID)) {
  Deno.test(`C20: a reply that ends as ${state} is answered at once with a number of the hub's`, async () => {
    await using world = await introducedWorld();
    const sending = world.send("hi");
    await settle();
    await world.endReply(end);
    const { value, tookMs } = await elapse(world.clock, sending);
    assertEquals(tookMs, 0);
    assertEquals(value.body.ret, 0);
    assert(Number.isSafeInteger(value.body.message_id));
  });
}

Deno.test("C21: any context token, any items and any members are taken, unknown ones forwarded", async () => {
  await using world = await introducedWorld();
  const messages = [
    {},
    { context_token: null },
    { context_token: "AARzJWAFforeign" },
    { context_token: 5, client_id: 9, run_id: "r", unheard_of: [{ a: 1 }] },
    { item_list: [{ type: 11, tool_call_start_item: { tool_name: "t", tool_call_id: "1" } }] },
    { item_list: [{ type: 1, text_item: { text: "a" } }, { type: 2, image_item: {} }] },
  ];
  for (const message of messages) {
    const { value: given } = await elapse(
      world.clock,
      world.call("/ilink/bot/sendmessage", {
        msg: { to_user_id: ALICE, ...message },
      }),
    );
    assertEquals(given.body.ret, 0, JSON.stringify(message));
  }
  const stored = world.store.replies.map(({ content }) => JSON.parse(content));
  assertEquals(stored[3].unheard_of, [{ a: 1 }]);
  assertEquals(stored.some((message) => "context_token" in message), false);
  assertEquals(
    world.store.replies.every(({ answers, to }) => answers === null && to === ALICE),
    true,
  );
});

Deno.test("C21: the hub's own context token says what is answered, also when the recipient is missing", async () => {
  await using world = await introducedWorld();
  const { body } = await world.poll("");
  const token = body.msgs[0].context_token;
  const { value: given } = await elapse(
    world.clock,
    world.call("/ilink/bot/sendmessage", { msg: { context_token: token } }),
  );
  assertEquals(given.body.ret, 0);
  assert(world.store.replies[0]?.answers !== null);
});

Deno.test("C21: a context token of another client is foreign", async () => {
  await using world = await introducedWorld();
  const other = await world.addClient("other");
  const { body } = await world.poll("");
  const msg = { context_token: body.msgs[0].context_token, to_user_id: ALICE };
  const { value: given } = await elapse(
    world.clock,
    world.call("/ilink/bot/sendmessage", { msg }, { token: other.token }),
  );
  assertEquals([given.body.ret, given.body.errcode], [-3, -3]);
});

Deno.test("C22: a repeat with the same client_id gets the first answer, digit for digit", async () => {
  await using world = await introducedWorld();
  const early = world.send("hi", { client_id: "a-1" });
  await settle();
  const meanwhile = world.send("hi", { client_id: "a-1" });
  await settle();
  await world.endReply({ kind: "sent", wireId: "7501234567890123456" });
  assertEquals((await early).text, (await meanwhile).text);
  assertEquals((await world.send("hi", { client_id: "a-1" })).text, (await early).text);
  assertEquals(world.accepted(), 1);

  const slow = await elapse(world.clock, world.send("slow", { client_id: "a-2" }));
  await world.endReply({ kind: "sent", wireId: "7501234567890123999" });
  assertEquals((await world.send("slow", { client_id: "a-2" })).text, slow.value.text);
});

Deno.test("C23: failures are HTTP 200 with the code in both fields, -2 when too much waits, and never -14", async () => {
  await using world = await introducedWorld({ unsentPerConversation: 1 });
  const stranger = await world.send("hi", { to_user_id: BOB });
  assertEquals([stranger.status, stranger.body.ret, stranger.body.errcode], [200, -3, -3]);
  const sending = world.send("hi");
  await settle();
  const full = await world.send("one more");
  assertEquals([full.status, full.body.ret, full.body.errcode], [200, -2, -2]);
  await world.endReply({ kind: "refused", reason: "-14 session timeout" });
  const refused = await sending;
  assertEquals([refused.status, refused.body.ret, refused.body.errcode], [200, -1, -1]);
  assertStringIncludes(refused.body.errmsg, "WeChat refused");
  const empty = await world.call("/ilink/bot/sendmessage", { base_info: {} });
  assertEquals([empty.status, empty.body.ret, empty.body.errcode], [200, -1, -1]);
});

Deno.test("C24: getconfig gives a ticket at once, whoever is asked for", async () => {
  await using world = await introducedWorld();
  for (
    const body of [{ ilink_user_id: ALICE }, { ilink_user_id: BOB }, {}, { ilink_user_id: null }]
  ) {
    const { value, tookMs } = await elapse(world.clock, world.call("/ilink/bot/getconfig", body));
    assertEquals(tookMs, 0);
    assertEquals(value.body.ret, 0);
    assertMatch(value.body.typing_ticket, /^hubt\./);
  }
  world.store.failure = new Error("disk");
  const { ret } = (await elapse(world.clock, world.call("/ilink/bot/getconfig", {}))).value.body;
  assertEquals(ret, -1, "without the store nobody is known by a token");
});

Deno.test("C25: sendtyping shows and ends the bubble of the ticket's conversation", async () => {
  await using world = await introducedWorld();
  const ticket = await ticketFor(world, { ilink_user_id: ALICE });
  for (const status of [1, 2]) {
    const body = { ilink_user_id: ALICE, typing_ticket: ticket, status };
    assertEquals((await world.call("/ilink/bot/sendtyping", body)).body, { ret: 0 });
  }
  assertEquals(world.live.typed.map(({ on }) => on), [true, false]);
});

Deno.test("C25: a ticket given before the person was known works once they are", async () => {
  await using world = await createDownstreamWorld();
  const ticket = await ticketFor(world, { ilink_user_id: ALICE });
  const body = { ilink_user_id: ALICE, typing_ticket: ticket, status: 1 };
  assertEquals((await world.call("/ilink/bot/sendtyping", body)).body, { ret: 0 });
  assertEquals(world.live.typed, []);
  await world.say("hi");
  await world.poll("");
  await world.call("/ilink/bot/sendtyping", body);
  assertEquals(world.live.typed.length, 1);
});

Deno.test("C25: unknown tickets and statuses are answered with ret 0 and ignored", async () => {
  await using world = await introducedWorld();
  const other = await world.addClient("other");
  const ticket = await ticketFor(world, { ilink_user_id: ALICE });
  const ofOther = signText(SIGN_KEY, {
    kind: "typing",
    client: other.client.id,
    conversation: asId<ConversationId>(1),
  });
  const bodies = [
    { typing_ticket: "AARzreal", status: 1 },
    { typing_ticket: ofOther, status: 1 },
    { typing_ticket: ticket, status: 3 },
    { typing_ticket: ticket },
    {},
  ];
  for (const body of bodies) {
    assertEquals((await world.call("/ilink/bot/sendtyping", body)).body, { ret: 0 });
  }
  assertEquals(world.live.typed, []);
});

Deno.test("C26: getuploadurl gives both forms of the address, whichever WeChat gave", async () => {
  await using world = await introducedWorld();
  world.live.uploadAnswer = {
    kind: "ok",
    body: {
      upload_full_url: "https://cdn/c2c/upload?encrypted_query_param=a%2Fb%3D&filekey=f",
      x: null,
    },
  };
  const body = { to_user_id: ALICE, filekey: "f", rawsize: 5, base_info: { channel_version: "9" } };
  const full = await world.call("/ilink/bot/getuploadurl", body);
  assertEquals(full.body.upload_param, "a/b=");
  assertEquals(full.body.ret, 0);
  assert(!full.text.includes("null"));
  assertEquals(world.live.uploads, [{ to_user_id: ALICE, filekey: "f", rawsize: 5 }]);
  world.live.uploadAnswer = { kind: "ok", body: { upload_param: "a/b=" } };
  const param = await world.call("/ilink/bot/getuploadurl", body);
  assertEquals(
    param.body.upload_full_url,
    "http://cdn.test/c2c/upload?encrypted_query_param=a%2Fb%3D&filekey=f",
  );
});

Deno.test("C26: an address is asked for only for people this client was given", async () => {
  await using world = await introducedWorld();
  for (const to_user_id of [BOB, "", null]) {
    const given = await world.call("/ilink/bot/getuploadurl", { to_user_id });
    assertEquals([given.status, given.body.ret, given.body.errcode], [200, -3, -3]);
  }
  assertEquals(world.live.uploads, []);
});

Deno.test("C27: notifystart and notifystop are answered here, and a start is told to the next hand-out", async () => {
  await using world = await createDownstreamWorld();
  assertEquals((await world.call("/ilink/bot/msg/notifystop")).body, { ret: 0 });
  assertEquals((await world.call("/ilink/bot/msg/notifystart")).body, { ret: 0 });
  await world.say("hi");
  await world.poll("");
  await world.poll("");
  assertEquals(world.store.handOuts.map(({ hasRestarted }) => hasRestarted), [true, false]);
});

Deno.test("C28: an outage of WeChat shows in uploads and sends alone, as -1 with words", async () => {
  await using world = await introducedWorld();
  world.live.uploadAnswer = { kind: "failed", text: "WeChat is logged out" };
  const upload = await world.call("/ilink/bot/getuploadurl", { to_user_id: ALICE });
  assertEquals(upload.body, { ret: -1, errcode: -1, errmsg: "WeChat is logged out" });
  const sending = world.send("hi");
  await settle();
  await world.endReply({ kind: "deferred", reason: "logged_out", untilMs: null });
  assertEquals((await sending).body.ret, 0, "taken durably, sent after the login");
});

Deno.test("C28: a store that fails is 503 in JSON after a delay, for polls and unknown callers alike", async () => {
  await using world = await createDownstreamWorld();
  world.store.failure = new Error("disk full at /secret/path");
  const { value, tookMs } = await elapse(world.clock, world.poll(""));
  assertEquals([value.status, value.body.ret, value.body.errcode], [503, -1, -1]);
  assert(tookMs >= 2_000);
  assert(!value.text.includes("secret"));
});

Deno.test("C29: at the end parked polls are answered empty with a cursor that still holds after a restart", async () => {
  await using world = await createDownstreamWorld();
  await world.say("one");
  const { body: first } = await world.poll("");
  const parked = world.poll(first.get_updates_buf);
  await settle();
  await world.downstream.drain();
  const { value } = await elapse(world.clock, parked);
  assertEquals([value.status, value.body.msgs], [200, []]);
  assertEquals(await world.store.waiting(world.client.id), 0);
});

Deno.test("every call of the list is served by POST alone", async () => {
  await using world = await createDownstreamWorld();
  for (const name of ENDPOINTS) {
    const given = await world.call(`/ilink/bot/${name}`, {}, { method: "GET" });
    assertEquals([given.status, given.body.ret], [405, -1], name);
  }
});

// ─── The worlds of these tests ─────────────────────────────────────────────────────────────────────────────────────────

/** A client that has been given a message of Alice. */
async function introducedWorld(storeLimits = {}): Promise<DownstreamWorld> {
  const world = await createDownstreamWorld({ storeLimits });
  await world.say("hi");
  await world.poll("");
  return world;
}

async function ticketFor(world: DownstreamWorld, body: { ilink_user_id: string }): Promise<string> {
  return (await world.call("/ilink/bot/getconfig", body)).body.typing_ticket;
}

// deno-lint-ignore no-explicit-any
function textOf(given: { readonly body: any }): string {
  return given.body.msgs[0].item_list[0].text_item.text;
}
