/** The smallest client there can be, as the protocol's descriptions give it: ten lines around `fetch`, nothing repaired, nothing retried. */
import { assert, assertEquals } from "@std/assert";
import { openRecordedWorld, type RecordedWorld } from "./recorded/recorded_world.ts";

interface Loop extends AsyncDisposable {
  readonly heard: readonly string[];
  /** Why it ended, as its user would read it; `null` while it runs. */
  failure(): string | null;
}

/** Runs until its first error, as a script does. */
function startLoop(world: RecordedWorld, token = world.token): Loop {
  const base = `http://127.0.0.1:${world.port}/ilink/bot`;
  const client = Deno.createHttpClient({});
  const ending = new AbortController();
  const heard: string[] = [];
  let failure: string | null = null;

  async function post(path: string, body: unknown) {
    const headers = { Authorization: `Bearer ${token}`, AuthorizationType: "ilink_bot_token" };
    const init = { method: "POST", headers, body: JSON.stringify(body), signal: ending.signal };
    return await (await fetch(`${base}/${path}`, { ...init, client })).json();
  }
  async function run(): Promise<void> {
    let cursor = "";
    for (;;) {
      const updates = await post("getupdates", { get_updates_buf: cursor });
      for (const msg of updates.msgs) {
        const text = msg.item_list[0].text_item.text;
        heard.push(text);
        const item_list = [{ type: 1, text_item: { text: `echo: ${text}` } }];
        const { from_user_id: to_user_id, context_token } = msg;
        await post("sendmessage", { msg: { to_user_id, context_token, item_list } });
      }
      cursor = updates.get_updates_buf;
    }
  }

  const ended = run().catch((error) => void (failure = String(error)));
  return {
    heard,
    failure: () => failure,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await ended;
      client.close();
    },
  };
}

Deno.test("the plain loop hears fifty quick messages in order, strange ones too, and answers each", async () => {
  await using world = await openRecordedWorld();
  await using loop = startLoop(world);
  const person = world.newcomer();
  const texts = Array.from({ length: 50 }, (_, at) => `message ${at}`);
  for (const what of texts) world.simulator.say({ person, what });
  const answers = await world.answersTo(person, texts.length);
  assertEquals(loop.heard, texts);
  assertEquals(answers.map(({ text }) => text), texts.map((text) => `echo: ${text}`));
  const unknown = { kind: "other", item: { type: 99 } } as const;
  world.simulator.say({ person, what: { parts: [unknown] } });
  world.simulator.say({ person, what: "after it" });
  await world.answersTo(person, texts.length + 2);
  assertEquals([loop.heard.at(-1), loop.failure()], ["after it", null]);
});

Deno.test("the plain loop lives through a logout of the hub and an outage of WeChat of a minute each", async () => {
  await using world = await openRecordedWorld();
  await using loop = startLoop(world);
  const person = world.newcomer();
  world.simulator.unbind();
  await world.pass(60_000);
  world.simulator.bind({ owner: world.simulator.bots()[0]?.owner ?? "" });
  await world.login();
  world.upstream.isReachable = false;
  await world.pass(60_000);
  world.upstream.isReachable = true;
  world.simulator.say({ person, what: "still there?" });
  await world.answersTo(person, 1);
  assertEquals([loop.heard, loop.failure()], [["still there?"], null]);
});

Deno.test("the plain loop, started again after it died, loses nothing and repeats only what it had not covered", async () => {
  await using world = await openRecordedWorld();
  const person = world.newcomer();
  {
    await using loop = startLoop(world);
    world.simulator.say({ person, what: "before" });
    await world.answersTo(person, 1);
    await world.pass(1_000);
    assertEquals(loop.failure(), null);
  }
  world.simulator.say({ person, what: "while it was dead" });
  await using again = startLoop(world);
  await world.answersTo(person, 2);
  assertEquals(again.heard, ["while it was dead"]);
});

Deno.test("the plain loop with a wrong token ends at an answer that it can read", async () => {
  await using world = await openRecordedWorld();
  await using loop = startLoop(world, "vhub_nobody");
  await world.until(() => loop.failure() !== null, "the loop to end");
  assert(loop.failure()?.includes("not iterable"), `${loop.failure()}`);
});
