import { assert, assertEquals } from "@std/assert";
import { createFakeClock, type FakeClock } from "../../../fake/fake_clock.ts";
import { type Message, runAgent, textOf } from "../../../../src/cli/demo/simplest_agent.ts";

interface Request {
  readonly endpoint: string;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
  readonly authorization: string | null;
}

/** An iLink server of one message: `answer` says what each call gets; `undefined` holds it until the caller leaves. */
async function withServer(
  answer: (request: Request) => object | number | undefined,
  act: (
    server: { baseUrl: string; requests: Request[]; seen: (count: number) => Promise<void> },
  ) => Promise<void>,
): Promise<void> {
  const requests: Request[] = [];
  const waiters: { count: number; resolve: () => void }[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const seen = {
        endpoint: new URL(request.url).pathname.replace("/ilink/bot/", ""),
        body: await request.json(),
        authorization: request.headers.get("authorization"),
      };
      requests.push(seen);
      for (const { count, resolve } of waiters) if (requests.length >= count) resolve();
      const given = answer(seen);
      if (typeof given === "number") return new Response("", { status: given });
      if (given !== undefined) return Response.json(given);
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      return new Response();
    },
  );
  await act({
    baseUrl: `http://127.0.0.1:${server.addr.port}`,
    requests,
    async seen(count) {
      if (requests.length >= count) return;
      await new Promise<void>((resolve) => waiters.push({ count, resolve }));
    },
  });
  await server.shutdown();
}

/** A fake clock that says when somebody pauses; the limits of calls in flight do not count. */
function createPausingClock(): FakeClock & { pause(): Promise<number> } {
  const clock = createFakeClock();
  const begun: number[] = [];
  let waiter: (() => void) | null = null;
  const after: FakeClock["after"] = (delayMs, action) => {
    if (delayMs !== 40_000) {
      begun.push(delayMs);
      waiter?.();
    }
    return clock.after(delayMs, action);
  };
  return {
    ...clock,
    after,
    async pause() {
      if (begun.length === 0) await new Promise<void>((resolve) => waiter = resolve);
      return begun.shift() ?? 0;
    },
  };
}

const MESSAGE: Message = {
  from_user_id: "o1@im.wechat",
  client_id: "in-1",
  context_token: "ctx-1",
  item_list: [{ type: 1, text_item: { text: "hello" } }],
};

/** A server that has one message for the empty cursor. */
function oneMessage({ endpoint, body }: Request): object | undefined {
  if (endpoint === "getconfig") return { ret: 0, typing_ticket: "ticket" };
  if (endpoint !== "getupdates") return { ret: 0 };
  if (body.get_updates_buf === "") return { msgs: [MESSAGE], get_updates_buf: "cursor-1" };
  return undefined;
}

Deno.test("the simplest agent types, answers with the message's token, presents the cursor, and says goodbye", async () => {
  await withServer(oneMessage, async ({ baseUrl, requests, seen }) => {
    const stopping = new AbortController();
    const ended = runAgent({
      baseUrl,
      token: "vhub_1",
      answer: (message) => `You said: ${textOf(message)}`,
      signal: stopping.signal,
      clock: createFakeClock(),
    });
    await seen(7);
    stopping.abort();
    await ended;
    assertEquals(requests.map(({ endpoint }) => endpoint), [
      "getupdates",
      "getconfig",
      "sendtyping",
      "sendmessage",
      "getconfig",
      "sendtyping",
      "getupdates",
      "msg/notifystop",
    ]);
    assert(requests.every(({ authorization }) => authorization === "Bearer vhub_1"));
    assertEquals(requests[2]?.body.typing_ticket, "ticket");
    assertEquals(requests[2]?.body.status, 1);
    assertEquals(requests[5]?.body.status, 2);
    const { msg } = requests[3]?.body ?? {};
    assertEquals(msg.to_user_id, "o1@im.wechat");
    assertEquals(msg.context_token, "ctx-1");
    assertEquals(msg.item_list, [{ type: 1, text_item: { text: "You said: hello" } }]);
    assertEquals(requests[6]?.body.get_updates_buf, "cursor-1");
  });
});

Deno.test("the simplest agent keeps its cursor until its answer is taken, and gives the same one again", async () => {
  let refusals = 1;
  await withServer((request) => {
    if (request.endpoint === "sendmessage" && refusals-- > 0) return { ret: -1, errcode: -1 };
    return oneMessage(request);
  }, async ({ baseUrl, requests, seen }) => {
    const stopping = new AbortController();
    const clock = createPausingClock();
    const ended = runAgent({
      baseUrl,
      token: "vhub_1",
      answer: () => "yes",
      signal: stopping.signal,
      clock,
    });
    await clock.advance(await clock.pause());
    await seen(11);
    stopping.abort();
    await ended;
    const polls = requests.filter(({ endpoint }) => endpoint === "getupdates");
    assertEquals(polls.map(({ body }) => body.get_updates_buf), ["", "", "cursor-1"]);
    const sends = requests.filter(({ endpoint }) => endpoint === "sendmessage");
    assertEquals(sends.map(({ body }) => body.msg.client_id), [
      "answer-to-in-1",
      "answer-to-in-1",
    ]);
  });
});

Deno.test("the simplest agent waits longer and longer while the hub is away", async () => {
  await withServer(() => 503, async ({ baseUrl, requests, seen }) => {
    const stopping = new AbortController();
    const clock = createPausingClock();
    const ended = runAgent({
      baseUrl,
      token: "vhub_1",
      answer: () => "",
      signal: stopping.signal,
      clock,
    });
    const pauses: number[] = [];
    for (let failures = 1; failures <= 8; failures++) {
      const pauseMs = await clock.pause();
      assertEquals(requests.length, failures);
      await clock.advance(pauseMs - 1);
      assertEquals(requests.length, failures);
      await clock.advance(1);
      await seen(failures + 1);
      pauses.push(pauseMs);
    }
    pauses.forEach((pauseMs, index) => {
      const fullMs = Math.min(500 * 2 ** index, 30_000);
      assert(pauseMs >= fullMs / 2 && pauseMs <= fullMs, `pause ${index}: ${pauseMs} ms`);
    });
    stopping.abort();
    await ended;
  });
});

Deno.test("the simplest agent answers even when typing is refused", async () => {
  await withServer((request) => {
    return request.endpoint === "getconfig" ? 500 : oneMessage(request);
  }, async ({ baseUrl, requests, seen }) => {
    const stopping = new AbortController();
    const ended = runAgent({
      baseUrl,
      token: "vhub_1",
      answer: () => "yes",
      signal: stopping.signal,
      clock: createFakeClock(),
    });
    await seen(5);
    stopping.abort();
    await ended;
    assertEquals(requests.map(({ endpoint }) => endpoint), [
      "getupdates",
      "getconfig",
      "sendmessage",
      "getconfig",
      "getupdates",
      "msg/notifystop",
    ]);
  });
});

Deno.test("textOf() joins texts and transcripts and is empty for a picture", () => {
  const of = (item_list: Message["item_list"]) => textOf({ ...MESSAGE, item_list });
  assertEquals(
    of([{ type: 1, text_item: { text: "a" } }, { type: 3, voice_item: { text: "b" } }]),
    "a\nb",
  );
  assertEquals(of([{ type: 3, voice_item: {} }]), "");
  assertEquals(of([{ type: 2 }]), "");
});
