import { createHmac } from "node:crypto";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Delivery } from "../../../src/alerts/channel.ts";
import { readChannelSettings } from "../../../src/alerts/channel_settings.ts";
import { writeNotice, writeTestNotice } from "../../../src/alerts/notice.ts";
import { openChannel } from "../../../src/alerts/open_channels.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import type { Json, JsonObject } from "../../../src/lib/json.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";
import { startMailSink } from "./mail_sink.ts";

const AT_MS = Date.UTC(2026, 0, 5, 9, 0, 0);
const LINK = "https://hub.example/hub/relogin/abc";
const RAISED = writeNotice("en", {
  id: "0123456789abcdef",
  act: "raise",
  trouble: { kind: "logged_out", subject: "mum", sinceMs: AT_MS - 1_000, guess: "expired" },
  link: LINK,
  atMs: AT_MS,
});
const OVER = writeNotice("zh", {
  id: "fedcba9876543210",
  act: "recover",
  trouble: { kind: "disk_low", subject: "", sinceMs: null, freeBytes: null },
  link: null,
  atMs: AT_MS,
});

const ENV: Readonly<Record<string, string>> = {
  KEY: "device-key-1",
  SIGN: "signing-secret",
  NEWER: "sctp42tverysecret",
};

function read(channel: Json) {
  return readChannelSettings([channel], {
    env: (name) => ENV[name],
    readText: () => Promise.reject(new Error("no such file")),
  });
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A web server that keeps what it was asked. */
function startSink(answer: () => Response = () => Response.json({ code: 200 })) {
  const asked: Asked[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname: path, search } = new URL(request.url);
    const { method, headers } = request;
    asked.push({ method, path: path + search, headers, body: await request.text() });
    return answer();
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return { url, asked, [Symbol.asyncDispose]: () => server.shutdown() };
}

async function send(
  settings: JsonObject,
  { notice = RAISED, clock = createFakeClock(AT_MS), signal = new AbortController().signal }: {
    readonly notice?: typeof RAISED;
    readonly clock?: Clock;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Delivery> {
  const [read1] = await read({ name: "one", ...settings });
  assert(read1 !== undefined);
  return await openChannel(read1, { clock, fetch }).send(notice, signal);
}

Deno.test("a webhook gets JSON whose signature holds for body and time", async () => {
  await using sink = startSink(() => new Response(null, { status: 204 }));
  const url = `${sink.url}/hook?key=k`;
  assertEquals(await send({ kind: "webhook", url, secret: "$env:SIGN" }), { kind: "taken" });
  const [asked] = sink.asked;
  assert(asked !== undefined);
  assertEquals([asked.method, asked.path], ["POST", "/hook?key=k"]);
  const body = JSON.parse(asked.body);
  assertEquals(Object.keys(body), [
    ...["id", "act", "kind", "subject", "title", "text", "link", "since", "at"],
  ]);
  assertEquals([body.act, body.kind, body.subject, body.link], [
    ...["raise", "logged_out", "mum", LINK],
  ]);
  assertEquals([body.since, body.at], ["2026-01-05T08:59:59.000Z", "2026-01-05T09:00:00.000Z"]);
  const timestamp = asked.headers.get("x-ilink-hub-timestamp");
  assertEquals(timestamp, String(AT_MS / 1_000));
  const mac = createHmac("sha256", "signing-secret").update(`${timestamp}.${asked.body}`);
  assertEquals(asked.headers.get("x-ilink-hub-signature"), `sha256=${mac.digest("hex")}`);
});

Deno.test("Bark gets the notice for the device, urgent while something is wrong", async () => {
  await using sink = startSink();
  const settings = { kind: "bark", key: "$env:KEY", url: `${sink.url}/` };
  assertEquals(await send(settings), { kind: "taken" });
  assertEquals(await send(settings, { notice: OVER }), { kind: "taken" });
  const [raised, over] = sink.asked.map(({ path, body }) => ({ path, ...JSON.parse(body) }));
  assertEquals(raised, {
    path: "/push",
    device_key: "device-key-1",
    title: "ilink-hub: WeChat account mum is logged out",
    body: RAISED.text,
    group: "ilink-hub",
    level: "timeSensitive",
    url: LINK,
  });
  assertEquals([over.title, over.level, over.url], [
    "ilink-hub: 已恢复：磁盘空间不足",
    "active",
    undefined,
  ]);
});

Deno.test("ServerChan gets title and Markdown under its key, by either of its addresses", async () => {
  await using sink = startSink(() => Response.json({ code: 0, message: "" }));
  assertEquals(await send({ kind: "serverchan", key: "SCT1abc", url: sink.url }), {
    kind: "taken",
  });
  await send({ kind: "serverchan", key: "$env:NEWER", url: sink.url }, { notice: OVER });
  assertEquals(sink.asked.map(({ path }) => path), [
    "/SCT1abc.send",
    "/send/sctp42tverysecret.send",
  ]);
  const body = JSON.parse(sink.asked[0]?.body ?? "");
  assertEquals(Object.keys(body), ["title", "desp"]);
  assertEquals(body.title, "ilink-hub: WeChat account mum i…");
  assert(body.desp.endsWith(`\n\n${LINK}`));
  const [newer] = await read({ name: "a", kind: "serverchan", key: "$env:NEWER" });
  const ports = { clock: createFakeClock(), fetch };
  assert(newer !== undefined);
  assertEquals(openChannel(newer, ports).target, "42.push.ft07.com");
});

Deno.test("ntfy gets the topic in the body, the link to open, and the token", async () => {
  await using sink = startSink();
  const settings = { kind: "ntfy", topic: "my-hub", token: "tk_1", url: sink.url };
  assertEquals(await send(settings), { kind: "taken" });
  const [asked] = sink.asked;
  assertEquals([asked?.path, asked?.headers.get("authorization")], ["/", "Bearer tk_1"]);
  assertEquals(JSON.parse(asked?.body ?? ""), {
    topic: "my-hub",
    title: "ilink-hub: WeChat account mum is logged out",
    message: RAISED.text,
    priority: 4,
    tags: ["warning"],
    click: LINK,
  });
});

Deno.test("a mail is handed to the owner's server, in both directions of its encoding", async () => {
  await using sink = startMailSink();
  const settings = {
    ...{ kind: "mail", host: "127.0.0.1", port: sink.port, security: "none" },
    ...{ user: "me", password: "$env:KEY", from: "hub@example.com", to: ["a@example.com"] },
  };
  assertEquals(await send(settings), { kind: "taken" });
  assertEquals(await send(settings, { notice: writeTestNotice("zh", { id: "1", atMs: 0 }) }), {
    kind: "taken",
  });
  const said = sink.said.join("\n");
  assertMatch(said, /^EHLO ilink-hub\.local$/m);
  assert(said.includes(`AUTH PLAIN ${btoa("\0me\0device-key-1")}`));
  assertMatch(said, /^MAIL FROM:<hub@example\.com>/m);
  assertMatch(said, /^RCPT TO:<a@example\.com>/m);
  assertMatch(said, /^Subject: ilink-hub: WeChat account mum is logged out$/m);
  assertMatch(said, /^Message-ID: <0123456789abcdef@ilink-hub\.local>$/im);
  assert(said.replaceAll("=\n", "").includes(LINK));
  assertMatch(said, /^Subject: =\?UTF-8\?/m);
});

Deno.test("what is refused for good is not tried again; what may pass is", async () => {
  const cases = [
    [() => new Response("no", { status: 403 }), false],
    [() => new Response("no", { status: 302, headers: { location: "/x" } }), false],
    [() => new Response("late", { status: 503 }), true],
    [() => new Response("slow down", { status: 429 }), true],
    [() => Response.json({ code: 400, message: "failed to get device token" }), false],
  ] as const;
  for (const [answer, isWorthRepeating] of cases) {
    await using sink = startSink(answer);
    const outcome = await send({ kind: "bark", key: "$env:KEY", url: sink.url });
    assert(outcome.kind === "failed");
    assertEquals(outcome.isWorthRepeating, isWorthRepeating, outcome.text);
    assertEquals(sink.asked.length, 1);
  }
  await using sink = startMailSink({ refuses: "550 who is that" });
  const mail = await send({
    ...{ kind: "mail", host: "127.0.0.1", port: sink.port, security: "none" },
    ...{ from: "hub@example.com", to: ["a@example.com"] },
  });
  assert(mail.kind === "failed" && !mail.isWorthRepeating);
  assertMatch(mail.text, /550 who is that/);
});

Deno.test("no failure shows a key or the address that holds it", async () => {
  await using sink = startSink(() =>
    new Response("bad key SCT1abcdef at /SCT1abcdef.send", { status: 400 })
  );
  const refused = await send({ kind: "serverchan", key: "SCT1abcdef", url: sink.url });
  const nobody = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${nobody.addr.port}`;
  nobody.close();
  const unreached = await send({ kind: "serverchan", key: "SCT1abcdef", url });
  const hook = await send({ kind: "webhook", url: `${url}/services/T0/secret-path?k=1` });
  for (const outcome of [refused, unreached, hook]) {
    assert(outcome.kind === "failed");
    assert(!/SCT1abcdef|secret-path/.test(outcome.text), outcome.text);
    assertMatch(outcome.text, /^127\.0\.0\.1:\d+: ./);
  }
});

Deno.test("a server that says nothing is left after the time limit", async () => {
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const sockets: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const socket of silent) sockets.push(socket);
  })();
  const { port } = silent.addr;
  const mail = { kind: "mail", host: "127.0.0.1", port, security: "none" };
  const people = { from: "hub@example.com", to: ["a@example.com"] };
  for (
    const settings of [{ kind: "webhook", url: `http://127.0.0.1:${port}/` }, {
      ...mail,
      ...people,
    }]
  ) {
    const clock = createFakeClock(AT_MS);
    const sent = send(settings, { clock });
    for (let turn = 0; turn < 100 && clock.pending === 0; turn++) await clock.advance(0);
    await clock.advance(15_000);
    const outcome = await sent;
    assert(outcome.kind === "failed" && outcome.isWorthRepeating);
    assertMatch(outcome.text, /within 15000 ms/);
  }
  silent.close();
  await accepting;
  for (const socket of sockets) socket.close();
});

Deno.test("settings that cannot be used are refused by member, without what is secret", async () => {
  const refused = async (channel: Json, words: RegExp) => {
    const error = await assertRejects(() => read(channel), Error);
    assertMatch(error.message, words);
    assert(!error.message.includes("hidden-value"), error.message);
  };
  await refused({ name: "a", kind: "telegram" }, /channel 1, "kind": want webhook, bark/);
  await refused({ name: "a b", kind: "bark", key: "hidden-value" }, /"name": want a name/);
  await refused({ name: "a", kind: "bark" }, /"key": want a text/);
  await refused({ name: "a", kind: "webhook", url: "hidden-value" }, /"url": want http/);
  await refused(
    { name: "a", kind: "bark", key: "x", secret: "hidden-value" },
    /no member "secret"/,
  );
  await refused({ name: "a", kind: "bark", key: "$env:GONE" }, /\$env:GONE.*does not have/);
  await refused(
    { name: "a", kind: "mail", host: "h", from: "a@b", to: ["x\r\nBcc: y@z"] },
    /"to.0": want NAME@HOST/,
  );
});
