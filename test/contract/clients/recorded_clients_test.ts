/**
 * The clients that are not on npm, imitated by recorded habits with parsers as strict as theirs (ILINK.md 1.3-1.6, 3.3, 3.4, 8.1):
 * each goes through one story with the whole hub over a real socket. Whatever one would have rejected or taken for a failure
 * is a trouble, and there may be none that the hub could have spared it.
 */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { type Json, parseJson, rawNumber } from "../../../src/lib/json.ts";
import type { SayPart } from "../../../src/simulator/items.ts";
import type { Habits } from "./recorded/habits.ts";
import {
  type Heard,
  type RecordedClient,
  startRecordedClient,
} from "./recorded/recorded_client.ts";
import { openRecordedWorld, type RecordedWorld } from "./recorded/recorded_world.ts";
import { GO, LENIENT, PYTHON, RUST } from "./recorded/parsers.ts";
import { Rejected } from "./recorded/strict.ts";
import { RECORDED } from "./recorded/table.ts";

interface Scene {
  readonly habits: Habits;
  readonly world: RecordedWorld;
  /** The client's disk. */
  readonly kept: { cursor: string };
  /** The process that runs. */
  client: RecordedClient;
}

/** In this order: each begins with the client at rest and without troubles, and leaves it so. */
const STORIES: readonly (readonly [string, (scene: Scene) => Promise<void>])[] = [
  ["a text goes both ways", tellText],
  ["twenty quick messages come in order and are answered in order", tellOrder],
  ["pictures, videos and files come back byte for byte, a voice as its words", tellMedia],
  ["quotes of all three styles name the answer by the id the client was given", tellQuotes],
  ["an item of an unknown type is a line of text", tellUnknownItem],
  ["poison is split off and what follows comes", tellPoison],
  ["what was written while the client was dead comes after its restart, once", tellRestart],
  ["killed in the middle of a turn it gets again what its cursor does not cover", tellKill],
  ["a wrong token is refused without -14 and without a spin", tellWrongToken],
  ["a restart of the hub, in order and by kill -9, loses and repeats nothing", tellHubRestart],
  ["that WeChat logged the hub out is not noticed", tellLoggedOut],
  ["an outage of a minute is not noticed, and what was sent meanwhile arrives", tellOutage],
];

for (const habits of RECORDED) {
  Deno.test(`${habits.name}, by its recorded habits, lives with the hub`, async (test) => {
    await using world = await openRecordedWorld();
    const kept = { cursor: "" };
    const scene: Scene = { habits, world, kept, client: begin(habits, world, kept) };
    try {
      for (const [name, tell] of STORIES) {
        const isTrue = await test.step(name, async () => {
          await tell(scene);
          await atRest(scene);
          assertEquals(scene.client.troubles, []);
        });
        if (!isTrue) break;
      }
    } finally {
      await scene.client.kill();
    }
  });
}

function begin(
  habits: Habits,
  world: RecordedWorld,
  kept: { cursor: string },
  more: { readonly token?: string; readonly onHeard?: (heard: Heard) => Promise<void> } = {},
): RecordedClient {
  const { port, token, clock, cdn } = world;
  return startRecordedClient(habits, { port, token, clock, cdn, kept, ...more });
}

async function tellText({ world, client }: Scene): Promise<void> {
  const person = world.newcomer();
  const text = '你好, hub 👋 <&> "quoted"\nsecond line';
  world.simulator.say({ person, what: text });
  const [answer] = await world.answersTo(person, 1);
  assertEquals(client.heard.at(-1)?.text, text);
  assertEquals(answer?.text, `echo: ${text}`);
  assertEquals(await idOf(`echo: ${text}`, { world, client }), answer?.wireId);
}

async function tellOrder({ world, client }: Scene): Promise<void> {
  const person = world.newcomer();
  const texts = Array.from({ length: 20 }, (_, at) => `message ${at}`);
  for (const what of texts) world.simulator.say({ person, what });
  const answers = await world.answersTo(person, texts.length);
  assertEquals(client.heard.slice(-texts.length).map(({ text }) => text), texts);
  assertEquals(answers.map(({ text }) => text), texts.map((text) => `echo: ${text}`));
}

async function tellMedia({ world, client }: Scene): Promise<void> {
  const bytes = crypto.getRandomValues(new Uint8Array(5_001));
  const media: readonly SayPart[] = [
    { kind: "image", bytes },
    { kind: "video", bytes },
    { kind: "file", name: "报告.pdf", bytes },
  ];
  for (const uploadAnswer of ["full_only", "param_only"] as const) {
    world.simulator.change({ uploadAnswer });
    for (const part of media) {
      const person = world.newcomer();
      world.simulator.say({ person, what: { parts: [part] } });
      const answers = await world.answersTo(person, 2).catch((error) => {
        throw new Error(`${part.kind}, ${uploadAnswer}: ${client.troubles}`, { cause: error });
      });
      assertEquals(answers[0]?.text, `here is your ${part.kind}`);
      const upload = world.simulator.uploads().findLast(({ to }) => to === person);
      assertEquals([upload?.problem, world.simulator.media(upload?.param ?? "")], ["", bytes]);
      assert(JSON.stringify(answers[1]?.items).includes(upload?.param ?? "none"));
    }
  }
  const person = world.newcomer();
  const voice = { kind: "voice", transcript: "spoken words" } as const;
  world.simulator.say({ person, what: { parts: [voice] } });
  const [answer] = await world.answersTo(person, 1);
  assertEquals(answer?.text, "echo: spoken words");
}

async function tellQuotes({ world, client }: Scene): Promise<void> {
  const person = world.newcomer();
  world.simulator.say({ person, what: "first" });
  const [first] = await world.answersTo(person, 1);
  const given = await idOf("echo: first", { world, client });
  for (const [at, style] of (["embedded", "id", "partial"] as const).entries()) {
    const parts = [{ kind: "text", text: `and this, by ${style}?` }] as const;
    world.simulator.say({
      person,
      what: { parts, quote: { wireId: first?.wireId ?? "", style, selected: "first" } },
    });
    await world.answersTo(person, at + 2);
    assertEquals(client.heard.at(-1)?.quotedId, given, style);
  }
}

async function tellUnknownItem({ world, client }: Scene): Promise<void> {
  const person = world.newcomer();
  const item = { type: 99, hologram_item: { depth: 1.5, parts: [null] } };
  world.simulator.say({ person, what: { parts: [{ kind: "other", item }] } });
  world.simulator.say({ person, what: "after it" });
  await world.answersTo(person, 2);
  const [unknown, after] = client.heard.slice(-2);
  assertMatch(unknown?.text ?? "", /暂不支持.*not supported/);
  assertEquals(after?.text, "after it");
}

async function tellPoison({ world, client }: Scene): Promise<void> {
  const person = world.newcomer();
  const { simulator } = world;
  const before = client.heard.length;
  const parts = [{ kind: "text", text: "cannot be read" }] as const;
  simulator.say({ person, what: { parts, extra: { from_user_id: null } } });
  const strange = {
    message_id: rawNumber("18446744073709551615"),
    seq: rawNumber("1e3"),
    session_id: null,
    create_time_ms: String(world.clock.now()),
    message_type: "1",
    root_id: rawNumber("0.5"),
    context_token: 7,
  };
  const wrong = {
    type: 2,
    image_item: { media: { full_url: null, encrypt_type: "1" }, mid_size: rawNumber("9e99") },
    ref_msg: { message_item: { type: 7, text_item: null }, svr_id: null },
  };
  const items = [{ kind: "text", text: "strange" }, { kind: "other", item: wrong }] as const;
  simulator.say({ person, what: { parts: items, extra: strange } });
  simulator.say({ person, what: "after the poison" });
  await world.until(
    () => client.heard.some(({ text }) => text === "after the poison"),
    "what follows the poison",
  );
  const heard = client.heard.slice(before);
  assertEquals(heard.map(({ text }) => text), ["strange", "after the poison"]);
  assert(heard.every(({ wireId }) => BigInt(wireId) > 0n && BigInt(wireId) < 2n ** 63n));
  const parked = (await world.traces()).filter(({ state }) => state === "parked");
  assertMatch(parked.at(-1)?.reason ?? "", /^message_unreadable/);
  assert((await world.databaseBytes()).includes("cannot be read"), "its raw text is kept");
  await world.answersTo(person, 1);
  // Nothing can be downloaded by what the strange picture said; the client tells its own user so.
  client.forgive(/^answer: download/);
}

async function tellRestart(scene: Scene): Promise<void> {
  const { habits, world, kept } = scene;
  const person = world.newcomer();
  world.simulator.say({ person, what: "before" });
  await world.answersTo(person, 1);
  await atRest(scene);
  await scene.client.kill();
  world.simulator.say({ person, what: "while it was dead" });
  await world.pass(habits.dropsOlderMs === null ? 10_000 : habits.dropsOlderMs / 2);
  scene.client = begin(habits, world, kept);
  await world.answersTo(person, 2);
  assertEquals(scene.client.heard.map(({ text }) => text), ["while it was dead"]);
}

async function tellKill(scene: Scene): Promise<void> {
  const { habits, world, kept } = scene;
  const person = world.newcomer();
  await scene.client.kill();
  let isDeaf = true;
  const never = () => isDeaf ? new Promise<void>(() => {}) : Promise.resolve();
  const busy = begin(habits, world, kept, { onHeard: never });
  world.simulator.say({ person, what: "think about it" });
  await world.until(() => busy.heard.length === 1, "the turn to begin");
  isDeaf = false;
  // Its turn never ends, so its death is only that its connections are gone, and there are none.
  scene.client = begin(habits, world, kept);
  if (habits.cursorSaved === "before") {
    world.simulator.say({ person, what: "next" });
    await world.answersTo(person, 1);
    assertEquals(scene.client.heard.map(({ text }) => text), ["next"]);
  } else {
    await world.answersTo(person, 1);
    assertEquals(scene.client.heard.map(({ text }) => text), ["think about it"]);
  }
}

async function tellWrongToken({ habits, world }: Scene): Promise<void> {
  const token = `vhub_${"0".repeat(64)}`;
  const stranger = begin(habits, world, { cursor: "" }, { token });
  await world.pass(30_000);
  await stranger.kill();
  assert(stranger.polls() > 0 && stranger.polls() <= 16, `${stranger.polls()} polls in 30 s`);
  for (const trouble of stranger.troubles) assertMatch(trouble, /HTTP 401 .*unknown token/);
  assert(!stranger.troubles.join().includes("-14"));
}

async function tellHubRestart(scene: Scene): Promise<void> {
  const { world, client } = scene;
  for (const how of ["in_order", "killed"] as const) {
    const person = world.newcomer();
    world.simulator.say({ person, what: `before it is ${how}` });
    await world.answersTo(person, 1);
    await atRest(scene);
    const heard = client.heard.length;
    await world.restart(how);
    world.simulator.say({ person, what: `after it was ${how}` });
    const answers = await world.answersTo(person, 2);
    assertEquals(answers.length, 2);
    assertEquals(client.heard.slice(heard).map(({ text }) => text), [`after it was ${how}`]);
  }
  // A connection that is cut or refused is no business of the hub that is not there.
  client.forgive(/^poll: (cut off after 0 bytes|Connection (refused|reset))/);
}

async function tellLoggedOut({ world, client }: Scene): Promise<void> {
  const person = world.newcomer();
  world.simulator.say({ person, what: "before" });
  await world.answersTo(person, 1);
  world.simulator.unbind();
  await world.pass(60_000);
  assert((await world.hub().store.accounts()).every(({ state }) => state === "logged_out"));
  assertEquals(client.troubles, []);
  world.simulator.bind({ owner: world.simulator.bots()[0]?.owner ?? "" });
  await world.login();
  world.simulator.say({ person, what: "after" });
  const answers = await world.answersTo(person, 2);
  assertEquals(answers.at(-1)?.text, "echo: after");
}

async function tellOutage({ world, client }: Scene): Promise<void> {
  const person = world.newcomer();
  world.simulator.say({ person, what: "before" });
  await world.answersTo(person, 1);
  world.upstream.isReachable = false;
  await world.meanwhile(client.send(person, "said into the outage"));
  await world.pass(60_000);
  assertEquals(client.troubles, []);
  world.upstream.isReachable = true;
  const answers = await world.answersTo(person, 2);
  assertEquals(answers.at(-1)?.text, "said into the outage");
  world.simulator.say({ person, what: "after" });
  await world.answersTo(person, 3);
}

/** The id that the client was answered with when it had sent this. */
async function idOf(
  text: string,
  { world, client }: Pick<Scene, "world" | "client">,
): Promise<string> {
  await world.until(() => client.ids.has(text), "the answer to a send");
  return client.ids.get(text) ?? "";
}

/** The hub knows that the client has received everything. */
async function atRest({ world }: Scene): Promise<void> {
  let waiting = -1;
  for (let look = 0; look < 100 && waiting !== 0; look++) {
    await world.pass(100);
    [{ waiting } = { waiting: -1 }] = await world.hub().store.clients();
  }
  assertEquals(waiting, 0);
}

// ─── The imitated parsers themselves ───────────────────────────────────────────────────────────────────────────────────

const GOLDEN = `{"seq":7,"message_id":7501234567890123456,"from_user_id":"o9@im.wechat",` +
  `"to_user_id":"b0@im.bot","client_id":"c","create_time_ms":1760000000000,"message_type":1,` +
  `"message_state":2,"context_token":"AARz","item_list":[{"type":2,"image_item":{"media":` +
  `{"encrypt_query_param":"p","aes_key":"k"},"mid_size":9}}]}`;

function batchOf(change: (message: string) => string): Json {
  return parseJson(`{"ret":0,"msgs":[${change(GOLDEN)}],"get_updates_buf":"c"}`);
}

Deno.test("the imitated parsers take what WeChat sends", () => {
  for (const read of [GO, LENIENT, PYTHON, RUST]) read(batchOf((message) => message), "answer");
});

Deno.test("the imitated parsers reject what the real ones do", () => {
  const cases: readonly (readonly [typeof GO, (message: string) => string])[] = [
    [GO, (message) => message.replace("7501234567890123456", "9223372036854775808")],
    [GO, (message) => message.replace("7501234567890123456", `"7501234567890123456"`)],
    [GO, (message) => message.replace("7501234567890123456", "7.5e18")],
    [GO, (message) => message.replace(`"mid_size":9`, `"mid_size":"9"`)],
    [RUST, (message) => message.replace(`"client_id":"c",`, "")],
    [RUST, (message) => message.replace(`,"aes_key":"k"`, "")],
    [RUST, (message) => message.replace(`"type":2`, `"type":99`)],
    [RUST, (message) => message.replace(`"AARz"`, "null")],
    [PYTHON, (message) => message.replace(`"type":2`, `"type":2,"ref_msg":{"message_item":null}`)],
    [PYTHON, (message) => message.replace(`"type":2`, `"type":2,"text_item":null`)],
  ];
  for (const [read, change] of cases) {
    assertThrows(() => read(batchOf(change), "answer"), Rejected);
  }
  for (const read of [PYTHON, RUST]) {
    assertThrows(() => read({ ret: 0, msgs: null, get_updates_buf: "c" }, "answer"), Rejected);
  }
});
