/**
 * Unmodified iLink clients from npm talk through the real hub with a simulated WeChat: the promise that a URL and a token are
 * all a client needs. Real processes and real time, because the clients are other people's programs.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ClientWorld } from "./client_world.ts";
import { withClientWorld } from "./client_world.ts";
import { isObject } from "../../../src/lib/json.ts";
import { type ClientFromNpm, OPENCLAW_WEIXIN, WEIXIN_BOT_SDK } from "./clients_from_npm.ts";
import { pause, waitFor } from "./wait.ts";

const QUICK_MESSAGES = 50;

/** Types of items on the wire (ILINK.md 2.2). */
const TEXT = 1;
const TOOL_CALL_START = 11;
const TOOL_CALL_RESULT = 12;

type Story = (world: ClientWorld, kind: ClientFromNpm) => Promise<void>;

/** In this order: each begins with the client at rest, and leaves it so. */
const STORIES: readonly (readonly [string, Story])[] = [
  ["a text goes both ways", tellText],
  ["fifty quick messages of one person arrive in order and are answered in order", tellOrder],
  ["the person sees that the bot is typing while it works", tellTyping],
  ["a picture comes back byte for byte", tellPicture],
  ["a file comes back byte for byte, under a name of its kind", tellFile],
  ["a quoted answer is known to the client", tellQuote],
  ["what a client sends besides texts and media comes through", tellProgress],
  ["what was handed out to a client that is killed comes again", tellKilledClient],
  ["a restart of the hub is survived, orderly and by kill -9", tellRestart],
  ["a wrong token is refused, and the client does not spin", tellWrongToken],
  ["in the end every message has one answer, and the hub knows it as sent", tellOutcome],
];

for (const kind of [WEIXIN_BOT_SDK, OPENCLAW_WEIXIN]) {
  Deno.test(`${kind.name} holds a conversation through the hub`, async (test) => {
    await withClientWorld(kind, async (world) => {
      await world.startClient();
      for (const [name, tell] of STORIES) await test.step(name, () => tell(world, kind));
    });
  });
}

async function tellText(world: ClientWorld): Promise<void> {
  const person = world.newcomer();
  const text = '你好, hub 👋 <&> "quoted"\nsecond line';
  world.say(person, text);
  const [answer] = await world.answers(person, 1);
  assertEquals(answer?.text, `echo: ${text}`);
  assertEquals(world.received().at(-1)?.text, text);
}

async function tellOrder(world: ClientWorld): Promise<void> {
  const person = world.newcomer();
  const before = world.received().length;
  const texts = Array.from({ length: QUICK_MESSAGES }, (_, at) => `message ${at}`);
  for (const text of texts) world.say(person, text);
  const answers = await world.answers(person, QUICK_MESSAGES);
  assertEquals(world.received().slice(before).map(({ text }) => text), texts);
  assertEquals(answers.map(({ text }) => text), texts.map((text) => `echo: ${text}`));
}

async function tellTyping(world: ClientWorld): Promise<void> {
  const person = world.newcomer();
  world.say(person, "think about it");
  const chat = () => world.simulator.chat({ person });
  await waitFor(() => chat().isTyping, { what: "the typing indicator" });
  assertEquals(chat().entries.length, 1, "the indicator came with the answer, not before it");
  await world.answers(person, 1);
  await waitFor(() => !chat().isTyping, { what: "the end of the typing indicator" });
}

async function tellPicture(world: ClientWorld): Promise<void> {
  const person = world.newcomer();
  const bytes = picture();
  world.say(person, { parts: [{ kind: "image", bytes }] });
  await world.answers(person, 1);
  assertEquals(sentBytes(world, person), bytes);
}

async function tellFile(world: ClientWorld): Promise<void> {
  const person = world.newcomer();
  const bytes = crypto.getRandomValues(new Uint8Array(50_001));
  world.say(person, { parts: [{ kind: "file", name: "报告.pdf", bytes }] });
  const [answer] = await world.answers(person, 1);
  assertEquals(sentBytes(world, person), bytes);
  assertMatch(answer?.text ?? "", /^报告.*\.pdf$/);
}

async function tellQuote(world: ClientWorld, { quoteStyle }: ClientFromNpm): Promise<void> {
  const person = world.newcomer();
  world.say(person, "first");
  const [answer] = await world.answers(person, 1);
  assert(answer !== undefined);
  world.say(person, {
    parts: [{ kind: "text", text: "and this?" }],
    quote: { wireId: answer.wireId, style: quoteStyle },
  });
  await world.answers(person, 2);
  assertMatch(world.received().at(-1)?.quoted ?? "", /echo: first/);
}

async function tellProgress(world: ClientWorld, { sendsProgress }: ClientFromNpm): Promise<void> {
  const person = world.newcomer();
  world.say(person, "look up");
  // The client does not wait for them: their order is its own.
  const kinds = sendsProgress ? [TEXT, TOOL_CALL_START, TOOL_CALL_RESULT] : [TEXT];
  const answers = await world.answers(person, kinds.length);
  const sent = answers.flatMap(({ items }) => items.map((item) => isObject(item) && item["type"]));
  assertEquals(sent.toSorted(), kinds);
}

async function tellKilledClient(world: ClientWorld): Promise<void> {
  const person = world.newcomer();
  world.client().freeze();
  world.say(person, "handed out in vain");
  await waitFor(async () => {
    const [newest] = await world.traces(1);
    return newest?.deliveries[0]?.state === "handed_out";
  }, { what: "the hub to hand the message out" });
  await world.client().kill();
  world.say(person, "written while it was dead");
  await world.startClient();
  const answers = await world.answers(person, 2);
  assertEquals(answers.map(({ text }) => text), [
    "echo: handed out in vain",
    "echo: written while it was dead",
  ]);
}

async function tellRestart(world: ClientWorld): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const person = world.newcomer();
    world.say(person, `before ${signal}`);
    await world.answers(person, 1);
    await waitFor(() => isDone(world, 1), { what: "the hub to know of the answer" });
    await world.restartHub(signal, () => world.say(person, `during ${signal}`));
    const answers = await world.answers(person, 2);
    assertEquals(answers.map(({ text }) => text), [
      `echo: before ${signal}`,
      `echo: during ${signal}`,
    ]);
  }
}

async function tellWrongToken(world: ClientWorld): Promise<void> {
  const stranger = await world.startClient(`vhub_${"0".repeat(64)}`);
  try {
    const failures = () => stranger.events.filter((event) => event.kind === "poll_failed");
    await waitFor(() => failures().length > 0, { what: "the first refusal" });
    await pause(6_000);
    assert(failures().length <= 3, `${failures().length} polls in six seconds`);
    for (const failure of failures()) assertMatch(failure.text, /401/);
  } finally {
    await stranger.kill();
  }
}

async function tellOutcome(world: ClientWorld): Promise<void> {
  const written =
    world.simulator.people().flatMap(({ id }) =>
      world.simulator.chat({ person: id }).entries.filter(({ by }) => by === "person")
    ).length;
  await waitFor(() => isDone(world, written), {
    what: "the hub to know every message as answered",
  });
  const replies = (await world.traces(written)).flatMap((trace) => trace.replies);
  assertEquals(world.simulator.sent().length, replies.length);
  assertEquals(world.client().events.filter((event) => event.kind === "failed"), []);
}

/** Whether the client received the latest messages, and their answers reached WeChat, as far as the hub knows. */
async function isDone(world: ClientWorld, last: number): Promise<boolean> {
  const traces = await world.traces(last);
  return traces.length === last &&
    traces.every(({ deliveries, replies }) =>
      deliveries.every(({ state }) => state === "acknowledged") &&
      replies.length > 0 && replies.every(({ state }) => state === "sent")
    );
}

/** What lies behind the media that the person was sent last, as the CDN has it. */
function sentBytes(world: ClientWorld, person: string): Uint8Array | null {
  const upload = world.simulator.uploads().findLast(({ to }) => to === person);
  assertEquals(upload?.problem, "");
  return world.simulator.media(upload?.param ?? "");
}

/** A real PNG, since clients look at the bytes to know a picture. */
function picture(): Uint8Array {
  return Uint8Array.fromBase64(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  );
}
