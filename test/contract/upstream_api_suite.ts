/** What every implementation of the upstream port does, told against a simulated WeChat. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { isObject, type JsonObject, parseJson, textMember } from "../../src/lib/json.ts";
import type { FaultAct } from "../../src/simulator/faults.ts";
import type { Settings } from "../../src/simulator/settings.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import type { Bot, UpstreamApi } from "../../src/upstream/api.ts";
import { textContent, writeSendMessage } from "../../src/wire/send.ts";

export interface UpstreamWorld {
  readonly simulator: Simulator;
  readonly api: UpstreamApi;
  readonly bot: Bot;
  /** Waits for a call of the api, letting the world's time pass meanwhile. */
  settled<T>(call: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const OPEN = new AbortController().signal;
/** Above the hold that the suite's worlds use. */
const LIMIT_MS = 200;

/** Defines the suite. `open` makes a world with one bot, whose polls are held for 50 ms. */
export function testUpstreamApi(
  name: string,
  open: (settings?: Partial<Settings>) => Promise<UpstreamWorld>,
): void {
  function test(what: string, act: (world: UpstreamWorld) => Promise<void>): void {
    Deno.test(`${name}: ${what}`, async () => {
      const world = await open();
      try {
        await act(world);
      } finally {
        await world.close();
      }
    });
  }
  testPolls(test);
  testSends(test);
  testSmallCalls(test);
  testLogin(test);
}

type Test = (what: string, act: (world: UpstreamWorld) => Promise<void>) => void;

function poll(world: UpstreamWorld, cursor = "", signal = OPEN) {
  return world.settled(world.api.getUpdates(world.bot, { cursor, limitMs: LIMIT_MS, signal }));
}

function send(world: UpstreamWorld, text = "hello") {
  const owner = world.simulator.bots()[0]?.owner ?? "";
  const edge = { to: owner, sendId: `send-${text}`, contextToken: "ctx" };
  const message = writeSendMessage(textContent(text), edge);
  return world.settled(world.api.sendMessage(world.bot, { message, signal: OPEN }));
}

function testPolls(test: Test): void {
  test("getUpdates() gives each message's text untouched, then nothing after the hold", async (world) => {
    const wireId = world.simulator.say({ what: "hi" });
    const first = await poll(world);
    assert(first.kind === "updates");
    assertEquals(first.messages.length, 1);
    assert(first.messages[0]?.includes(`"message_id":${wireId}`));
    assert(first.cursor !== "");
    const second = await poll(world, first.cursor);
    assert(second.kind === "updates");
    assertEquals(second.messages, []);
  });

  test("getUpdates() says what the server wants as the next limit", async (world) => {
    world.simulator.change({ longPollMs: 12_345 });
    const answer = await poll(world);
    assert(answer.kind === "updates");
    assertEquals(answer.longPollMs, 12_345);
  });

  for (const staleAnswer of ["ret_and_errcode", "errcode"] as const) {
    test(`getUpdates() with a dead token is stale_token (${staleAnswer})`, async (world) => {
      world.simulator.change({ staleAnswer });
      world.simulator.unbind();
      assertEquals((await poll(world)).kind, "stale_token");
    });
  }

  for (const code of [{ ret: -1 }, { errcode: -1 }, { ret: 0, errcode: -1 }]) {
    test(`getUpdates() reads ${JSON.stringify(code)} as a refusal`, async (world) => {
      strike(world, { kind: "ret", processed: false, ...code, errmsg: "no" });
      assertEquals(await poll(world), { kind: "refused", code: -1, text: "no" });
    });
  }

  test("getUpdates() keeps a body that is not JSON as bytes", async (world) => {
    const text = '{"msgs":[{"from_user_id":"好';
    strike(world, { kind: "replace", processed: false, body: { text } });
    const answer = await poll(world);
    assert(answer.kind === "unreadable");
    assertEquals(new TextDecoder().decode(answer.bytes), text);
  });

  test("getUpdates() tells an error status apart", async (world) => {
    strike(world, { kind: "replace", processed: false, status: 524, body: "html" });
    const answer = await poll(world);
    assert(answer.kind === "http");
    assertEquals(answer.status, 524);
  });

  test("getUpdates() takes a redirect for an error and does not follow it", async (world) => {
    strike(world, { kind: "replace", processed: false, status: 302, body: "empty" });
    const answer = await poll(world);
    assert(answer.kind === "http");
    assertEquals(answer.status, 302);
    assertEquals(world.simulator.requests().length, 1);
  });

  const broken: readonly FaultAct[] = [
    { kind: "reset", processed: false },
    { kind: "silence", processed: false },
    { kind: "half_body" },
  ];
  for (const act of broken) {
    test(`getUpdates() is unanswered after ${act.kind}, and asks only once`, async (world) => {
      world.simulator.say({ what: "hi" });
      strike(world, act);
      assertEquals((await poll(world)).kind, "unanswered");
      assertEquals(world.simulator.requests().length, 1);
    });
  }

  test("getUpdates() ends when its signal aborts", async (world) => {
    strike(world, { kind: "silence", processed: false });
    const calling = new AbortController();
    const cancel = world.simulator.watch(() => calling.abort());
    assertEquals((await poll(world, "", calling.signal)).kind, "unanswered");
    cancel();
  });
}

function testSends(test: Test): void {
  test("sendMessage() gives the id digit for digit", async (world) => {
    world.simulator.say({ what: "hi" });
    const answer = await send(world);
    const [entry] = world.simulator.sent();
    assertEquals(answer, { kind: "ok", wireId: entry?.wireId ?? "" });
    assertEquals([entry?.text, entry?.clientId], ["hello", "send-hello"]);
  });

  for (const sendAnswer of ["ret", "object", "empty"] as const) {
    test(`sendMessage() takes success without an id (${sendAnswer})`, async (world) => {
      world.simulator.say({ what: "hi" });
      world.simulator.change({ sendAnswer });
      assertEquals(await send(world), { kind: "ok", wireId: null });
    });
  }

  test("sendMessage() keeps code and text of a refusal", async (world) => {
    world.simulator.say({ what: "hi" });
    world.simulator.change({ budget: 0 });
    world.simulator.say({ what: "again" });
    assertEquals(await send(world), { kind: "refused", code: -2, text: "rate limited" });
  });

  test("sendMessage() with a dead token is stale_token", async (world) => {
    world.simulator.unbind();
    assertEquals((await send(world)).kind, "stale_token");
  });

  test("sendMessage() that was processed and then cut off is unanswered", async (world) => {
    world.simulator.say({ what: "hi" });
    strike(world, { kind: "reset", processed: true });
    assertEquals((await send(world)).kind, "unanswered");
    assertEquals(world.simulator.sent().length, 1);
  });
}

function testSmallCalls(test: Test): void {
  test("getConfig() gives a ticket that sendTyping() can use", async (world) => {
    world.simulator.say({ what: "hi" });
    const user = world.simulator.bots()[0]?.owner ?? "";
    const config = await world.settled(
      world.api.getConfig(world.bot, { user, contextToken: "ctx", signal: OPEN }),
    );
    assert(config.kind === "ticket");
    const typing = { user, ticket: config.ticket, status: 1, signal: OPEN };
    assertEquals(await world.settled(world.api.sendTyping(world.bot, typing)), "ok");
    assert(world.simulator.chat().isTyping);
    const wrong = { ...typing, ticket: "another" };
    assertEquals(await world.settled(world.api.sendTyping(world.bot, wrong)), "refused");
  });

  test("getUploadUrl() passes the request on and gives the whole answer", async (world) => {
    const request = {
      filekey: "f".repeat(32),
      media_type: 1,
      to_user_id: world.simulator.bots()[0]?.owner ?? "",
      rawsize: 10,
      rawfilemd5: "0".repeat(32),
      filesize: 16,
      no_need_thumb: true,
      aeskey: "0".repeat(32),
    };
    const answer = await world.settled(
      world.api.getUploadUrl(world.bot, { request, signal: OPEN }),
    );
    assert(answer.kind === "ok");
    assertMatch(textMember(answer.body, "upload_full_url"), /encrypted_query_param=/);
    const voice = { ...request, media_type: 4 };
    const refused = await world.settled(
      world.api.getUploadUrl(world.bot, { request: voice, signal: OPEN }),
    );
    assert(refused.kind === "refused");
    assertEquals(refused.code, 2);
  });

  test("notify() tells start and stop", async (world) => {
    for (const what of ["start", "stop"] as const) {
      const told = world.settled(world.api.notify(world.bot, { what, signal: OPEN }));
      assertEquals(await told, "ok");
    }
    assertEquals(world.simulator.bots()[0]?.notices, ["start", "stop"]);
  });

  test("every call looks like the official client's", async (world) => {
    await poll(world, "");
    await world.settled(world.api.notify(world.bot, { what: "start", signal: OPEN }));
    const [first, second] = world.simulator.requests();
    assert(first && second);
    const { headers } = first;
    assertEquals(headers["authorizationtype"], "ilink_bot_token");
    assertEquals(headers["authorization"], `Bearer ${world.bot.token}`);
    assertEquals(headers["ilink-app-id"], "bot");
    assertEquals(headers["ilink-app-clientversion"], "132105");
    assertEquals(headers["content-type"], "application/json");
    assertMatch(atob(String(headers["x-wechat-uin"])), /^\d+$/);
    assert(headers["x-wechat-uin"] !== second.headers["x-wechat-uin"]);
    assertEquals(parsed(first.body), {
      get_updates_buf: "",
      base_info: { channel_version: "2.4.9", bot_agent: "ilink-hub/0.0.0" },
    });
  });
}

function testLogin(test: Test): void {
  async function fetchCode(world: UpstreamWorld, localTokens: readonly string[] = []) {
    const { baseUrl } = world.bot;
    const code = await world.settled(
      world.api.getQrCode({ baseUrl, localTokens, signal: OPEN }),
    );
    assert(!("kind" in code));
    return code;
  }
  function ask(world: UpstreamWorld, qrcode: string, verifyCode: string | null = null) {
    const { baseUrl } = world.bot;
    return world.settled(world.api.getQrStatus({ baseUrl, qrcode, verifyCode, signal: OPEN }));
  }

  test("a code goes from wait over scaned and the digits to confirmed", async (world) => {
    const { qrcode, content } = await fetchCode(world);
    assertMatch(content, /^http/);
    assertEquals(await ask(world, qrcode), { status: "wait" });
    const person = world.simulator.addPerson();
    world.simulator.scan(qrcode, person.id);
    assertEquals(await ask(world, qrcode), { status: "scaned" });
    world.simulator.askVerifyCode(qrcode, "42");
    assertEquals(await ask(world, qrcode), { status: "need_verifycode" });
    assertEquals(await ask(world, qrcode, "1 & 2"), { status: "need_verifycode" });
    assertEquals(await ask(world, qrcode, "42"), { status: "scaned" });
    const { token: botToken, id: botId } = world.simulator.confirm(qrcode);
    const { baseUrl } = world.bot;
    assertEquals(await ask(world, qrcode), {
      status: "confirmed",
      credentials: { botToken, botId, userId: person.id, baseUrl },
    });
  });

  test("an ended code is expired, and one of a person whose token is held is binded_redirect", async (world) => {
    const expired = await fetchCode(world);
    world.simulator.expire(expired.qrcode);
    assertEquals(await ask(world, expired.qrcode), { status: "expired" });
    const bound = await fetchCode(world, [world.bot.token]);
    world.simulator.scan(bound.qrcode, world.simulator.bots()[0]?.owner ?? "");
    assertEquals(await ask(world, bound.qrcode), { status: "binded_redirect" });
  });

  test("the QR calls carry no token in their head", async (world) => {
    const { qrcode } = await fetchCode(world, ["held"]);
    await ask(world, qrcode);
    const [code, status] = world.simulator.requests();
    assert(code && status);
    assertEquals([code.method, status.method], ["POST", "GET"]);
    assertEquals(code.headers["authorization"], undefined);
    assertEquals(code.headers["authorizationtype"], "ilink_bot_token");
    assertEquals(parsed(code.body), { local_token_list: ["held"] });
    assertEquals(status.headers["authorization"], undefined);
    assertEquals(status.headers["authorizationtype"], undefined);
  });
}

function strike(world: UpstreamWorld, act: FaultAct): void {
  world.simulator.addFault({ endpoint: "any", act });
}

function parsed(text: string): JsonObject {
  const body = parseJson(text);
  assert(isObject(body));
  return body;
}
