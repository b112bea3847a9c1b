/** The compatibility list of ILINK.md 8.3, line by line: polling. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { asId } from "../../../src/core/ids.ts";
import { signText } from "../../../src/core/tokens.ts";
import { createExchange } from "../../../src/downstream/exchange.ts";
import {
  ALICE,
  createDownstreamWorld,
  elapse,
  SIGN_KEY,
  textOf,
} from "../../fake/downstream_world.ts";
import { settle } from "../../fake/fake_clock.ts";
import { serveWorld } from "../../fake/served_world.ts";

/** Real Tencent cursors hold the bot token; this one stands for them. */
const FOREIGN_CURSOR = "CgkIARAB" + "QUFSekpXQUZyZWFsYm90dG9rZW4".repeat(4);

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
