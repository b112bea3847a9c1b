/**
 * Unmodified iLink clients from npm talk through the real hub with a simulated WeChat: the promise that a URL and a token are
 * all a client needs. Real processes and real time, because the clients are other people's programs.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { isObject } from "../../../src/lib/json.ts";
import {
  answersTo,
  CLIENT_NAME,
  type ClientWorld,
  newcomer,
  readTraces,
  received,
  restartHub,
  startClient,
  withClientWorld,
} from "./client_world.ts";
import { OPENCLAW_WEIXIN, WEIXIN_BOT_SDK } from "./clients_from_npm.ts";
import { pause, waitFor } from "./wait.ts";

const QUICK_MESSAGES = 50;

/** How long WeChat is away; a whole minute of that passes under a fake clock, where the other clients are imitated. */
const UNNOTICED_MS = 2_000;

/** Types of items on the wire (ILINK.md 2.2). */
const TEXT = 1;
const TOOL_CALL_START = 11;
const TOOL_CALL_RESULT = 12;

type Story = (world: ClientWorld) => Promise<void>;

/** In this order: each begins with the client at rest, and leaves it so; the first that is not true is the last. */
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
  ["that WeChat logs the hub out is not noticed", tellLoggedOut],
  ["that WeChat cannot be reached for a while is not noticed", tellOutage],
  ["a wrong token is refused, and the client does not spin", tellWrongToken],
  ["in the end each message was answered once, and the hub knows it", tellOutcome],
];

for (const kind of [WEIXIN_BOT_SDK, OPENCLAW_WEIXIN]) {
  Deno.test(`${kind.name} holds a conversation through the hub`, async (test) => {
    await withClientWorld(kind, async (world) => {
      for (const [name, tell] of STORIES) {
        const isTrue = await test.step(name, () => tell(world));
        if (!isTrue) break;
      }
    });
  });
}

async function tellText(world: ClientWorld): Promise<void> {
  const person = newcomer(world);
  const text = '你好, hub 👋 <&> "quoted"\nsecond line';
  world.simulator.say({ person, what: text });
  const [answer] = await answersTo(person, { world, count: 1 });
  assertEquals(answer?.text, `echo: ${text}`);
  assertEquals(received(world).at(-1)?.text, text);
}

async function tellOrder(world: ClientWorld): Promise<void> {
  const person = newcomer(world);
  const texts = Array.from({ length: QUICK_MESSAGES }, (_, at) => `message ${at}`);
  for (const what of texts) world.simulator.say({ person, what });
  const answers = await answersTo(person, { world, count: QUICK_MESSAGES });
  assertEquals(received(world).slice(-QUICK_MESSAGES).map(({ text }) => text), texts);
  assertEquals(answers.map(({ text }) => text), texts.map((text) => `echo: ${text}`));
}

async function tellTyping(world: ClientWorld): Promise<void> {
  const person = newcomer(world);
  world.simulator.say({ person, what: "think about it" });
  const chat = () => world.simulator.chat({ person });
  await waitFor(() => chat().isTyping, { what: "the typing indicator" });
  assertEquals(chat().entries.length, 1, "the indicator came with the answer, not before it");
  await answersTo(person, { world, count: 1 });
  await waitFor(() => !chat().isTyping, { what: "the end of the typing indicator" });
}

async function tellPicture(world: ClientWorld): Promise<void> {
  const person = newcomer(world);
  const bytes = picture();
  world.simulator.say({ person, what: { parts: [{ kind: "image", bytes }] } });
  await answersTo(person, { world, count: 1 });
  assertEquals(sentBytes(world, person), bytes);
}

async function tellFile(world: ClientWorld): Promise<void> {
  const person = newcomer(world);
  const bytes = crypto.getRandomValues(new Uint8Array(50_001));
  const file = { kind: "file", name: "报告.pdf", bytes } as const;
  world.simulator.say({ person, what: { parts: [file] } });
  const [answer] = await answersTo(person, { world, count: 1 });
  assertEquals(sentBytes(world, person), bytes);
  assertMatch(answer?.text ?? "", /^报告.*\.pdf$/);
}

async function tellQuote(world: ClientWorld): Promise<void> {
  const person = newcomer(world);
  world.simulator.say({ person, what: "first" });
  const [answer] = await answersTo(person, { world, count: 1 });
  assert(answer !== undefined);
  const what = {
    parts: [{ kind: "text", text: "and this?" }],
    quote: { wireId: answer.wireId, style: world.kind.quoteStyle },
  } as const;
  world.simulator.say({ person, what });
  await answersTo(person, { world, count: 2 });
  assertMatch(received(world).at(-1)?.quoted ?? "", /echo: first/);
}

async function tellProgress(world: ClientWorld): Promise<void> {
  for (const progress of ["forward", "typing"]) {
    await world.hub.admin("PATCH", `/hub/clients/${CLIENT_NAME}`, { settings: { progress } });
    const person = newcomer(world);
    world.simulator.say({ person, what: "look up" });
    // The client does not wait for them: their order is its own.
    const kinds = progress === "forward" && world.kind.sendsProgress
      ? [TEXT, TOOL_CALL_START, TOOL_CALL_RESULT]
      : [TEXT];
    const answers = await answersTo(person, { world, count: kinds.length });
    const items = answers.flatMap((answer) => answer.items);
    const sent = items.map((item) => isObject(item) && item["type"]);
    assertEquals(sent.toSorted(), kinds, progress);
  }
}

async function tellKilledClient(world: ClientWorld): Promise<void> {
  const person = newcomer(world);
  for (const client of world.clients) client.freeze();
  world.simulator.say({ person, what: "handed out in vain" });
  await waitFor(async () => {
    const [newest] = await readTraces(world.hub, 1);
    return newest?.deliveries[0]?.state === "handed_out";
  }, { what: "the hub to hand the message out" });
  for (const client of world.clients) await client.kill();
  world.simulator.say({ person, what: "written while it was dead" });
  await startClient(world);
  const answers = await answersTo(person, { world, count: 2 });
  assertEquals(answers.map(({ text }) => text), [
    "echo: handed out in vain",
    "echo: written while it was dead",
  ]);
}

async function tellRestart(world: ClientWorld): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const person = newcomer(world);
    world.simulator.say({ person, what: `before ${signal}` });
    await answersTo(person, { world, count: 1 });
    // Killed before it knows, the hub would rightly hand the message out again.
    await waitFor(() => isDone(world, 1), { what: "the hub to know of the answer" });
    await restartHub(world, {
      signal,
      meanwhile: () => world.simulator.say({ person, what: `during ${signal}` }),
    });
    const answers = await answersTo(person, { world, count: 2 });
    assertEquals(answers.map(({ text }) => text), [
      `echo: before ${signal}`,
      `echo: during ${signal}`,
    ]);
  }
}

async function tellLoggedOut(world: ClientWorld): Promise<void> {
  const { simulator, bot: { owner } } = world;
  const person = newcomer(world);
  const failures = pollFailures(world);
  const codes = simulator.codes().length;
  simulator.unbind();
  await waitFor(() => simulator.codes().length > codes, { what: "the hub to ask for a QR code" });
  await pause(UNNOTICED_MS);
  assertEquals(pollFailures(world), failures);
  const qrcode = simulator.codes().at(-1)?.qrcode ?? "";
  simulator.scan(qrcode, owner);
  simulator.confirm(qrcode);
  simulator.say({ person, what: "logged in again" });
  const [answer] = await answersTo(person, { world, count: 1 });
  assertEquals(answer?.text, "echo: logged in again");
  assertEquals(pollFailures(world), failures);
}

async function tellOutage(world: ClientWorld): Promise<void> {
  const { simulator } = world;
  const person = newcomer(world);
  const failures = pollFailures(world);
  const outage = simulator.addFault({
    endpoint: "getupdates",
    act: { kind: "reset", processed: false },
    times: 1_000,
  });
  simulator.say({ person, what: "written into the outage" });
  await pause(UNNOTICED_MS);
  simulator.removeFault(outage);
  const [answer] = await answersTo(person, { world, count: 1 });
  assertEquals(answer?.text, "echo: written into the outage");
  assertEquals(pollFailures(world), failures);
}

/** What the client took for failures of its polls, so far. */
function pollFailures(world: ClientWorld): readonly string[] {
  return world.clients.flatMap(({ events }) => events)
    .flatMap((event) => event.kind === "poll_failed" ? [event.text] : []);
}

async function tellWrongToken(world: ClientWorld): Promise<void> {
  const stranger = await startClient(world, `vhub_${"0".repeat(64)}`);
  const failures = () => stranger.events.filter((event) => event.kind === "poll_failed");
  await waitFor(() => failures().length > 0, { what: "the first refusal" });
  await pause(6_000);
  await stranger.kill();
  assert(failures().length <= 3, `${failures().length} polls in six seconds`);
  for (const { text } of failures()) assertMatch(text, /401/);
}

async function tellOutcome(world: ClientWorld): Promise<void> {
  const written =
    world.people.flatMap((person) =>
      world.simulator.chat({ person }).entries.filter(({ by }) => by === "person")
    ).length;
  await waitFor(() => isDone(world, written), {
    what: "the hub to know every message as answered",
  });
  const traces = await readTraces(world.hub, written);
  const replies = traces.flatMap((trace) => trace.replies);
  const notices = replies.filter(({ state }) => state === "stopped").length;
  assertEquals(notices, world.kind.sendsProgress ? 2 : 0);
  assertEquals(world.simulator.sent().length, replies.length - notices);
  const failures = world.clients.flatMap(({ events }) => events)
    .filter(({ kind }) => kind === "failed");
  assertEquals(failures, []);
}

/** Whether the client received the latest messages, and answered each, and every answer reached WeChat, as the hub tells it. */
async function isDone(world: ClientWorld, last: number): Promise<boolean> {
  const traces = await readTraces(world.hub, last);
  return traces.length === last &&
    traces.every(({ deliveries, replies }) =>
      deliveries.every(({ state }) => state === "acknowledged") &&
      replies.some(({ state }) => state === "sent") &&
      replies.every(({ state }) => state === "sent" || state === "stopped")
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
