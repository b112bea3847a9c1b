import { assert, assertEquals, assertMatch } from "@std/assert";
import { isObject, listMember } from "../../../src/lib/json.ts";
import { type AdminWorld, createAdminWorld, refusalOf } from "./admin_setup.ts";

/** Three messages, of which the first cannot be read and is parked. */
async function receive(world: AdminWorld): Promise<void> {
  const account = await world.store.saveLogin({
    userId: "o9ann@im.wechat",
    botId: "abc@im.bot",
    token: "abc@im.bot:secret",
    baseUrl: "https://ilink.example",
    atMs: world.clock.now(),
  });
  const unreadable = { raw: "{}", read: { kind: "unreadable", reason: "no sender" } } as const;
  for (const raw of ["{}", '{"a":1}', '{"a":2}']) {
    await world.store.ingest({
      account: account.id,
      generation: account.generation,
      messages: [{ ...unreadable, raw }],
      unreadableBody: null,
      cursor: "",
      atMs: world.clock.now(),
    });
  }
}

async function idsAt(world: AdminWorld, query: string): Promise<number[]> {
  const { json } = await world.ask("GET", `/hub/messages${query}`);
  assert(isObject(json));
  return listMember(json, "messages").map((message) =>
    isObject(message) ? Number(message["id"]) : 0
  );
}

Deno.test("GET /hub/messages shows the newest first and pages back", async () => {
  await using world = await createAdminWorld();
  assertEquals(await idsAt(world, ""), []);
  await receive(world);
  const [newest = 0, second = 0, oldest = 0] = await idsAt(world, "");
  assert(newest > second && second > oldest);
  assertEquals(await idsAt(world, "?last=1"), [newest]);
  assertEquals(await idsAt(world, `?last=5&before=${second}`), [oldest]);
});

Deno.test("GET /hub/messages refuses what is no number", async () => {
  await using world = await createAdminWorld();
  for (const query of ["last=0", "last=501", "last=many", "before=-1", "before=1e3"]) {
    const answer = await world.ask("GET", `/hub/messages?${query}`);
    assertEquals(answer.status, 400, query);
    assertMatch(refusalOf(answer), /saw .*, want /);
  }
});

Deno.test("GET /hub/messages/ID shows one message's life and knows those that are not there", async () => {
  await using world = await createAdminWorld();
  await receive(world);
  const [id] = await idsAt(world, "?last=1");
  const { json } = await world.ask("GET", `/hub/messages/${id}`);
  assert(isObject(json));
  assertEquals([json["id"], json["state"], json["deliveries"]], [Number(id), "parked", []]);
  const unknown = await world.ask("GET", "/hub/messages/999999");
  assertEquals(unknown.status, 404);
  assertMatch(refusalOf(unknown), /MESSAGE_UNKNOWN.*999999/);
  assertEquals((await world.ask("GET", "/hub/messages/newest")).status, 400);
});

Deno.test("POST /hub/messages/ID/retry is for messages that are parked", async () => {
  await using world = await createAdminWorld();
  const answer = await world.ask("POST", "/hub/messages/7/retry");
  assertEquals(answer.status, 404);
  assertEquals(world.told, [], "nobody is woken for nothing");
});
