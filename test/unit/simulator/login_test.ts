import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { textMember } from "../../../src/lib/json.ts";
import { readQrAnswer, readQrCode } from "../../../src/wire/login.ts";
import { OWNER, type Setup, setUp, TOKEN } from "./bot_caller.ts";

async function showCode(setup: Setup, localTokens: string[] = []): Promise<string> {
  const answer = await setup.post("get_bot_qrcode?bot_type=3", { local_token_list: localTokens });
  return readQrCode(answer.text)?.qrcode ?? "";
}

async function ask(setup: Setup, qrcode: string, more = ""): Promise<string> {
  const answer = await setup.get(`/ilink/bot/get_qrcode_status?qrcode=${qrcode}${more}`);
  return textMember(answer.body, "status");
}

Deno.test("a QR code is made by GET and by POST, and not without bot_type", async () => {
  const { simulator, get, post } = await setUp();
  for (
    const answer of [
      await get("/ilink/bot/get_bot_qrcode?bot_type=3"),
      await post("get_bot_qrcode?bot_type=3", {}),
    ]
  ) {
    assertMatch(readQrCode(answer.text)?.qrcode ?? "", /^[0-9a-f]{32}$/);
  }
  const refused = await get("/ilink/bot/get_bot_qrcode");
  assertEquals(refused.text, '{"ret":1,"err_msg":"missing bot_type"}');
  await simulator.close();
});

Deno.test("the status is held until it changes; confirmed carries credentials and repeats", async () => {
  const setup = await setUp({ bots: [] });
  const { simulator, clock } = setup;
  const person = simulator.addPerson().id;
  const qrcode = await showCode(setup);

  const idle = ask(setup, qrcode);
  await clock.advance(10_000);
  assertEquals(await idle, "wait");

  const scanned = ask(setup, qrcode);
  await clock.advance(10);
  simulator.scan(qrcode, person);
  assertEquals(await scanned, "scaned");

  const confirmed = setup.get(`/ilink/bot/get_qrcode_status?qrcode=${qrcode}`);
  await clock.advance(10);
  const bot = simulator.confirm(qrcode);
  const answer = readQrAnswer((await confirmed).text);
  assertEquals(answer.status === "confirmed" && answer.credentials, {
    botToken: bot.token,
    botId: bot.id,
    userId: person,
    baseUrl: simulator.baseUrl,
  });
  await clock.advance(60_000);
  assertEquals(await ask(setup, qrcode), "confirmed");
  await clock.advance(1);
  assertEquals(await ask(setup, qrcode), "expired");
  await simulator.close();
});

Deno.test("a confirmed login ends the owner's earlier token, also for a poll in flight", async () => {
  const setup = await setUp();
  const held = setup.post("getupdates", {});
  const qrcode = await showCode(setup);
  setup.simulator.scan(qrcode, OWNER);
  assertEquals(setup.simulator.bots()[0]?.token, TOKEN);
  setup.simulator.confirm(qrcode);
  assertMatch((await held).text, /-14/);
  assertMatch((await setup.post("sendmessage", {})).text, /-14/);
  await setup.simulator.close();
});

Deno.test("a code expires after 120 seconds, an unknown one at once", async () => {
  const setup = await setUp();
  const qrcode = await showCode(setup);
  await setup.clock.advance(120_001);
  assertEquals(await ask(setup, qrcode), "expired");
  assertEquals(await ask(setup, "unknown"), "expired");
  assertThrows(() => setup.simulator.scan(qrcode, OWNER), RangeError, "it is expired");
  await setup.simulator.close();
});

Deno.test("the right verify code leads on, a wrong one is asked again, three block", async () => {
  const setup = await setUp();
  const { simulator } = setup;
  const show = async () => {
    const qrcode = await showCode(setup);
    simulator.scan(qrcode, OWNER);
    simulator.askVerifyCode(qrcode, "1234");
    assertEquals(await ask(setup, qrcode), "need_verifycode");
    return qrcode;
  };
  const right = await show();
  assertEquals(await ask(setup, right, "&verify_code=1"), "need_verifycode");
  assertThrows(() => simulator.confirm(right), RangeError, "need_verifycode");
  assertEquals(await ask(setup, right, "&verify_code=1234"), "scaned");
  simulator.confirm(right);
  assertEquals(await ask(setup, right), "confirmed");

  const wrong = await show();
  for (const status of ["need_verifycode", "need_verifycode", "verify_code_blocked"]) {
    assertEquals(await ask(setup, wrong, "&verify_code=9"), status);
  }
  assertEquals(await ask(setup, wrong, "&verify_code=1234"), "verify_code_blocked");
  await simulator.close();
});

Deno.test("who scans while one of their tokens is listed as local is told to be bound", async () => {
  const setup = await setUp();
  const { simulator } = setup;
  const stranger = simulator.addPerson().id;
  const theirs = await showCode(setup, ["dead", TOKEN]);
  simulator.scan(theirs, stranger);
  assertEquals(await ask(setup, theirs), "scaned");
  const own = await showCode(setup, ["dead", TOKEN]);
  simulator.scan(own, OWNER);
  assertEquals(await ask(setup, own), "binded_redirect");
  simulator.unbind();
  const stale = await showCode(setup, [TOKEN]);
  simulator.scan(stale, OWNER);
  assertEquals(await ask(setup, stale), "scaned");
  await simulator.close();
});

Deno.test("after a redirect only the other host knows the status", async () => {
  const setup = await setUp();
  const { simulator } = setup;
  const qrcode = await showCode(setup);
  simulator.scan(qrcode, OWNER);
  const host = await simulator.redirect(qrcode);
  const here = await setup.get(`/ilink/bot/get_qrcode_status?qrcode=${qrcode}`);
  assertEquals(here.text, `{"ret":0,"status":"scaned_but_redirect","redirect_host":"${host}"}`);
  simulator.confirm(qrcode);
  assertEquals(await ask(setup, qrcode), "scaned_but_redirect");
  const there = await simulator.fetch(
    `http://${host}/ilink/bot/get_qrcode_status?qrcode=${qrcode}`,
  );
  assertEquals(readQrAnswer(await there.text()).status, "confirmed");
  await simulator.close();
});

Deno.test("expiring a code ends the call that is held for it", async () => {
  const setup = await setUp();
  const qrcode = await showCode(setup);
  const held = ask(setup, qrcode);
  await setup.clock.advance(10);
  setup.simulator.expire(qrcode);
  assertEquals(await held, "expired");
  assertEquals(setup.simulator.codes().map(({ status }) => status), ["expired"]);
  await setup.simulator.close();
});
