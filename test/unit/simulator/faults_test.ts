import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { listMember, numberMember } from "../../../src/lib/json.ts";
import type { FaultAct } from "../../../src/simulator/faults.ts";
import { firstMessage, OWNER, type Reply, type Setup, setUp, TOKEN } from "./bot_caller.ts";

function send({ post }: Setup, to = OWNER): Promise<Reply> {
  return post("sendmessage", {
    msg: { to_user_id: to, item_list: [{ type: 1, text_item: { text: "x" } }] },
  });
}

function count(reply: Reply): number {
  return listMember(reply.body, "msgs").length;
}

Deno.test("a fault strikes once, then all is well; the log names it", async () => {
  const setup = await setUp();
  setup.simulator.addFault({
    endpoint: "sendmessage",
    act: { kind: "replace", processed: false, status: 503, body: "html" },
  });
  const struck = await send(setup);
  assertEquals(struck.status, 503);
  assertMatch(struck.text, /^<html>/);
  assertEquals(setup.simulator.sent(), []);
  assertEquals((await send(setup)).status, 200);
  const log = setup.simulator.requests().map(({ fault, status }) => [fault, status]);
  assertEquals(log, [["replace", 503], ["", 200]]);
  await setup.simulator.close();
});

Deno.test("a fault strikes as often, as late, as long, and whom it is told to", async () => {
  const setup = await setUp();
  const { simulator, clock } = setup;
  const other = simulator.addPerson().id;
  const act: FaultAct = { kind: "ret", processed: false, ret: -2, errmsg: "" };
  const refused = async (to?: string) => (await send(setup, to)).text === '{"ret":-2,"errmsg":""}';

  simulator.addFault({ endpoint: "sendmessage", act, times: 2, skip: 1 });
  assertEquals(
    [await refused(), await refused(), await refused(), await refused()],
    [false, true, true, false],
  );
  simulator.addFault({ endpoint: "any", act, forMs: 1_000, person: other });
  await clock.advance(999);
  assertEquals([await refused(), await refused(other), await refused(other)], [false, true, true]);
  await clock.advance(1);
  assertEquals(await refused(other), false);
  assertEquals(simulator.faults(), []);

  const bot = simulator.bind();
  const id = simulator.addFault({ endpoint: "sendmessage", act, bot: bot.id });
  assertEquals(await refused(), false);
  assertEquals(simulator.faults().map(({ timesLeft }) => timesLeft), [1]);
  simulator.removeFault(id);
  assertEquals(simulator.faults(), []);
  await simulator.close();
});

Deno.test("a fault that could never strike is refused", async () => {
  const { simulator } = await setUp();
  const act: FaultAct = { kind: "missing_cursor" };
  assertThrows(
    () => simulator.addFault({ endpoint: "sendmessage", act }),
    RangeError,
    "getupdates",
  );
  assertThrows(() => simulator.addFault({ endpoint: "getupdates", act, bot: "no" }), RangeError);
  await simulator.close();
});

Deno.test("spoilt answers keep or lose the effect as told", async () => {
  const setup = await setUp();
  const { simulator } = setup;
  const spoil = async (act: FaultAct): Promise<string> => {
    simulator.addFault({ endpoint: "sendmessage", act });
    return (await send(setup)).text;
  };
  assertEquals(await spoil({ kind: "replace", processed: true, body: "empty" }), "");
  const broken = await spoil({ kind: "replace", processed: true, body: "invalid_json" });
  assertThrows(() => JSON.parse(broken), SyntaxError);
  const own = await spoil({ kind: "replace", processed: false, body: { text: "[]" } });
  assertEquals(own, "[]");
  const nulls = await spoil({ kind: "ret", processed: false, ret: null, errcode: null });
  assertEquals(nulls, '{"ret":null,"errcode":null}');
  assertEquals(await spoil({ kind: "ret", processed: true, errcode: -14 }), '{"errcode":-14}');
  assertEquals(simulator.sent().length, 3);
  await simulator.close();
});

Deno.test("a reset before or after processing rejects; silence never answers", async () => {
  const setup = await setUp();
  const { simulator } = setup;
  for (const processed of [false, true]) {
    simulator.addFault({ endpoint: "sendmessage", act: { kind: "reset", processed } });
    await assertRejects(() => send(setup), TypeError, "reset");
  }
  assertEquals(simulator.sent().length, 1);
  simulator.addFault({ endpoint: "sendmessage", act: { kind: "half_body" } });
  await assertRejects(() => send(setup), TypeError, "reset");

  simulator.addFault({ endpoint: "sendmessage", act: { kind: "silence", processed: false } });
  let isAnswered = false;
  send(setup).finally(() => isAnswered = true);
  await setup.clock.advance(3_600_000);
  assertEquals(isAnswered, false);
  assertEquals(simulator.sent().length, 2);
  assertEquals(
    simulator.requests().map(({ outcome }) => outcome),
    ["reset", "reset", "half", "silent"],
  );
  await simulator.close();
});

Deno.test("a delay comes first, then the usual answer", async () => {
  const setup = await setUp();
  setup.simulator.addFault({ endpoint: "sendmessage", act: { kind: "delay" }, afterMs: 500 });
  const late = send(setup);
  await setup.clock.advance(499);
  assertEquals(setup.simulator.sent(), []);
  await setup.clock.advance(1);
  assertEquals((await late).status, 200);
  await setup.simulator.close();
});

Deno.test("a poll can fail after some time, as behind an edge that gives up", async () => {
  const setup = await setUp();
  setup.simulator.addFault({
    endpoint: "getupdates",
    act: { kind: "replace", processed: false, status: 524, body: "empty" },
    afterMs: 16_000,
  });
  let status = 0;
  const failed = setup.post("getupdates", {}).then((reply) => status = reply.status);
  await setup.clock.advance(15_999);
  setup.simulator.say({ what: "kept" });
  assertEquals(status, 0);
  await setup.clock.advance(1);
  assertEquals(await failed, 524);
  assertEquals(count(await setup.post("getupdates", {})), 1);
  await setup.simulator.close();
});

Deno.test("an answer lost after the hand-out waits for one that carries messages", async () => {
  const setup = await setUp();
  const { simulator, clock, post } = setup;
  simulator.addFault({ endpoint: "getupdates", act: { kind: "reset", processed: true } });
  const idle = post("getupdates", {});
  await clock.advance(35_000);
  assertEquals(count(await idle), 0);
  simulator.say({ what: "one" });
  await assertRejects(() => post("getupdates", {}), TypeError, "reset");
  const next = post("getupdates", {});
  await clock.advance(35_000);
  assertEquals(count(await next), 0);
  assertEquals(simulator.lostOnWire().map(({ text }) => text), ["one"]);
  await simulator.close();
});

Deno.test("a poll can be held for a fixed time though messages wait", async () => {
  const setup = await setUp();
  const { simulator, clock, post } = setup;
  simulator.say({ what: "one" });
  simulator.addFault({ endpoint: "getupdates", act: { kind: "hold", ms: 40_000 } });
  const held = post("getupdates", {});
  await clock.advance(39_999);
  simulator.say({ what: "two" });
  assertEquals(simulator.bots()[0]?.waiting, 2);
  await clock.advance(1);
  assertEquals(count(await held), 2);
  await simulator.close();
});

Deno.test("batches can be reordered, doubled, oversized, skewed and without a cursor", async () => {
  const setup = await setUp({ settings: { batchMax: 2 } });
  const { simulator, post, clock } = setup;
  const strike = async (act: FaultAct): Promise<Reply> => {
    simulator.addFault({ endpoint: "getupdates", act });
    for (const what of ["one", "two", "three"]) simulator.say({ what });
    return await post("getupdates", {});
  };
  const drain = async () => {
    while (simulator.bots()[0]?.waiting !== 0) await post("getupdates", {});
  };
  const texts = (reply: Reply) => [...reply.text.matchAll(/"text":"(\w+)"/g)].map((m) => m[1]);

  assertEquals(texts(await strike({ kind: "reorder_batch" })), ["two", "one"]);
  await drain();
  assertEquals(count(await strike({ kind: "oversized_batch" })), 3);

  const skewed = await strike({ kind: "clock_skew", ms: -3_600_000 });
  const createdMs = numberMember(firstMessage(skewed), "create_time_ms");
  assertEquals(createdMs, clock.now() - 3_600_000);
  await drain();
  assertEquals(Object.keys((await strike({ kind: "missing_cursor" })).body), ["msgs"]);
  await drain();

  for (const contextToken of ["same", "new"] as const) {
    const first = firstMessage(await strike({ kind: "duplicate_batch", contextToken }));
    const again = await post("getupdates", {});
    assertEquals(texts(again), ["one", "two"]);
    assertEquals(firstMessage(again)["message_id"], first["message_id"]);
    assertEquals(
      firstMessage(again)["context_token"] === first["context_token"],
      contextToken === "same",
    );
    await drain();
  }
  await simulator.close();
});

Deno.test("a token can die while a poll is held", async () => {
  const setup = await setUp();
  setup.simulator.addFault({ endpoint: "getupdates", act: { kind: "supersede" }, afterMs: 5_000 });
  const held = setup.post("getupdates", {});
  await setup.clock.advance(5_000);
  assertMatch((await held).text, /-14/);
  assertEquals(setup.simulator.bots()[0]?.isBound, false);
  assertMatch((await setup.post("getupdates", {}, TOKEN)).text, /-14/);
  await setup.simulator.close();
});

Deno.test("an upload can succeed without its header", async () => {
  const { simulator, post } = await setUp();
  simulator.addFault({ endpoint: "upload", act: { kind: "missing_header" } });
  const announced = await post("getuploadurl", {
    filekey: "ab".repeat(16),
    media_type: 3,
    to_user_id: OWNER,
    rawsize: 0,
    rawfilemd5: "d41d8cd98f00b204e9800998ecf8427e",
    filesize: 16,
    aeskey: "00".repeat(16),
  });
  const cipher = Uint8Array.fromHex("0143db63ee66b0cdff9f69917680151e");
  const url = String(announced.body["upload_full_url"]);
  const done = await simulator.fetch(url, { method: "POST", body: cipher });
  assertEquals(done.status, 200);
  assert(!done.headers.has("x-encrypted-param"));
  await simulator.close();
});
