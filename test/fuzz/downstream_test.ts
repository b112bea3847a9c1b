/** Whatever a program with a token sends, and whatever anybody sends: a JSON object back, or a closed connection; no traces. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ALICE, createDownstreamWorld, type DownstreamWorld } from "../fake/downstream_world.ts";
import { rawCall, serveWorld } from "../fake/served_world.ts";
import { jsonValue } from "../property/json_arbitrary.ts";

const PATHS = [
  "getupdates",
  "sendmessage",
  "getconfig",
  "sendtyping",
  "getuploadurl",
  "msg/notifystart",
  "msg/notifystop",
  "get_bot_qrcode?bot_type=3",
  "get_qrcode_status?qrcode=0123",
  "gettyping_ticket",
  "nothing",
].map((name) => `/ilink/bot/${name}`);

/** A body a client might send, from which the mutated ones are made. */
const SOUND_BODY = JSON.stringify({
  get_updates_buf: "hubc.1.epoch1.1.AAAAAAAAAAAAAAAAAAAAAA",
  msg: {
    to_user_id: ALICE,
    client_id: "c-1",
    context_token: "hubx.1.2.3.AAAAAAAAAAAAAAAAAAAAAA",
    item_list: [{ type: 1, text_item: { text: "hi" } }],
  },
  to_user_id: ALICE,
  ilink_user_id: ALICE,
  typing_ticket: "hubt.1.2.AAAAAAAAAAAAAAAAAAAAAA",
  status: 1,
  filekey: "0123",
  base_info: { channel_version: "2.4.9" },
});

const path = fc.oneof(
  fc.constantFrom(...PATHS),
  fc.string({ maxLength: 40 }).map((rest) => `/ilink/bot/${encodeURIComponent(rest)}`),
);

/** The sound body with members of any kind in place of its own. */
const strangeBody = fc.dictionary(
  fc.constantFrom(...Object.keys(JSON.parse(SOUND_BODY)), "__proto__"),
  jsonValue.map(({ text }) => text),
).map((members) =>
  `{${Object.entries(members).map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(",")}}`
);

const strangeMessage = fc.dictionary(
  fc.constantFrom("to_user_id", "client_id", "context_token", "item_list", "message_id", "x"),
  jsonValue.map(({ text }) => text),
).map((members) =>
  `{"msg":{${
    Object.entries(members).map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(",")
  }}}`
);

const cutBody = fc.tuple(fc.nat(SOUND_BODY.length), fc.nat(SOUND_BODY.length), fc.string())
  .map(([from, to, between]) => SOUND_BODY.slice(0, from) + between + SOUND_BODY.slice(to));

const deepBody = fc.nat(200_000).map((depth) =>
  `{"msg":{"to_user_id":${JSON.stringify(ALICE)},"deep":${"[".repeat(depth)}${"]".repeat(depth)}}}`
);

const body = fc.oneof(
  { arbitrary: strangeBody, weight: 4 },
  { arbitrary: strangeMessage, weight: 4 },
  { arbitrary: cutBody, weight: 4 },
  { arbitrary: jsonValue.map(({ text }) => text), weight: 2 },
  { arbitrary: fc.string({ unit: "binary" }), weight: 2 },
  { arbitrary: deepBody, weight: 1 },
);

const headers = fc.dictionary(
  fc.constantFrom("x-wechat-uin", "ilink-app-id", "authorizationtype", "content-type", "accept"),
  fc.string({ maxLength: 30 }).map((value) => value.replace(/[^\x20-\x7e]/g, "?").trim()),
);

const caller = fc.record({
  headers,
  isKnown: fc.boolean(),
  method: fc.constantFrom("POST", "POST", "GET"),
});

function assertSound(status: number, text: string): void {
  assert([200, 400, 401, 404, 405, 503].includes(status), `${status} ${text}`);
  const answer = JSON.parse(text);
  assert(typeof answer === "object" && answer !== null && !Array.isArray(answer), text);
  assert(!JSON.stringify(answer).includes("null"), text);
  assert(answer.ret !== -14 && answer.errcode !== -14, text);
  assert(!/\.ts:|\bat \w+ \(|Error:/.test(text), text);
}

Deno.test("every endpoint answers any body and any headers with a JSON object", async () => {
  await using world = await createDownstreamWorld({ limits: { delayedRefusalsMax: 0 } });
  await fc.assert(
    fc.asyncProperty(path, body, caller, async (path, body, { isKnown, ...caller }) => {
      await world.say("hi");
      const call = world.call(path, body, { ...caller, token: isKnown ? world.token : "vhub_no" });
      await world.clock.advance(30_000);
      const { status, text } = await call;
      assertSound(status, text);
    }),
    { numRuns: 500 },
  );
  assertEquals(failures(world), []);
});

Deno.test("whatever bytes arrive, the server answers in JSON or hangs up, and serves the next caller", async () => {
  await using served = await serveWorld({
    headersMs: 200,
    requestMs: 200,
    keepAliveMs: 200,
    silentConnectionMs: 1_000,
    delayedRefusalsMax: 0,
    sendsInFlightPerClient: 0,
  });
  const sound = "POST /ilink/bot/getconfig HTTP/1.1\r\nHost: hub\r\n" +
    `Authorization: Bearer ${served.world.token}\r\nConnection: close\r\n` +
    `Content-Length: ${SOUND_BODY.length}\r\n\r\n${SOUND_BODY}`;
  const mutated = fc.tuple(fc.nat(250), fc.nat(20), fc.string({ unit: "binary" }))
    .map(([at, count, by]) => sound.slice(0, at) + by + sound.slice(at + count));
  const request = fc.oneof(mutated, fc.string({ unit: "binary" }));
  // Side by side, because the server waits for the rest of many of them.
  const requests = fc.array(request, { minLength: 10, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(requests, async (requests) => {
      const answers = await Promise.all(
        requests.map((request) => rawCall(served.port, `${request}\r\n\r\n`)),
      );
      for (const answer of answers) checkAnswer(answer);
    }),
    { numRuns: 10 },
  );
  const next = await served.post("/ilink/bot/msg/notifystart", {});
  assertEquals(await next.json(), { ret: 0 });
  assertEquals(failures(served.world), []);
});

/** Each answer in what came over one connection is JSON and tells nothing of the code. */
function checkAnswer(answer: string): void {
  for (
    const [, status, text] of answer.matchAll(
      /HTTP\/1\.1 (\d+)[^]*?\r\n\r\n([^]*?)(?=HTTP\/1\.1|$)/g,
    )
  ) {
    assert(Number(status) >= 200 && Number(status) < 500, answer);
    assertEquals(JSON.parse(text ?? "") instanceof Object, true, answer);
    assert(!/\.ts:|\bat \w+ \(/.test(answer), answer);
  }
}

/** What the station itself calls a failure of the hub. */
function failures(world: DownstreamWorld): string[] {
  return world.logged.filter(({ event }) => event.endsWith("_failed")).map(({ fields }) =>
    String(fields["error"])
  );
}
